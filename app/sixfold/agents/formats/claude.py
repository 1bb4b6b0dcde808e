"""`claude -p --output-format stream-json --verbose`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.agent import TurnEnd
from sixfold.agents.endings import FINE, ended_in, failed, limited, stopped
from sixfold.agents.formats.format import Began, Fact, Format, Session, insert
from sixfold.agents.keeping import Piece
from sixfold.agents.speech import Kind, utterance, utterances
from sixfold.agents.totals import count, less, money
from sixfold.model import Usage

MOST_MESSAGES = 1000
"""How many messages' usage is remembered, to count each once."""
_STOPS = ("refusal", "max_tokens", "model_context_window_exceeded")
_SUBTYPES = {
    "error_max_turns": "it ran into its limit of turns",
    "error_max_budget_usd": "it ran into its budget",
}
_SESSION_WORDS = {
    *("--resume", "-r", "--continue", "-c", "--session-id", "--fork-session"),
    "--no-session-persistence",
}


class Block(Struct, frozen=True):
    """A part of a message: text, thinking, a tool call or what came of one."""

    type: str = ""
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Any = None
    tool_use_id: str | None = None
    content: Any = None
    is_error: bool | None = None


class Message(Struct, frozen=True):
    """A message of the model or to it; each of its blocks may come with the same id."""

    id: str | None = None
    content: str | list[Block] = []
    usage: Any = None


class System(Struct, frozen=True, tag="system"):
    """About the session (`init`), or the talk with the provider (`api_retry`)."""

    subtype: str = ""
    session_id: str | None = None
    attempt: Any = None
    max_retries: Any = None
    error: Any = None


class Assistant(Struct, frozen=True, tag="assistant"):
    """What the model says and does; `error` where it is the program that speaks."""

    message: Message
    parent_tool_use_id: str | None = None
    error: Any = None


class User(Struct, frozen=True, tag="user"):
    """What the model is told: what came of its tool calls."""

    message: Message


class Limits(Struct, frozen=True, tag="rate_limit_event"):
    """How much the provider still takes, and when it takes more."""

    rate_limit_info: Any = None


class Result(Struct, frozen=True, tag="result"):
    """The end of the turn. Costs are the process's; `usage` is all zeros where it was cut short."""

    subtype: str = "success"
    is_error: bool | None = False
    result: Any = None
    errors: Any = None
    stop_reason: Any = None
    terminal_reason: Any = None
    api_error_status: Any = None
    total_cost_usd: Any = None
    usage: Any = None
    model_usage: Any = msgspec.field(default=None, name="modelUsage")


