"""What an agent spends, from the different ways that agents tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sixfold.agents.totals import Totals, count
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
        self._totals = Totals()

    def cost(self, session: str, total: float) -> Usage:
        """What a session has cost since it was last asked for, by its total, in US dollars."""
        return self._totals.since(session, Usage(cost=total))

    def tokens(self, response: Mapping[str, Any]) -> Usage:
        """The tokens that the answer to a prompt counts; what was read from a cache is input."""
        usage = response.get("usage")
        counts = usage if isinstance(usage, Mapping) else _quota(response)
        output = count(counts, *_OUTPUT)
        total = count(counts, "totalTokens")
        if total:
            return Usage(max(total - output, 0), output)
        return Usage(count(counts, *_INPUT) + sum(count(counts, key) for key in _CACHED), output)


def _quota(response: Mapping[str, Any]) -> Mapping[str, Any]:
    """Gemini tells it as an extension."""
    found: object = response
    for key in ("_meta", "quota", "token_count"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}
