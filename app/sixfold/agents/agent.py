"""One protocol for every coding agent: take a turn, say what happens, report how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol, TypeAlias

import msgspec
from msgspec import Struct

from sixfold.events import Utterance

Hear: TypeAlias = Callable[[Sequence[Utterance]], None]
"""Called with what an agent says and does, as it arrives, in small batches."""


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
    """Everything it prints is appended here, raw; the prompt is put beside it as `.prompt.md`."""


class Result(Struct, frozen=True):
    """What an agent left at `SIXFOLD_RESULT` (CONTRACT, "What every agent is given")."""

    no_change: str = ""
    """Why the task rightly changes nothing."""
    failed: str = ""
    """Why the agent gives up."""


class TurnEnd(Struct, frozen=True):
    """How a turn ended. That it ended well is no proof that the work is done."""

    ok: bool
    reason: str = ""
    result: Result = Result()


class Agent(Protocol):
    """A coding agent, however it is driven."""

    name: str

    async def take(self, turn: Turn, hear: Hear) -> TurnEnd:
        """Take one turn. When cancelled, leave no process behind."""
        ...


def read_result(path: Path) -> Result | str:
    """The result an agent left, an empty one where it left none, or what is wrong with it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Result)
    except FileNotFoundError:
        return Result()
    except (msgspec.MsgspecError, OSError, UnicodeDecodeError) as error:
        return f"its result file is not as agreed: {error}"
