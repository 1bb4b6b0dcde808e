"""What an agent spends, from the different ways that agents tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sixfold.model import Usage

_INPUT = ("inputTokens", "input_tokens")
_OUTPUT = ("outputTokens", "output_tokens")
_CACHED = ("cachedReadTokens", "cachedWriteTokens")


class Spending:
    """Keeps what each session of an agent has cost.

    Costs come as totals: of the session, or (claude-agent-acp) of the process that goes on with
    it, in which case a total falls.
    """

    def __init__(self) -> None:
        self._costs: dict[str, float] = {}

    def cost(self, session: str, total: float) -> Usage:
        """What a session has cost since it was last asked for, by its total, in US dollars."""
        before = self._costs.get(session, 0.0)
        if total:
            self._costs[session] = total
        return Usage(cost=total - before if total >= before else total)

    def tokens(self, response: Mapping[str, Any]) -> Usage:
        """The tokens that the answer to a prompt counts; what was read from a cache is input."""
        usage = response.get("usage")
        counts = usage if isinstance(usage, Mapping) else _quota(response)
        output = _count(counts, *_OUTPUT)
        total = _count(counts, "totalTokens")
        if total:
            return Usage(max(total - output, 0), output)
        return Usage(_count(counts, *_INPUT) + sum(_count(counts, key) for key in _CACHED), output)


def _quota(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gemini tells it as an extension."""
    found: object = response
    for key in ("_meta", "quota", "token_count"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _count(counts: Mapping[str, Any], *names: str) -> int:
    found = (counts.get(name) for name in names)
    return next((value for value in found if isinstance(value, int) and value > 0), 0)
