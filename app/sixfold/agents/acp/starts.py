"""Agents that start one after the other: six at once bring a small machine to a halt."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

LONGEST_SECONDS = 20.0
"""How long others wait for one agent's session."""


class Start:
    """One agent's start; it is over once there is a session."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places = places
        self._over = False

    async def until(self, open_: asyncio.Event) -> None:
        """Let the next one start when the session is there, or when it takes too long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(open_.wait(), LONGEST_SECONDS)
        self.end()

    def end(self) -> None:
        """Let the next one start. Idempotent."""
        if not self._over:
            self._over = True
            self._places.release()


class Starts:
    """At most half as many starts at a time as there are processors."""

    def __init__(self) -> None:
        self._places = asyncio.Semaphore(max(1, (os.cpu_count() or 1) // 2))

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Start]:
        """Wait for a place, and give it back at the end at the latest."""
        await self._places.acquire()
        start = Start(self._places)
        try:
            yield start
        finally:
            start.end()
