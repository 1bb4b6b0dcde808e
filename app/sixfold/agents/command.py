"""An agent that is any program: prompt in, lines out, exit code."""

from __future__ import annotations

import asyncio
import contextlib
import re
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, TypeAlias

from sixfold import process
from sixfold.agents.agent import Agent, Client, Result, Turn, TurnEnd, read_result
from sixfold.events import Utterance

LONGEST_LINE = 4000
"""Characters of a line that viewers get; the transcript has it whole."""
Hear: TypeAlias = Callable[[Sequence[Utterance]], None]
_PLACE = re.compile(r"\{prompt(?:_file)?\}")


def said(line: str) -> Utterance:
    """How a line of a program nobody knows is heard."""
    return Utterance("say", line)


class CommandAgent(Agent):
    """Runs `command` for each turn.

    The prompt comes on stdin unless `{prompt}` or `{prompt_file}` stands in the command.
    `understand` turns a line of stdout into what viewers see; stderr is shown as notes.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        timeout: float,
        understand: Callable[[str], Utterance] = said,
    ) -> None:
        self.name = name
        self._command, self._env, self._timeout = command, env, timeout
        self._understand = understand

    async def take(self, turn: Turn, client: Client) -> TurnEnd:
        """Start the program, hear it out, and read its result file."""
        prompt_file = turn.transcript.with_suffix(".prompt.md")
        prompt_file.write_text(turn.prompt, encoding="utf-8")
        turn.result.parent.mkdir(parents=True, exist_ok=True)
        turn.result.unlink(missing_ok=True)
        command, in_command = _fill(self._command, turn.prompt, prompt_file)
        with contextlib.ExitStack() as stack:
            stdin = (
                subprocess.DEVNULL if in_command else stack.enter_context(prompt_file.open("rb"))
            )
            transcript = stack.enter_context(turn.transcript.open("ab"))
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
            return await self._hear_out(child, transcript, turn.result, client.hear)

    async def _hear_out(
        self, child: process.Child, transcript: BinaryIO, result: Path, hear: Hear
    ) -> TurnEnd:
        try:
            async with asyncio.timeout(self._timeout):
                await asyncio.gather(
                    _listen(child, child.out, transcript, self._understand, hear),
                    _listen(child, child.err, transcript, _noted, hear),
                )
                code = await child.wait()
        except TimeoutError:
            return TurnEnd(ok=False, reason=f"no end after {self._timeout:g} s")
        finally:
            await child.end()
        return _judge(code, read_result(result))


def _judge(code: int, result: Result | str) -> TurnEnd:
    if isinstance(result, str):
        return TurnEnd(ok=False, reason=result)
    if result.failed:
        return TurnEnd(ok=False, reason=result.failed, result=result)
    if code < 0:
        return TurnEnd(ok=False, reason=f"killed by signal {-code}", result=result)
    if code:
        return TurnEnd(ok=False, reason=f"exit code {code}", result=result)
    return TurnEnd(ok=True, result=result)


def _fill(command: Sequence[str], prompt: str, prompt_file: Path) -> tuple[list[str], bool]:
    """The command with its places filled, and whether it had any."""
    values = {"{prompt}": prompt, "{prompt_file}": str(prompt_file)}
    filled = [_PLACE.sub(lambda place: values[place[0]], word) for word in command]
    return filled, any(_PLACE.search(word) for word in command)


def _noted(line: str) -> Utterance:
    return Utterance("note", line)


async def _listen(
    child: process.Child,
    reader: asyncio.StreamReader | None,
    transcript: BinaryIO,
    understand: Callable[[str], Utterance],
    hear: Hear,
) -> None:
    if reader is None:
        return
    rest = b""
    async for chunk in process.chunks(child, reader):
        transcript.write(chunk)
        transcript.flush()
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > 1 << 20:
            lines, rest = [*lines, rest], b""
        if lines:
            hear([understand(_text(line)) for line in lines])
    if rest:
        hear([understand(_text(rest))])


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")[:LONGEST_LINE]
