"""The gate in two rows: its verdict with the tally, and what is being tested or came of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

from textual.strip import Strip
from textual.widget import Widget

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.results import Results
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row, width_of
from sixfold.state import RerunRun, RunState

SILENT = 2.0
"""Seconds after which it is said that go is silent."""


class Headline(Painted):
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
        focused = isinstance(self.parent, Widget) and self.parent.has_focus_within
        return self.strip(self.parts(y), under=("focusbar" if focused else "bar") if y == 0 else "")

    def _verdict(self, width: int) -> list[Part]:
        state, latest = self.dashboard.state, self.dashboard.feed.tally.latest
        gate = state.gate
        assert gate is not None  # noqa: S101 - `parts` looked
        look = words.VERDICT_LOOKS[gate.ended.verdict] if gate.ended else words.GATE_RUNS
        cause = "" if self.dashboard.gate_only else words.gate_cause(gate.started)
        left: list[Part] = [
            (f" {words.gate_title(gate.started.command)}", "title"),
            (f"  {cause}  " if width >= 100 and cause else "  ", "quiet"),
            (f"{look.glyph} {look.word}", look.tone),
        ]
        seconds = gate.ended.seconds if gate.ended else latest.seconds
        left.append(("  ", ""))
        right: list[Part] = [(f"{seconds:.1f} s ", "quiet")]
        room = width - width_of([*left, *right]) - 1
        tally = gate.ended or (latest if latest.gate else None)
        unbuilt = {one.package for one in self.dashboard.results.failures if one.kind == "build"}
        return row([*left, *_numbers(tally, len(unbuilt), room)], right, width)

    def _now(self, width: int) -> list[Part]:
        state, results = self.dashboard.state, self.dashboard.results
        gate = state.gate
        over = gate and gate.ended and all(one.ended for one in state.reruns)
        if state.reruns and not (over and results.luck):
            return row(_rerun(state.reruns[-1], self.dashboard.feed.again.latest), [], width)
        if gate and gate.ended:
            reason = [(f"   {gate.ended.reason}", "quiet")] if gate.ended.reason else []
            changed = _since_before(state, results)
            slowest = _slowest(results) if width >= 100 else []
            return row([*reason, *_findings(gate.ended), *changed], slowest, width)
        return row(self._at_work(results), [], width)

    def _at_work(self, results: Results) -> list[Part]:
        latest = self.dashboard.feed.tally.latest
        if not latest.gate:
            return [("   starting …", "quiet")]
        done, known = results.done
        parts: list[Part] = [("   ", "")]
        if done and known:
            parts += [*words.bar(done, 0, known, 10), (f" {done}/{known} packages   ", "quiet")]
        elif done:
            parts.append((f"{words.count(done, 'package')} done   ", "quiet"))
        if results.running:
            for (_, test), seconds in list(results.running.items())[:4]:
                parts += [(test, "busy"), (f" {seconds:.1f} s   ", "quiet")]
            return parts
        busy = [one.name or one.package for one in results.packages.values() if _runs(one)]
        if busy:
            return [*parts, (f"now {words.plain_list(busy, 3)}", "quiet")]
        silent = latest.seconds - latest.heard
        waits = f" {silent:.0f} s" if silent > SILENT else " …"
        awaited = results.awaited
        names = f"   awaited: {words.plain_list(awaited, 3)}" if awaited else ""
        if done and not awaited:
            return [*parts, ("ending …" if known else "", "quiet")]
        return [*parts, ("compiling", "busy"), (f"{waits}{names}", "quiet")]


def _runs(package: ev.PackageProgress) -> bool:
    return package.state == "running"


def _rerun(rerun: RerunRun, latest: ev.GateProgress) -> list[Part]:
    """What was rerun, and what came of it."""
    about: Part = (f"   rerun of {words.tests_named(rerun.started.tests)}  ", "plain")
    ended = rerun.ended
    if ended is None:
        seconds = latest.seconds if latest.rerun == rerun.started.rerun else 0.0
        look = words.GATE_RUNS
        return [about, (f"{look.glyph} {look.word}", look.tone), (f"  {seconds:.1f} s", "quiet")]
    look = words.VERDICT_LOOKS[ended.verdict]
    numbers = f"  {ended.passed} passed  {ended.failed} failed  {ended.seconds:.1f} s"
    why = f"  {ended.reason}" if ended.reason else ""
    return [about, (f"{look.glyph} {look.word}", look.tone), (numbers, "quiet"), (why, "quiet")]


def _slowest(results: Results) -> list[Part]:
    if not results.slowest or results.slowest[0].seconds < 1:
        return []
    slow = results.slowest[0]
    return [(f"slowest {slow.test} {slow.seconds:.1f} s ", "quiet")]


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


def _since_before(state: RunState, results: Results) -> list[Part]:
    """What the latest gate found that the gate before it did not, and what is mended since."""
    ended = [gate.ended for gate in state.gates if gate.ended and gate.ended.verdict != "error"]
    if len(ended) < 2 or ended[-1] is not (state.gate and state.gate.ended):
        return []
    before, now = ({(f.package, f.test) for f in gate.failures} for gate in ended[-2:])
    mended = [test for test in before - now if results.knows(*test)]
    flaky = sum(failure.flaky for failure in ended[-1].failures)
    found = (
        (len(now - before), "new", "bad"),
        (len(mended), "mended", "good"),
        (flaky, "flaky", "warn"),
    )
    told = [(f"{number} {word}", tone) for number, word, tone in found if number]
    if not told:
        return []
    parts: list[Part] = [(f"   since gate {ended[-2].gate}: ", "quiet")]
    for n, part in enumerate(told):
        parts += [("  " if n else "", ""), part]
    return parts


def _numbers(tally: ev.GateEnded | ev.GateProgress | None, unbuilt: int, room: int) -> list[Part]:
    """`412 passed  0 failed  3 skipped  0 races` in `room` cells: gaps close, then noughts go."""
    if tally is None:
        return []
    numbers = [
        (unbuilt, "does not build" if unbuilt == 1 else "do not build", "bad"),
        (tally.passed, "passed", "good"),
        (tally.failed, "failed", "bad"),
        (tally.skipped, "skipped", "plain"),
        (tally.races, "race" if tally.races == 1 else "races", "bad"),
    ]
    told = numbers if unbuilt else numbers[1:]
    few = [(number, _FEW.get(word, word), tone) for number, word, tone in told if number]
    some = [one for one in told if one[0] or one[1] in {"passed", "failed"}]
    forms = [_spaced(told, 4, 2), _spaced(told, 1, 2), _spaced(told, 1, 1), _spaced(some, 1, 1)]
    forms.append(_spaced([one for one in few if one[1] != "skipped"], 1, 1))
    return next((form for form in forms if width_of(form) <= room), forms[-1])


_FEW = {"does not build": "unbuilt", "do not build": "unbuilt"}


def _spaced(numbers: Iterable[tuple[int, str, str]], wide: int, gap: int) -> list[Part]:
    parts: list[Part] = []
    for number, word, tone in numbers:
        parts.append((" " * gap if parts else "", ""))
        parts.append((f"{number:>{wide}}", tone if number else "quiet"))
        parts.append((f" {word}", "quiet"))
    return parts
