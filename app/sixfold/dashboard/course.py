"""How a run would go on if all took as long as it took so far. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from heapq import heappop, heappush
from operator import itemgetter

from msgspec import Struct

from sixfold.dashboard import words
from sixfold.history import Attempt, History, between
from sixfold.model import Phase
from sixfold.state import VALIDATION, RunState

LEAST = 2
"""Finished tasks that a forecast rests on at least; beside them it needs a gate that ended."""
RECENT = 30
"""Of more finished tasks, the latest count."""
LATE = 1 / 4
"""What is left of anything that takes longer than usual, as a part of what is usual."""


class Usual(Struct, frozen=True):
    """What things took in this run, in seconds."""

    task: float
    """All attempts at a task that was finished, without the time in which they rested."""
    judging: float
    """From a phase's first gate to its green one: gates and fixes."""
    gate: float
    """One gate."""


class Course(Struct, frozen=True):
    """Seconds from now."""

    end: float
    passed: dict[int, float]
    """Phase -> until its gate is green."""


def course(history: History, now: datetime) -> Course | None:
    """How the run goes on; None where nothing goes on, or there is too little to go by."""
    state = history.state
    at_work = state.work.values()
    if state.status != "running" or (at_work and all(work.held for work in at_work)):
        return None
    usual = usual_times(history, now)
    return _Walk(state, usual, now).to_the_end() if usual else None


def usual_times(history: History, now: datetime) -> Usual | None:
    """What tasks and gates of this run took; None while too few ended."""
    by_task = history.by_task().values()
    ended = [(tries[-1].ended, tries) for tries in by_task if tries[-1].outcome == "done"]
    done = sorted(((end, tries) for end, tries in ended if end), key=itemgetter(0))
    gates = [gate for gate in history.gates if gate.verdict not in {"running", "cut short"}]
    if len(done) < LEAST or not gates:
        return None
    spent = [sum(_busy(one, now) for one in tries) for _, tries in done[-RECENT:]]
    at_work = [_busy(tries[-1], now) for tries in by_task if tries[-1].outcome == "running"]
    open_ = [between(gate.started, now) for gate in history.gates if gate.verdict == "running"]
    judged = _judged(history, now)
    passed = [judged.pop(phase) for phase in history.state.passed if phase in judged]
    single = [gate.seconds for gate in gates]
    return Usual(
        _usual(spent, at_work),
        _usual(passed or single, [*judged.values(), *open_]),
        _usual(single, open_),
    )


def _judged(history: History, now: datetime) -> dict[int, float]:
    """Phase -> what its gates and fixes took so far."""
    judged: defaultdict[int, float] = defaultdict(float)
    for gate in history.gates:
        if gate.cause == "phase":
            runs = gate.verdict == "running"
            judged[gate.phase] += between(gate.started, now) if runs else gate.seconds
    for one in history.attempts:
        if one.kind == "fix":
            judged[one.phase] += _busy(one, now)
    return judged


def _usual(ended: Sequence[float], open_: Iterable[float]) -> float:
    """Of what has ended; what takes longer than that already counts as well."""
    usual = sum(ended) / len(ended)
    counted = [*ended, *(seconds for seconds in open_ if seconds > usual)]
    return sum(counted) / len(counted)


def _busy(one: Attempt, now: datetime) -> float:
    return max(0.0, between(one.started, one.ended or now) - one.resting)


