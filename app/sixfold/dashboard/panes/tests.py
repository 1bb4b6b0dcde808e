"""The tree of packages and tests: what fails first, folded where all is well."""

from __future__ import annotations

from msgspec.structs import replace
from textual import events
from textual.strip import Strip

from sixfold import events as ev
from sixfold.dashboard import outline, words
from sixfold.dashboard.outline import Row
from sixfold.dashboard.results import Results
from sixfold.dashboard.widgets.cursor_rows import CursorRows
from sixfold.dashboard.widgets.row import Part, row, width_of
from sixfold.model import Failure, TestName

INDENT = 2
TESTS = {"test", "slow", "failure"}
"""Rows that are about one test."""
WIDE = 70
"""Cells from which the states of packages stand in words as well."""


FEW = 8
"""Cells in which nothing can be said of what is wrong."""


class TestTree(CursorRows):
    """One row for the run, each package, each of its tests that is worth one, and each failure."""

    __test__ = False

    class Moved(CursorRows.Moved):
        """The cursor is on another row."""

    def __init__(self) -> None:
        super().__init__(id="tests", classes="pane -empty")
        self.compact = False
        """Only what fails and what runs, a row each."""
        self.chose = False
        """Did the reader move here: until then nothing is chosen."""
        self._rows: list[Row] = []
        self._wanted: Row | None = None
        """What the reader moved to: the cursor comes back to it once it is there again."""
        self._opened: dict[str, bool] = {}

    @property
    def results(self) -> Results:
        """What the tests show."""
        return self.dashboard.results

    @property
    def row(self) -> Row | None:
        """The row under the cursor."""
        return self._rows[self.cursor] if self._rows else None

    @property
    def failure(self) -> Failure | None:
        """What fails under the cursor; of several the first."""
        if not (row := self.row):
            return None
        return self._failure(row)

    def _failure(self, row: Row) -> Failure | None:
        if row.kind == "failure":
            all_ = self.results.failures
            found = all_ if self.compact else self.results.failures_of(row.package, "")
            return found[row.number] if row.number < len(found) else None
        test = row.test if row.kind in {"test", "slow"} else ""
        return next(iter(self.results.failures_of(row.package, test)), None)

    @property
    def meant(self) -> TestName | None:
        """The test, or the package, under the cursor."""
        row = self.row
        if row is None or not row.package:
            return None
        return TestName(row.package, row.test if row.kind in TESTS else "")

    @property
    def does(self) -> str:
        """What Enter does to the row: `open`, `unfold`, `edit`, or nothing."""
        row = self.row
        if row is None:
            return ""
        if self.compact:
            return "open"
        if row.open is not None and not (row.kind == "test" and self.failure):
            return "fold" if row.open else "unfold"
        failure = self.failure
        return "edit" if failure and failure.file else ""

    def refresh_state(self) -> None:
        """Take over the app's state."""
        results = self.results
        self._rows = outline.front(results) if self.compact else self._whole(results)
        keys = [row.key for row in self._rows]
        if keys != self.keys:
            self.set_keys(keys)
        self.set_class(not keys, "-empty")
        self.refresh()

    def place_in(self, keys: list[str]) -> int:
        """With the test that the reader chose; while it is gone, with its package, or above all."""
        wanted = self._wanted
        key = wanted.key if wanted else self.chosen
        if wanted is None or key in keys:
            return keys.index(key) if key in keys else 0
        found = [(row.kind in TESTS, row.package, row.test) for row in self._rows]
        test = (wanted.kind in TESTS, wanted.package, wanted.test)
        package = (False, wanted.package, "")
        return next((found.index(one) for one in (test, package) if one in found), 0)

    def _whole(self, results: Results) -> list[Row]:
        return outline.rows(results, self._opened) if self.dashboard.state.gate else []

    def fold(self, opened: bool | None = None) -> None:
        """Fold or open the row under the cursor; where it has nothing below, its parent."""
        row = self.row
        if row is None or self.compact:
            return
        if row.open is None or (opened is False and not row.open):
            if opened is False:
                self._to_parent()
            return
        self._opened[row.key] = not row.open if opened is None else opened
        self.refresh_state()

    def _to_parent(self) -> None:
        depth = self._rows[self.cursor].depth
        above = (n for n in range(self.cursor, -1, -1) if self._rows[n].depth < depth)
        self.step(next(above, 0) - self.cursor)

    def choose_failure(self, index: int) -> None:
        """Put the cursor on the test of a failure, with all above it open."""
        failures = self.results.failures
        if index >= len(failures):
            return
        failure = failures[index]
        self._opened[f"package {failure.package}"] = True
        test = failure.test
        while "/" in test:
            test = test.rpartition("/")[0]
            self._opened[f"test {failure.package} {test}"] = True
        self.refresh_state()
        same = self.results.failures_of(failure.package, failure.test)
        at = next((n for n, one in enumerate(same) if one is failure), 0)
        key = f"failure {failure.package} {at} {failure.kind}"
        self.choose(f"test {failure.package} {failure.test}" if failure.test else key)

    def step(self, rows: int) -> None:
        """The reader chooses."""
        self.chose = True
        super().step(rows)
        self._wanted = self.row

    def on_click(self, event: events.Click) -> None:
        """A click chooses; on the fold, or on what is chosen already, it folds."""
        index = self.top + event.y
        again = self.chose and index == self.cursor
        super().on_click(event)
        row = self.row
        if row and index == self.cursor:
            on_fold = event.x <= row.depth * INDENT + INDENT
            if on_fold or (again and row.kind != "test"):
                self.fold()

    def row_strip(self, index: int) -> Strip:
        """A row of the tree."""
        one = self._rows[index]
        indent: Part = (" " * (one.depth * INDENT), "")
        fold = "  " if one.open is None else "▾ " if one.open else "▸ "
        lead: list[Part] = [indent, (fold, "faint")] if not self.compact else [(" ", "")]
        width = self.content_size.width
        left, right = self._parts(one, width - width_of(lead))
        chosen = index == self.cursor and (self.has_focus or self.chose)
        under = ("cursor" if self.has_focus else "shadow") if chosen else ""
        return self.strip(row([*lead, *left], right, width), under=under)

    def _parts(self, one: Row, room: int) -> tuple[list[Part], list[Part]]:
        match one.kind:
            case "run":
                return self._run()
            case "package":
                return self._package(self.results.packages[one.package])
            case "failure":
                failure = self._failure(one)
                return self._failed(failure, one.test, one.package, room) if failure else ([], [])
            case "test":
                return self._test(one, room)
            case "slow":
                slow = self.results.slowest[one.number]
                left = [(f"{slow.test}  ", "plain"), (words.package_name(slow.package), "quiet")]
                return left, [(f"{slow.seconds:.2f} s ", "plain")]
            case "group" if one.key == outline.SLOW:
                return [("◷ slowest", "quiet")], [(f"{len(self.results.slowest)} ", "quiet")]
            case "group":
                look = words.TEST_LOOKS[one.test]
                return [(f"{look.glyph} ", look.tone), (f"{one.number} {look.word}", "quiet")], []
            case "note":
                return [(f"… {one.test}", "quiet")], []

    def _run(self) -> tuple[list[Part], list[Part]]:
        gate = self.dashboard.state.gate
        look = words.GATE_RUNS if gate and not gate.ended else None
        if gate and gate.ended:
            look = words.VERDICT_LOOKS[gate.ended.verdict]
        done, known = self.results.done
        some = f"{done}/{known} packages "
        told = some if done < known else f"{words.count(done, 'package')} "
        right: list[Part] = [(told if done or known else "", "quiet")]
        glyph: list[Part] = [(f"{look.glyph} ", look.tone)] if look else []
        return [*glyph, ("all that is printed", "plain")], right

    def _package(self, package: ev.PackageProgress) -> tuple[list[Part], list[Part]]:
        cached = package.cached and package.state == "passed"
        look = words.PACKAGE_LOOKS["cached" if cached else package.state]
        if package.state == "awaited" and self.results.over:
            look = replace(look, word="not run")
        loud = look.tone in {"bad", "busy"}
        left: list[Part] = [
            (f"{look.glyph} ", look.tone),
            (f"{package.name or package.package}  ", "strong" if loud else "plain"),
        ]
        if package.note and package.state == "failed":
            left.append((package.note, "bad"))
        wide = self.content_size.width >= WIDE
        tally: list[Part] = []
        for number, word, tone in (
            (package.failed, "failed", "bad"),
            (package.races, words.plural(package.races, "race"), "bad"),
            (package.skipped, "skipped", "plain"),
            (package.passed, "passed", "plain"),
        ):
            if number and (wide or tone == "bad"):
                tally += [(f"{number}", tone), (f" {word}  ", "quiet")]
        covered = f"{package.coverage:.1f}% " if package.coverage is not None else ""
        counted = tally and look.tone in {"good", "bad"} and not cached
        word = look.word if (wide and not counted) or look.tone == "quiet" or cached else ""
        took = f"{package.seconds:.2f} s" if package.seconds >= 0.005 and not cached else ""
        right: list[Part] = [
            *tally,
            (f"{covered:>7}", "plain"),
            (f"{word:>9}" if wide else f" {word}" if word else "", look.tone),
            (f"{took:>9} ", "quiet"),
        ]
        return left, right

    def _test(self, one: Row, room: int) -> tuple[list[Part], list[Part]]:
        failure = self._failure(one)
        if failure:
            return self._failed(failure, one.label, one.package, room)
        state = self.results.state_of(one.package, one.test)
        look = words.TEST_LOOKS[state]
        ended = self.results.test(one.package, one.test)
        seconds = self.results.running.get((one.package, one.test))
        if seconds is None:
            seconds = ended.seconds if ended else 0.0
        note = ended.note if ended and state == "skipped" else ""
        again = state == "passed" and self.results.mended(one.package, one.test)
        left: list[Part] = [
            (f"{look.glyph} ", look.tone),
            (one.label, "strong" if state == "running" else "plain"),
            (f"  {look.word}" if state in {"running", "skipped"} else "", look.tone),
            (f"  {note}" if note else "", "quiet"),
        ]
        took = f"{seconds:.1f} s" if state == "running" else f"{seconds:.2f} s" if seconds else ""
        lucky = self.results.lucky(one.package, one.test)
        mark: list[Part] = (
            [("flaky ", "warn") if lucky else ("passes now ", "good")] if again else []
        )
        if took:
            mark = [*mark, (f"{took} ", "busy" if state == "running" else "quiet")]
        return left, mark

    def _failed(
        self, failure: Failure, name: str, package: str, room: int
    ) -> tuple[list[Part], list[Part]]:
        """`✗ race  TestX  store.go:17 <-> store.go:17`, and what is known, where and how long.

        The name gives way last: before it all at the end, how long it took first.
        """
        place = f"{failure.file}:{failure.line}" if failure.file else ""
        head: list[Part] = [("✗ ", "bad"), (f"{failure.kind:<5} ", "bad")]
        if self.compact:
            head.append((f"{words.package_name(package)} ", "quiet"))
        if failure.test or self.compact:
            head.append((name or "the package", "strong"))
        wide = self.content_size.width >= WIDE
        says = words.beside_kind(failure) if wide or failure.kind != "race" else ""
        gap = "  " if failure.test or self.compact else ""
        age = words.failure_age(self.dashboard.state, failure)
        again = self.results.was_rerun(failure.package, failure.test)
        ended = self.results.test(failure.package, failure.test)
        timed = wide and not self.compact and ended is not None and ended.seconds > 0
        took = f"{ended.seconds:.2f} s" if ended and timed else ""
        short = place if wide else place.rpartition("/")[2]
        ending: list[Part] = [
            (" still fails" if again else "", "bad"),
            (f" {age.word}" if age else "", age.tone if age else ""),
            (f"  {short}", "quiet"),
            (f"{took:>9}" if took else "", "quiet"),
        ]
        while ending and width_of([*head, *ending]) + len("  ") > room:
            ending.pop()
        if room - width_of([*head, *ending]) > FEW:
            head.append((f"{gap}{says}" if says else "", "plain"))
        return head, [*ending, (" ", "")]
