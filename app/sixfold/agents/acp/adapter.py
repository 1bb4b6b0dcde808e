"""An agent that speaks the protocol: started, talked to, judged, and ended with all it started."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from sixfold import process
from sixfold.agents.acp.hearing import Hearing
from sixfold.agents.acp.spending import Spending
from sixfold.agents.acp.starts import Start, Starts
from sixfold.agents.acp.wire import Wire
from sixfold.agents.agent import Client, Turn, TurnEnd, prompt_file
from sixfold.agents.endings import failed, gone, judged
from sixfold.agents.pipes import Lines
from sixfold.agents.speech import LONGEST_LINE, utterance
from sixfold.private import Transcript
from sixfold.uncut import to_the_end

if TYPE_CHECKING:
    from sixfold.agents.acp.talk import Talk

CANCEL_SECONDS = 3.0
"""How long an agent may take to end its turn when asked to."""
PART_SECONDS = 1.0
"""How long it may take to close its session."""
LEAVE_SECONDS = 3.0
"""How long it may take to leave when nothing more is said to it."""
CLOSED_LEAVE_SECONDS = 0.3
"""The same, its session closed. Codex takes seven seconds if it is let."""
LAST_WORDS_SECONDS = 1.0


class AcpAgent:
    """Runs `command` for each turn and talks to it over its pipes.

    A turn ends without success after `timeout` seconds; after `stall_timeout` seconds of silence
    there is a warning, and some time later it ends, too.
    `mode` is set where it is not empty; `starts` has agents start one after the other. Its
    environment is the turn's with `env` on top, and `usual` where neither says anything.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        timeout: float,
        stall_timeout: float,
        usual: Mapping[str, str] = {},
        mode: str = "",
        starts: Starts | None = None,
    ) -> None:
        self.name = name
        self._command, self._env, self._usual, self._mode = command, env, usual, mode
        self._timeout, self._stall_timeout = timeout, stall_timeout
        self._starts, self._spending = starts or Starts(), Spending()

    async def take(self, turn: Turn, client: Client) -> TurnEnd:
        """Start the agent, have the prompt answered, and read its result file."""
        turn.result.parent.mkdir(parents=True, exist_ok=True)
        turn.result.unlink(missing_ok=True)
        with prompt_file(turn, turn.prompt):  # for people; the agent is told in words
            await _load()
        async with self._starts.one() as start:
            return await self._start(turn, client, start)

    async def _start(self, turn: Turn, client: Client, start: Start) -> TurnEnd:
        with Transcript(turn.transcript, turn.masks) as transcript:
            try:
                child = await process.spawn(
                    self._command,
                    before=turn.before,
                    cwd=turn.cwd,
                    env={**self._usual, **turn.env, **self._env},
                    stdin=subprocess.PIPE,
                    stderr_apart=True,
                )
            except OSError as error:
                reason = f"cannot start {self._command[0]}: {error.strerror}"
                return TurnEnd(ok=False, reason=reason)
            end = await self._converse(child, transcript, turn, client, start)
        return judged(turn) if end.ok else end

    async def _converse(
        self,
        child: process.Child,
        transcript: Transcript,
        turn: Turn,
        client: Client,
        start: Start,
    ) -> TurnEnd:
        from sixfold.agents.acp.talk import Talk  # noqa: PLC0415 (half a second, only if used)

        hear = client.hear
        hearing = Hearing(turn.cwd)
        wire = Wire(child, transcript, hearing, hear)
        talk = Talk(wire, hearing, client, self._spending)
        hearing.spent = talk.count
        held = asyncio.create_task(talk.hold(turn, self._mode))
        opened = asyncio.create_task(start.until(talk.open))
        errors = Errors()
        reading = asyncio.create_task(errors.drain(child, transcript))
        silence = asyncio.create_task(talk.silence(self._stall_timeout))
        try:
            await asyncio.wait(
                {held, silence}, timeout=self._timeout, return_when=asyncio.FIRST_COMPLETED
            )
            if held.done():
                return held.result()
            if not silence.done():
                return failed(f"no end after {self._timeout:g} s")
            reason = f"no sign of life for {silence.result():g} s"
            hear([utterance("note", f"{reason}: given up")])
        except ConnectionError:
            how = await _gone(child, reading)
            return failed(f"{how}: {errors.last}" if errors.last else how)
        else:
            return failed(reason)
        finally:
            silence.cancel()
            opened.cancel()
            await to_the_end(_leave(talk, held, child, reading))
            wire.end()
            hear(hearing.end())


async def _load() -> None:
    """Load the protocol's library beside the loop: it takes half a second."""
    await asyncio.to_thread(importlib.import_module, "acp")


async def _leave(
    talk: Talk, held: asyncio.Task[TurnEnd], child: process.Child, reading: asyncio.Task[None]
) -> None:
    """Have the agent stop and go, ever less politely, with all that it started."""
    if not held.done():
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(CANCEL_SECONDS):
                await talk.cancel()
                await asyncio.wait({held})
    closed = False
    if child.returncode is None:
        with suppress(TimeoutError, ConnectionError):
            closed = await asyncio.wait_for(talk.part(), PART_SECONDS)
    if child.stdin:
        child.stdin.close()
    with suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), CLOSED_LEAVE_SECONDS if closed else LEAVE_SECONDS)
    await child.end()
    await asyncio.wait({reading}, timeout=LAST_WORDS_SECONDS)
    await talk.close()
    for task in (held, reading):
        task.cancel()
    await asyncio.gather(held, reading, return_exceptions=True)


class Errors:
    """What an agent prints on stderr, on its way to the transcript."""

    def __init__(self) -> None:
        self.last = ""
        """The last line of it."""

    async def drain(self, child: process.Child, transcript: Transcript) -> None:
        """Read until end of file."""
        if child.err is None:
            return
        lines = Lines()
        async for chunk in process.chunks(child, child.err):
            transcript.write(chunk, is_out=False)
            for line in lines.feed(chunk):
                self.last = line[:LONGEST_LINE].decode(errors="replace").strip() or self.last


async def _gone(child: process.Child, reading: asyncio.Task[None]) -> str:
    """How an agent went that ended its part of the talk."""
    await asyncio.wait({reading}, timeout=LAST_WORDS_SECONDS)
    with suppress(TimeoutError):
        await asyncio.wait_for(child.wait(), LAST_WORDS_SECONDS)
    code = child.returncode
    return "it closed its output in mid-turn" if code is None else gone(code)
