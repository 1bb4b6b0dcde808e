"""Providers that take no more for now: until when, and what happens then."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

from sixfold import events as ev
from sixfold.agents.agent import Limit
from sixfold.runner.desk import Desk

FIRST_SECONDS = 15.0
"""How long a provider is left alone that does not say for how long."""
MOST_SECONDS = 15 * 60.0


class Limits:
    """Rate limits by provider; backoff is exponential, with jitter.

    See "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015): equal jitter.
    """

    def __init__(self, desk: Desk) -> None:
        self._state, self._emit, self._woken = desk.state, desk.emit, desk.woken
        self._hits: Counter[str] = Counter()
        """Provider -> limits in a row."""
        self._clocks: dict[str, asyncio.TimerHandle] = {}
        self._back = asyncio.Condition()
        self._telling: set[asyncio.Task[None]] = set()

    def limited(self, provider: str) -> bool:
        """Does it take no more for now."""
        return provider in self._state.limited

    def hit(self, provider: str, limit: Limit) -> None:
        """It took no more: leave it alone for a time."""
        if provider in self._clocks:
            return
        self._hits[provider] += 1
        seconds = limit.seconds if limit.seconds is not None else self._backoff(provider)
        seconds = min(max(seconds, 1.0) * random.uniform(1, 1.1), 24 * 3600)  # noqa: S311 - jitter
        until = datetime.now(UTC) + timedelta(seconds=seconds)
        self._emit(ev.ProviderLimited(provider=provider, until=until, reason=limit.reason))
        loop = asyncio.get_running_loop()
        self._clocks[provider] = loop.call_later(seconds, self._let, provider)

    def fine(self, provider: str) -> None:
        """It took a turn to its end: the next limit is the first again."""
        del self._hits[provider]

    async def wait(self, provider: str) -> None:
        """Until it takes more."""
        async with self._back:
            await self._back.wait_for(lambda: not self.limited(provider))

    def close(self) -> None:
        """Look at the clock no more."""
        for clock in self._clocks.values():
            clock.cancel()

    def _backoff(self, provider: str) -> float:
        most: float = min(FIRST_SECONDS * 2 ** (self._hits[provider] - 1), MOST_SECONDS)
        return most / 2 + random.uniform(0, most / 2)  # noqa: S311 - jitter

    def _let(self, provider: str) -> None:
        self._clocks.pop(provider).cancel()
        self._emit(ev.ProviderBack(provider=provider))
        self._woken.set()
        telling = asyncio.create_task(self._tell())
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)

    async def _tell(self) -> None:
        async with self._back:
            self._back.notify_all()
