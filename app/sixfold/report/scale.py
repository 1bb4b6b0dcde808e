"""From times to places on a line: time in which nothing is at work is drawn short. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds between two marks of the axis."""
SHORT = 0.04
"""Length of an idle time that is drawn short, as a part of all time at work."""
LEAST = 60
"""Seconds of idle time that are drawn as they were, and a quarter of the time at work."""


class Scale:
    """Places from 0 to `width` for times from `begin` to `end`; `busy` is when work was done."""

    def __init__(
        self,
        begin: datetime,
        end: datetime,
        busy: Iterable[tuple[datetime, datetime]],
        width: float,
    ) -> None:
        self.begin, self._width = begin, width
        length = max((end - begin).total_seconds(), 0.001)
        idle = list(_gaps(((self.seconds(a), self.seconds(b)) for a, b in busy), length))
        at_work = length - sum(b - a for a, b in idle)
        most = max(SHORT * at_work, 1.0)
        self.cuts = [(a, b) for a, b in idle if b - a > max(LEAST, at_work / 4)]
        """Idle times that are drawn short, in seconds after the begin."""
        self._knots = [(0.0, 0.0)]
        for a, b in self.cuts:
            self._add(a, a - self._knots[-1][0])
            self._add(b, most)
        self._add(length, length - self._knots[-1][0])
        self._drawn = self._knots[-1][1]

    def _add(self, time: float, drawn: float) -> None:
        self._knots.append((time, self._knots[-1][1] + drawn))

    def seconds(self, at: datetime) -> float:
        """Seconds after the begin."""
        return (at - self.begin).total_seconds()

    def place(self, at: datetime) -> float:
        """Where a time is, from 0 to the width."""
        return self.place_of(self.seconds(at))

    def place_of(self, second: float) -> float:
        """Where a second after the begin is."""
        index = min(max(1, bisect_right(self._knots, (second, 0.0))), len(self._knots) - 1)
        (t0, x0), (t1, x1) = self._knots[index - 1], self._knots[index]
        part = min(1.0, max(0.0, (second - t0) / (t1 - t0))) if t1 > t0 else 0.0
        return (x0 + part * (x1 - x0)) / self._drawn * self._width

    def marks(self, apart: float) -> Iterator[tuple[float, str]]:
        """Places and names of round times, at least so far apart; none where time is cut."""
        wanted = apart / self._width * self._drawn
        step = next((one for one in STEPS if one >= wanted), 86400 * (int(wanted // 86400) + 1))
        last = -apart
        for number in range(int(self._knots[-1][0] // step) + 1):
            second = number * step
            if any(a < second < b for a, b in self.cuts):
                continue
            place = self.place_of(second)
            if place - last >= apart:
                yield place, _clock(second)
                last = place


def _clock(second: int) -> str:
    return str(timedelta(seconds=second)) if second >= 3600 else f"{second // 60}:{second % 60:02}"


def _gaps(busy: Iterable[tuple[float, float]], length: float) -> Iterator[tuple[float, float]]:
    """What the intervals leave of 0 to `length`."""
    reached = 0.0
    for begin, end in sorted(busy):
        if begin > reached:
            yield reached, min(begin, length)
        reached = max(reached, end)
    if reached < length:
        yield reached, length
