"""What is wrong so far: bounded, causes first, each thing once. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from sixfold.gate.text import clean
from sixfold.model import Failure, FailureKind

FAILURES = 50

_ORDER: tuple[FailureKind, ...] = (
    "build",
    "race",
    "panic",
    "timeout",
    "fail",
    "command",
    "unfinished",
)
"""Causes first, victims last."""


class Found:
    """The failures of a test run, except for builds, whose errors may come after their end."""

    def __init__(self) -> None:
        self._kinds: dict[FailureKind, list[Failure]] = {kind: [] for kind in _ORDER}

    def add(self, failure: Failure) -> None:
        """One more, unless there are `FAILURES` of its kind."""
        kept = self._kinds[failure.kind]
        if len(kept) < FAILURES:
            kept.append(failure)

    def drop(self, failure: Failure) -> None:
        """It was told too early: what became of it is another failure."""
        kept = self._kinds[failure.kind]
        if failure in kept:
            kept.remove(failure)

    def knows(self, race: Failure) -> bool:
        """Whether a race is listed: reads and writes of one place come as several reports."""
        told = (race.package, race.test, race.message)
        return any(told == (r.package, r.test, r.message) for r in self._kinds["race"])

    def listed(self, builds: Iterable[Failure]) -> list[Failure]:
        """All that is listed, with `builds` where they belong; at most `FAILURES`."""
        kinds = {**self._kinds, "build": list(builds)}
        every = [failure for kind in _ORDER for failure in kinds[kind]]
        return [_harmless(failure) for failure in every[:FAILURES]]


def _harmless(failure: Failure) -> Failure:
    """Names may come from a program that is not go."""
    names = failure.package + failure.test + failure.file
    if names.isprintable():
        return failure
    return structs.replace(
        failure,
        package=clean(failure.package),
        test=clean(failure.test),
        file=clean(failure.file),
    )
