"""`gemini --output-format stream-json`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.agent import TurnEnd
from sixfold.agents.endings import FINE, ended_in
from sixfold.agents.formats.format import Began, Fact, Format, Session, insert, message
from sixfold.agents.keeping import Piece
from sixfold.agents.speech import Speech, utterance
from sixfold.agents.totals import count, less
from sixfold.events import Utterance
from sixfold.model import Usage

_SESSION_WORDS = {"--resume", "-r", "--session-id", "--session-file"}


class Init(Struct, frozen=True, tag="init"):
    """The session."""

    session_id: str = ""


class Message(Struct, frozen=True, tag="message"):
    """A message, or a piece of one."""

    role: str = ""
    content: str = ""
    delta: bool | None = None


class ToolUse(Struct, frozen=True, tag="tool_use"):
    """A tool call."""

    tool_name: str = ""
    tool_id: str = ""
    parameters: Any = None


class ToolResult(Struct, frozen=True, tag="tool_result"):
    """What came of one."""

    tool_id: str = ""
    status: str = ""
    output: Any = None
    error: Any = None


class Trouble(Struct, frozen=True, tag="error"):
    """Trouble that need not end the turn."""

    severity: str = ""
    message: str = ""


class Result(Struct, frozen=True, tag="result"):
    """The end. The counts are the process's."""

    status: str = ""
    error: Any = None
    stats: Any = None


class Gemini(Format):
    """Understands Gemini CLI."""

    events = msgspec.json.Decoder(Init | Message | ToolUse | ToolResult | Trouble | Result)

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._speech = Speech()
        self._calls: dict[str, str] = {}
        """Tool call -> what it does, until it has ended."""
        self._trouble = ""
        self._told = Usage()

    def understand(self, event: Any) -> Iterator[Fact]:
        """What one event means."""
        if not isinstance(event, Message):
            yield from self.end()
        match event:
            case Init(session_id=name):
                yield Began()
                yield Session(name)
            case Message(role="assistant", content=text, delta=piece):
                yield from self._speech.add("say", text)
                yield from () if piece else self.end()
            case ToolUse():
                line = calls.by_parameters(event.tool_name, event.parameters, self._cwd)
                self._calls[event.tool_id] = line
                yield utterance("do", line)
            case ToolResult():
                line = self._calls.pop(event.tool_id, "a tool")
                if event.status == "error":
                    why = message(event.error) or event.output
                    yield utterance("error", calls.failure(line, why))
            case Trouble(severity="error", message=why):
                self._trouble = why
                yield utterance("error", why)
            case Trouble(message=why):
                yield utterance("note", why)
            case Result():
                total = _tokens(event.stats)
                yield less(total, self._told)
                self._told = total
                yield self._ended(event)

    def end(self) -> Sequence[Utterance]:
        """What is left of a line."""
        return self._speech.end()

    @staticmethod
    def piece(event: object) -> Piece | None:
        """Of a message that comes in pieces."""
        match event:
            case {"type": "message", "role": str(role), "content": str(), "delta": True} if (
                isinstance(event, dict)
            ):
                return Piece(role, event, "content")
        return None

    @staticmethod
    def resume(command: Sequence[str], session: str) -> list[str] | None:
        """`gemini --resume ID ...`."""
        words = ("--resume", session)
        return insert(words, command, after=("gemini",), never_with=_SESSION_WORDS)

    def _ended(self, result: Result) -> TurnEnd:
        if result.status == "success":
            return FINE
        why = message(result.error) or self._trouble
        return ended_in(why or f"its result is: {result.status}")


def _tokens(stats: object) -> Usage:
    """The tokens; thoughts are in the total alone."""
    went = count(stats, "output_tokens")
    came = count(stats, "total_tokens") - went
    return Usage(came if came > 0 else count(stats, "input_tokens"), went)
