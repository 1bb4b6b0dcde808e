"""The gate: its verdict and tally, what fails, and what the test command prints."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.widgets.cursor_rows import CursorRows
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row, width_of
from sixfold.model import Failure


class Tally(Painted):
    """Two rows: the verdict with its numbers, and what is being tested now."""

    def parts(self, y: int) -> Iterable[Part]:
        """The verdict, then what runs."""
        width = self.content_size.width
        gate = self.dashboard.state.gate
        if gate is None:
            title: list[Part] = [(" TESTS", "title"), ("  no gate has run yet", "quiet")]
            return row(title if y == 0 else [], [], width)
        return self._verdict(width) if y == 0 else self._now(width)

    def render_line(self, y: int) -> Strip:
        """The first row stands on a ground of its own."""
        focused = isinstance(self.parent, GatePane) and self.parent.has_focus_within
        return self.strip(self.parts(y), under=("focusbar" if focused else "bar") if y == 0 else "")

    def _verdict(self, width: int) -> list[Part]:
        state, progress = self.dashboard.state, self.dashboard.feed.progress
        gate = state.gate
        assert gate is not None  # noqa: S101 - `parts` looked
        look = words.VERDICT_LOOKS[gate.ended.verdict] if gate.ended else words.GATE_RUNS
        left: list[Part] = [
            (f" {words.gate_title(gate.started.command)}", "title"),
            (f"  {words.gate_cause(gate.started)}  " if width >= 100 else "  ", "quiet"),
            (f"{look.glyph} {look.word}", look.tone),
        ]
        seconds = gate.ended.seconds if gate.ended else progress.seconds if progress else 0.0
        left.append(("  ", ""))
        right: list[Part] = [(f"{seconds:.1f} s ", "quiet")]
        room = width - width_of([*left, *right]) - 1
        return row([*left, *_numbers(gate.ended or progress, room)], right, width)

    def _now(self, width: int) -> list[Part]:
        gate, progress = self.dashboard.state.gate, self.dashboard.feed.progress
        if gate and gate.ended:
            return row([(f"   {gate.ended.reason}", "quiet"), *_findings(gate.ended)], [], width)
        if progress is None:
            return row([("   starting …", "quiet")], [], width)
        over = sum(one.state != "running" for one in progress.packages)
        done = f"{words.count(over, 'package')} done   " if over else ""
        left: list[Part] = [(f"   {done}", "quiet")]
        for test in progress.running[:4]:
            left += [
                (test.test, "busy"),
                (f" {max(0.0, progress.seconds - test.since):.1f} s   ", "quiet"),
            ]
        if not progress.running:
            names = [one.package for one in progress.packages if one.state == "running"]
            first = "" if over else "compiling …"
            left.append((f"now {words.plain_list(names, 3)}" if names else first, "quiet"))
        return row(left, [], width)


def _findings(gate: ev.GateEnded) -> list[Part]:
    """What is mended since the baseline, and who is likely to have broken the rest."""
    parts: list[Part] = []
    if gate.fixed:
        parts.append((f"   {len(gate.fixed)} fixed since the baseline", "good"))
    for index, suspect in enumerate(gate.suspects):
        names = [PurePath(file).name for file in suspect.files]
        parts += [
            (", " if index else "   likely ", "quiet"),
            (words.suspect_name(suspect), "warn"),
            (f": {words.plain_list(names, 2)}" if names else "", "quiet"),
        ]
    return parts


def _numbers(tally: ev.GateEnded | ev.GateProgress | None, room: int) -> list[Part]:
    """`412 passed  0 failed  3 skipped  0 races` in `room` cells: gaps close, then noughts go."""
    if tally is None:
        return []
    unbuilt = len({one.package for one in tally.failures if one.kind == "build"})
    numbers = [
        (unbuilt, "does not build" if unbuilt == 1 else "do not build", "bad"),
        (tally.passed, "passed", "good"),
        (tally.failed, "failed", "bad"),
        (tally.skipped, "skipped", "plain"),
        (tally.races, "race" if tally.races == 1 else "races", "bad"),
    ]
    told = numbers if unbuilt else numbers[1:]
    some = [one for one in told if one[0] or one[1] in {"passed", "failed"}]
    forms = [_spaced(told, 4, 2), _spaced(told, 1, 2), _spaced(told, 1, 1), _spaced(some, 1, 1)]
    return next((form for form in forms if width_of(form) <= room), forms[-1])


def _spaced(numbers: Iterable[tuple[int, str, str]], wide: int, gap: int) -> list[Part]:
    parts: list[Part] = []
    for number, word, tone in numbers:
        parts.append((" " * gap if parts else "", ""))
        parts.append((f"{number:>{wide}}", tone if number else "quiet"))
        parts.append((f" {word}", "quiet"))
    return parts


class Failures(CursorRows):
    """What fails, newest gate first of all; hidden while nothing does."""

    def __init__(self) -> None:
        super().__init__(id="failures", classes="pane")
        self.failures: list[Failure] = []

    @property
    def failure(self) -> Failure | None:
        """The one under the cursor."""
        return self.failures[self.cursor] if self.failures else None

    def refresh_state(self) -> None:
        """Take over the failures of the running or the latest gate."""
        gate, progress = self.dashboard.state.gate, self.dashboard.feed.progress
        ended = gate.ended.failures if gate and gate.ended else []
        failures = progress.failures if progress else ended
        if failures != self.failures:
            self.failures = list(failures)
            self.set_keys([f"{i} {f.package} {f.test} {f.kind}" for i, f in enumerate(failures)])
            self.set_class(not failures, "-empty")

    def row_strip(self, index: int) -> Strip:
        """`✗ race  pkg TestName  data race store.go:17 <-> store.go:17`."""
        failure = self.failures[index]
        width = self.content_size.width
        name = failure.test or "the package"
        package = failure.package.rsplit("/", 1)[-1]
        place = f"{failure.file}:{failure.line}" if failure.file else ""
        left: list[Part] = [
            (" ✗ ", "bad"),
            (f"{failure.kind:<6} ", "bad"),
            (f"{package} ", "plain"),
            (f"{name}  ", "strong"),
            (failure.message, "plain"),
        ]
        age = words.failure_age(self.dashboard.state, failure)
        mark: Part = (f"{age.word:>6}  ", age.tone) if age else ("", "")
        right = [mark, (f"{place} ", "quiet")]
        under = "cursor" if index == self.cursor and self.has_focus else ""
        return self.strip(
            row(left, right if place not in failure.message else right[:1], width), under=under
        )


class GatePane(Vertical):
    """The three parts below one another."""

    def __init__(self) -> None:
        super().__init__(id="gate")

    def compose(self) -> ComposeResult:
        """Tally, failures, stream."""
        yield Tally(id="tally")
        yield Failures()
        yield LogView(id="stream", classes="pane")

    @property
    def has_focus_within(self) -> bool:
        """Is one of its parts in focus."""
        return any(part.has_focus for part in self.query(".pane"))

    def refresh_state(self) -> None:
        """Take over the app's state."""
        self.query_one(Failures).refresh_state()
        self.query_one(Tally).refresh()
