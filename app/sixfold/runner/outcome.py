"""How a run stands, in a sentence. Pure."""

from __future__ import annotations

from collections import Counter

from sixfold import events as ev
from sixfold.state import RunState


def stuck(state: RunState) -> bool:
    """Is there a task that failed, or that cannot run because another did."""
    return any(task.state in {"failed", "halted"} for task in state.tasks.values())


def unfinished(state: RunState) -> str:
    """What keeps a run from being finished; empty where all is done and the gate is green."""
    if state.status == "blocked":
        return state.reason
    counts: Counter[str] = Counter(task.state for task in state.tasks.values())
    kinds = ("failed", "halted", "skipped", "pending")
    left = [f"{counts[kind]} {kind}" for kind in kinds if counts[kind]]
    if left:
        return f"tasks left: {', '.join(left)}"
    last = state.gate.ended if state.gate else None
    return f"the last gate is {last.verdict}" if last and last.verdict != "green" else ""


def summary(gate: ev.GateEnded) -> str:
    """The first reason why a gate is not green, and how many more there are."""
    if not gate.failures:
        return gate.reason
    first = gate.failures[0]
    more = f" and {len(gate.failures) - 1} more" if len(gate.failures) > 1 else ""
    return f"{first.package} {first.test} {first.message}".strip() + more
