"""Where a run stands, as JSON: the fold of its journal, for `status` and `report` alike. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from sixfold.model import Phase
from sixfold.state import RunState
from sixfold.verdicts import requirements, validation


def bury(state: RunState) -> None:
    """Take in that nobody writes this run's journal: where it has no end, the runner died."""
    if not state.live:
        return
    state.status, state.reason, state.options = "stopped", "its runner died", ["run --resume"]
    state.work.clear()
    for task in state.tasks.values():
        if task.state in {"running", "integrating"}:
            task.state = "pending"


def has_passed(state: RunState, phase: Phase) -> bool:
    """Is its gate green, with nothing left that failed or was halted."""
    settled = all(state.tasks[task].state in {"done", "skipped", "parked"} for task in phase.tasks)
    return phase.number in state.passed and settled


def as_json(state: RunState, *, live: bool) -> dict[str, Any]:
    """What `sixfold status --json` prints."""
    gate = state.gate
    return {
        "version": 1,
        "run": state.run,
        "live": live,
        "state": state.status,
        "reason": state.reason,
        "options": state.options,
        "repository": state.repository,
        "branch": state.branch,
        "work_branch": state.work_branch,
        "held": state.held,
        "command": state.command,
        "started": state.started,
        "ended": state.ended,
        "pid": state.pid if live else None,
        "done": state.done,
        "total": state.total,
        "usage": msgspec.to_builtins(state.usage),
        "limited": {name: one.until for name, one in state.limited.items()},
        "asked": [msgspec.to_builtins(one) for one in state.asked.values()],
        "phases": [
            {
                "number": phase.number,
                "title": phase.title,
                "passed": has_passed(state, phase),
                "done": sum(state.tasks[task].state == "done" for task in phase.tasks),
                "total": len(phase.tasks),
            }
            for phase in state.phases
        ],
        "tasks": [
            {
                "id": name,
                "state": task.state,
                "attempts": task.attempts,
                "reason": task.reason,
                "commit": task.commit,
                "branch": task.branch,
                "agent": task.agent,
                "usage": msgspec.to_builtins(task.usage),
                "history": [msgspec.to_builtins(attempt) for attempt in task.history],
            }
            for name, task in state.tasks.items()
        ],
        "slots": [msgspec.to_builtins(work) for work in state.work.values()],
        "validation": validation(state),
        "requirements": requirements(state),
        "gate": msgspec.to_builtins(gate.ended or gate.started) if gate else None,
    }
