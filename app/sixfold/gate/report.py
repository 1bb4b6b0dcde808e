"""The fold of a test run: records in, a tally, lines and failures out.

Pure: time comes in as seconds since the gate's start. Each record costs the same, however long the
run; of what tests print, only what running and failed ones did is kept, and that is bounded.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Iterable

from msgspec import structs

from sixfold.events import GateProgress, OutputLine, PackageProgress, RunningTest
from sixfold.gate.decode import TEXT, Record
from sixfold.gate.failures import build_failure
from sixfold.gate.found import Found
from sixfold.gate.listed import Listed
from sixfold.gate.package import Package
from sixfold.gate.places import Sources
from sixfold.gate.text import clean, screen_line
from sixfold.model import Failure

RUNNING = 20
BUILD_LINES = 200
LIVE_SECONDS = 10.0
"""A test that runs for longer than this shows what it prints as it comes."""

TOLD_IN_FULL = 15
"""Failures of a progress message that carry their output."""

_BROKEN = re.compile(r"FAIL\t(\S+) \[(?:build|setup) failed\]\s*$")


class Report:
    """What a test run said so far."""

    def __init__(self, sources: Sources | None = None) -> None:
        self.sources = sources or Sources()
        self.packages: dict[str, Package] = {}
        self.lines: list[OutputLine] = []
        """Lines for the stream; whoever takes them clears the list."""
        self.errors: list[str] = []
        """What the go command said on stderr, its first lines."""
        self._found, self._listed = Found(), Listed()
        self._told: list[Failure] = []
        self._touched: dict[Package, None] = {}
        """Packages that something was heard of since the last message, in order."""
        self._awaited: dict[str, None] = {}
        """Packages that nothing was heard of, and which were not told yet."""
        self._heard = 0.0
        self._expected = 0
        self._late = ""
        self._builds: dict[str, list[str]] = {}
        self._failed_builds: list[str] = []
        self._building = ""
        self._last = Package("", self.sources, Found(), Listed(), [])

    @property
    def passed(self) -> int:
        """Tests that passed, subtests too."""
        return sum(package.passed for package in self.packages.values())

    @property
    def failed(self) -> int:
        """Tests that failed or never ended, subtests too."""
        return sum(package.failed for package in self.packages.values())

    @property
    def skipped(self) -> int:
        """Tests that skipped themselves."""
        return sum(package.skipped for package in self.packages.values())

    @property
    def races(self) -> int:
        """Reports of the race detector."""
        return sum(package.races for package in self.packages.values())

    def feed(self, records: Iterable[Record], now: float) -> None:
        """Fold `records`, heard `now`."""
        package, self._heard = self._last, now
        self._touched[package] = None
        for record in records:
            name = record.package
            if not name:
                self._without_package(record)
                continue
            if name != package.name:
                package = self._package(name)
            test = record.test
            match record.action:
                case "output":
                    package.print(test, record.output, record.output_type)
                case "run":
                    package.run(test, now)
                case "pass" if test:
                    package.test_passed(test, record.elapsed)
                case "fail" if test:
                    package.test_failed(test, record.elapsed)
                case "skip" if test:
                    package.test_skipped(test, record.elapsed)
                case "pause":
                    package.pause(test)
                case "cont":
                    package.go_on(test, now)
                case "pass":
                    package.end("passed", record.elapsed)
                case "skip":
                    package.end("skipped", record.elapsed)
                case "fail":
                    package.failed_build = record.failed_build
                    package.closing.broken |= bool(record.failed_build)
                    package.end("failed", record.elapsed, self._late)
                case "start":
                    package.state = "running"
        self._last = package

    def _package(self, name: str) -> Package:
        package = self.packages.get(name)
        if package is None:
            package = Package(name, self.sources, self._found, self._listed, self.lines)
            self.packages[name] = package
        self._touched[package] = None
        return package

    def _without_package(self, record: Record) -> None:
        """Build output, and lines that are no records."""
        if record.action == "build-output":
            for line in record.output.rstrip("\n").split("\n"):
                self._build_line(_import_path(record.import_path), line)
        elif record.action == "build-fail":
            self._failed_builds.append(_import_path(record.import_path))
        elif record.action == TEXT and (broken := _BROKEN.match(record.output)):
            package = self._package(broken[1])
            package.closing.broken = True
            package.end("failed")
        elif record.action == TEXT:
            self.lines.append(OutputLine(screen_line(record.output)))

    def _build_line(self, path: str, line: str) -> None:
        kept = self._builds.setdefault(path, [])
        if len(kept) < BUILD_LINES and line not in kept:
            kept.append(line)
            self.lines.append(OutputLine(screen_line(line), "build"))

    def hear_error(self, line: str) -> None:
        """A line that the go command wrote on stderr; before Go 1.24 build errors come there."""
        if len(self.errors) < BUILD_LINES:
            self.errors.append(line)
        if line.startswith("# "):
            self._building = _import_path(line[2:].strip().strip("[]"))
        elif line.startswith(("go: ", "FAIL")):
            self._building = ""
        if self._building:
            self._build_line(self._building, line)
        elif line.strip():
            self.lines.append(OutputLine(screen_line(line), "note"))

    def expect(self, packages: Iterable[str]) -> None:
        """These packages will be tested: until something is heard of them they are awaited."""
        self._awaited.update(dict.fromkeys(packages))
        self._expected = len(self._awaited)

    def expire(self, late: str) -> None:
        """Time is up: from now on, what fails does so because it is being stopped."""
        self._late = late

    def close(self) -> None:
        """The stream has ended: what has not, failed."""
        for package in self.packages.values():
            if package.state == "running":
                self._touched[package] = None
                package.end("failed", timed_out=self._late)

    def failures(self) -> list[Failure]:
        """What is wrong, causes first; bounded."""
        return self._found.listed(self._build_failures())

    def _build_failures(self) -> Iterable[Failure]:
        """One for each package that does not build.

        Where the error lies in another package that is listed too, it is told there only.
        """
        broken = {
            p.name: p for p in self.packages.values() if p.closing.broken and p.state == "failed"
        }
        told: set[str] = set()
        for name, package in broken.items():
            path = _import_path(package.failed_build) or name
            told.add(path)
            if path != name and path in broken:
                message = f"needs {self.sources.short(path)}, which does not build"
                yield Failure(name, "", "build", message=message)
            else:
                lines = self._builds.get(path) or self._builds.get(name) or self.errors
                yield build_failure(name, lines, self.sources)
        for path in dict.fromkeys(self._failed_builds):
            if path not in told and path not in self.packages:
                yield build_failure(path, self._builds.get(path, []), self.sources)

    def progress(self, gate: int, now: float) -> GateProgress:
        """What changed in the tally since this was asked last, as it stands `now`."""
        touched = [package.progress() for package in self._touched if package.name]
        awaited = [
            PackageProgress(clean(name), "awaited", name=clean(self.sources.short(name)))
            for name in self._awaited
            if name not in self.packages
        ]
        self._touched.clear()
        self._awaited.clear()
        return GateProgress(
            gate=gate,
            seconds=round(now, 3),
            passed=self.passed,
            failed=self.failed,
            skipped=self.skipped,
            races=self.races,
            packages=[*awaited, *touched],
            running=self._running(),
            slowest=self._listed.slowest(),
            failures=self._news(),
            heard=round(self._heard, 3),
            expected=self._expected,
        )

    def _running(self) -> list[RunningTest]:
        running = [
            (test.since, package.name, test.name)
            for package in self.packages.values()
            if package.tests
            for test in package.running()
        ]
        return [
            RunningTest(clean(package), clean(test), round(since, 3))
            for since, package, test in heapq.nsmallest(RUNNING, running)
        ]

    def _news(self) -> list[Failure] | None:
        """The failures, where they are not those that were told last."""
        failures = self.failures()
        if failures == self._told:
            return None
        self._told = failures
        return [
            failure if n < TOLD_IN_FULL else structs.replace(failure, output="")
            for n, failure in enumerate(failures)
        ]

    def show_long_tests(self, now: float) -> None:
        """Let tests that have been running for long show what they print."""
        for package in self.packages.values():
            for test in package.running():
                if not test.live and now - test.since > LIVE_SECONDS:
                    package.show_live(test)


def _import_path(text: str) -> str:
    """`example.com/m/a_test [example.com/m/a.test]` -> `example.com/m/a`."""
    path = text.partition(" [")[0]
    return path.removesuffix(".test").removesuffix("_test")
