"""`sixfold status`: the live or the last run; sweeps what a dead one left behind."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

import msgspec

from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.model import Phase
from sixfold.process import MARKER, sweep
from sixfold.state import RunState, fold


def main(asked: argparse.Namespace) -> int:
    """Print the state that the journal folds to."""
    runs = ask.store(asked)
    last = ask.find(runs, None)  # before the lock is looked at: a run that starts now is not swept
    live = runs.live()
    found = live or last
    state = fold(ask.journal(found))
    if live is None:
        sweep({MARKER: found.id})
        _bury(state)
    if asked.json:
        print(msgspec.json.encode(_as_json(state, live=live is not None)).decode())
    else:
        shown = lines.status_lines(state, live=live is not None, now=datetime.now(UTC))
        print("\n".join(map(lines.harmless, shown)))
    return 0


def _bury(state: RunState) -> None:
    """A journal without an end, and nobody who writes it: the runner died."""
    if not state.live:
        return
    state.status, state.reason, state.options = "stopped", "its runner died", ["run --resume"]
    state.work.clear()
    for task in state.tasks.values():
        if task.state in {"running", "integrating"}:
            task.state = "pending"


def _settled(state: RunState, phase: Phase) -> bool:
    """Whether nothing in the phase failed or was halted."""
    return all(state.tasks[task].state in {"done", "skipped", "parked"} for task in phase.tasks)


def _as_json(state: RunState, *, live: bool) -> dict[str, Any]:
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
                "passed": phase.number in state.passed and _settled(state, phase),
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
            }
            for name, task in state.tasks.items()
        ],
        "slots": [msgspec.to_builtins(work) for work in state.work.values()],
        "gate": msgspec.to_builtins(gate.ended or gate.started) if gate else None,
    }
