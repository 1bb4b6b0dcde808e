"""The run's control socket: viewers watch, and ask; the runner answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from sixfold import events as ev
from sixfold.link import short_address

MOST_BUFFERED = 1 << 20
"""Bytes that wait for a slow viewer before it misses bulk."""
GIVE_UP = 64 << 20
"""Bytes that wait for a viewer before it is hung up on."""

PATIENCE = 2.0
"""Seconds that a viewer has to take in the run's last words."""


class Host(Protocol):
    """What the server needs of the runner."""

    def history(self) -> Sequence[bytes]:
        """Lines that a viewer who comes now has missed: the journal, then the latest bulk."""
        ...

    def tallies(self) -> Sequence[bytes]:
        """Lines that stand for all bulk that is told by its changes, for one who missed some."""
        ...

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Carry a command out, or refuse it with the reason."""
        ...


class Server:
    """Serves one run on a Unix socket that only its owner may open."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._viewers: dict[asyncio.StreamWriter, int] = {}
        """Viewers, and how many bytes may wait for each: what it missed, and `GIVE_UP`."""
        self._missed: set[asyncio.StreamWriter] = set()
        """Viewers that were too slow for bulk."""
        self._talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, socket: Path) -> None:
        """Open the socket. Raises `OSError`."""
        socket.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with short_address(socket) as address:
                self._server = await asyncio.start_unix_server(self._meet, address)
        finally:
            os.umask(before)

    def send(self, line: bytes, *, bulk: bool = False) -> None:
        """To every viewer; bulk is dropped for one that is slow, an event never."""
        for viewer, most in list(self._viewers.items()):
            waiting = viewer.transport.get_write_buffer_size()
            if waiting > most:
                del self._viewers[viewer]
                self._missed.discard(viewer)
                viewer.transport.abort()
            elif not (bulk and waiting > MOST_BUFFERED):
                viewer.write(line)
                self._make_up(viewer, waiting)
            else:
                self._missed.add(viewer)

    def _make_up(self, viewer: asyncio.StreamWriter, waiting: int) -> None:
        """Tell one that missed changes how things stand, once it takes in what it is told."""
        if viewer in self._missed and waiting <= MOST_BUFFERED:
            self._missed.discard(viewer)
            viewer.write(b"".join(self._host.tallies()))

    async def close(self, socket: Path) -> None:
        """Let viewers have what is on its way, then hang up and remove the socket."""
        socket.unlink(missing_ok=True)
        if self._server:
            self._server.close()
        for viewer in list(self._viewers):
            viewer.transport.set_write_buffer_limits(0)  # drained means: all of it is sent
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(viewer.drain(), PATIENCE)
            viewer.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(OSError, ValueError, asyncio.CancelledError):
            while line := await reader.readline():
                await self._take(line, writer)
        self._viewers.pop(writer, None)
        self._missed.discard(writer)
        writer.close()

    async def _take(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            command = ev.decode_command(line)
        except msgspec.MsgspecError as error:
            writer.write(
                ev.encode(ev.Answer(id=0, accepted=False, reason=f"not a command: {error}"))
            )
            return
        if isinstance(command, ev.Watch):
            writer.write(b"".join(self._host.history()))
            self._viewers[writer] = writer.transport.get_write_buffer_size() + GIVE_UP
            return
        writer.write(ev.encode(await self._host.obey(command)))
        with contextlib.suppress(OSError):
            await writer.drain()
