"""What an agent says over the protocol, as lines for people, and what a judge must know of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.acp.tools import Call
from sixfold.agents.keeping import Piece
from sixfold.agents.permissions import Option, Request
from sixfold.agents.speech import Speaks, Speech, utterance
from sixfold.events import Utterance

UPDATE = "session/update"
ASKING = "session/request_permission"
_PROGRESS = ("agent_message_chunk", "agent_thought_chunk", "tool_call", "tool_call_update")
_MARKS = {"pending": "[ ]", "in_progress": "[>]", "completed": "[x]"}


class Chunk(Struct, frozen=True, rename="camel"):
    """A piece of a message or a thought."""

    content: dict[str, Any]
    message_id: str | None = None

    @property
    def text(self) -> str:
        """Its text; for anything else, what it is."""
        text = self.content.get("text")
        return text if isinstance(text, str) else f"[{self.content.get('type', '')}]\n"


class Entry(Struct, frozen=True):
    """A point of an agent's plan."""

    content: str
    status: str = "pending"


class Plan(Struct, frozen=True):
    """An agent's plan, whole."""

    entries: list[Entry]


class Trouble(Struct, frozen=True):
    """What an agent reports beside the protocol of its talk with the model."""

    message: str = ""
    additional_details: str | None = msgspec.field(default=None, name="additionalDetails")
    info: Any = msgspec.field(default=None, name="codexErrorInfo")


class Asked(Struct, rename="camel"):
    """A request for permission."""

    tool_call: Call
    options: list[Option]


def piece(message: Mapping[str, Any]) -> Piece | None:
    """The piece of a text in a message; None where there is none."""
    match message:
        case {
            "method": "session/update",
            "params": {
                "update": {"sessionUpdate": str(kind), "content": {"text": str()} as content} as of
            },
        } if kind.endswith("_chunk"):
            return Piece((kind, str(of.get("messageId"))), content, "text")
    return None


def is_aside(message: Mapping[str, Any]) -> bool:
    """May this come amid the pieces of a text."""
    match message:
        case {"method": "session/update", "params": {"update": {"sessionUpdate": str(kind)}}}:
            return kind not in _PROGRESS and kind != "plan"
    return False


