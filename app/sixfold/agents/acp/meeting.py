"""An agent that is started up to a session, and no further: is it there, and what can it do."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from acp.exceptions import RequestError
from msgspec import Struct

from sixfold import process
from sixfold.agents.acp import judging
from sixfold.agents.acp.hearing import Hearing
from sixfold.agents.acp.spending import Spending
from sixfold.agents.acp.talk import Refused, Talk
from sixfold.agents.acp.wire import Wire
from sixfold.agents.agent import Client
from sixfold.agents.permissions import Request
from sixfold.events import Utterance
from sixfold.masking import Masks
from sixfold.model import Usage
from sixfold.private import Transcript

LAST_WORDS = 2000
"""Bytes of stderr in which the reason is looked for why there was no session."""
_REASON = re.compile(r"(?i:error|fail|cannot|denied|not found|no such|require)|\bE[A-Z]{3,}\b")
SECONDS = 30.0
"""How long an agent may take to open a session."""


class Met(Struct, frozen=True):
    """What an agent said of itself; `trouble` is why there was no session."""

    version: str = ""
    modes: Sequence[str] = ()
    resumes: bool = False
    """Can it go on with a session of before."""
    trouble: str = ""


class _Nobody(Client):
    """Listens to nothing and allows nothing."""

    def hear(self, said: Sequence[Utterance]) -> None:
        """Unheard."""

    def begin(self, session: str) -> None:
        """Forgotten."""

    def spend(self, usage: Usage) -> None:
        """Nothing is spent before a prompt."""

    def stall(self, seconds: float) -> None:
        """There is a timeout."""

    async def permit(self, request: Request) -> str | None:  # noqa: ARG002 - as agreed
        """No."""
        return None

    def word(self) -> str:
        """Nothing."""
        return ""


async def meet(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, before: Sequence[str] = ()
) -> Met:
    """Start an agent in `cwd`, open a session, and end it with all that it started.

    `before` are the words of a sandbox around it.
    """
    child = await process.spawn(
        command, cwd=cwd, env=env, stdin=subprocess.PIPE, stderr_apart=True, before=before
    )
    last = asyncio.create_task(_last_words(child))
    try:
        with Transcript(None, Masks()) as transcript:
            hearing = Hearing(cwd)
            client = _Nobody()
            wire = Wire(child, transcript, hearing, client.hear)
            talk = Talk(wire, hearing, client, Spending())
            try:
                return await asyncio.wait_for(_greet(talk, cwd), SECONDS)
            finally:
                await talk.close()
    except TimeoutError:
        return Met(trouble=f"no session after {SECONDS:g} s")
    except ConnectionError:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(last), 1)
        said = f": {last.result()}" if last.done() and last.result() else ""
        return Met(trouble=f"it ended before there was a session{said}")
    finally:
        last.cancel()
        await child.end()


async def _greet(talk: Talk, cwd: Path) -> Met:
    try:
        await talk.begin(cwd)
    except RequestError as error:
        return Met(trouble=judging.refused(error.code, str(error), error.data).reason)
    except Refused as error:
        return Met(trouble=str(error))
    about: Any = talk.greeting.get("agentInfo")
    version = about.get("version", "") if isinstance(about, Mapping) else ""
    return Met(str(version), talk.modes, talk.resumes)


async def _last_words(child: process.Child) -> str:
    """Of the last lines on stderr the first that gives a reason, else the last."""
    said = b""
    if child.err:
        async for chunk in process.chunks(child, child.err):
            said = (said + chunk)[-LAST_WORDS:]
    lines = [line.strip() for line in said.decode(errors="replace").splitlines() if line.strip()]
    return next(filter(_REASON.search, lines), lines[-1] if lines else "")[:200]
