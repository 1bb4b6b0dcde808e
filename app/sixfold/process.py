"""Child processes that die with their run.

Each child leads a session of its own and carries `SIXFOLD_RUN` in its environment. Ending it
means: a polite signal to the group, SIGKILL to the group and to all that descend from it, and a
sweep of every process that still carries the marker, since agents start commands in sessions of
their own. A watchdog process sweeps when the runner itself was killed.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

from sixfold.uncut import to_the_end

MARKER = "SIXFOLD_RUN"
POLITE_SECONDS = 3.0
"""How long a group may take to end after the polite signal."""
DRAIN_SECONDS = 0.5
"""How long output may still arrive after the process ended."""
CHUNK = 1 << 18
PIPE = 1 << 20
"""Bytes that a child may be ahead of us, where the system lets us have so much."""
SIGNALLED = 128
"""Exit codes of a shell above it tell of a signal."""


class Child:
    """A running child, its stdout and stderr (joined, or apart) as streams of chunks.

    `stdin` is there where it was asked for as a pipe.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, env: Mapping[str, str], *, boxed: bool = False
    ) -> None:
        self._process, self._boxed = process, boxed
        self._marks = {key: value for key, value in env.items() if key.startswith("SIXFOLD_")}
        self.pid = process.pid
        self.out: asyncio.StreamReader | None = None
        self.err: asyncio.StreamReader | None = None
        self.stdin: asyncio.StreamWriter | None = None
        self._pipes: dict[asyncio.StreamReader, asyncio.ReadTransport] = {}

    async def listen(self, descriptor: int) -> asyncio.StreamReader:
        """Read from a pipe that the child writes to."""
        reader = asyncio.StreamReader(limit=CHUNK)
        self._pipes[reader], _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", buffering=0)
        )
        return reader

    def turn_from(self, reader: asyncio.StreamReader) -> None:
        """Read from it no more, whoever else still holds the pipe."""
        self._pipes[reader].close()

    @property
    def returncode(self) -> int | None:
        """Exit status; negative for a signal; None while it runs."""
        code = self._process.returncode
        return None if code is None else self._within(code)

    async def wait(self) -> int:
        """Wait for the process itself, whoever else still holds its pipes."""
        return self._within(await self._process.wait())

    def _within(self, code: int) -> int:
        """A sandbox ends as a shell does: with 128+N when signal N killed what is inside of it."""
        return SIGNALLED - code if self._boxed and code > SIGNALLED else code

    async def end(self, first: signal.Signals = signal.SIGTERM) -> None:
        """End the process, its group, and whatever else carries its marks. Idempotent.

        Whoever waits for it may be cancelled meanwhile: it goes on to its end all the same.
        """
        await to_the_end(self._end(first))

    async def _end(self, first: signal.Signals) -> None:
        family: list[psutil.Process] = []
        if self.returncode is None:
            family = await asyncio.to_thread(_family, self.pid)
            if self._boxed:
                await asyncio.to_thread(_signal_members, self.pid, first)
            else:
                _signal_group(self.pid, first)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), POLITE_SECONDS)
        _signal_group(self.pid, signal.SIGKILL)
        for process in family:
            with suppress(psutil.Error):  # gone, or its number is another's by now
                process.kill()
        if self._marks:
            await asyncio.to_thread(sweep, self._marks)
        await self._process.wait()
        if self.stdin:
            self.stdin.close()


