"""The run's Unix socket: framing, and the client that every viewer uses."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import msgspec

from sixfold import events as ev

CHUNK = 1 << 16
PATIENCE = 3.0
"""Seconds that a runner may be too busy to take a call, or take to be there again."""
PAUSE = 0.05
"""Seconds between two calls."""
LONGEST_ADDRESS = 100
"""Bytes of a socket's path; the kernel allows 104 to 108."""


class LinkError(Exception):
    """The runner cannot be reached, or went away."""


class Source(Protocol):
    """Where a viewer's messages come from and its commands go."""

    def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """Batches of messages as they arrive, the run's journal first; ends with the source."""
        ...

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Send a command and wait for its answer. Raises `LinkError` where there is none."""
        ...

    async def close(self) -> None:
        """Let go of the run; it goes on."""
        ...


@contextlib.contextmanager
def short_address(path: Path) -> Iterator[str]:
    """A path to the socket that fits the kernel's limit: a short-lived link where need be."""
    if len(os.fsencode(path)) <= LONGEST_ADDRESS:
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="sixfold-") as folder:
        link = Path(folder) / "run"
        link.symlink_to(path.parent.absolute())
        yield str(link / path.name)


Look: TypeAlias = Callable[[ev.AnyCommand], Awaitable[ev.Answer | None]]
"""Answers what asks for something that is kept of a run; None for a command to its runner."""


async def keep_nothing(command: ev.AnyCommand) -> ev.Answer | None:  # noqa: ARG001 - as agreed
    """There is nothing to look at."""
    return None


class Link:
    """A connection to a live run; one that is lost before the run has ended is made again.

    `look` answers what asks for something that is kept of the run, once the runner is gone.
    """

    def __init__(
        self,
        socket: Path,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        look: Look = keep_nothing,
    ) -> None:
        self._socket, self._reader, self._writer, self._look = socket, reader, writer, look
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[ev.Answer]] = {}
        self._refused = ""
        """Why the runner does not take us."""
        self._inbox: asyncio.Queue[Sequence[ev.Message] | None] = asyncio.Queue(maxsize=8)
        self._pump = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, socket: Path, look: Look = keep_nothing) -> Link:
        """Reach the runner behind `socket`. Raises `LinkError`."""
        return cls(socket, *await _call(socket), look)

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """The journal from its start, then all that comes, until the run has ended.

        Raises `LinkError` where the runner takes no more viewers.
        """
        seen, ended = 0, False
        while True:
            heard = False
            await self._send(ev.Watch(after=seen))
            while (batch := await self._inbox.get()) is not None:
                yield batch
                heard = True
                for message in batch:
                    if isinstance(message, ev.Event):
                        seen, ended = message.seq, isinstance(message, ev.RunEnded)
            if self._refused and not heard:
                raise LinkError(self._refused)
            if ended or not heard or not await self._again():
                return

    async def _again(self) -> bool:
        """Call again where the runner is still there."""
        try:
            reader, writer = await _call(self._socket)
        except LinkError:
            return False
        self._writer.close()
        self._reader, self._writer = reader, writer
        self._pump = asyncio.create_task(self._read())
        return True

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Send `command` and wait for its answer, or look it up where the runner is gone.

        Raises `LinkError` where it is gone and nobody else can answer.
        """
        try:
            return await self._ask(command)
        except LinkError:
            if answer := await self._look(command):
                return answer
            raise

    async def _ask(self, command: ev.AnyCommand) -> ev.Answer:
        number = next(self._ids)
        answer: asyncio.Future[ev.Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            await self._send(msgspec.structs.replace(command, id=number))
            return await answer
        finally:
            self._waiting.pop(number, None)

    async def close(self) -> None:
        """Hang up."""
        self._pump.cancel()
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _send(self, command: ev.AnyCommand) -> None:
        if self._pump.done():
            raise LinkError("the run has ended")
        try:
            self._writer.write(ev.encode(command))
            await self._writer.drain()
        except OSError as error:
            raise LinkError("the run has ended") from error

    async def _read(self) -> None:
        rest = b""
        try:
            while chunk := await self._reader.read(CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                batch = [message for line in lines if (message := self._take(line)) is not None]
                if batch:
                    await self._inbox.put(batch)
                await asyncio.sleep(0)  # read() does not yield while data is buffered
        except OSError:
            pass
        finally:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(LinkError("the run has ended"))
            if not asyncio.current_task().cancelling():  # type: ignore[union-attr]
                await self._inbox.put(None)

    def _take(self, line: bytes) -> ev.Message | None:
        try:
            message = ev.decode_message(line)
        except (ValueError, RecursionError):
            return None  # a newer runner's message that this viewer does not know
        if not isinstance(message, ev.Answer):
            return message
        answer = self._waiting.get(message.id)
        if message.id == 0:  # it could not make out what it was asked
            answer = next(iter(self._waiting.values()), None)
        if answer and not answer.done():
            answer.set_result(message)
        elif message.id == 0:
            self._refused = message.reason
        return None


async def _call(socket: Path) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Reach the runner behind `socket`, however many call it now. Raises `LinkError`."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            with short_address(socket) as address:
                return await asyncio.open_unix_connection(address, limit=CHUNK)
        except BlockingIOError as error:
            if time.monotonic() > until:
                raise LinkError(f"{socket}: the runner is too busy to answer") from error
            await asyncio.sleep(PAUSE)
        except OSError as error:
            raise LinkError(f"{socket}: {error.strerror or error}") from error


class Later:
    """A source that is reached only when somebody listens: the screen paints before that."""

    def __init__(self, reach: Callable[[], Awaitable[Source]]) -> None:
        self._reach = reach
        self._source: Source | None = None

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """Reach the source, then all that it has. Raises `LinkError`."""
        self._source = await self._reach()
        async for batch in self._source.messages():
            yield batch

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Send a command once the source is reached."""
        if self._source is None:
            return ev.Answer(id=command.id, accepted=False, reason="the run is not reached yet")
        return await self._source.ask(command)

    async def close(self) -> None:
        """Let go of the source, if it was reached."""
        if self._source:
            await self._source.close()


class Heard(NamedTuple):
    """What was said or printed, and when; None: nobody knows, in the course of the work."""

    message: ev.AnyBulk
    at: datetime | None = None


Recall: TypeAlias = Callable[[ev.AnyEvent], Sequence[Heard]]
"""What was said and printed in the work that an event began, in order."""


def recall_nothing(event: ev.AnyEvent) -> Sequence[Heard]:  # noqa: ARG001 - as agreed
    """Nothing is known but the events."""
    return ()


class Recording:
    """A run that is over: what was heard of it, and no one to take commands.

    `look` answers what asks for something that is kept of it.
    """

    def __init__(self, heard: Sequence[ev.Message], look: Look = keep_nothing) -> None:
        self._heard, self._look = heard, look

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """All of it in one batch."""
        yield self._heard

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Look it up, or refuse."""
        refused = ev.Answer(id=command.id, accepted=False, reason="this run has ended")
        return await self._look(command) or refused

    async def close(self) -> None:
        """Nothing is open."""
