"""One package under test: its tests while they run, and what they leave behind. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sixfold.events import OutputLine, PackageProgress
from sixfold.gate.failures import (
    MUTE,
    failed_package,
    failed_test,
    only_a_race,
    says_something,
)
from sixfold.gate.found import Found
from sixfold.gate.lines import output_lines, package_line, race_lines, result_line
from sixfold.gate.listed import Listed, Names
from sixfold.gate.marks import HEADS, Closing, is_frame
from sixfold.gate.places import Sources
from sixfold.gate.reports import CRASHES, RACE, RULE, Crash, Race
from sixfold.gate.text import Kept, clean, joined, screen_line
from sixfold.model import Failure, FailureKind

ERROR_LINES = 40
EARLY = "ended early: other tests may not have run"


class Test(Kept):
    """A test that has started and not ended, and what it printed."""

    __slots__ = ("errors", "live", "name", "partial", "paused", "since")
    __test__ = False

    def __init__(self, name: str, since: float) -> None:
        super().__init__()
        self.name, self.since = name, since
        self.errors: tuple[str, ...] = ()
        self.paused = self.live = False
        """`live`: it runs for so long that its output is shown as it comes."""
        self.partial = ""


class Package:
    """The fold of one package's records. What it finds goes to `found` and `lines`."""

    def __init__(
        self, name: str, sources: Sources, found: Found, listed: Listed, lines: list[OutputLine]
    ) -> None:
        self.name, self.sources, self.found, self.lines = name, sources, found, lines
        self.names = Names(name, listed)
        self.label = name if name.startswith(".") else sources.short(name)
        self.state: Literal["running", "passed", "failed", "skipped"] = "running"
        self.passed = self.failed = self.skipped = self.races = 0
        self.seconds = 0.0
        self.tests: dict[str, Test] = {}
        self.output = Kept()
        self.partial = ""
        self.race: Race | None = None
        self.crash: Crash | None = None
        self.deferred: list[Test] = []
        """Tests that failed while a crash was being printed: the end tells whether it was one."""
        self.blamed: set[str] = set()
        """Tests with a failed subtest."""
        self.mute: Failure | None = None
        """The last test that failed without a word: it may be the one that crashed."""
        self.typed = False
        """Its Go (1.27) says itself what is a frame and what an error."""
        self.failed_build = ""
        self.closing = Closing()
        self.listed = False
        self.why = ""
        """Why it failed though no test did, or what else there is to say of it."""

    def progress(self) -> PackageProgress:
        """The package's row, with those of its tests that ended since it was asked for last."""
        return PackageProgress(
            clean(self.name),
            self.state,
            self.passed,
            self.failed,
            self.skipped,
            self.seconds,
            name=clean(self.label),
            races=self.races,
            cached=self.closing.cached,
            coverage=self.closing.covered,
            note=self._note(),
            tests=self.names.news(),
        )

    def _note(self) -> str:
        if self.closing.broken and self.state == "failed":
            return "does not build"
        if self.state == "skipped":
            return "no test files"
        return "no tests to run" if self.closing.no_tests else clean(self.why)

    # What a record says.

    def run(self, name: str, now: float) -> None:
        """A test starts."""
        self.tests[name] = Test(name, now)
        self._alive()

    def pause(self, name: str) -> None:
        """A parallel test waits for its turn."""
        if test := self.tests.get(name):
            test.paused = True
        self._alive()

    def go_on(self, name: str, now: float) -> None:
        """A parallel test has its turn."""
        if test := self.tests.get(name):
            test.paused, test.since = False, now
        self._alive()

    def _alive(self) -> None:
        """A binary that starts tests has not crashed: what looked like it was mere output."""
        if self.crash:
            self.crash = None
            for test in self.deferred:
                self._tell(test)
            self.deferred.clear()

    def print(self, name: str, text: str, kind: str) -> None:
        """A piece of output, charged to a test or to the package."""
        if kind == "frame":
            self.typed = True
            if name:
                return
        if not name and self.closing.takes(text):
            if text in ("PASS\n", "FAIL\n"):
                self.crash = None  # a binary that crashed does not get so far
            return
        if text[:3] in HEADS or self.race or self.crash:
            if name and not self.typed and is_frame(name, text):
                return
            if self._block(name, text):
                return
        test = self.tests.get(name)
        if test is None:
            self._print_package(text)
            return
        test.add(text)
        if kind and len(test.errors) < ERROR_LINES:
            test.errors += (text.rstrip("\n"),)
        if test.live:
            self._print_live(test, text)

    def _block(self, name: str, text: str) -> bool:
        """Whether `text` is no output of a test's, but part of a race report."""
        line = text.rstrip("\n")
        if self.race and self.race.takes(line):
            if not self.race.open:
                self._end_race()
            return True
        if line == RACE:
            self._end_race()
            self._take_back_rule(name)
            self.race = Race(self.name, name)
            self.races += 1
            return True
        if line.startswith(CRASHES) and not (self.crash and self.crash.real):
            self.crash = Crash(self.name, name, line)
        elif self.crash:
            self.crash.add(line)
        return False

    def _take_back_rule(self, name: str) -> None:
        """The rule above a race report was taken for output."""
        test = self.tests.get(name)
        pieces = (test or self.output).pieces
        if pieces and pieces[-1].rstrip("\n") == RULE:
            pieces.pop()
        if self.lines and self.lines[-1].text.strip() == RULE:
            self.lines.pop()

    def _end_race(self) -> None:
        if self.race:
            failure = self.race.failure(self.sources)
            self.race = None
            known = self.found.knows(failure)
            self.lines.extend(list(race_lines(failure, self.label))[: 1 if known else None])
            if not known:
                self._list(failure)

    def _print_package(self, text: str) -> None:
        self.output.add(text)
        if self.crash:
            return  # told as a whole, at the end
        whole, self.partial = joined(self.partial, text)
        self.lines.extend(OutputLine(screen_line(line)) for line in whole if line)

    def _print_live(self, test: Test, text: str) -> None:
        whole, test.partial = joined(test.partial, text)
        self.lines.extend(OutputLine(screen_line(f"      {line}")) for line in whole)

    def show_live(self, test: Test) -> None:
        """From now on show what this long test prints as it comes."""
        test.live = True
        self.lines.append(OutputLine(screen_line(f"RUN   {self.label}  {test.name}"), "note"))
        self._print_live(test, "".join(test.pieces))

    # How a test ends.

    def test_passed(self, name: str, seconds: float) -> None:
        """A test passed. The stream names it unless it is a subtest."""
        self.tests.pop(name, None)
        self.passed += 1
        self.names.add("passed", name, seconds)
        if "/" not in name:
            self.lines.append(result_line("PASS", self.label, name, seconds))

    def test_skipped(self, name: str, seconds: float) -> None:
        """A test skipped itself; its last words say why."""
        test = self.tests.pop(name, None)
        self.skipped += 1
        said = test.lines() if test else []
        why = said[-1].strip() if said else ""
        self.names.add("skipped", name, seconds, screen_line(why))
        self.lines.append(result_line("SKIP", self.label, name, seconds, why))

    def test_failed(self, name: str, seconds: float) -> None:
        """A test failed: told at once, or at the package's end if the binary may have crashed."""
        test = self.tests.pop(name, None) or Test(name, 0.0)
        self.failed += 1
        self.names.add("failed", name, seconds)
        self.blamed.update(_parents(name))
        if self.crash:
            self.deferred.append(test)
        else:
            self._tell(test, seconds)

    def _tell(self, test: Test, seconds: float = 0.0) -> None:
        """The failure of a test, unless a subtest or a race already is all there is to say."""
        lines = test.lines()
        if test.name in self.blamed and not says_something(test.errors if self.typed else lines):
            return
        self.lines.append(result_line("FAIL", self.label, test.name, seconds))
        if not test.live:
            self.lines.extend(output_lines(lines))
        race = only_a_race(lines, test.errors)
        if race and self.races:
            return
        kind: FailureKind = "race" if race else "fail"
        why = "data race, reported elsewhere" if race else ""
        failure = failed_test(
            self.name, test.name, lines, test.errors, self.sources, kind=kind, why=why
        )
        self._list(failure)
        if failure.message == MUTE:
            self.mute = failure

    def _list(self, failure: Failure) -> None:
        self.listed = True
        self.found.add(failure)

    # How the package ends.

    def end(
        self,
        state: Literal["passed", "failed", "skipped"],
        seconds: float = 0.0,
        timed_out: str = "",
    ) -> None:
        """The package ended; what still runs was cut off, for lack of time if `timed_out`."""
        self._end_race()
        self.state, self.seconds = state, seconds
        crash = self.crash if state == "failed" and self.crash and self.crash.real else None
        culprit = self._tell_crash(crash)
        for test in self.deferred:
            if test.name != culprit:
                self._tell(test)
        self.deferred.clear()
        if state == "failed":
            self._close_failed(crash, culprit, timed_out)
        elif state == "passed":
            self._tell_benchmarks()
        self.tests.clear()
        if self.partial:
            self.lines.append(OutputLine(screen_line(self.partial)))
        self._closing_line()

    def _tell_benchmarks(self) -> None:
        """Benchmarks never end; what they printed is their result."""
        for test in self.tests.values():
            told = test.live or not test.name.startswith("Benchmark")
            said = () if told else (line for line in test.lines() if line != test.name)
            self.lines.extend(OutputLine(screen_line(line)) for line in said)

    def _tell_crash(self, crash: Crash | None) -> str | None:
        """Tell of a crash; the test to charge it to. An alarm is told of each test it rang for."""
        if not crash or (crash.after and self.tests):
            return None
        culprit = crash.culprit({*self.tests, *(test.name for test in self.deferred)})
        if culprit and self.mute and self.mute.test.startswith(f"{culprit}/"):
            culprit = self.mute.test  # go charges its parent, which crashes with it
            self.found.drop(self.mute)
        self._tell_cut_off(crash.failure(self.sources, culprit), shown=False)
        return culprit

    def _close_failed(self, crash: Crash | None, culprit: str | None, timed_out: str) -> None:
        self.failed += len(self.tests)
        for name in self.tests:
            self.names.add("failed", name, 0.0, "never ended")
        for test in self._leaves():
            if test.name != culprit:
                self._cut_off(test, crash, timed_out)
        if not self.listed and not self.closing.broken:
            failure = failed_package(self.name, self.output.lines(), timed_out)
            self._list(failure)
            self.why = failure.message
        elif crash or any(not name.startswith("Benchmark") for name in self.tests):
            self.why = EARLY  # go names only the tests that have begun

    def running(self) -> list[Test]:
        """The tests at work: not paused, and not merely waiting for a subtest."""
        return [test for test in self._leaves() if not test.paused]

    def _leaves(self) -> list[Test]:
        """The unended tests, without those that merely wait for a subtest."""
        parents = {parent for name in self.tests for parent in _parents(name)}
        return [test for name, test in self.tests.items() if name not in parents]

    def _cut_off(self, test: Test, crash: Crash | None, timed_out: str) -> None:
        """A test without an end is a failed one."""
        if crash and crash.rang_for(test.name, paused=test.paused):
            failure = crash.failure(self.sources, test.name)
        else:
            why = timed_out or self._cut_by(crash)
            failure = failed_test(
                self.name,
                test.name,
                test.lines() or self._signals(),
                test.errors,
                self.sources,
                kind="timeout" if timed_out and not test.paused else "unfinished",
                why=why,
            )
        self._tell_cut_off(failure, shown=test.live)

    def _signals(self) -> list[str]:
        return [line for line in self.output.lines() if line.startswith("signal: ")]

    def _cut_by(self, crash: Crash | None) -> str:
        if crash:
            return "cut off by a crash"
        return "cut off by a data race" if self.races else "never finished"

    def _tell_cut_off(self, failure: Failure, *, shown: bool) -> None:
        self._list(failure)
        self.lines.append(result_line("FAIL", self.label, failure.test, 0.0, failure.message))
        if failure.output and not shown:
            self.lines.extend(output_lines(failure.output.split("\n")))

    def _closing_line(self) -> None:
        word = {"passed": "ok", "failed": "FAIL", "skipped": "?"}[self.state]
        notes = (
            "no test files" if self.state == "skipped" else "",
            f"{self.races} race{'s' * (self.races > 1)}" if self.races else "",
            *self.closing.notes(),
            self.why,
        )
        counts = (self.passed, self.failed, self.skipped)
        note = ", ".join(filter(None, notes))
        self.lines.append(package_line(word, self.label, counts, self.seconds, note))


def _parents(name: str) -> Iterable[str]:
    while "/" in name:
        name = name.rpartition("/")[0]
        yield name
