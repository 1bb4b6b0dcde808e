"""Counting what agents spend where they tell totals."""

from __future__ import annotations

from collections.abc import Mapping

from sixfold.model import Usage

MOST = 1 << 53
"""More than this was never counted."""


class Totals:
    """What was told of each session so far. A total that falls begins anew."""

    def __init__(self) -> None:
        self._told: dict[str, Usage] = {}

    def since(self, session: str, total: Usage) -> Usage:
        """What a session spent since its total was told last."""
        before = self._told.get(session, Usage())
        if total == Usage():
            return total
        self._told[session] = total
        fell = total.tokens < before.tokens or total.cost < before.cost
        return total if fell else less(total, before)


def less(usage: Usage, other: Usage) -> Usage:
    """What is more in `usage` than in `other`; nothing is negative."""
    return Usage(
        max(usage.input_tokens - other.input_tokens, 0),
        max(usage.output_tokens - other.output_tokens, 0),
        max(usage.cost - other.cost, 0.0),
    )


def count(counts: object, *names: str) -> int:
    """The first of these counts that is one; 0 where none is."""
    found = (counts.get(name) for name in names) if isinstance(counts, Mapping) else ()
    return next((n for n in found if isinstance(n, int) and 0 < n < MOST), 0)


def money(amount: object) -> float:
    """A sum of US dollars; 0 where it is none."""
    return float(amount) if isinstance(amount, int | float) and 0 < amount < MOST else 0.0