class Claude(Format):
    """Understands Claude Code."""

    events = msgspec.json.Decoder(System | Assistant | User | Limits | Result)

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._calls: dict[str, str] = {}
        """Tool call -> what it does, until it has ended."""
        self._messages: dict[str, Usage] = {}
        self._told = Usage()
        self._error: object = None
        self._limits: Mapping[str, Any] = {}

    def understand(self, event: Any) -> Iterator[Fact]:
        """What one event means."""
        match event:
            case System(subtype="init"):
                yield Began()
                yield Session(event.session_id or "")
            case System(subtype="api_retry"):
                tries = f"{event.attempt} of {event.max_retries}"
                yield utterance("note", f"the provider is asked again ({tries}): {event.error}")
            case Assistant():
                self._error = event.error
                yield self._count(event.message)
                for block in _blocks(event.message):
                    yield from self._said(block, event)
            case User():
                for block in _blocks(event.message):
                    yield from self._came_of(block)
            case Limits(rate_limit_info=Mapping() as info):
                self._limits = info if info.get("status") == "rejected" else {}
            case Result():
                yield self._spent(_total(event))
                yield self._end(event)

    @staticmethod
    def piece(event: object) -> Piece | None:
        """Of what `--include-partial-messages` tells beforehand."""
        match event:
            case {"type": "stream_event", "event": {"delta": dict(delta), "index": int(index)}}:
                for field in ("text", "thinking", "partial_json"):
                    if isinstance(delta.get(field), str):
                        return Piece((index, field), delta, field)
        return None

    @staticmethod
    def resume(command: Sequence[str], session: str) -> list[str] | None:
        """`claude --resume ID ...`."""
        words = ("--resume", session)
        return insert(words, command, after=("claude",), never_with=_SESSION_WORDS)

    def _said(self, block: Block, by: Assistant) -> Iterator[Fact]:
        match block.type:
            case "text":
                kind: Kind = "error" if by.error else "note" if by.parent_tool_use_id else "say"
                yield from utterances(kind, block.text or "")
            case "thinking":
                yield from utterances("think", block.thinking or "")
            case "tool_use" | "server_tool_use" | "mcp_tool_use":
                line = calls.by_parameters(block.name or "", block.input, self._cwd)
                self._calls[block.id or ""] = line
                yield utterance("do", line)

    def _came_of(self, block: Block) -> Iterator[Fact]:
        if block.type == "tool_result":
            line = self._calls.pop(block.tool_use_id or "", "a tool")
            if block.is_error:
                why = re.sub(r"</?tool_use_error>", "", _text(block.content))
                yield utterance("error", calls.failure(line, why))

    def _count(self, message: Message) -> Usage:
        """What a message cost that was not told yet: its blocks come one by one."""
        usage = _tokens(message.usage)
        before = self._messages.pop(message.id or "", Usage())
        self._messages[message.id or ""] = usage
        if len(self._messages) > MOST_MESSAGES:
            del self._messages[next(iter(self._messages))]
        more = less(usage, before)
        self._told += more
        return more

    def _spent(self, total: Usage) -> Usage:
        """What is more in the process's total than was told."""
        more = less(total, self._told)
        self._told += more
        return more

    def _end(self, result: Result) -> TurnEnd:
        if not result.is_error and result.subtype == "success":
            return stopped(result.stop_reason) if result.stop_reason in _STOPS else FINE
        why = _why(result)
        if result.api_error_status == 429 or self._error == "rate_limit":
            return limited(why, self._limits or _stamp(why))
        if str(result.terminal_reason).startswith("aborted"):
            return failed("it was interrupted")
        if result.api_error_status is None:
            return ended_in(why, self._limits or _stamp(why))
        return failed(why)


def _blocks(message: Message) -> Sequence[Block]:
    return () if isinstance(message.content, str) else message.content


def _text(content: object) -> str:
    """The text of what came of a call: it, or its blocks'."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = (block.get("text") for block in blocks if isinstance(block, Mapping))
    return "\n".join(text for text in texts if isinstance(text, str))


def _tokens(counts: object) -> Usage:
    """The tokens that a count names; what was written to a cache or read from one is input."""
    cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
    came = count(counts, "input_tokens") + sum(count(counts, name) for name in cached)
    return Usage(came, count(counts, "output_tokens"))


def _total(result: Result) -> Usage:
    """What the process has spent: by model, helpers included, else as the result has it."""
    models = result.model_usage if isinstance(result.model_usage, Mapping) else {}
    names = ("inputTokens", "cacheReadInputTokens", "cacheCreationInputTokens")
    came = sum(count(model, name) for model in models.values() for name in names)
    went = sum(count(model, "outputTokens") for model in models.values())
    tokens = Usage(came, went) if came or went else _tokens(result.usage)
    return Usage(tokens.input_tokens, tokens.output_tokens, money(result.total_cost_usd))


def _why(result: Result) -> str:
    """What a result says of its error."""
    if isinstance(result.result, str) and result.result.strip():
        return result.result
    if result.subtype in _SUBTYPES:
        return _SUBTYPES[result.subtype]
    errors = result.errors if isinstance(result.errors, list) else []
    return next((error for error in errors if isinstance(error, str)), result.subtype)


def _stamp(why: str) -> Mapping[str, str]:
    """When older versions take more: `usage limit reached|1755806400`."""
    found = re.search(r"\|(\d{10})\b", why)
    return {"resetsAt": found[1]} if found else {}