class Hearing:
    """Hears one session's messages in order; `cwd` is where the agent works."""

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._speech = Speech()
        self._calls: dict[str, Call] = {}
        self._told: set[str] = set()
        self._plan: dict[str, str] = {}
        self.replaying = False
        """Is what comes a session's past, which nobody wants to hear again."""
        self.cost = 0.0
        """What the session has cost by now, in US dollars, as far as it was told."""
        self.spent: Callable[[], object] = lambda: None
        """Called when that has changed."""
        self._running: set[str] = set()
        self.trouble: Trouble | None = None
        """The last trouble reported of a turn that ended in it."""
        self._reported = Trouble()

    @property
    def last_piece(self) -> str:
        """What the agent said last, as it came."""
        return self._speech.last

    def message(self, message: Mapping[str, Any]) -> list[Utterance]:
        """What a message of the agent means to people."""
        params = message.get("params")
        try:
            if message.get("method") == ASKING:
                call = self._asked(msgspec.convert(params, Asked))
                told = utterance(
                    "ask", call.line(self._cwd), call.tool_call_id, call.diff(self._cwd)
                )
                return [*self._speech.end(), told]
            if message.get("method") != UPDATE or not isinstance(params, Mapping):
                return []
            update = params.get("update")
            if self.replaying or not isinstance(update, Mapping):
                return []
            return self._update(update)
        except msgspec.ValidationError as error:
            return [utterance("note", f"an update that is not as agreed: {error}")]

    def request(self, params: object) -> Request | None:
        """What the agent asks to be allowed; None where it is not as agreed."""
        try:
            asked = msgspec.convert(params, Asked)
        except msgspec.ValidationError:
            return None
        call, root = self._asked(asked), str(self._cwd.resolve())
        options = tuple(asked.options)
        return Request(
            root, call.wish(self._cwd), call.line(self._cwd), options, call.diff(self._cwd)
        )

    @property
    def at_work(self) -> bool:
        """Is a tool at work that has not ended."""
        return bool(self._running)

    def rest(self) -> None:
        """The turn is over, and with it all tool calls, whether that was told or not."""
        self._running.clear()

    def end(self) -> list[Utterance]:
        """What was still to be told."""
        return self._speech.end()

    def _asked(self, asked: Asked) -> Call:
        """The call in question, with all that was told of it."""
        name = asked.tool_call.tool_call_id
        call = Call()
        call.merge(self._calls.get(name, call))
        call.merge(asked.tool_call)
        self._calls.setdefault(name, call)
        return call

    def _update(self, update: Mapping[str, Any]) -> list[Utterance]:
        if update.get("sessionUpdate") in _PROGRESS:
            self._reported = Trouble()  # it was tried again, with success
        match update.get("sessionUpdate"):
            case "agent_message_chunk":
                return self._speak("say", update)
            case "agent_thought_chunk":
                return self._speak("think", update)
            case "tool_call" | "tool_call_update":
                return self._tool(msgspec.convert(update, Call))
            case "plan":
                return self._planned(msgspec.convert(update, Plan))
            case "usage_update":
                self._count(update.get("cost"))
            case "session_info_update":
                self._watch(update.get("_meta"))
        return []

    def _speak(self, kind: Speaks, update: Mapping[str, Any]) -> list[Utterance]:
        chunk = msgspec.convert(update, Chunk)
        return self._speech.add(kind, chunk.text, chunk.message_id)

    def _tool(self, update: Call) -> list[Utterance]:
        call = self._calls.setdefault(update.tool_call_id, Call(update.tool_call_id))
        call.merge(update)
        if not call.known:
            return []
        lines = []
        self._running.add(call.tool_call_id)
        if call.tool_call_id not in self._told:
            self._told.add(call.tool_call_id)
            lines.append(
                utterance("do", call.line(self._cwd), call.tool_call_id, call.diff(self._cwd))
            )
        if call.status in ("completed", "failed"):
            lines.append(self._ended(call))
            self._running.discard(call.tool_call_id)
            self._calls[call.tool_call_id] = Call(call.tool_call_id, call.title, call.kind)
        return [*self._speech.end(), *lines] if lines else []

    def _ended(self, call: Call) -> Utterance:
        line, told = call.line(self._cwd), (call.tool_call_id, call.detail(self._cwd))
        if call.status == "completed":
            return utterance("did", line, *told)
        return utterance("error", calls.failure(line, call.output), *told)

    def _planned(self, plan: Plan) -> list[Utterance]:
        """Only what is new: the whole plan comes with each change."""
        now = {entry.content: entry.status for entry in plan.entries}
        fresh = [(what, status) for what, status in now.items() if self._plan.get(what) != status]
        self._plan = now
        lines = [utterance("plan", f"{_MARKS.get(s, '[?]')} {what}") for what, s in fresh]
        return [*self._speech.end(), *lines]

    def _count(self, cost: object) -> None:
        told = cost if isinstance(cost, Mapping) else {}
        amount = told.get("amount")
        if isinstance(amount, int | float) and told.get("currency", "USD") == "USD":
            self.cost = float(amount)
            self.spent()

    def _watch(self, meta: object) -> None:
        """Codex tells what went wrong here, and ends its turn as if nothing had."""
        about = meta.get("codex") if isinstance(meta, Mapping) else None
        if not isinstance(about, Mapping):
            return
        if "error" in about:
            self._reported = msgspec.convert(about["error"], Trouble)
        status = about.get("threadStatus")
        if isinstance(status, Mapping):
            broken = status.get("type") == "systemError"
            self.trouble = self._reported if broken else None
            self._speech.last = "" if broken else self._speech.last  # what follows says why
