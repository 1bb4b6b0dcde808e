"""The account of a run: the model that text, JSON and page are made from. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from sixfold import events as ev
from sixfold.history import Attempt, Gate, History, Question, Remark, Rest, history
from sixfold.model import Checklist, PlanWarning, RunStatus, Task, TaskState, Usage
from sixfold.report.standing import as_json, bury, has_passed
from sixfold.state import RunState, TaskProgress


class TaskAccount(Struct, kw_only=True):
    """What became of a task."""

    id: str
    title: str
    phase: int
    story: str | None
    state: TaskState
    given: bool
    """Was it done or parked when the run first read it."""
    attempts: int
    agent: str
    slot: int
    seconds: float
    """Of all attempts."""
    usage: Usage
    commit: str
    branch: str
    reason: str
    tries: list[Attempt]


class PhaseAccount(Struct, kw_only=True):
    """What became of a phase; `seconds` are those of its attempts, fixes among them."""

    number: int
    title: str
    passed: bool
    done: int
    total: int
    seconds: float
    started: datetime | None
    tasks: list[str]


class Worker(Struct, kw_only=True):
    """What an agent did, or was done in a slot."""

    name: str
    attempts: int = 0
    done: int = 0
    seconds: float = 0.0
    """At work: without the time in which attempts rested."""
    usage: Usage = Usage()


class Account(Struct, kw_only=True):
    """A run from its start to where its journal ends, or to now while it is live."""

    version: int = 1
    run: str
    live: bool
    outcome: RunStatus
    reason: str
    options: list[str]
    command: str
    """What brings the run's branch and the person's together."""
    feature_dir: str
    tasks_file: str
    branch: str
    commit: str
    started: datetime | None
    ended: datetime | None
    until: datetime | None
    """Where the account ends: the end, now, or the last that was heard."""
    seconds: float
    """From the start to `until`."""
    resting: float
    """Seconds of it in which the run was paused, blocked or had no runner; they do not overlap."""
    done: int
    total: int
    counts: dict[str, int]
    """Number of tasks in each state, and the total of those that count."""
    commits: list[str]
    usage: Usage
    phases: list[PhaseAccount]
    tasks: list[TaskAccount]
    removed: list[Attempt]
    """Attempts at tasks that are no longer in `tasks.md`."""
    gates: list[Gate]
    fixes: list[Attempt]
    validations: list[Attempt]
    """Turns of agents that judged what came of the run."""
    agents: list[Worker]
    slots: list[Worker]
    rests: list[Rest]
    questions: list[Question]
    remarks: list[Remark]
    notices: list[Remark]
    warnings: list[PlanWarning]
    checklists: list[Checklist]
    events: int
    state: dict[str, Any]
    """As `sixfold status --json` prints it."""


def account(events: Sequence[ev.AnyEvent], *, live: bool, now: datetime) -> Account:
    """The account of the run that `events` tell of; `live`: its runner writes on."""
    told = history(events)
    state = told.state
    until = state.ended or (now if live else told.last)
    if not live:
        _bury(told)
    told.close(until)
    plan = state.plan
    return Account(
        run=state.run,
        live=live,
        outcome=state.status,
        reason=state.reason,
        options=state.options,
        command=state.command,
        feature_dir=plan.feature_dir if plan else "",
        tasks_file=plan.tasks_file if plan else "",
        branch=state.branch,
        commit=state.commit,
        started=state.started,
        ended=state.ended,
        until=until,
        seconds=elapsed(state, until),
        resting=sum(rest.seconds for rest in told.rests),
        done=state.done,
        total=state.total,
        counts={**Counter(task.state for task in state.tasks.values()), "total": state.total},
        commits=sorted({task.commit for task in state.tasks.values() if task.commit}),
        usage=state.usage,
        phases=_phases(told),
        tasks=_tasks(told),
        removed=[one for one in told.attempts if one.removed],
        gates=told.gates,
        fixes=[one for one in told.attempts if one.kind == "fix"],
        validations=[one for one in told.attempts if one.kind == "validation"],
        agents=_agents(told),
        slots=_slots(told),
        rests=told.rests,
        questions=told.questions,
        remarks=told.remarks,
        notices=[Remark(at=_time(one), kind=one.level, text=one.text) for one in state.notices],
        warnings=plan.warnings if plan else [],
        checklists=state.checklists,
        events=len(events),
        state=as_json(state, live=live),
    )


def until_of(events: Sequence[ev.AnyEvent], *, live: bool, now: datetime) -> datetime:
    """Where the time of a run ends: now while it is live, else with the last that was heard."""
    times = (event.at for event in reversed(events))
    last = next((at for at in times if isinstance(at, datetime)), now)
    return now if live else last


def elapsed(state: RunState, until: datetime | None) -> float:
    """Seconds from the start to the end, or to `until` where there is none."""
    end = state.ended or until
    return max(0.0, (end - state.started).total_seconds()) if state.started and end else 0.0


def _bury(told: History) -> None:
    """Whatever was at work when the runner died was cut short then."""
    if told.state.live:
        told.cut_short()
    bury(told.state)


def _tasks(told: History) -> list[TaskAccount]:
    tries, state = told.by_task(), told.state
    return [
        _task(name, progress, state.by_id.get(name), tries.get(name, []))
        for name, progress in state.tasks.items()
    ]


def _task(
    name: str, progress: TaskProgress, task: Task | None, tries: list[Attempt]
) -> TaskAccount:
    return TaskAccount(
        id=name,
        title=task.title if task else "",
        phase=task.phase if task else 0,
        story=task.story if task else None,
        state=progress.state,
        given=progress.given,
        attempts=progress.attempts,
        agent=progress.agent,
        slot=progress.slot,
        seconds=sum(one.seconds for one in tries),
        usage=progress.usage,
        commit=progress.commit,
        branch=progress.branch,
        reason=progress.reason,
        tries=tries,
    )


def _phases(told: History) -> list[PhaseAccount]:
    state = told.state
    seconds: defaultdict[int, float] = defaultdict(float)
    for one in told.attempts:
        seconds[one.phase] += one.seconds
    begun = dict(reversed(told.begun))
    return [
        PhaseAccount(
            number=phase.number,
            title=phase.title,
            passed=has_passed(state, phase),
            done=sum(state.tasks[task].state == "done" for task in phase.tasks),
            total=len(phase.tasks),
            seconds=seconds[phase.number],
            started=begun.get(phase.number),
            tasks=phase.tasks,
        )
        for phase in state.phases
    ]


def _agents(told: History) -> list[Worker]:
    found: dict[str, Worker] = {}
    for one in told.attempts:
        _count(found.setdefault(one.agent, Worker(name=one.agent)), one)
    for agent, usage in told.spent.items():
        found.setdefault(agent, Worker(name=agent)).usage = usage
    return list(found.values())


def _slots(told: History) -> list[Worker]:
    found = {number: Worker(name=str(number)) for number in range(1, told.state.slots + 1)}
    for one in told.attempts:
        _count(found.setdefault(one.slot, Worker(name=str(one.slot))), one)
    for slot, usage in told.state.spent_by.items():
        found.setdefault(slot, Worker(name=str(slot))).usage = usage
    return [found[number] for number in sorted(found)]


def _count(worker: Worker, attempt: Attempt) -> None:
    worker.attempts += 1
    worker.done += attempt.outcome == "done"
    worker.seconds += attempt.seconds - attempt.resting


def _time(event: ev.Event) -> datetime | None:
    return event.at if isinstance(event.at, datetime) else None
