"""Events put together from what the runner knows."""

from __future__ import annotations

import os

from sixfold import events as ev
from sixfold.model import Plan
from sixfold.plan.change import Change
from sixfold.runner.ground import Ending
from sixfold.runner.job import Job
from sixfold.runner.slots import Outcome
from sixfold.runner.store import RunFolder
from sixfold.state import RunState, Work


def run_started(job: Job, folder: RunFolder) -> ev.RunStarted:
    """A run begins."""
    apart = job.settings.isolation.mode == "worktree"
    return ev.RunStarted(
        run=folder.id,
        repository=str(job.root),
        branch=job.branch,
        commit=job.commit,
        agent=job.settings.default_agent,
        slots=job.settings.roster.slots,
        pid=os.getpid(),
        context=job.context,
        isolation=job.settings.isolation.mode,
        work_branch=f"sixfold/{folder.id}/run" if apart else "",
        asked=job.asked,
        sandbox=job.held,
    )


def task_ended(work: Work, outcome: Outcome, ending: Ending, *, again: bool) -> ev.TaskEnded:
    """An attempt at a task ended."""
    return ev.TaskEnded(
        task=work.task,
        slot=work.slot,
        attempt=work.attempt,
        outcome=outcome,
        reason=ending.failure or ending.note,
        commit=ending.commit,
        again=again,
        branch=ending.branch,
        outside=ending.outside,
        left_out=ending.left_out,
    )


def fix_ended(work: Work, outcome: Outcome, ending: Ending) -> ev.FixEnded:
    """A fix ended."""
    return ev.FixEnded(
        phase=work.phase,
        slot=work.slot,
        attempt=work.attempt,
        outcome=outcome,
        reason=ending.failure,
        commit=ending.commit,
        branch=ending.branch,
    )


def validation_cancelled(state: RunState, work: Work, reason: str) -> ev.ValidationEnded:
    """A validator was cut short."""
    return ev.ValidationEnded(
        round=state.validation.round,
        slot=work.slot,
        attempt=work.attempt,
        outcome="cancelled",
        reason=reason,
        met=state.met,
        total=len(state.requirements),
        commit=work.base,
    )


def plan_changed(change: Change, plan: Plan) -> ev.PlanChanged:
    """`tasks.md` was edited."""
    return ev.PlanChanged(
        plan=plan,
        added=change.added,
        removed=change.removed,
        edited=change.edited,
        ticked=change.ticked,
        renamed=change.renamed,
    )
