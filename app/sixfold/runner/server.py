"""The run's control socket: viewers watch, and ask; the runner answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket as sockets
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Protocol

import msgspec

from sixfold import events as ev
from sixfold.link import short_address
from sixfold.runner.bulk import Mark

MOST_BUFFERED = 1 << 20
"""Bytes that wait for a slow viewer; what more there is it reads up on once it took them."""
LONGEST_COMMAND = 1 << 16
"""Bytes of a line from a viewer."""
MOST_TALKS = 100
"""Viewers and askers at a time: each takes a file descriptor of the runner."""
SILENCE = 30.0
"""Seconds that somebody who does not watch may take to say what they want."""
PATIENCE = 2.0
"""Seconds that viewers have to take in the run's last words."""
_CREDENTIALS = struct.Struct("3i")


class Host(Protocol):
    """What the server needs of the runner."""

    def history(self, after: int, mark: Mark) -> Sequence[bytes]:
        """Lines that a viewer has missed who has `after` events, and bulk up to `mark`."""
        ...

    def told(self) -> tuple[int, Mark]:
        """Where a viewer stands that has all there is: number of events, and place in the bulk."""
        ...

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Carry a command out, or refuse it with the reason."""
        ...


class Viewer:
    """Somebody who watches.

    As long as they read what they are sent, they get everything at once. Who falls behind is sent
    nothing for a time, and then reads up: every event, and of the bulk what is still kept. So a
    viewer that is frozen for an hour costs no more than one that is slow for a second.
    """

    def __init__(self, host: Host, writer: asyncio.StreamWriter, after: int) -> None:
        self._host, self._writer = host, writer
        count, mark = host.told()
        self._events = min(after, count)
        self._mark: Mark = mark if after else {}
        """Who comes back has seen the output of before, or some of it."""
        self._reading_up: asyncio.Task[None] | None = None
        self._read_up()

    def send(self, line: bytes, *, bulk: bool) -> None:
        """Send a line now, or have it read up on later."""
        if self._reading_up:
            return
        if self._writer.transport.get_write_buffer_size() > MOST_BUFFERED:
            _, self._mark = self._host.told()
            self._read_up()
            return
        self._writer.write(line)
        self._events += not bulk

    def _read_up(self) -> None:
        self._reading_up = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        """Send what was missed, piece by piece, until no more comes meanwhile than fits."""
        with contextlib.suppress(OSError):
            while True:
                await self._writer.drain()
                missed = self._host.history(self._events, self._mark)
                self._events, self._mark = self._host.told()
                if sum(map(len, missed)) <= MOST_BUFFERED:
                    self._writer.write(b"".join(missed))
                    break
                for line in missed:
                    self._writer.write(line)
                    await self._writer.drain()
        self._reading_up = None

    async def finish(self) -> None:
        """Let them have the rest, as far as they take it; then hang up."""
        try:
            async with asyncio.timeout(PATIENCE):
                while self._reading_up:
                    await asyncio.wait({self._reading_up})
                self._writer.transport.set_write_buffer_limits(0)  # drained means: all is sent
                await self._writer.drain()
        except (OSError, TimeoutError):
            self.leave()
            self._writer.transport.abort()

    def leave(self) -> None:
        """They hung up."""
        if self._reading_up:
            self._reading_up.cancel()


class Server:
    """Serves one run on a Unix socket that only its owner may open."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._viewers: dict[asyncio.StreamWriter, Viewer] = {}
        self._talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, socket: Path) -> None:
        """Open the socket. Raises `OSError`."""
        socket.unlink(missing_ok=True)
        before = os.umask(0o177)
        try:
            with short_address(socket) as address:
                self._server = await asyncio.start_unix_server(
                    self._meet, address, limit=LONGEST_COMMAND
                )
        finally:
            os.umask(before)

    def send(self, line: bytes, *, bulk: bool = False) -> None:
        """To every viewer: an event for sure, bulk where they keep up."""
        for viewer in self._viewers.values():
            viewer.send(line, bulk=bulk)

    async def close(self, socket: Path) -> None:
        """Let viewers have what is on its way, then hang up and remove the socket."""
        socket.unlink(missing_ok=True)
        if self._server:
            self._server.close()
        await asyncio.gather(*(viewer.finish() for viewer in self._viewers.values()))
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            if not _is_ours(writer):
                _refuse(writer, "this run belongs to another user")
            elif len(self._talks) > MOST_TALKS:
                _refuse(writer, f"{MOST_TALKS} viewers are here already")
            else:
                await self._talk(reader, writer)
        if viewer := self._viewers.pop(writer, None):
            viewer.leave()
        writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take commands until the other side hangs up, says nothing, or too much."""
        while True:
            try:
                async with asyncio.timeout(None if writer in self._viewers else SILENCE):
                    line = await reader.readline()
            except TimeoutError:
                return
            except ValueError:
                _refuse(writer, f"a command has at most {LONGEST_COMMAND} bytes")
                return
            if not line.endswith(b"\n"):
                return
            await self._take(line, writer)
            await writer.drain()
            await asyncio.sleep(0)  # neither yields while there is room, and lines to read

    async def _take(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            command = ev.decode_command(line)
        except (ValueError, RecursionError) as error:
            _refuse(writer, f"not a command: {error}", _id_of(line))
            return
        if not isinstance(command, ev.Watch):
            writer.write(ev.encode(await self._host.obey(command)))
        elif writer in self._viewers:
            _refuse(writer, "you are watching already", command.id)
        else:
            self._viewers[writer] = Viewer(self._host, writer, command.after)


def _refuse(writer: asyncio.StreamWriter, reason: str, number: int = 0) -> None:
    writer.write(ev.encode(ev.Answer(id=number, accepted=False, reason=reason)))


class _Numbered(msgspec.Struct):
    id: Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)] = 0


def _id_of(line: bytes) -> int:
    """The number of what is no command otherwise; 0 where it has none."""
    try:
        return msgspec.json.decode(line, type=_Numbered).id
    except (ValueError, RecursionError):
        return 0


def _is_ours(writer: asyncio.StreamWriter) -> bool:
    """Does the peer run under our own user, as far as the system tells."""
    option = getattr(sockets, "SO_PEERCRED", None)
    socket = writer.get_extra_info("socket")
    if option is None:
        return True
    _, user, _ = _CREDENTIALS.unpack(
        socket.getsockopt(sockets.SOL_SOCKET, option, _CREDENTIALS.size)
    )
    return bool(user == os.geteuid())
