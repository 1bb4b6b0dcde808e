"""What the tests show: the gate and what was rerun since, put together. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from msgspec import structs

from sixfold import events as ev
from sixfold.model import Failure, TestName
from sixfold.state import RerunRun, RunState
from sixfold.tally import Again, Tally

Name = tuple[str, str]
"""Import path of a package, and a test in it."""


class Results:
    """The gate's packages, tests and failures, what reruns said of them in place of the gate."""

    def __init__(self, state: RunState, gate: Tally, again: Again) -> None:
        self._gate, self._again = gate, again
        latest = state.reruns[-1] if state.reruns else None
        self.rerun = latest if latest and again.latest.rerun == latest.started.rerun else None
        """The rerun that is shown: the latest, once something was heard of it."""
        self.over = bool(state.gate and state.gate.ended) and not state.testing
        reruns = state.reruns if self.rerun else []
        self._asked = {one.package for rerun in reruns for one in rerun.started.tests}
        self.running = self._running(state)
        self.failures = self._failures(state)
        self._lucky = _lucky(state)
        self._by_name: dict[Name, list[Failure]] = {}
        for failure in self.failures:
            self._by_name.setdefault((failure.package, failure.test), []).append(failure)
        self._busy = {package for package, _ in self.running}
        self._broken = {failure.package for failure in self.failures}
        self.packages = self._packages()
        """By import path: what fails first, then what runs, then all that was tested."""

    def _running(self, state: RunState) -> dict[Name, float]:
        """Tests at work -> seconds so far."""
        if not state.testing:
            return {}
        tally = self._again if self.rerun and not self.rerun.ended else self._gate
        now = tally.latest.seconds
        return {(one.package, one.test): max(0.0, now - one.since) for one in tally.running}

    def _failures(self, state: RunState) -> list[Failure]:
        """What the gate found, each rerun in its turn in the place of what was known before."""
        ended = state.gate.ended if state.gate else None
        found = list(ended.failures if ended else self._gate.failures)
        for rerun in state.reruns if self.rerun else []:
            now = rerun.ended.failures if rerun.ended else self._again.failures
            new = {(one.package, one.test, one.kind) for one in now}
            kept = [one for one in found if not self._settled(one, rerun)]
            found = [*now, *(one for one in kept if (one.package, one.test, one.kind) not in new)]
        return found

    def _settled(self, failure: Failure, rerun: RerunRun) -> bool:
        """Did a rerun show that it is no more, or what has come of it."""
        name = failure.package
        if failure.test and (name, failure.test) in self._again.told.get(rerun.started.rerun, ()):
            return True
        if TestName(name) not in rerun.started.tests:
            return False
        if rerun.ended:
            judged = rerun.ended.verdict in {"green", "red"}
            return judged and all(one.package != name for one in rerun.ended.failures)
        package = self._again.packages.get(name)
        return package is not None and package.state == "passed"

    def _packages(self) -> dict[str, ev.PackageProgress]:
        known = dict(self._gate.packages)
        for failure in self.failures:
            if failure.package:
                nothing = ev.PackageProgress(failure.package, "failed")
                known.setdefault(failure.package, nothing)
        shown = {name: self._mended(package) for name, package in known.items()}
        return dict(sorted(shown.items(), key=lambda item: self._rank(item[1])))

    def _mended(self, package: ev.PackageProgress) -> ev.PackageProgress:
        """The package as it stands after the rerun."""
        name = package.package
        if self.rerun and name in self._busy:
            return structs.replace(package, state="running")
        again = self._again.of(name) if self.rerun else {}
        if not again and not (self.rerun and name in self._again.packages):
            return package
        before = self._gate.of(name)
        mended = sum(_was(before, test, "failed") for test in again.values() if _passed(test))
        spoiled = sum(_was(before, test, "passed") for test in again.values() if _failed(test))
        return structs.replace(
            package,
            state="failed" if name in self._broken else "passed",
            passed=package.passed + mended - spoiled,
            failed=package.failed - mended + spoiled,
            races=package.races if name in self._broken else 0,
            cached=False,
            note=package.note if name in self._broken else "",
        )

    def _rank(self, package: ev.PackageProgress) -> tuple[int, str]:
        """By name where they stand alike: go ends them in another order each time."""
        if package.package in self._broken or package.state == "failed":
            return 0, package.package
        if package.state == "running":
            return 1, package.package
        return 3 if package.state == "skipped" else 2, package.package

    def failures_of(self, package: str, test: str) -> list[Failure]:
        """What is wrong with a test, or (test empty) with the package itself."""
        return self._by_name.get((package, test), [])

    def test(self, package: str, test: str) -> ev.TestProgress | None:
        """A test that has ended, as it ended last."""
        again = self._again.of(package).get(test) if self.rerun else None
        return again or self._gate.of(package).get(test)

    def knows(self, package: str, test: str) -> bool:
        """Is a test (test empty: a package) among what the gate tested; of some only the number is.

        Where nothing was heard of any package, it is taken to be.
        """
        told = self._gate.packages.get(package)
        if told is None or told.state not in {"passed", "failed"}:
            return not self._gate.packages
        return not test or test in self._gate.of(package) or self.unnamed(package) > 0

    def was_rerun(self, package: str, test: str) -> bool:
        """Does what is shown of a test come from the rerun."""
        return self.rerun is not None and test in self._again.of(package)

    def mended(self, package: str, test: str) -> bool:
        """Did a test fail in the gate, and pass when it was run once more."""
        again = self._again.of(package).get(test) if self.rerun else None
        return (
            again is not None and _passed(again) and _was(self._gate.of(package), again, "failed")
        )

    def lucky(self, package: str, test: str) -> Failure | None:
        """What a test failed for that counts as passed, since it passed when it was run again."""
        return self._lucky.get((package, test))

    @property
    def luck(self) -> bool:
        """Is the gate green only because what failed passed when it was run again."""
        return bool(self._lucky)

    def touched(self, package: str) -> bool:
        """Was anything of a package run once more."""
        return self.rerun is not None and package in self._asked

    def names(self, package: str) -> list[str]:
        """The tests of a package that are known by name, those that have ended first."""
        again: Iterable[str] = self._again.of(package) if self.rerun else ()
        running = (test for name, test in self.running if name == package)
        failed = (failure.test for failure in self.failures if failure.package == package)
        found = dict.fromkeys(chain(self._gate.of(package), again, running, failed))
        found.pop("", None)
        return list(found)

    def state_of(self, package: str, test: str) -> str:
        """`running`, `failed`, `skipped`, `passed`; empty where only its subtests are known."""
        if (package, test) in self.running:
            return "running"
        ended = self.test(package, test)
        if (package, test) in self._by_name:
            return "failed"
        return ended.state if ended else ""

    def unnamed(self, package: str) -> int:
        """How many tests passed that are not known by name."""
        known = self._gate.of(package).values()
        passed = self._gate.packages[package].passed if package in self._gate.packages else 0
        return max(0, passed - sum(map(_passed, known)))

    @property
    def done(self) -> tuple[int, int]:
        """Packages that are through, and all that there are; 0 where that is not known."""
        ended = sum(one.state not in {"awaited", "running"} for one in self._gate.packages.values())
        return ended, self._gate.latest.expected

    @property
    def awaited(self) -> list[str]:
        """Packages of which nothing was heard yet; for the eye."""
        return [one.name for one in self._gate.packages.values() if one.state == "awaited"]

    @property
    def slowest(self) -> list[ev.SlowTest]:
        """The tests that took longest."""
        return self._gate.slowest

    def failed(self) -> list[TestName]:
        """What fails now, each once; a package as a whole where it does itself."""
        names = dict.fromkeys(TestName(one.package, one.test) for one in self.failures)
        whole = {one.package for one in names if not one.test}
        return [one for one in names if one.package and (not one.test or one.package not in whole)]


def _lucky(state: RunState) -> dict[Name, Failure]:
    ended = state.gate.ended if state.gate else None
    failures = ended.failures if ended and ended.verdict == "green" else []
    return {(one.package, one.test): one for one in failures}


def _passed(test: ev.TestProgress) -> bool:
    return test.state == "passed"


def _failed(test: ev.TestProgress) -> bool:
    return test.state == "failed"


def _was(before: Mapping[str, ev.TestProgress], test: ev.TestProgress, state: str) -> bool:
    return test.test in before and before[test.test].state == state
