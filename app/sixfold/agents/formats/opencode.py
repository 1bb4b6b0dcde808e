"""`opencode run --format json`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.endings import FINE, ended_in, limited, says_429, stopped
from sixfold.agents.formats.format import Began, Fact, Format, Session, insert
from sixfold.agents.speech import utterance, utterances
from sixfold.agents.totals import count, money
from sixfold.model import Usage

_SESSION_WORDS = {"--session", "-s", "--continue", "-c"}
_GOES_ON = ("tool-calls", "unknown")
"""Reasons of a step after which another comes."""


class State(Struct, frozen=True):
    """How a tool call stands."""

    status: str = ""
    input: Any = None
    error: Any = None


class Part(Struct, frozen=True):
    """What an event is about."""

    text: str | None = None
    tool: str | None = None
    state: State = State()
    reason: str | None = None
    tokens: Any = None
    cost: Any = None


class Event(Struct, frozen=True):
    """Every event names its session."""

    session: str | None = msgspec.field(default=None, name="sessionID")
    part: Part = Part()


class StepStart(Event, frozen=True, tag="step_start"):
    """The model is asked."""


class Text(Event, frozen=True, tag="text"):
    """What it says, whole."""


class Reasoning(Event, frozen=True, tag="reasoning"):
    """What it thinks, whole."""


class ToolUse(Event, frozen=True, tag="tool_use"):
    """A tool call that has ended, one way or another."""


class StepFinish(Event, frozen=True, tag="step_finish"):
    """The model has answered; the turn's end, unless it wants tools."""


class Trouble(Event, frozen=True, tag="error"):
    """The turn ends in an error."""

    error: Any = None


class Opencode(Format):
    """Understands opencode."""

    events = msgspec.json.Decoder(StepStart | Text | Reasoning | ToolUse | StepFinish | Trouble)

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd

    def understand(self, event: Any) -> Iterator[Fact]:
        """What one event means."""
        yield Session(event.session or "")
        match event:
            case StepStart():
                yield Began()
            case Text(part=part):
                yield from utterances("say", part.text or "")
            case Reasoning(part=part):
                yield from utterances("think", part.text or "")
            case ToolUse(part=part):
                line = calls.by_parameters(part.tool or "", part.state.input, self._cwd)
                yield utterance("do", line)
                if part.state.status == "error":
                    yield utterance("error", calls.failure(line, part.state.error))
            case StepFinish(part=part):
                yield _spent(part)
                if part.reason not in _GOES_ON:
                    yield FINE if part.reason == "stop" else stopped(part.reason)
            case Trouble(error=error):
                name, why, data = _about(error)
                yield utterance("error", why)
                yield limited(why, data) if says_429(data) else ended_in(f"{name}: {why}")

    @staticmethod
    def resume(command: Sequence[str], session: str) -> list[str] | None:
        """`opencode run --session ID ...`."""
        words = ("--session", session)
        return insert(words, command, after=("opencode", "run"), never_with=_SESSION_WORDS)


def _spent(part: Part) -> Usage:
    """What a step cost; what was written to a cache or read from one is input."""
    counts = part.tokens if isinstance(part.tokens, Mapping) else {}
    cache = counts.get("cache")
    came = count(counts, "input") + count(cache, "read") + count(cache, "write")
    went = count(counts, "output") + count(counts, "reasoning")
    return Usage(came, went, money(part.cost))


def _about(error: object) -> tuple[str, str, Mapping[str, Any]]:
    """An error's name, its message, and its details."""
    about = error if isinstance(error, Mapping) else {}
    data = about.get("data")
    details = data if isinstance(data, Mapping) else {}
    name = str(about.get("name") or "error")
    why = details.get("message") or about.get("message") or error
    return name, why if isinstance(why, str) else name, details
