"""`codex exec --json`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.endings import FINE, ended_in
from sixfold.agents.formats.format import Began, Fact, Format, Session, Total, insert, message
from sixfold.agents.speech import utterance, utterances
from sixfold.agents.totals import count
from sixfold.model import Usage

_SESSION_WORDS = {"resume", "review", "--last", "--ephemeral"}


class AgentMessage(Struct, frozen=True, tag="agent_message"):
    """What it says."""

    text: str = ""


class Reasoning(Struct, frozen=True, tag="reasoning"):
    """What it thinks."""

    text: str = ""


class Plan(Struct, frozen=True, tag="plan"):
    """What it means to do."""

    text: str = ""


class Notice(Struct, frozen=True, tag="error"):
    """Trouble that ends nothing."""

    message: str = ""


class CommandExecution(Struct, frozen=True, tag="command_execution"):
    """A command, `/bin/bash -lc '...'`."""

    id: str = ""
    command: str = ""
    aggregated_output: str | None = None
    exit_code: int | None = None
    status: str = ""


class Change(Struct, frozen=True):
    """What becomes of a file: add, delete, update."""

    path: str = ""
    kind: Any = None


class FileChange(Struct, frozen=True, tag="file_change"):
    """Files that it edits."""

    id: str = ""
    changes: list[Change] = []
    status: str = ""


class McpToolCall(Struct, frozen=True, tag="mcp_tool_call"):
    """A tool of a server."""

    id: str = ""
    server: str = ""
    tool: str = ""
    arguments: Any = None
    error: Any = None
    status: str = ""


class CollabToolCall(Struct, frozen=True, tag="collab_tool_call"):
    """A helper that it starts or talks to."""

    id: str = ""
    tool: str = ""
    status: str = ""


class WebSearch(Struct, frozen=True, tag="web_search"):
    """A search."""

    id: str = ""
    query: str = ""
    status: str = ""


class Point(Struct, frozen=True):
    """A point of a list."""

    text: str = ""
    completed: bool = False


class TodoList(Struct, frozen=True, tag="todo_list"):
    """Its list, whole."""

    items: list[Point] = []


Call: TypeAlias = CommandExecution | FileChange | McpToolCall | CollabToolCall | WebSearch
Item: TypeAlias = Call | AgentMessage | Reasoning | Plan | Notice | TodoList


class ThreadStarted(Struct, frozen=True, tag="thread.started"):
    """The session."""

    thread_id: str = ""


class TurnStarted(Struct, frozen=True, tag="turn.started"):
    """It works."""


class ItemStarted(Struct, frozen=True, tag="item.started"):
    """Something begins."""

    item: Item


class ItemUpdated(Struct, frozen=True, tag="item.updated"):
    """Something goes on."""

    item: Item


class ItemCompleted(Struct, frozen=True, tag="item.completed"):
    """Something ended, one way or another."""

    item: Item


class TurnCompleted(Struct, frozen=True, tag="turn.completed"):
    """It is done. The usage is the thread's, earlier turns included."""

    usage: Any = None


class Trouble(Struct, frozen=True, tag="error"):
    """Trouble with the provider; it may ask again."""

    message: str = ""


class TurnFailed(Struct, frozen=True, tag="turn.failed"):
    """It is not done."""

    error: Any = None


class Codex(Format):
    """Understands Codex."""

    events = msgspec.json.Decoder(
        ThreadStarted
        | TurnStarted
        | ItemStarted
        | ItemUpdated
        | ItemCompleted
        | TurnCompleted
        | TurnFailed
        | Trouble
    )

    def __init__(self, cwd: Path) -> None:
        self._cwd = cwd
        self._told: set[str] = set()
        """Calls that have begun."""
        self._points: dict[str, bool] = {}

    def understand(self, event: Any) -> Iterator[Fact]:
        """What one event means."""
        match event:
            case ThreadStarted(thread_id=name):
                yield Session(name)
            case TurnStarted():
                yield Began()
            case ItemCompleted(item=item):
                yield from self._item(item)
                yield from self._ended(item)
            case ItemStarted(item=item) | ItemUpdated(item=item):
                yield from self._begun(item)
            case TurnCompleted(usage=usage):
                yield Total(Usage(count(usage, "input_tokens"), count(usage, "output_tokens")))
                yield FINE
            case TurnFailed(error=error):
                yield ended_in(message(error) or "it failed")
            case Trouble(message=why):
                yield utterance("error", why)
                yield ended_in(why)

    @staticmethod
    def resume(command: Sequence[str], session: str) -> list[str] | None:
        """`codex exec ... resume ID [PROMPT]`: the subcommand comes behind the options."""
        prompts = [n for n, word in enumerate(command) if word == "-" or "{prompt" in word]
        if prompts not in ([], [len(command) - 1]):
            return None
        if insert((), command, after=("codex", "exec"), never_with=_SESSION_WORDS) is None:
            return None
        return [
            *command[: len(command) - len(prompts)],
            *("resume", session),
            *command[len(command) - len(prompts) :],
        ]

    def _item(self, item: Item) -> Iterator[Fact]:
        """What is told of an item when it is whole."""
        match item:
            case AgentMessage(text=text):
                yield from utterances("say", text)
            case Reasoning(text=text) | Plan(text=text) | Notice(message=text):
                yield from utterances("think", text)
            case _:
                yield from self._begun(item)

    def _begun(self, item: Item) -> Iterator[Fact]:
        """What is told of an item as soon as it is there."""
        if isinstance(item, TodoList):
            now = {point.text: point.completed for point in item.items}
            fresh = [(what, done) for what, done in now.items() if self._points.get(what) != done]
            self._points = now
            for what, done in fresh:
                yield utterance("plan", f"[{'x' if done else ' '}] {what}")
        elif isinstance(item, Call) and item.id not in self._told:
            self._told.add(item.id)
            yield utterance("do", self._line(item))

    def _ended(self, item: Item) -> Iterator[Fact]:
        if not isinstance(item, Call):
            return
        self._told.discard(item.id)
        if item.status in ("failed", "declined"):
            yield utterance("error", calls.failure(self._line(item), _why(item)))

    def _line(self, call: Call) -> str:
        match call:
            case CommandExecution():
                return calls.line("run", "", _script(call.command), (), self._cwd)
            case FileChange(changes=changes):
                lines = [calls.line(_kind(one), "", "", [one.path], self._cwd) for one in changes]
                return ", ".join(lines) or "edit"
            case McpToolCall():
                name = f"{call.server} {call.tool}".strip()
                return calls.by_parameters(name, call.arguments, self._cwd)
            case CollabToolCall():
                return call.tool or "a helper"
            case WebSearch():
                return f"search {call.query}".strip()


def _script(command: str) -> str:
    """The command itself, without the shell around it."""
    try:
        return calls.command(shlex.split(command)) if len(command) < calls.LONGEST_SIDE else command
    except ValueError:
        return command


def _kind(change: Change) -> str:
    """What becomes of a file; some versions tell it as an object."""
    kind = change.kind.get("type") if isinstance(change.kind, Mapping) else change.kind
    return kind if isinstance(kind, str) else "edit"


def _why(call: Call) -> str:
    match call:
        case CommandExecution(status="declined"):
            return "it was not allowed"
        case CommandExecution(exit_code=code):
            said = calls.telling(call.aggregated_output)
            return f"exit code {code}: {said}" if said else f"exit code {code}"
        case McpToolCall(error=error):
            return message(error)
    return ""
