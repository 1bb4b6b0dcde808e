"""What is known of a run, and everybody who is told: journal, state, viewers, report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from sixfold import events as ev
from sixfold.runner.bulk import Bulk
from sixfold.runner.journal import Journal
from sixfold.runner.server import Server
from sixfold.runner.store import RunFolder
from sixfold.state import RunState, fold

Report: TypeAlias = Callable[[ev.AnyEvent, RunState], None]
"""Told every event as it is journalled, with the state after it."""
Obey: TypeAlias = Callable[[ev.AnyCommand], Awaitable[ev.Answer]]


class Record:
    """The record of one run. `obey` carries out what viewers ask."""

    def __init__(self, folder: RunFolder, obey: Obey, report: Report) -> None:
        self._folder, self._obey, self._report = folder, obey, report
        self._journal = Journal(folder.journal)
        self.state = fold(self._journal.events)
        self._server = Server(self)
        self.bulk = Bulk(
            lambda line: self._server.send(line, bulk=True), lambda: len(self._journal.lines)
        )
        self._flushing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Open the socket and the clock that sends bulk."""
        await self._server.listen(self._folder.socket)
        self._flushing = asyncio.create_task(self.bulk.run())

    def emit(self, event: ev.AnyEvent) -> None:
        """A fact: journalled first, then known, then told."""
        stamped = self._journal.append(event)
        self.state.apply(stamped)
        self.bulk.flush()
        self._server.send(self._journal.lines[-1])
        self._report(stamped, self.state)

    def history(self) -> Sequence[bytes]:
        """The journal so far, the latest bulk in its place, as lines of the wire."""
        events, told = self._journal.lines, 0
        history: list[bytes] = []
        for place, line in self.bulk.tail():
            history += [*events[told:place], line]
            told = place
        return history + events[told:]

    def tallies(self) -> Sequence[bytes]:
        """The tallies of the tests, whole, as lines of the wire."""
        return self.bulk.tallies()

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Pass a viewer's command on."""
        return await self._obey(command)

    async def close(self) -> None:
        """Let viewers have what is on its way, and close everything."""
        if self._flushing:
            self._flushing.cancel()
        self.bulk.flush()
        await self._server.close(self._folder.socket)
        self._journal.close()
