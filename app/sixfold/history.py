"""A run's events as work with a beginning and an end: attempts, gates, pauses, questions. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sixfold import events as ev
from sixfold.lines import event_line
from sixfold.model import Failure, GateCause, Suspect, Usage, Verdict
from sixfold.state import VALIDATION, RunState, renumbered


class Attempt(Struct, kw_only=True):
    """An agent's attempt at a task, at turning a gate green, or at judging what came of it."""

    kind: Literal["task", "fix", "validation"]
    task: str
    """The task's id, as it is called now; `fix N` for phase N, or `validation`."""
    phase: int
    slot: int
    number: int
    agent: str
    started: datetime | None
    ended: datetime | None = None
    """None while it is at work."""
    seconds: float = 0.0
    resting: float = 0.0
    """Seconds of it in which it was held: paused now, or its provider took no more."""
    outcome: Literal["done", "failed", "cancelled", "cut short", "running"] = "running"
    """`cut short`: the runner died meanwhile."""
    reason: str = ""
    commit: str = ""
    branch: str = ""
    """Where work that was not integrated is kept."""
    usage: Usage = Usage()
    conflicts: int = 0
    """How often its work contradicted that of others."""
    removed: str = ""
    """Title of its task, where that was taken out of `tasks.md`."""


class Gate(Struct, kw_only=True):
    """One run of the test command."""

    gate: int
    cause: GateCause
    phase: int
    started: datetime | None
    ended: datetime | None = None
    seconds: float = 0.0
    verdict: Verdict | Literal["running", "cut short"] = "running"
    reason: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    races: int = 0
    commit: str = ""
    failures: list[Failure] = []
    suspects: list[Suspect] = []
    fixed: list[str] = []


class Rest(Struct, kw_only=True):
    """Time in which a run was paused, blocked, or had no runner."""

    kind: Literal["paused", "blocked", "away"]
    started: datetime | None
    ended: datetime | None = None
    seconds: float = 0.0
    reason: str = ""


class Hold(Struct, kw_only=True):
    """Time in which an attempt rested in its slot."""

    slot: int
    started: datetime | None
    ended: datetime | None = None
    """None while it rests."""
    reason: str = ""


class Question(Struct, kw_only=True):
    """What a person was asked, and what came of it."""

    request: str
    task: str
    text: str
    asked: datetime | None
    answered: datetime | None = None
    option: str = ""
    """The answer; empty while there is none."""
    seconds: float = 0.0
    """From the question to the answer."""


class Remark(Struct, kw_only=True):
    """Something that happened beside the usual, in one line."""

    at: datetime | None
    kind: str
    """The event's type."""
    text: str


