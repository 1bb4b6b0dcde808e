"""What an agent's tool calls are, in one line each, and what they wish to be allowed."""

from __future__ import annotations

import difflib
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.permissions import Wish, named

_WORDS = {"execute": "run", "other": "", "think": "", "switch_mode": "mode"}
LONGEST_DETAIL = 8_000
"""Characters of a change, and of an output, that are shown."""
_LONGEST_SIDE, _MOST_COMPARED = 100_000, 3_000
"""Characters and lines of a file that are compared."""
_OLD = ("oldString", "old_string", "old_str")
_NEW = ("newString", "new_string", "new_str", "content", "file_text")
_OUTPUTS = (
    "error",
    "output",
    "formatted_output",
    "aggregated_output",
    "content",
    "stdout",
    "stderr",
)
"""How agents call what a tool gave."""
_PATHS = ("file_path", "filePath", "path", "fileName", "notebook_path", "newPath", "destination")
_PLACES = ("cwd", "workdir", "directory", "dir_path")
"""How they call the files they touch, and where a command runs."""
_CUT = re.compile(r"(…|(?<!/)\.\.\.)\s*$")
"""Ends a title that is not all there is."""
_FENCE = re.compile(r"^```\w*\n|\n?```$")


class Location(Struct, frozen=True):
    """A file that a tool touches."""

    path: str


class Call(Struct, rename="camel"):
    """A tool call as told so far; what an update leaves out stays as it was."""

    tool_call_id: str = ""
    title: str | None = None
    kind: str | None = None
    status: str | None = None
    raw_input: Any = None
    raw_output: Any = None
    locations: list[Location] | None = None
    content: list[Any] | None = None

    def merge(self, update: Call) -> None:
        """Take over what an update says."""
        for name in self.__struct_fields__:
            said = getattr(update, name)
            if said is not None:
                setattr(self, name, said)

    @property
    def known(self) -> bool:
        """Whether it can be told what it does: agents announce calls before they know."""
        if self.status not in (None, "pending"):
            return True
        if self.kind == "execute":
            return bool(self.raw_input and self.command)
        return bool(self.raw_input or self.locations)

    @property
    def command(self) -> str:
        """The shell command that it runs; empty where it runs none."""
        given = _mapping(self.raw_input)
        words = given.get("command", given.get("cmd"))
        if self.raw_input is None and self.kind == "execute" and not _CUT.search(self.title or ""):
            words = self.title  # all that gemini tells
        more = given.get("args")
        if isinstance(words, str) and isinstance(more, list):
            return f"{words} {shlex.join(map(str, more))}"
        return calls.command(words)

    @property
    def paths(self) -> list[str]:
        """The files it names, in order, each once."""
        named = [location.path for location in self.locations or []]
        told = [block.get("path") for block in _blocks(self.content)]
        told += [_mapping(self.raw_input).get(name) for name in _PATHS]
        return list(dict.fromkeys([*named, *(path for path in told if isinstance(path, str))]))

    def line(self, cwd: Path) -> str:
        """What it does, in one line: kind, title, and the file where the title has it not."""
        kind = _WORDS.get(self.kind or "", self.kind or "")
        return calls.line(kind, self.title or "", self.command, self.paths, cwd)

    def wish(self, cwd: Path) -> Wish:
        """What it wishes to be allowed. Looks at the disk: links are followed.

        What a command names and is there counts among its paths, and so does where it runs.
        """
        given = _mapping(self.raw_input)
        places = [given[name] for name in _PLACES if isinstance(given.get(name), str)]
        words = (Path(place, word) for place, word in named(self.command))
        paths = [*self.paths, *places, *(word for word in words if _is_there(cwd / word))]
        resolved = tuple(dict.fromkeys(os.path.realpath(cwd / path) for path in paths))
        return Wish(self.kind or "other", resolved, self.command)

    def diff(self, cwd: Path) -> str:
        """What it changes, as a unified diff; empty where it does not say."""
        blocks = [block for block in _blocks(self.content) if block.get("type") == "diff"]
        changes = [(b.get("path"), b.get("oldText"), b.get("newText")) for b in blocks]
        given, told = _mapping(self.raw_input), _mapping(_mapping(self.raw_output).get("metadata"))
        ready = [one["diff"] for one in (given, told) if isinstance(one.get("diff"), str)]
        if not changes and ready:
            return _bounded(ready[0].strip("\n") + "\n")
        if not changes and self.kind == "edit" and self.paths:
            changes = [(self.paths[0], _first(given, _OLD), _first(given, _NEW))]
        return _bounded("".join(_diff(_short(str(path), cwd), *both) for path, *both in changes))

    @property
    def output(self) -> str:
        """What it gave, as text; empty where it does not say."""
        raw = self.raw_output
        found = raw if isinstance(raw, str) else _first(_mapping(raw), _OUTPUTS)
        if not found:
            blocks = [_mapping(block.get("content")) for block in _blocks(self.content)]
            found = "\n".join(b["text"] for b in blocks if isinstance(b.get("text"), str))
        return _bounded(_FENCE.sub("", found).strip("\n"))

    def detail(self, cwd: Path) -> str:
        """All there is to unfold, once it has ended."""
        return "\n".join(filter(None, (self.diff(cwd), self.output)))


def _is_there(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False


def _diff(path: str, old: object, new: object) -> str:
    before, after = (_text(side).splitlines()[:_MOST_COMPARED] for side in (old, new))
    sides = f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}"
    found = difflib.unified_diff(before, after, *sides, lineterm="")
    return "".join(f"{line}\n" for line in found)


def _text(side: object) -> str:
    return side[:_LONGEST_SIDE] if isinstance(side, str) else ""


def _first(fields: Mapping[str, Any], names: Sequence[str]) -> str:
    """The first of the fields that is a text with something in it."""
    found = (fields.get(name) for name in names)
    return next((value for value in found if isinstance(value, str) and value), "")


def _bounded(text: str) -> str:
    """A text whose middle is left out where it is too long: the end of an output says most."""
    if len(text) <= LONGEST_DETAIL:
        return text
    head, tail = text[: LONGEST_DETAIL // 3], text[-LONGEST_DETAIL // 2 :]
    return f"{head}\n… {len(text) - len(head) - len(tail):,} characters left out …\n{tail}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _blocks(content: Sequence[Any] | None) -> list[Mapping[str, Any]]:
    return [block for block in content or [] if isinstance(block, Mapping)]


def _short(path: str, cwd: Path) -> str:
    return path.removeprefix(f"{cwd}/")
