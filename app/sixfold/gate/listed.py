"""Which of a package's ended tests are told by name: what failed, was skipped, and more. Pure.

A run may have a million tests; a list that a person reads has not.
"""

from __future__ import annotations

import heapq
from typing import Literal

from sixfold.events import SlowTest, TestProgress
from sixfold.gate.text import clean

MOST_OF_A_KIND = 200
"""Tests of one package, of each kind: passed at the top, passed below, failed, skipped."""
MOST_IN_ALL = 10_000
SLOWEST = 10
SLOW = 0.01
"""Seconds; what ends earlier took no time to speak of."""


Ended = Literal["passed", "failed", "skipped"]


class Listed:
    """The tests of a whole run that are told by name; each package adds to its own."""

    def __init__(self) -> None:
        self.room = MOST_IN_ALL
        self._slowest: list[tuple[float, str, str]] = []

    def time(self, package: str, test: str, seconds: float) -> None:
        """A test at the top took so long."""
        entry = (seconds, package, test)
        if len(self._slowest) < SLOWEST:
            heapq.heappush(self._slowest, entry)
        elif seconds > self._slowest[0][0]:
            heapq.heapreplace(self._slowest, entry)

    def slowest(self) -> list[SlowTest]:
        """The slowest first."""
        found = sorted(self._slowest, reverse=True)
        return [SlowTest(clean(package), clean(test), seconds) for seconds, package, test in found]


class Names:
    """The ended tests of one package that are told by name, those not told of yet first of all."""

    def __init__(self, package: str, listed: Listed) -> None:
        self._package, self._listed = package, listed
        self._left: dict[str, int] = {}
        self._parents: set[str] = set()
        self._new: list[TestProgress] = []

    def add(self, state: Ended, test: str, seconds: float, note: str = "") -> None:
        """A test ended."""
        below = "/" in test
        if not below and seconds >= SLOW:
            self._listed.time(self._package, test, seconds)
        kind = "passed below" if below and state == "passed" else state
        left = self._left.get(kind, MOST_OF_A_KIND)
        if (left <= 0 or self._listed.room <= 0) and test not in self._parents:
            return
        self._left[kind] = left - 1
        self._listed.room -= 1
        self._new.append(TestProgress(clean(test), state, seconds, note))
        if below:
            self._parents.update(_parents(test))

    def news(self) -> list[TestProgress]:
        """Those that were not told yet."""
        news, self._new = self._new, []
        return news


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:n]) for n in range(1, len(parts))]