class History:
    """Everything that took time in a run. Built by `take`, event by event; closed by `close`."""

    def __init__(self) -> None:
        self.state = RunState()
        """The fold of what was taken so far."""
        self.attempts: list[Attempt] = []
        self.gates: list[Gate] = []
        self.rests: list[Rest] = []
        self.holds: list[Hold] = []
        self.questions: list[Question] = []
        self.remarks: list[Remark] = []
        self.begun: list[tuple[int, datetime]] = []
        """Phases and when they began."""
        self.last: datetime | None = None
        """The time of the latest event."""
        self.spent: dict[str, Usage] = {}
        """Agent -> what it spent."""
        self._open: dict[int, Attempt] = {}
        self._held: dict[int, Hold] = {}
        """Slot -> the rest of its attempt that is not over."""
        self._asked: dict[str, Question] = {}

    def take(self, event: ev.AnyEvent) -> None:
        """One event more."""
        at = event.at if isinstance(event.at, datetime) else self.last
        match event:
            case ev.TaskStarted() | ev.FixStarted() | ev.ValidationStarted():
                self._begin(event, at)
            case ev.TaskEnded() | ev.FixEnded():
                self._end(event, at, event.outcome, event.branch)
            case ev.ValidationEnded():
                self._end(event, at, _VALIDATED[event.outcome])
            case ev.UsageReported():
                self.spent[event.agent] = self.spent.get(event.agent, Usage()) + event.usage
                if attempt := self._open.get(event.slot):
                    attempt.usage += event.usage
            case ev.TurnHeld() | ev.TurnBegan():
                self._hold(event, at)
            case ev.ConflictFound() if event.slot in self._open:
                self._open[event.slot].conflicts += 1
            case ev.PlanChanged():
                self._rename(event)
            case ev.GateStarted() | ev.GateEnded():
                self._judge(event, at)
            case ev.PermissionAsked() | ev.PermissionAnswered():
                self._ask(event, at)
            case ev.PhaseStarted() if at:
                self.begun.append((event.phase, at))
            case ev.RunPaused() | ev.RunBlocked() | ev.RunResumed():
                self._rest(event, at)
            case ev.RunEnded():
                self._cut("cancelled", at, event.reason)
            case ev.RunContinued():
                self.cut_short()
                self.rests.append(Rest(kind="away", started=self.last, ended=at))
        self.state.apply(event)
        if isinstance(event, _REMARKABLE):
            kind = type(event).__struct_config__.tag
            self.remarks.append(Remark(at=at, kind=str(kind), text=event_line(event, self.state)))
        self.last = at

    def cut_short(self) -> None:
        """The runner died: what was at work ended with the last that was heard."""
        self._cut("cut short", self.last, "the runner died")

    def by_task(self) -> dict[str, list[Attempt]]:
        """The attempts at each task that is in the list now."""
        found: defaultdict[str, list[Attempt]] = defaultdict(list)
        for one in self.attempts:
            if one.kind == "task" and not one.removed:
                found[one.task].append(one)
        return found

    def close(self, until: datetime | None) -> None:
        """Reckon the time that everything took; `until` ends what is still open."""
        for slot in list(self._held):
            self._go_on(slot, until)
        timed: list[Attempt | Rest] = [*self.attempts, *self.rests]
        for one in timed:
            one.seconds = between(one.started, one.ended or until)
        for gate in self.gates:
            if gate.verdict in {"running", "cut short"}:
                gate.seconds = between(gate.started, gate.ended or until)
        for question in self.questions:
            question.seconds = between(question.asked, question.answered or until)

    def _begin(
        self, event: ev.TaskStarted | ev.FixStarted | ev.ValidationStarted, at: datetime | None
    ) -> None:
        kind, name, phase = self._about(event)
        self._open[event.slot] = Attempt(
            kind=kind,
            task=name,
            phase=phase,
            slot=event.slot,
            number=event.attempt,
            agent=event.agent,
            started=at,
        )
        self.attempts.append(self._open[event.slot])

    def _about(
        self, event: ev.TaskStarted | ev.FixStarted | ev.ValidationStarted
    ) -> tuple[Literal["task", "fix", "validation"], str, int]:
        match event:
            case ev.TaskStarted():
                task = self.state.by_id.get(event.task)
                return "task", event.task, task.phase if task else 0
            case ev.FixStarted():
                return "fix", f"fix {event.phase}", event.phase
            case ev.ValidationStarted():
                return "validation", VALIDATION, 0

    def _end(
        self,
        event: ev.TaskEnded | ev.FixEnded | ev.ValidationEnded,
        at: datetime | None,
        outcome: Literal["done", "failed", "cancelled"],
        branch: str = "",
    ) -> None:
        self._go_on(event.slot, at)
        if attempt := self._open.pop(event.slot, None):
            attempt.ended, attempt.outcome, attempt.reason = at, outcome, event.reason
            attempt.commit, attempt.branch = event.commit, branch

    def _hold(self, event: ev.TurnHeld | ev.TurnBegan, at: datetime | None) -> None:
        self._go_on(event.slot, at)
        if isinstance(event, ev.TurnHeld):
            self._held[event.slot] = Hold(slot=event.slot, started=at, reason=event.reason)
            self.holds.append(self._held[event.slot])
        elif attempt := self._open.get(event.slot):
            attempt.agent = event.agent

    def _go_on(self, slot: int, at: datetime | None) -> None:
        """The attempt in a slot rests no longer."""
        hold = self._held.pop(slot, None)
        if hold is None:
            return
        hold.ended = at
        if attempt := self._open.get(slot):
            attempt.resting += between(hold.started, at)

    def _rename(self, event: ev.PlanChanged) -> None:
        """Attempts follow their task to its new id, out of the list, and back."""
        titles = {task.id: task.title for task in event.plan.tasks}
        moved = renumbered(self.state.phases, event.plan.phases)
        self.begun = [(moved[phase], at) for phase, at in self.begun if phase in moved]
        judged: list[Attempt | Gate] = [*self.attempts, *self.gates]
        for one in judged:
            one.phase = moved.get(one.phase, 0)
        for attempt in self.attempts:
            known = self.state.by_id.get(attempt.task)
            if attempt.removed:
                if attempt.task in event.added and titles.get(attempt.task) == attempt.removed:
                    attempt.removed = ""
            elif attempt.task in event.removed:
                attempt.removed = known.title if known else attempt.task
            else:
                attempt.task = event.renamed.get(attempt.task, attempt.task)

    def _judge(self, event: ev.GateStarted | ev.GateEnded, at: datetime | None) -> None:
        if isinstance(event, ev.GateStarted):
            self.gates.append(
                Gate(gate=event.gate, cause=event.cause, phase=event.phase, started=at)
            )
        elif self.gates and self.gates[-1].verdict == "running":
            gate = self.gates[-1]
            gate.ended, gate.verdict, gate.reason = at, event.verdict, event.reason
            gate.passed, gate.failed, gate.skipped = event.passed, event.failed, event.skipped
            gate.races, gate.seconds, gate.commit = event.races, event.seconds, event.commit
            gate.failures, gate.suspects, gate.fixed = event.failures, event.suspects, event.fixed

    def _ask(self, event: ev.PermissionAsked | ev.PermissionAnswered, at: datetime | None) -> None:
        if isinstance(event, ev.PermissionAsked):
            question = Question(request=event.request, task=event.task, text=event.text, asked=at)
            self._asked[event.request] = question
            self.questions.append(question)
        elif found := self._asked.pop(event.request, None):
            found.answered, found.option = at, event.option

    def _rest(
        self, event: ev.RunPaused | ev.RunBlocked | ev.RunResumed, at: datetime | None
    ) -> None:
        self._wake(at)
        if isinstance(event, ev.RunPaused):
            self.rests.append(Rest(kind="paused", started=at))
        elif isinstance(event, ev.RunBlocked):
            self.rests.append(Rest(kind="blocked", started=at, reason=event.reason))

    def _wake(self, at: datetime | None) -> None:
        if self.rests and self.rests[-1].ended is None:
            self.rests[-1].ended = at

    def _cut(
        self, outcome: Literal["cancelled", "cut short"], at: datetime | None, reason: str
    ) -> None:
        """The run ended, or its runner died: nothing goes on, and nobody waits."""
        self._wake(at)
        for slot, attempt in self._open.items():
            self._go_on(slot, at)
            attempt.ended, attempt.outcome, attempt.reason = at, outcome, reason
        self._open.clear()
        self._asked.clear()
        if self.gates and self.gates[-1].verdict == "running":
            self.gates[-1].verdict, self.gates[-1].ended = "cut short", at


_VALIDATED: dict[str, Literal["done", "failed", "cancelled"]] = {
    "passed": "done",
    "failed": "failed",
    "error": "failed",
    "cancelled": "cancelled",
}
"""How validation ended -> what that is for an attempt."""

_REMARKABLE = (
    ev.PlanChanged,
    ev.ConflictFound,
    ev.TaskHalted,
    ev.TaskSkipped,
    ev.TaskReopened,
    ev.TaskUndone,
    ev.TaskSetAside,
    ev.AgentStalled,
    ev.ProviderLimited,
    ev.ProviderBack,
    ev.CheckoutHeld,
    ev.CheckoutFollowed,
    ev.RunContinued,
)


def history(events: Iterable[ev.AnyEvent]) -> History:
    """All that took time in the run that `events` tell of; still to be closed."""
    found = History()
    for event in events:
        found.take(event)
    return found


def between(start: datetime | None, end: datetime | None) -> float:
    """Seconds; never less than none, whatever the clock did meanwhile."""
    return max(0.0, (end - start).total_seconds()) if start and end else 0.0
