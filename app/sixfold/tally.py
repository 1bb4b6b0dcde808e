"""What a run of the tests has shown so far: the fold of `GateProgress`. Pure.

Runner and viewer fold the same messages: the one to tell newcomers, the other to show it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import structs

from sixfold.events import (
    GateProgress,
    PackageProgress,
    RunningTest,
    SlowTest,
    TestProgress,
)
from sixfold.model import Failure

EMPTY: Mapping[str, TestProgress] = {}


class Tally:
    """Packages, and the tests of each that are known by name. Memory is bounded by who tells."""

    def __init__(self) -> None:
        self.latest = GateProgress(gate=0, seconds=0.0, passed=0, failed=0, skipped=0, races=0)
        """The latest message: its numbers are those of the whole run."""
        self.packages: dict[str, PackageProgress] = {}
        """By import path, in the order in which they were heard of; their `tests` are empty."""
        self.tests: dict[str, dict[str, TestProgress]] = {}
        """Package -> its ended tests by name; what failed once has failed."""
        self.failures: list[Failure] = []

    @property
    def running(self) -> list[RunningTest]:
        """Tests at work."""
        return self.latest.running

    @property
    def slowest(self) -> list[SlowTest]:
        """The tests that took longest."""
        return self.latest.slowest

    def of(self, package: str) -> Mapping[str, TestProgress]:
        """The tests of a package that have ended and are known by name."""
        return self.tests.get(package, EMPTY)

    def apply(self, progress: GateProgress) -> None:
        """Take in what changed; costs what the message is long."""
        if self._is_another(progress):
            self.packages.clear()
            self.tests.clear()
            self.failures = []
        for package in progress.packages:
            if package.tests:
                self._add(package)
                package = structs.replace(package, tests=[])  # noqa: PLW2901 - kept elsewhere
            self.packages[package.package] = package
        if progress.failures is not None:
            self.failures = progress.failures
        self.latest = structs.replace(progress, packages=[], failures=None)

    def _is_another(self, progress: GateProgress) -> bool:
        """Is it of another run of the tests, or the whole of this one."""
        before = self.latest
        return progress.whole or (progress.gate, progress.rerun) != (before.gate, before.rerun)

    def _add(self, package: PackageProgress) -> None:
        known = self.tests.setdefault(package.package, {})
        for test in package.tests:
            before = known.get(test.test)
            if not (before and before.state == "failed"):
                known[test.test] = test

    def whole(self) -> GateProgress:
        """All of it in one message, for somebody who heard nothing."""
        packages = [
            structs.replace(package, tests=list(self.of(name).values()))
            for name, package in self.packages.items()
        ]
        return structs.replace(
            self.latest, packages=packages, failures=list(self.failures), whole=True
        )


class Again(Tally):
    """What was run once more since the gate: of each test, what was said of it last."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[int, set[tuple[str, str]]] = {}
        """Rerun -> the tests, by package and name, of which it told something."""
        self._told: set[tuple[str, str]] = set()

    def apply(self, progress: GateProgress) -> None:
        """Take in what changed; what an earlier rerun said stands until a later one says more."""
        if progress.gate != self.latest.gate:
            self.told.clear()
        if progress.rerun != self.latest.rerun:
            self.failures = []
        self._told = self.told.setdefault(progress.rerun, set())
        super().apply(progress)

    def _is_another(self, progress: GateProgress) -> bool:
        return progress.gate != self.latest.gate

    def _add(self, package: PackageProgress) -> None:
        """Of one rerun, too, what failed once has failed."""
        known = self.tests.setdefault(package.package, {})
        for test in package.tests:
            name = (package.package, test.test)
            if name not in self._told or known[test.test].state != "failed":
                known[test.test] = test
            self._told.add(name)
