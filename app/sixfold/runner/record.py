"""What is known of a run, and everybody who is told: journal, state, viewers, report."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from sixfold import events as ev
from sixfold.masking import Masks
from sixfold.runner.archive import Archive
from sixfold.runner.bulk import Bulk, Mark
from sixfold.runner.journal import Journal, JournalError
from sixfold.runner.server import Server
from sixfold.runner.store import RunFolder
from sixfold.state import RunState, fold

Report: TypeAlias = Callable[[ev.AnyEvent, RunState], None]
"""Told every event as it is journalled, with the state after it."""
Obey: TypeAlias = Callable[[ev.AnyCommand], Awaitable[ev.Answer]]


class Record:
    """The record of one run. `obey` carries out what viewers ask."""

    def __init__(self, folder: RunFolder, obey: Obey, report: Report, masks: Masks) -> None:
        self._folder, self._obey, self._report, self._masks = folder, obey, report, masks
        self._journal = Journal(folder.journal)
        self.state = fold(self._journal.events)
        self._server = Server(self)
        self.bulk = Bulk(
            lambda line: self._server.send(line, bulk=True),
            lambda: len(self._journal.lines),
            masks,
            Archive(folder).said,
        )
        self._tasks: list[asyncio.Task[None]] = []
        self._disk = ThreadPoolExecutor(1)
        self._written = asyncio.Condition()
        self._fresh = asyncio.Event()
        self._safe = len(self._journal.lines)
        """Events that would survive the loss of power."""

    @property
    def torn(self) -> bytes:
        """What had to be taken off the journal's end."""
        return self._journal.torn

    async def open(self) -> None:
        """Open the socket, and the clocks that send bulk and write the journal through."""
        await self._server.listen(self._folder.socket)
        self._tasks = [asyncio.create_task(self.bulk.run()), asyncio.create_task(self._sync())]

    def emit(self, event: ev.AnyEvent) -> None:
        """A fact, without secrets: journalled first, then known, then told."""
        stamped = self._journal.append(self._masks.struct(event))
        self.state.apply(stamped)
        self._fresh.set()
        self.bulk.flush()
        self._server.send(self._journal.lines[-1])
        self._report(stamped, self.state)

    def history(self, after: int, mark: Mark) -> Sequence[bytes]:
        """The journal from there on, the latest bulk in its place, as lines of the wire."""
        bulk = self.bulk.since(mark)
        events, told = self._journal.lines, after
        history: list[bytes] = []
        for place, line in bulk:
            history += [*events[told:place], line]
            told = max(told, place)
        return history + events[told:]

    def told(self) -> tuple[int, Mark]:
        """Where a viewer stands that has all there is."""
        return len(self._journal.lines), self.bulk.mark()

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Pass a viewer's command on; the answer comes when what was done is safe on the disk.

        What it shows is without secrets, too.
        """
        answer = await self._obey(command)
        if answer.accepted and not isinstance(command, ev.Diff | ev.Stop):
            await self._synced()
        return self._masks.struct(answer)

    async def close(self) -> None:
        """Let viewers have what is on its way, and close everything."""
        for task in self._tasks:
            task.cancel()
        self.bulk.flush()
        await self._server.close(self._folder.socket)
        self._disk.shutdown()
        self._journal.close()

    async def _sync(self) -> None:
        """Write the journal through again and again: one write is for all that came meanwhile."""
        loop = asyncio.get_running_loop()
        while True:
            await self._fresh.wait()
            self._fresh.clear()
            count = len(self._journal.lines)
            try:
                await loop.run_in_executor(self._disk, self._journal.sync)
            except JournalError as error:
                loop.call_exception_handler({"message": str(error), "exception": error})
                return
            async with self._written:
                self._safe = count
                self._written.notify_all()

    async def _synced(self) -> None:
        """Until all that was emitted is safe."""
        count = len(self._journal.lines)
        async with self._written:
            await self._written.wait_for(lambda: self._safe >= count)