class _Walk:
    """The run from now on: ready tasks take free slots, phases pass when their gate is green."""

    def __init__(self, state: RunState, usual: Usual, now: datetime) -> None:
        self._state, self._usual = state, usual
        self._passed = set(state.passed)
        self._free = state.slots
        self._ends: list[tuple[float, str, int]] = []
        """A heap: when a task (its id) ends, or (without one) the gate of a phase."""
        self._left: dict[int, set[str]] = {phase.number: set() for phase in state.phases}
        """Phase -> its tasks that are not over."""
        self._waiting: dict[str, set[str]] = {}
        """Task -> what it needs and is not over."""
        self._users: defaultdict[str, list[str]] = defaultdict(list)
        self._ready: list[str] = []
        self._course = Course(0.0, {})
        self._now = now
        self._begin(now)

    def _begin(self, now: datetime) -> None:
        state = self._state
        for name, task in state.by_id.items():
            progress = state.tasks[name]
            if progress.state in words.AT_WORK:
                self._start(name, self._rest_of(self._usual.task, progress.started, now))
            elif progress.state in {"pending", "ready"} and task.runnable:
                self._waiting[name] = set()
            else:
                continue
            self._left.setdefault(task.phase, set()).add(name)
        open_ = set().union(*self._left.values())
        for name, missing in self._waiting.items():
            missing.update({need.task for need in state.by_id[name].needs} & open_)
            for need in missing:
                self._users[need].append(name)
        self._offer(self._waiting)
        for phase in state.phases:
            self._judge(phase, 0.0, now)

    def _rest_of(self, usual: float, since: datetime | None, now: datetime) -> float:
        return max(usual - between(since, now), usual * LATE)

    def _start(self, name: str, ends: float) -> None:
        self._free -= 1
        heappush(self._ends, (ends, name, 0))

    def _is_open(self, number: int) -> bool:
        phase = words.phase_of(self._state, number)
        return phase is None or self._passed.issuperset((*phase.needs, *phase.follows))

    def _offer(self, names: Iterable[str]) -> None:
        """Those of `names` that need nothing more are ready."""
        phases = {number: self._is_open(number) for number in self._left}
        self._ready += [
            name
            for name in names
            if not self._waiting[name] and phases[self._state.by_id[name].phase]
        ]

    def _judge(self, phase: Phase, at: float, now: datetime | None = None) -> None:
        """The gate of a phase whose tasks are over; `now` where it may run already."""
        number = phase.number
        if number in self._passed or self._left[number] or not self._is_open(number):
            return
        gate = self._state.gate
        runs = gate is not None and gate.ended is None and gate.started.phase == number
        since = gate.started.at if gate and runs else None
        seconds = self._usual.judging
        if now and isinstance(since, datetime):
            seconds = self._rest_of(seconds, since, now)
        heappush(self._ends, (at + seconds, "", number))

    def to_the_end(self) -> Course | None:
        """Walk until nothing can go on; None where nothing does from the start."""
        at = 0.0
        while True:
            while self._ready and self._free > 0:
                self._start(self._ready.pop(0), at + self._usual.task)
            if not self._ends:
                return self._proven(at)
            at, name, number = heappop(self._ends)
            if name:
                self._finish(name, at)
            else:
                self._pass(number, at)

    def _proven(self, at: float) -> Course | None:
        """Once all phases have passed, the last gate and the validator's turn follow."""
        state, usual = self._state, self._usual
        passed = self._course.passed
        if len(self._passed) < len(state.phases) or state.validation.outcome == "passed":
            return Course(at, passed) if passed else None
        validator = next((one for one in state.work.values() if one.label == VALIDATION), None)
        if validator:
            return Course(self._rest_of(usual.task, validator.started, self._now), passed)
        gate, last = usual.gate, state.gate
        if last and last.started.cause == "final" and not passed:
            since = last.started.at
            began = since if isinstance(since, datetime) else None
            gate = 0.0 if last.ended else self._rest_of(usual.gate, began, self._now)
        return Course(at + gate + usual.task, passed)

    def _finish(self, name: str, at: float) -> None:
        self._free += 1
        number = self._state.by_id[name].phase
        self._left[number].discard(name)
        for user in self._users[name]:
            self._waiting[user].discard(name)
        self._offer(self._users[name])
        if phase := words.phase_of(self._state, number):
            self._judge(phase, at)

    def _pass(self, number: int, at: float) -> None:
        self._passed.add(number)
        self._course.passed[number] = at
        for phase in self._state.phases:
            if number in {*phase.needs, *phase.follows} and self._is_open(phase.number):
                self._offer(name for name in self._left[phase.number] if name in self._waiting)
                self._judge(phase, at)
