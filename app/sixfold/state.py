"""The state of a run: a fold of its events, and of nothing else.

The dashboard, `sixfold status` and the runner itself all use this fold, so what is on the
screen is what the journal says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, assert_never

from msgspec import UNSET

from sixfold import events as ev
from sixfold.model import (
    UNSTARTED,
    Checklist,
    Evidence,
    Isolation,
    Judgement,
    Phase,
    Plan,
    Requirement,
    RunStatus,
    Task,
    TaskState,
    Usage,
)

NOTHING_SPENT = Usage()
VALIDATION = "validation"
"""The label of a validator's work."""


MOST_ATTEMPTS = 50
"""Attempts at one task that are remembered one by one; the oldest go first."""


@dataclass(slots=True)
class Attempt:
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


@dataclass(slots=True)
class TaskProgress:
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
    outside: list[str] = field(default_factory=list)
    """Files the latest attempt changed that the task does not name."""
    left_out: list[str] = field(default_factory=list)
    """What it left and is in no commit."""
    started: datetime | None = None
    """Start of the latest attempt, UTC."""
    ended: datetime | None = None
    history: list[Attempt] = field(default_factory=list)
    """The attempts one by one, the latest last."""

    def attempt(self, number: int) -> Attempt | None:
        """The latest attempt with this number."""
        return next((one for one in reversed(self.history) if one.number == number), None)


@dataclass(slots=True)
class Work:
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


@dataclass(slots=True)
class Asked:
    """A requirement, and what validation found out about it."""

    requirement: Requirement
    verdict: Judgement | Literal[""] = ""
    """Empty until it is judged."""
    evidence: list[Evidence] = field(default_factory=list)
    reason: str = ""


@dataclass(slots=True)
class Validation:
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


@dataclass(slots=True)
class GateRun:
    """One run of the test command; `ended` is None while it runs."""

    started: ev.GateStarted
    ended: ev.GateEnded | None = None


@dataclass(slots=True)
class RerunRun:
    """Tests that a person has run once more, since the latest gate."""

    started: ev.RerunStarted
    ended: ev.RerunEnded | None = None


