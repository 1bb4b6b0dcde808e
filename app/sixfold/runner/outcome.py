"""How a run stands, in a sentence. Pure."""

from __future__ import annotations

from collections import Counter

from sixfold import events as ev
from sixfold.config import Budget
from sixfold.state import RunState

MOST_NAMED = 8
"""Requirements that a sentence names."""


def stuck(state: RunState) -> bool:
    """Is there a task that failed, or that cannot run because another did."""
    return any(task.state in {"failed", "halted"} for task in state.tasks.values())


def unfinished(state: RunState) -> str:
    """What keeps a run from being finished; empty where all is done, green and validated."""
    if state.status == "blocked":
        return state.reason
    if left := left_over(state):
        return left
    last = state.gate.ended if state.gate else None
    if last and last.verdict != "green":
        return f"the last gate is {last.verdict}"
    validation = state.validation
    return "" if validation.outcome == "passed" else validation.reason or "it was not validated"


def left_over(state: RunState) -> str:
    """Which tasks are not done; empty where all are."""
    counts: Counter[str] = Counter(task.state for task in state.tasks.values())
    kinds = ("failed", "halted", "skipped", "pending")
    left = [f"{counts[kind]} {kind}" for kind in kinds if counts[kind]]
    return f"tasks left: {', '.join(left)}" if left else ""


def not_met(state: RunState) -> str:
    """Which requirements are not met, in a sentence; empty where all are."""
    names = state.unmet
    if not names:
        return ""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    total = len(state.requirements)
    tally = f"{len(names)} of {total} requirements {'is' if len(names) == 1 else 'are'} not met"
    return f"{tally}: {', '.join(names[:MOST_NAMED])}{more}"


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