async def spawn(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    stdin: IO[bytes] | int = subprocess.DEVNULL,
    stderr_apart: bool = False,
    before: Sequence[str] = (),
) -> Child:
    """Start `command` in a session of its own; `before` are the words of a sandbox around it.

    Its output comes through pipes that are ours (its input too, where `stdin` is a pipe), so that
    waiting for it never hangs on an orphan that holds them open. Raises `OSError` where it cannot
    be started. Cancelled halfway, it ends what it has started.
    """
    starting = asyncio.ensure_future(
        _spawn(command, cwd, env, stdin, stderr_apart=stderr_apart, before=before)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(OSError):
            await (await starting).end()
        raise


async def _spawn(
    command: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    stdin: IO[bytes] | int,
    *,
    stderr_apart: bool,
    before: Sequence[str],
) -> Child:
    out_read, out_write = os.pipe()
    err_read, err_write = os.pipe() if stderr_apart else (-1, out_write)
    in_read, in_write = os.pipe() if stdin == subprocess.PIPE else (-1, -1)
    _widen(out_read)
    try:
        process = await asyncio.create_subprocess_exec(
            *before,
            *command,
            cwd=cwd,
            env=dict(env),
            stdin=stdin if in_read < 0 else in_read,
            stdout=out_write,
            stderr=err_write,
            start_new_session=True,
        )
    except BaseException:
        _close(out_read, err_read, in_write)
        raise
    finally:
        _close(out_write, err_write if stderr_apart else -1, in_read)
    child = Child(process, env, boxed=bool(before))
    child.out = await child.listen(out_read)
    if stderr_apart:
        child.err = await child.listen(err_read)
    if in_write >= 0:
        child.stdin = await _writer(in_write)
    return child


def _widen(pipe: int) -> None:
    """Let a child that prints much go on while we are busy; only Linux can."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        if descriptor >= 0:
            os.close(descriptor)


async def _writer(descriptor: int) -> asyncio.StreamWriter:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()),
        os.fdopen(descriptor, "wb", buffering=0),
    )
    return asyncio.StreamWriter(transport, protocol, None, loop)


async def chunks(child: Child, reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """What the child prints, as it comes, until end of file.

    Once the child has ended, whatever an orphan of its still prints is waited for no longer than
    `DRAIN_SECONDS`.
    """
    ended = asyncio.ensure_future(child.wait())
    reading: asyncio.Future[bytes] | None = None
    until = float("inf")
    try:
        while time.monotonic() < until:
            if ended.done() and until == float("inf"):
                until = time.monotonic() + DRAIN_SECONDS
            reading = reading or asyncio.ensure_future(reader.read(CHUNK))
            waiting: set[asyncio.Future[Any]] = {reading} if ended.done() else {reading, ended}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=_left(until))
            if not reading.done():
                continue  # the child has ended, or its time is up
            chunk, reading = reading.result(), None
            if not chunk:
                return
            yield chunk
            await asyncio.sleep(0)  # read() does not yield while data is buffered
    finally:
        ended.cancel()
        if reading:
            reading.cancel()
        child.turn_from(reader)


def _left(until: float) -> float | None:
    """Seconds from now, for a wait; None for ever."""
    return None if until == float("inf") else max(0.0, until - time.monotonic())


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _family(pid: int) -> list[psutil.Process]:
    """All that descend from a process, by whoever still lives between them: marked or not."""
    with suppress(psutil.Error):
        return psutil.Process(pid).children(recursive=True)
    return []


def _signal_members(pid: int, number: signal.Signals) -> None:
    """Signal a group, but for its leader: a sandbox that dies kills all that is in it at once."""
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != pid and os.getpgid(process.pid) == pid:
                process.send_signal(number)


def marked(marks: Mapping[str, str]) -> list[psutil.Process]:
    """Processes of this user whose environment carries all of `marks`; never this one."""
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with suppress(psutil.Error, OSError):
            environment = process.environ()
            if all(environment.get(key) == value for key, value in marks.items()):
                found.append(process)
    return found


def sweep(marks: Mapping[str, str]) -> int:
    """Kill every process that carries all of `marks`, until none is left; how many there were.

    It looks again rather than waits: waiting would take the exit status of our own children away
    from who started them.
    """
    killed: set[int] = set()
    for _ in range(50):
        alive = marked(marks)
        if not alive:
            break
        for process in alive:
            with suppress(psutil.Error):
                process.kill()
                killed.add(process.pid)
        time.sleep(0.02)
    return len(killed)


def start_watchdog(run: str) -> subprocess.Popen[bytes]:
    """A process that sweeps the run's leftovers once this process is gone, however it went.

    It reads from a pipe whose other end only we hold: end of file is our death.
    """
    environment = {key: value for key, value in os.environ.items() if key != MARKER}
    return subprocess.Popen(
        [sys.executable, "-m", "sixfold.process", run],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment,
    )


def _watch(run: str) -> None:
    sys.stdin.buffer.read()
    sweep({MARKER: run})


if __name__ == "__main__":
    _watch(sys.argv[1])
