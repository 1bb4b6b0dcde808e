"""The time that is left, told calmly: it counts down, and never jumps about. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from sixfold.dashboard.course import course
from sixfold.history import History

PACE = 5
"""Seconds from one look to the next."""
TRUST = 1 / 4
"""How far an end moves to where it is seen now, at each look."""
LEAP = timedelta(minutes=1)
"""After so long without a look, what was seen before is forgotten."""
STEPS = ((20, 1), (60, 5), (240, 15))
"""Below so many minutes they are told in such steps; above, in hours."""
LAST = "under a minute left"
STAYS = 3 / 4
"""The words stay until they are wrong by more than this part of a step."""
RUN = 0
"""Stands for the run where a phase is meant."""


class Estimate:
    """What is left of a run and of each phase.

    It is asked at each paint, and looks anew every few seconds.
    """

    def __init__(self) -> None:
        self._looked: datetime | None = None
        self._ends: dict[int, datetime] = {}
        """Phase, or `RUN` -> its end."""
        self._told: dict[int, int] = {}
        """The same -> minutes left, as they were told last."""

    def left(self, history: History, now: datetime, phase: int = RUN) -> str:
        """`about 12 min left`; empty where nothing goes on, or there is too little to go by."""
        if history.state.status != "running":
            self._looked, self._ends, self._told = None, {}, {}
            return ""
        if self._looked is None or not timedelta() <= now - self._looked < timedelta(seconds=PACE):
            self._look(history, now)
        end = self._ends.get(phase)
        if end is None:
            return ""
        minutes = settled(self._told.get(phase), (end - now).total_seconds() / 60)
        self._told[phase] = minutes
        return wording(minutes)

    def _look(self, history: History, now: datetime) -> None:
        found = course(history, now)
        seen = {RUN: found.end, **found.passed} if found else {}
        fresh = self._looked is None or not timedelta() <= now - self._looked < LEAP
        before = {} if fresh else self._ends
        self._ends = {}
        for key, seconds in seen.items():
            end = now + timedelta(seconds=seconds)
            known = before.get(key, end)
            self._ends[key] = known + (end - known) * TRUST
        self._told = {key: told for key, told in self._told.items() if key in before}
        self._looked = now


def settled(told: int | None, minutes: float) -> int:
    """The minutes to tell: those told before while they are not clearly wrong, else round ones."""
    step = next((step for below, step in STEPS if minutes < below), 60)
    if told is not None and abs(minutes - told) <= step * STAYS:
        return told
    return max(0, round(minutes / step) * step)


def wording(minutes: int) -> str:
    """`about 1 h 45 min left`."""
    if minutes < 1:
        return LAST
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return f"about {' '.join(parts)} left"


def brief(told: str) -> str:
    """`~1 h 45 min`: the same where there is little room."""
    return "<1 min" if told == LAST else told.replace("about ", "~").removesuffix(" left")
