"""An agent that is any program: prompt in, lines or the stream of a known format out."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

from msgspec import structs

from sixfold import process
from sixfold.agents.agent import Agent, Client, Turn, TurnEnd, prompt_file
from sixfold.agents.endings import FINE, judged
from sixfold.agents.formats.format import Format
from sixfold.agents.formats.stream import Stream
from sixfold.agents.keeping import Pieced
from sixfold.agents.pipes import Pieces
from sixfold.agents.speech import LONGEST_LINE, utterance
from sixfold.agents.totals import Totals
from sixfold.events import Utterance
from sixfold.private import Transcript

LEAVE_SECONDS = 180.0
"""How long a program may be silent that has told the end of its turn: what it began may go on."""
Hear: TypeAlias = Callable[[Sequence[Utterance]], None]
_PLACE = re.compile(r"\{prompt(?:_file)?\}")


def said(line: str) -> Utterance:
    """How a line of a program nobody knows is heard."""
    return Utterance("say", line)


class Listener(Protocol):
    """Hears one program from its start to its end."""

    @property
    def ended(self) -> bool:
        """Has the program told that its turn ended well, though it may still run."""
        ...

    def out(self, chunk: bytes) -> None:
        """What it prints, as it comes."""
        ...

    def err(self, chunk: bytes) -> None:
        """What it prints on stderr."""
        ...

    def end(self, code: int) -> TurnEnd:
        """How the turn ended, the result file aside; negative codes are signals."""
        ...


class Plain:
    """Hears a program that prints lines; stderr is heard as notes."""

    def __init__(self, understand: Callable[[str], Utterance], hear: Hear) -> None:
        self._understand, self._hear = understand, hear
        self._out, self._err = Pieces(), Pieces()

    @property
    def ended(self) -> bool:
        """Only its exit tells."""
        return False

    def out(self, chunk: bytes) -> None:
        """Every line at once."""
        self._tell(self._out.feed(chunk), self._understand)

    def err(self, chunk: bytes) -> None:
        """The same."""
        self._tell(self._err.feed(chunk), _noted)

    def end(self, code: int) -> TurnEnd:
        """Well, if the exit code is 0."""
        self._tell(filter(None, [self._out.rest()]), self._understand)
        self._tell(filter(None, [self._err.rest()]), _noted)
        if code < 0:
            return TurnEnd(ok=False, reason=f"killed by signal {-code}")
        return TurnEnd(ok=False, reason=f"exit code {code}") if code else FINE

    def _tell(self, lines: Iterable[bytes], understand: Callable[[str], Utterance]) -> None:
        if said := [understand(_text(line)) for line in lines]:
            self._hear(said)


class CommandAgent(Agent):
    """Runs `command` for each turn.

    The prompt comes on stdin unless `{prompt}` or `{prompt_file}` stands in the command.
    `form` understands the stream of a known agent; without it, `understand` turns a line of stdout
    into what viewers see.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        timeout: float,
        understand: Callable[[str], Utterance] = said,
        form: type[Format] | None = None,
    ) -> None:
        self.name = name
        self._command, self._env, self._timeout = command, env, timeout
        self._understand, self._form = understand, form
        self._totals = Totals()

    async def take(self, turn: Turn, client: Client) -> TurnEnd:
        """Start the program, hear it out, and read its result file.

        A session that is gone on with keeps the result file; one that is not there any more
        begins afresh.
        """
        turn.result.parent.mkdir(parents=True, exist_ok=True)
        if self._form and turn.session and (command := self._resuming(turn.session)):
            stream = self._stream(self._form, turn, client)
            end = await self._run(command, turn.again, turn, stream)
            if not stream.refused:
                return end
            why = f"session {turn.session} does not go on ({end.reason}): a new one begins"
            client.hear([utterance("note", why)])
        turn.result.unlink(missing_ok=True)
        listener: Listener = (
            self._stream(self._form, turn, client)
            if self._form
            else Plain(self._understand, client.hear)
        )
        return await self._run(self._command, turn.prompt, turn, listener)

    def _resuming(self, session: str) -> list[str] | None:
        return self._form.resume(self._command, session) if self._form else None

    def _stream(self, form: type[Format], turn: Turn, client: Client) -> Stream:
        resumes = bool(self._resuming("x"))
        return Stream(form(turn.cwd), client, self._totals, resumes=resumes)

    async def _run(
        self, words: Sequence[str], prompt: str, turn: Turn, listener: Listener
    ) -> TurnEnd:
        """One program from its start to its end, told `prompt`."""
        with contextlib.ExitStack() as stack:
            path = stack.enter_context(prompt_file(turn, prompt))
            command, in_command = _fill(words, prompt, path)
            stdin = subprocess.DEVNULL if in_command else stack.enter_context(path.open("rb"))
            transcript = stack.enter_context(Transcript(turn.transcript, turn.masks))
            try:
                child = await process.spawn(
                    command,
                    before=turn.before,
                    cwd=turn.cwd,
                    env={**turn.env, **self._env},
                    stdin=stdin,
                    stderr_apart=True,
                )
            except OSError as error:
                return TurnEnd(ok=False, reason=f"cannot start {command[0]}: {error.strerror}")
            pieced = Pieced(transcript.write, self._form.piece) if self._form else None
            if pieced:
                stack.callback(pieced.end)
            keep = pieced.feed if pieced else transcript.write
            end = await self._hear_out(child, keep, transcript, listener)
        return _judge(end, turn)

    async def _hear_out(
        self,
        child: process.Child,
        keep: Callable[[bytes], None],
        transcript: Transcript,
        listener: Listener,
    ) -> TurnEnd:
        """`keep` gets its stdout, `transcript` its stderr."""
        now = asyncio.get_running_loop().time
        most = now() + self._timeout
        clock = asyncio.timeout_at(most)

        def beside(chunk: bytes) -> None:
            transcript.write(chunk, is_out=False)

        def hear(chunk: bytes) -> None:
            listener.out(chunk)
            clock.reschedule(min(most, now() + LEAVE_SECONDS) if listener.ended else most)

        try:
            async with clock:
                await asyncio.gather(
                    _listen(child, child.out, keep, hear),
                    _listen(child, child.err, beside, listener.err),
                )
                await child.wait()
        except TimeoutError:
            if not listener.ended:
                return TurnEnd(ok=False, reason=f"no end after {self._timeout:g} s")
        finally:
            await child.end()
        return listener.end(child.returncode or 0)


def _fill(command: Sequence[str], prompt: str, prompt_file: Path) -> tuple[list[str], bool]:
    """The command with its places filled, and whether it had any."""
    values = {"{prompt}": prompt, "{prompt_file}": str(prompt_file)}
    filled = [_PLACE.sub(lambda place: values[place[0]], word) for word in command]
    return filled, any(_PLACE.search(word) for word in command)


def _judge(end: TurnEnd, turn: Turn) -> TurnEnd:
    """How a turn ended, by its program and by the file that the agent left, whose word is first."""
    left = judged(turn)
    if end.limit:
        return end
    return structs.replace(end, result=left.result) if left.ok else left


def _noted(line: str) -> Utterance:
    return Utterance("note", line)


async def _listen(
    child: process.Child,
    reader: asyncio.StreamReader | None,
    keep: Callable[[bytes], None],
    hear: Callable[[bytes], None],
) -> None:
    if reader is None:
        return
    async for chunk in process.chunks(child, reader):
        keep(chunk)
        hear(chunk)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")[:LONGEST_LINE]
