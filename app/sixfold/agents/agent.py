"""One protocol for every coding agent: take a turn, say what happens, report how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from sixfold import private
from sixfold.agents.permissions import Request
from sixfold.events import Utterance
from sixfold.masking import Masks, Veil
from sixfold.model import Usage

LARGEST_RESULT = 1 << 20
"""Bytes of a result file."""


class Client(Protocol):
    """Whoever an agent works for during one turn: hears it, answers it, and may have a word."""

    def hear(self, said: Sequence[Utterance]) -> None:
        """What the agent says and does, as it arrives, in small batches."""
        ...

    def begin(self, session: str) -> None:
        """The agent is in a session that a later turn may go on with (`Turn.session`)."""
        ...

    def spend(self, usage: Usage) -> None:
        """What the agent spent since this was told last."""
        ...

    def stall(self, seconds: float) -> None:
        """There was no sign of life for so long; 0: there is one again."""
        ...

    async def permit(self, request: Request) -> str | None:
        """The option chosen, by its id; None leaves the tool call cancelled."""
        ...

    def word(self) -> str:
        """The next message of a person to the agent, taken off the queue; empty: there is none.

        Asked for at the end of each answer, while the agent can still be talked to.
        """
        ...


class Turn(Struct, frozen=True):
    """What one agent is asked to do, once."""

    prompt: str
    cwd: Path
    """The task's tree."""
    env: Mapping[str, str]
    """Whole environment, `SIXFOLD_*` and the toolchain's included."""
    result: Path
    """Where the agent may leave its result (`SIXFOLD_RESULT`)."""
    transcript: Path
    """Everything it prints is appended here; the prompt is put beside it as `.prompt.md`."""
    masks: Masks = Masks()
    """What is left out of both."""
    before: Sequence[str] = ()
    """Words in front of the agent's command: a sandbox."""
    session: str = ""
    """A session of the same agent to go on with, where it can; else it starts afresh.

    It may have been in another directory, as that of a fix is whose first attempt was not enough.
    """
    again: str = ""
    """What it is told instead of `prompt` where the session goes on."""


class Result(Struct, frozen=True):
    """What an agent left at `SIXFOLD_RESULT` (CONTRACT, "What every agent is given")."""

    no_change: str = ""
    """Why the task rightly changes nothing."""
    failed: str = ""
    """Why the agent gives up."""
    requirements: list[Any] = []
    """What a validator says of each, as it wrote it: one entry that is wrong spoils no other."""


class Limit(Struct, frozen=True):
    """The agent's provider takes no more for now."""

    reason: str
    seconds: float | None = None
    """Until it does again; None where it did not say."""


class TurnEnd(Struct, frozen=True):
    """How a turn ended. That it ended well is no proof that the work is done."""

    ok: bool
    reason: str = ""
    result: Result = Result()
    limit: Limit | None = None
    """Why it ended early, through no fault of its own; `ok` is false then."""


class Agent(Protocol):
    """A coding agent, however it is driven."""

    name: str

    async def take(self, turn: Turn, client: Client) -> TurnEnd:
        """Take one turn for `client`. When cancelled, leave no process behind."""
        ...


@contextmanager
def prompt_file(turn: Turn, prompt: str) -> Iterator[Path]:
    """The prompt in a file beside the transcript; one with secrets is soon gone again elsewhere."""
    kept, masked = turn.transcript.with_suffix(".prompt.md"), turn.masks.text(prompt)
    with private.opened(kept, "wb") as file:
        file.write(masked.encode())
    if masked == prompt:
        yield kept
        return
    whole = turn.result.with_suffix(".prompt.md")
    with private.opened(whole, "wb") as file:
        file.write(prompt.encode())
    try:
        yield whole
    finally:
        whole.unlink(missing_ok=True)


def read_result(turn: Turn) -> Result | str:
    """The result an agent left, an empty one where it left none, or what is wrong with it.

    What stays of it in the file is without secrets.
    """
    try:
        data = private.take(turn.result, LARGEST_RESULT, Veil(turn.masks).whole)
        return msgspec.json.decode(data, type=Result)
    except FileNotFoundError:
        return Result()
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        return f"its result file is not as agreed: {error}"
