"""What becomes of a task: attempts, joining, and what people do with it."""

from __future__ import annotations

from datetime import datetime

from sixfold import events as ev
from sixfold.state.known import Known
from sixfold.state.parts import Attempt, TaskProgress, Work

MOST_ATTEMPTS = 50
"""Attempts at one task that are remembered one by one; the oldest go first."""


def start(known: Known, event: ev.TaskStarted, at: datetime | None) -> None:
    """An attempt begins; what the one before left on record goes."""
    task = known.progress_of(event.task)
    task.attempts, task.slot = event.attempt, event.slot
    task.state, task.agent, task.reason = "running", event.agent, ""
    task.started, task.ended, task.commit = at, None, ""
    task.branch, task.base = event.branch, event.base
    task.outside, task.left_out, task.aside = [], [], False
    known.validation.outcome = ""  # it was of what was there before
    slot, name, number, agent = event.slot, event.task, event.attempt, event.agent
    begun = event.branch, event.base
    task.history.append(Attempt(number, slot, name, agent, at, *begun))
    del task.history[:-MOST_ATTEMPTS]
    phase = known.by_id[name].phase if name in known.by_id else 0
    known.work[slot] = Work(slot, name, name, phase, number, agent, at, *begun)


def end(known: Known, event: ev.TaskEnded, at: datetime | None) -> None:
    """An attempt ends, perhaps at a task that is no longer in the plan."""
    work = known.work.get(event.slot)
    gone = work is not None and work.gone
    task = known.taken_out(event.task) if gone else known.progress_of(event.task)
    task.attempts, task.slot = event.attempt, event.slot
    task.ended, task.reason, task.commit = at, event.reason, event.commit
    if attempt := task.attempt(event.attempt):
        attempt.ended, attempt.outcome, attempt.reason = at, event.outcome, event.reason
        attempt.commit, attempt.branch = event.commit, event.branch
    task.branch, task.outside, task.left_out = event.branch, event.outside, event.left_out
    task.state = "done" if event.outcome == "done" else "failed"
    if event.again:
        task.state = "pending"
    known.free(event.slot)


def join(known: Known, event: ev.IntegrationStarted | ev.ConflictFound) -> None:
    """What an attempt delivered is joined, or meets a conflict."""
    joining = isinstance(event, ev.IntegrationStarted)
    if work := known.work.get(event.slot):
        work.doing = "integrating" if joining else "conflict"
        if work.task and not work.gone:
            known.progress_of(work.task).state = "integrating" if joining else "running"


def undo(known: Known, event: ev.TaskUndone | ev.TaskSetAside) -> None:
    """A task's commit is taken back, by the runner or by a person who sets it aside."""
    task = known.progress_of(event.task)
    task.commit = ""
    if isinstance(event, ev.TaskSetAside):
        task.state, task.reason, task.branch = "failed", event.reason, event.branch
        task.aside = True
    else:
        task.state, task.reason = "pending", ""
    if event.task in known.by_id:
        known.passed.discard(known.by_id[event.task].phase)


def settle(known: Known, event: ev.TaskHalted | ev.TaskSkipped | ev.TaskReopened) -> None:
    """A task's standing changes without an attempt."""
    task = known.tasks.setdefault(event.task, TaskProgress(state="pending"))
    match event:
        case ev.TaskHalted():
            task.state, task.reason = "halted", f"needs {event.because}"
        case ev.TaskSkipped():
            task.state, task.reason = "skipped", ""
        case ev.TaskReopened():
            task.state, task.reason, task.aside = "pending", "", False
            task.wanted = event.agent
            if event.task in known.by_id:
                known.passed.discard(known.by_id[event.task].phase)
