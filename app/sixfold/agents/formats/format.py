"""What every format tells, and how a session is gone on with on a command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeAlias

import msgspec
from msgspec import Struct

from sixfold.agents.agent import TurnEnd
from sixfold.agents.keeping import Piece
from sixfold.events import Utterance
from sixfold.model import Usage


class Began(Struct, frozen=True):
    """The agent is at work, for the first time or again: it has not ended yet."""


class Session(Struct, frozen=True):
    """The session that the agent is in."""

    id: str


class Total(Struct, frozen=True):
    """What the session has spent by now, in this turn and in those before."""

    usage: Usage


Fact: TypeAlias = Utterance | Usage | Total | Session | Began | TurnEnd
"""What an event means. `Usage` was spent since it was told last; the last `TurnEnd` counts."""


class Format(Protocol):
    """Understands one stream: pure, its events go in, facts come out."""

    events: ClassVar[msgspec.json.Decoder[Any]]
    """Decodes a line; a tagged union of all that is understood."""

    def __init__(self, cwd: Path) -> None: ...

    def understand(self, event: Any) -> Iterable[Fact]:
        """What one event means."""
        ...

    def end(self) -> Sequence[Utterance]:
        """What was still to be told."""
        return ()

    @staticmethod
    def piece(event: object) -> Piece | None:  # noqa: ARG004 - most come whole
        """The piece of a text in an event, as JSON has it; None where there is none."""
        return None

    @staticmethod
    def resume(command: Sequence[str], session: str) -> list[str] | None:
        """The command that goes on with a session; None where it is not clear how."""
        ...


def message(error: object) -> str:
    """The message of an error, told as an object or as a text."""
    found = error.get("message") if isinstance(error, Mapping) else error
    return found if isinstance(found, str) else ""


def insert(
    words: Sequence[str], command: Sequence[str], *, after: Sequence[str], never_with: set[str]
) -> list[str] | None:
    """The command with `words` put in behind a program and its subcommand.

    None where it is another program's (a wrapper's, a shell's), or says about sessions already.
    """
    at = -1
    for name in after:
        places = range(at + 1, len(command))
        at = next((place for place in places if Path(command[place]).name == name), -1)
        if at < 0:
            return None
    if never_with & {word.partition("=")[0] for word in command[at + 1 :]}:
        return None
    return [*command[: at + 1], *words, *command[at + 1 :]]
