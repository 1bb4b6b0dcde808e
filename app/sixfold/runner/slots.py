"""The six slots: each holds one turn at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal, TypeAlias

from msgspec import structs

from sixfold.runner.ground import Ending

Outcome: TypeAlias = Literal["done", "failed", "cancelled"]
End: TypeAlias = Callable[[int, Outcome, Ending], None]
"""Told the slot, and how the turn in it ended."""


class Slots:
    """Turns at work. `why` says why a turn was cancelled, should one be."""

    def __init__(self, count: int, woken: asyncio.Event, why: Callable[[], str]) -> None:
        self._numbers = range(1, count + 1)
        self._woken, self._why = woken, why
        self._turns: dict[int, asyncio.Task[Ending]] = {}

    @property
    def busy(self) -> bool:
        """Whether any slot holds a turn."""
        return bool(self._turns)

    @property
    def free(self) -> set[int]:
        """Slots that hold none."""
        return set(self._numbers) - self._turns.keys()

    def occupy(self, slot: int, turn: Coroutine[Any, Any, Ending], end: End) -> None:
        """Have a turn taken; whatever becomes of it, the slot is free when `end` is told."""
        task = asyncio.create_task(turn)
        self._turns[slot] = task

        def ended(_: asyncio.Task[Ending]) -> None:
            del self._turns[slot]
            self._woken.set()
            end(slot, *self._outcome(task))

        task.add_done_callback(ended)

    def cancel(self, slot: int) -> None:
        """End the turn in a slot, with its whole process group."""
        self._turns[slot].cancel()

    async def end(self) -> None:
        """End every turn."""
        turns = list(self._turns.values())
        for turn in turns:
            turn.cancel()
        await asyncio.gather(*turns, return_exceptions=True)

    def _outcome(self, turn: asyncio.Task[Ending]) -> tuple[Outcome, Ending]:
        if turn.cancelled():
            return "cancelled", Ending(failure=self._why())
        if error := turn.exception():
            return "failed", Ending(failure=f"{type(error).__name__}: {error}")
        ending = turn.result()
        if ending.cancelled:
            return "cancelled", structs.replace(ending, failure=ending.failure or self._why())
        return ("failed" if ending.failure else "done"), ending
