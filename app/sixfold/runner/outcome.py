"""How a run stands, in a sentence. Pure."""

from __future__ import annotations

from collections import Counter

from sixfold import events as ev
from sixfold.config import Budget
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


def overspent(budget: Budget, state: RunState) -> str:
    """Why nothing new may start: what the budget allows was spent; else empty.

    It counts from when a person last let a blocked run go on.
    """
    cost = state.usage.cost - state.granted.cost
    tokens = state.usage.tokens - state.granted.tokens
    if budget.usd is not None and cost >= budget.usd:
        return f"the budget of ${budget.usd:,.2f} is spent (${cost:,.2f})"
    if budget.tokens is not None and tokens >= budget.tokens:
        return f"the budget of {budget.tokens:,} tokens is spent ({tokens:,})"
    return ""


def summary(gate: ev.GateEnded) -> str:
    """The first reason why a gate is not green, and how many more there are."""
    if not gate.failures:
        return gate.reason
    first = gate.failures[0]
    more = f" and {len(gate.failures) - 1} more" if len(gate.failures) > 1 else ""
    return f"{first.package} {first.test} {first.message}".strip() + more
