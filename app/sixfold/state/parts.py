"""What a run's state is made of: tasks and their attempts, busy slots, gates, requirements."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from sixfold import events as ev
from sixfold.model import Evidence, Judgement, Requirement, TaskState, Usage

NOTHING_SPENT = Usage()
VALIDATION = "validation"
"""The label of a validator's work."""


class Attempt(Struct):
    """One attempt at a task."""

    number: int
    slot: int
    name: str
    """The task's id when it began: what is kept of it is called so."""
    agent: str
    started: datetime | None
    branch: str = ""
    base: str = ""
    ended: datetime | None = None
    outcome: Literal["", "done", "failed", "cancelled"] = ""
    """Empty while it goes on."""
    reason: str = ""
    commit: str = ""
    usage: Usage = NOTHING_SPENT


class TaskProgress(Struct):
    """Where one task stands."""

    state: TaskState
    given: bool = False
    """Was it done or parked when the run first read it: no work of this run."""
    attempts: int = 0
    slot: int = 0
    """The slot it runs in, or ran in last; 0 before its first attempt."""
    agent: str = ""
    wanted: str = ""
    """The agent that a person wants for the next attempt; empty: whose turn it is."""
    usage: Usage = NOTHING_SPENT
    """What all attempts at it spent."""
    reason: str = ""
    """Why it failed, or which task halted it."""
    aside: bool = False
    """Did a person take it out as the culprit of a red gate: only a person brings it back."""
    commit: str = ""
    branch: str = ""
    """The latest attempt's own branch; it is gone once its work is integrated."""
    base: str = ""
    """The commit that the latest attempt started from."""
    outside: list[str] = []
    """Files the latest attempt changed that the task does not name."""
    left_out: list[str] = []
    """What it left and is in no commit."""
    started: datetime | None = None
    """Start of the latest attempt, UTC."""
    ended: datetime | None = None
    history: list[Attempt] = []
    """The attempts one by one, the latest last."""

    def attempt(self, number: int) -> Attempt | None:
        """The latest attempt with this number."""
        return next((one for one in reversed(self.history) if one.number == number), None)


class Work(Struct):
    """What a busy slot works on: a task, a fix for a phase's red gate, or validation."""

    slot: int
    label: str
    """The task's id, `fix N` for phase N, or `validation`."""
    task: str
    """The task's id; empty for a fix and for validation."""
    phase: int
    attempt: int
    agent: str
    started: datetime | None
    branch: str = ""
    base: str = ""
    gone: bool = False
    """Was its task taken out of the list while it was at work."""
    doing: Literal["turn", "integrating", "conflict"] = "turn"
    """`conflict` is another turn of the same agent."""
    held: str = ""
    """Why the attempt rests; empty while its agent is at work."""
    stalled: float = 0.0
    """Seconds without a sign of life, when that was noticed; 0 while there are some."""
    quiet_since: datetime | None = None
    """Its last sign of life before that, UTC."""
    usage: Usage = NOTHING_SPENT
    """What this attempt spent."""


class Asked(Struct):
    """A requirement, and what validation found out about it."""

    requirement: Requirement
    verdict: Judgement | Literal[""] = ""
    """Empty until it is judged."""
    evidence: list[Evidence] = []
    reason: str = ""


class Validation(Struct):
    """Where validation stands."""

    round: int = 0
    """The latest; 0 before the first."""
    attempts: int = 0
    """Turns of validators, over the whole run."""
    returned: int = 0
    """How often what was not met became tasks."""
    outcome: Literal["", "passed", "failed", "error", "cancelled"] = ""
    """Of the latest round; empty while it is on, and before the first."""
    reason: str = ""
    commit: str = ""
    """What was judged; empty in a shared tree."""


class GateRun(Struct):
    """One run of the test command; `ended` is None while it runs."""

    started: ev.GateStarted
    ended: ev.GateEnded | None = None


class RerunRun(Struct):
    """Tests that a person has run once more, since the latest gate."""

    started: ev.RerunStarted
    ended: ev.RerunEnded | None = None