@dataclass(slots=True)
class RunState:
    """Everything a viewer may know about a run. Built by `fold`, advanced by `apply`."""

    run: str = ""
    status: RunStatus = "ready"
    repository: str = ""
    branch: str = ""
    commit: str = ""
    agent: str = ""
    slots: int = 6
    pid: int = 0
    isolation: Isolation = "shared"
    work_branch: str = ""
    """The run's own branch; empty in a shared tree."""
    asked_for: dict[str, str] = field(default_factory=dict)
    """Options of the command line that the run was started with."""
    held: str = ""
    """Why the person's checkout does not follow the run's branch; empty while it does."""
    command: str = ""
    """What brings the two together."""
    started: datetime | None = None
    ended: datetime | None = None
    reason: str = ""
    """Why the run is blocked, or how it ended."""
    options: list[str] = field(default_factory=list)
    """Commands that help a blocked run."""
    plan: Plan | None = None
    tasks: dict[str, TaskProgress] = field(default_factory=dict)
    by_id: dict[str, Task] = field(default_factory=dict)
    """The plan's tasks by id; parallel to `tasks`."""
    removed: dict[tuple[str, str], TaskProgress] = field(default_factory=dict)
    """Id and description -> progress of tasks that were taken out of `tasks.md`."""
    passed: set[int] = field(default_factory=set)
    """Phases whose gate is green."""
    begun: set[int] = field(default_factory=set)
    """Phases that have started."""
    work: dict[int, Work] = field(default_factory=dict)
    """Busy slots."""
    gates: list[GateRun] = field(default_factory=list)
    reruns: list[RerunRun] = field(default_factory=list)
    """Those since the latest gate began."""
    last_rerun: int = 0
    """Number of the latest rerun in the run."""
    fixes: dict[int, int] = field(default_factory=dict)
    """Phase -> fix attempts so far."""
    validation: Validation = field(default_factory=Validation)
    requirements: dict[str, Asked] = field(default_factory=dict)
    """What the latest round of validation judges, by id."""
    checklists: list[Checklist] = field(default_factory=list)
    asked: dict[str, ev.PermissionAsked] = field(default_factory=dict)
    """Open permission requests by their name."""
    settled: dict[str, str] = field(default_factory=dict)
    """Wish -> `always` or `never`, as a person said for the rest of the run."""
    paused_now: bool = False
    """Were running turns cut short by the pause."""
    limited: dict[str, ev.ProviderLimited] = field(default_factory=dict)
    """Providers that take no more for now, by name."""
    usage: Usage = NOTHING_SPENT
    """What the run spent."""
    spent_by: dict[int, Usage] = field(default_factory=dict)
    """Slot -> what the agents in it spent."""
    granted: Usage = NOTHING_SPENT
    """What was spent when a person last let a blocked run go on: the budget counts from it."""
    notices: list[ev.Notice] = field(default_factory=list)
    seq: int = 0
    """`seq` of the latest event."""

    @property
    def phases(self) -> list[Phase]:
        """The plan's phases; empty before a plan is loaded."""
        return self.plan.phases if self.plan else []

    @property
    def gate(self) -> GateRun | None:
        """The latest gate, running or ended."""
        return self.gates[-1] if self.gates else None

    @property
    def testing(self) -> bool:
        """Does the test command run, for a gate or for a rerun."""
        rerun = self.reruns[-1] if self.reruns else None
        return bool((self.gate and not self.gate.ended) or (rerun and not rerun.ended))

    @property
    def done(self) -> int:
        """Number of tasks that are done."""
        return sum(task.state == "done" for task in self.tasks.values())

    @property
    def total(self) -> int:
        """Number of tasks that count: all but those parked in the file."""
        return sum(task.state != "parked" for task in self.tasks.values())

    @property
    def met(self) -> int:
        """Number of requirements that are met."""
        return sum(one.verdict == "met" for one in self.requirements.values())

    @property
    def unmet(self) -> list[str]:
        """Ids of the requirements that were judged, and are not met."""
        return [name for name, one in self.requirements.items() if one.verdict not in {"", "met"}]

    @property
    def live(self) -> bool:
        """Started and not ended, as far as the journal goes: its process may have died."""
        return self.status in {"running", "paused", "blocked"}

    def apply(self, event: ev.AnyEvent) -> None:
        """Take one event in. Cost does not grow with the number of events before it."""
        self.seq = event.seq or self.seq
        at = None if event.at is UNSET else event.at
        match event:
            case ev.RunStarted():
                self._start(event, at)
            case ev.RunContinued():
                self._go_on(event)
            case ev.PlanLoaded():
                self._load(event.plan)
            case ev.PlanChanged():
                self._change(event)
            case ev.ChecklistsRead():
                self.checklists = event.checklists
            case ev.PhaseStarted():
                self.begun.add(event.phase)
            case ev.PhaseEnded():
                self.passed.add(event.phase)
            case ev.TaskStarted() | ev.TaskEnded():
                self._attempt(event, at)
            case ev.IntegrationStarted() | ev.ConflictFound():
                self._join(event)
            case ev.TaskHalted() | ev.TaskSkipped() | ev.TaskReopened():
                self._settle(event)
            case ev.TaskUndone() | ev.TaskSetAside():
                self._undo(event)
            case ev.GateStarted() | ev.GateEnded() | ev.FixStarted() | ev.FixEnded():
                self._gate(event, at)
            case ev.RerunStarted() | ev.RerunEnded():
                self._rerun(event)
            case (
                ev.ValidationStarted()
                | ev.ValidationEnded()
                | ev.RequirementJudged()
                | ev.RequirementsReturned()
            ):
                self._validate(event, at)
            case ev.TurnHeld() | ev.TurnBegan() | ev.AgentStalled() | ev.AgentRecovered():
                self._rest(event, at)
            case ev.UsageReported():
                self._spend(event)
            case ev.ProviderLimited() | ev.ProviderBack():
                self._limit(event)
            case ev.PermissionAsked() | ev.PermissionAnswered():
                self._ask(event)
            case ev.CheckoutHeld():
                self.held, self.command = event.reason, event.command
            case ev.CheckoutFollowed():
                self.held = self.command = ""
            case ev.RunPaused() | ev.RunResumed() | ev.RunBlocked() | ev.RunEnded():
                self._turn_to(event, at)
            case ev.Notice():
                self.notices.append(event)
            case _ as unknown:
                assert_never(unknown)

    def _turn_to(
        self, event: ev.RunPaused | ev.RunResumed | ev.RunBlocked | ev.RunEnded, at: datetime | None
    ) -> None:
        match event:
            case ev.RunPaused():
                self.status, self.paused_now = "paused", event.now
            case ev.RunResumed():
                if self.status == "blocked":
                    self.granted = self.usage
                self.paused_now = False
                self.status, self.reason, self.options = "running", "", []
            case ev.RunBlocked():
                self.status, self.reason, self.options = "blocked", event.reason, event.options
            case ev.RunEnded():
                self.status, self.reason, self.options = event.outcome, event.reason, []
                self.command, self.ended, self.work = event.command, at, {}
                if event.outcome == "stopped":
                    self._take_back(event.reason)

    def _take_back(self, reason: str) -> None:
        """What the end of the run cut short did not fail: it is open."""
        for task in self.tasks.values():
            if task.state == "failed" and task.reason == reason:
                task.state = "pending"

    def _start(self, event: ev.RunStarted, at: datetime | None) -> None:
        self.run, self.repository, self.branch = event.run, event.repository, event.branch
        self.commit, self.agent, self.slots = event.commit, event.agent, event.slots
        self.pid, self.status, self.started = event.pid, "running", at
        self.isolation, self.work_branch = event.isolation, event.work_branch
        self.asked_for = event.asked

    def _go_on(self, event: ev.RunContinued) -> None:
        """A new process: what was at work when the old one ended is open again."""
        self.pid, self.status, self.reason, self.options = event.pid, "running", "", []
        self.ended, self.work, self.asked = None, {}, {}
        self.paused_now, self.limited = False, {}
        for task in self.tasks.values():
            if task.state in {"running", "integrating"}:
                task.state = "pending"
            if task.history and not task.history[-1].outcome:
                task.history[-1].outcome = "cancelled"
                task.history[-1].reason = "its runner died"
        if self.gate and self.gate.ended is None:
            self.gates.pop()
        self.reruns = [rerun for rerun in self.reruns if rerun.ended]

    def _load(self, plan: Plan) -> None:
        self.plan = plan
        self.by_id = {task.id: task for task in plan.tasks}
        self.tasks = {
            task.id: self.tasks.get(task.id)
            or TaskProgress(state=task.state, given=task.state != "pending")
            for task in plan.tasks
        }

    def _change(self, event: ev.PlanChanged) -> None:
        moved = renumbered(self.phases, event.plan.phases)
        for work in self.work.values():
            work.gone = work.gone or work.task in event.removed
        for name in event.removed:
            if name in self.tasks:
                self.removed[name, self.by_id[name].title] = self.tasks.pop(name)
        self.tasks = {event.renamed.get(name, name): task for name, task in self.tasks.items()}
        for name in event.added:
            title = next((task.title for task in event.plan.tasks if task.id == name), "")
            if back := self.removed.pop((name, title), None):
                self.tasks[name] = back
                for work in self.work.values():
                    work.gone = work.gone and work.task != name
        for work in self.work.values():
            work.task = work.task if work.gone else event.renamed.get(work.task, work.task)
            work.label = work.task or work.label
            work.phase = moved.get(work.phase, work.phase)
        self._load(event.plan)
        for task in event.plan.tasks:
            self._take_box(self.tasks[task.id], task)
        self.fixes = {moved[phase]: count for phase, count in self.fixes.items() if phase in moved}
        self.begun = {moved[phase] for phase in self.begun if phase in moved}
        self.passed = {moved[phase] for phase in self.passed if phase in moved}
        self.passed -= {task.phase for task in event.plan.tasks if self._is_open(task.id)}

    def _is_open(self, name: str) -> bool:
        return self.tasks[name].state in {"pending", "ready", "running", "integrating"}

    def _take_box(self, progress: TaskProgress, task: Task) -> None:
        """A person's box counts for a task that is not at work; `done` stays done."""
        if task.state != "pending" and progress.state in UNSTARTED:
            progress.state, progress.reason = task.state, ""
        elif task.state == "pending" and progress.state == "parked":
            progress.state = "pending"

    def _attempt(self, event: ev.TaskStarted | ev.TaskEnded, at: datetime | None) -> None:
        work = self.work.get(event.slot)
        gone = work is not None and work.gone and isinstance(event, ev.TaskEnded)
        task = self._taken_out(event.task) if gone else self._progress(event.task)
        task.attempts, task.slot = event.attempt, event.slot
        if isinstance(event, ev.TaskStarted):
            task.state, task.agent, task.reason = "running", event.agent, ""
            task.started, task.ended, task.commit = at, None, ""
            task.branch, task.base = event.branch, event.base
            task.outside, task.left_out, task.aside = [], [], False
            self.validation.outcome = ""  # it was of what was there before
            begun = event.branch, event.base
            task.history.append(
                Attempt(event.attempt, event.slot, event.task, event.agent, at, *begun)
            )
            del task.history[:-MOST_ATTEMPTS]
            phase = self.by_id[event.task].phase if event.task in self.by_id else 0
            self.work[event.slot] = Work(
                event.slot,
                event.task,
                event.task,
                phase,
                event.attempt,
                event.agent,
                at,
                event.branch,
                event.base,
            )
            return
        task.ended, task.reason, task.commit = at, event.reason, event.commit
        if attempt := task.attempt(event.attempt):
            attempt.ended, attempt.outcome, attempt.reason = at, event.outcome, event.reason
            attempt.commit, attempt.branch = event.commit, event.branch
        task.branch, task.outside, task.left_out = event.branch, event.outside, event.left_out
        task.state = "done" if event.outcome == "done" else "failed"
        if event.again:
            task.state = "pending"
        self._free(event.slot)

    def _ask(self, event: ev.PermissionAsked | ev.PermissionAnswered) -> None:
        if isinstance(event, ev.PermissionAsked):
            self.asked[event.request] = event
            return
        self.asked.pop(event.request, None)
        if event.wish and event.option in {"always", "never"}:
            self.settled[event.wish] = event.option

    def _rest(
        self,
        event: ev.TurnHeld | ev.TurnBegan | ev.AgentStalled | ev.AgentRecovered,
        at: datetime | None,
    ) -> None:
        work = self.work.get(event.slot)
        if work is None:
            return
        work.held, work.stalled = "", 0.0
        match event:
            case ev.TurnHeld():
                work.held = event.reason
            case ev.AgentStalled():
                work.stalled = event.seconds
                work.quiet_since = at - timedelta(seconds=event.seconds) if at else None
            case ev.TurnBegan():
                work.agent = event.agent
                if work.task and not work.gone:
                    progress = self._progress(work.task)
                    progress.agent = event.agent
                    if attempt := progress.attempt(event.attempt):
                        attempt.agent = event.agent

    def _spend(self, event: ev.UsageReported) -> None:
        self.usage += event.usage
        self.spent_by[event.slot] = self.spent_by.get(event.slot, Usage()) + event.usage
        if work := self.work.get(event.slot):
            work.usage += event.usage
            if work.task and not work.gone:
                progress = self._progress(work.task)
                progress.usage += event.usage
                if attempt := progress.attempt(event.attempt):
                    attempt.usage += event.usage

    def _limit(self, event: ev.ProviderLimited | ev.ProviderBack) -> None:
        if isinstance(event, ev.ProviderLimited):
            self.limited[event.provider] = event
        else:
            self.limited.pop(event.provider, None)

    def _free(self, slot: int) -> None:
        """Nobody works in a slot any more, nor waits there for an answer."""
        self.work.pop(slot, None)
        self.asked = {name: ask for name, ask in self.asked.items() if ask.slot != slot}

    def _join(self, event: ev.IntegrationStarted | ev.ConflictFound) -> None:
        joining = isinstance(event, ev.IntegrationStarted)
        if work := self.work.get(event.slot):
            work.doing = "integrating" if joining else "conflict"
            if work.task and not work.gone:
                self._progress(work.task).state = "integrating" if joining else "running"

    def _undo(self, event: ev.TaskUndone | ev.TaskSetAside) -> None:
        task = self._progress(event.task)
        task.commit = ""
        if isinstance(event, ev.TaskSetAside):
            task.state, task.reason, task.branch = "failed", event.reason, event.branch
            task.aside = True
        else:
            task.state, task.reason = "pending", ""
        if event.task in self.by_id:
            self.passed.discard(self.by_id[event.task].phase)

    def _progress(self, name: str) -> TaskProgress:
        """Of a task of the plan, or of one that was taken out while it ran."""
        return self.tasks[name] if name in self.tasks else self._taken_out(name)

    def _taken_out(self, name: str) -> TaskProgress:
        """Of the task that had this id last and is no longer in the list."""
        gone = [task for (known, _), task in self.removed.items() if known == name]
        return gone[-1] if gone else TaskProgress(state="pending")

    def _settle(self, event: ev.TaskHalted | ev.TaskSkipped | ev.TaskReopened) -> None:
        task = self.tasks.setdefault(event.task, TaskProgress(state="pending"))
        match event:
            case ev.TaskHalted():
                task.state, task.reason = "halted", f"needs {event.because}"
            case ev.TaskSkipped():
                task.state, task.reason = "skipped", ""
            case ev.TaskReopened():
                task.state, task.reason, task.aside = "pending", "", False
                task.wanted = event.agent
                if event.task in self.by_id:
                    self.passed.discard(self.by_id[event.task].phase)

    def _rerun(self, event: ev.RerunStarted | ev.RerunEnded) -> None:
        if isinstance(event, ev.RerunStarted):
            self.reruns.append(RerunRun(event))
            self.last_rerun = event.rerun
        elif self.reruns:
            self.reruns[-1].ended = event

    def _gate(
        self,
        event: ev.GateStarted | ev.GateEnded | ev.FixStarted | ev.FixEnded,
        at: datetime | None,
    ) -> None:
        match event:
            case ev.GateStarted():
                self.gates.append(GateRun(event))
                self.reruns.clear()
            case ev.GateEnded():
                if self.gates:
                    self.gates[-1].ended = event
            case ev.FixStarted():
                self.fixes[event.phase] = event.attempt
                label = f"fix {event.phase}"
                self.work[event.slot] = Work(
                    event.slot,
                    label,
                    "",
                    event.phase,
                    event.attempt,
                    event.agent,
                    at,
                    event.branch,
                    event.base,
                )
            case ev.FixEnded():
                self._free(event.slot)

    def _validate(
        self,
        event: ev.ValidationStarted
        | ev.ValidationEnded
        | ev.RequirementJudged
        | ev.RequirementsReturned,
        at: datetime | None,
    ) -> None:
        known = self.validation
        match event:
            case ev.ValidationStarted(slot=slot, attempt=number, agent=agent):
                if event.round != known.round:
                    self.requirements = {one.id: Asked(one) for one in event.requirements}
                known.round, known.attempts = event.round, number
                known.outcome, known.reason, known.commit = "", "", event.base
                branch, base = event.branch, event.base
                self.work[slot] = Work(slot, VALIDATION, "", 0, number, agent, at, branch, base)
            case ev.ValidationEnded():
                if event.round != known.round:
                    self.requirements = {}
                known.round, known.reason, known.commit = event.round, event.reason, event.commit
                known.outcome = "" if event.again else event.outcome
                self._free(event.slot)
            case ev.RequirementJudged() if asked := self.requirements.get(event.requirement):
                asked.verdict, asked.reason = event.verdict, event.reason
                asked.evidence = event.evidence
            case ev.RequirementsReturned():
                known.returned += 1


def renumbered(old: Sequence[Phase], new: Sequence[Phase]) -> dict[int, int]:
    """Old number -> new number of the phases that are in both; phases are known by their title.

    Of phases with one title the first is the first, and so on. 0, which is no phase, stays.
    """
    places: dict[tuple[str, int], int] = {}
    for phase, key in zip(new, _keys(new), strict=True):
        places[key] = phase.number
    pairs = zip(old, _keys(old), strict=True)
    return {0: 0} | {phase.number: places[key] for phase, key in pairs if key in places}


def _keys(phases: Sequence[Phase]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    keys = []
    for phase in phases:
        keys.append((phase.title, counts[phase.title]))
        counts[phase.title] += 1
    return keys


def fold(events: Iterable[ev.AnyEvent]) -> RunState:
    """The state after `events`, taken in order."""
    state = RunState()
    for event in events:
        state.apply(event)
    return state
