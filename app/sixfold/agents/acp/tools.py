"""What an agent's tool calls are, in one line each, and what they wish to be allowed."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from sixfold.agents import calls
from sixfold.agents.permissions import Wish

_WORDS = {"execute": "run", "other": "", "think": "", "switch_mode": "mode"}
_LONGEST_SIDE = 100_000
"""Characters of a file that are compared."""


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
        return bool(self.raw_input or self.locations or self.status not in (None, "pending"))

    @property
    def command(self) -> str:
        """The shell command that it runs; empty where it runs none."""
        given = self.raw_input
        return calls.command(given.get("command")) if isinstance(given, Mapping) else ""

    @property
    def paths(self) -> list[str]:
        """The files it names, in order, each once."""
        named = [location.path for location in self.locations or []]
        diffs = [block.get("path") for block in _blocks(self.content)]
        return list(dict.fromkeys([*named, *(path for path in diffs if isinstance(path, str))]))

    def line(self, cwd: Path) -> str:
        """What it does, in one line: kind, title, and the file where the title has it not."""
        kind = _WORDS.get(self.kind or "", self.kind or "")
        return calls.line(kind, self.title or "", self.command, self.paths, cwd)

    def wish(self, cwd: Path) -> Wish:
        """What it wishes to be allowed. Looks at the disk: links are followed."""
        paths = tuple(os.path.realpath(cwd / path) for path in self.paths)
        return Wish(self.kind or "other", paths, self.command)

    @property
    def diff(self) -> str:
        """What it changes, as a unified diff; empty where it does not say."""
        return "".join(
            _diff(str(block.get("path", "")), block.get("oldText"), block.get("newText"))
            for block in _blocks(self.content)
            if block.get("type") == "diff"
        )

    def failure(self) -> str:
        """Why it failed, in one line; empty where it does not say."""
        blocks = [block.get("content") for block in _blocks(self.content)]
        texts: list[object] = [b.get("text") for b in blocks if isinstance(b, Mapping)]
        raw = self.raw_output
        texts += [raw.get("error"), raw.get("output")] if isinstance(raw, Mapping) else [raw]
        return next((line for text in texts if (line := calls.telling(text))), "")


def _diff(path: str, old: object, new: object) -> str:
    before, after = (_text(side).splitlines() for side in (old, new))
    sides = f"a/{path.lstrip('/')}", f"b/{path.lstrip('/')}"
    found = difflib.unified_diff(before, after, *sides, lineterm="")
    return "".join(f"{line}\n" for line in found)


def _text(side: object) -> str:
    return side[:_LONGEST_SIDE] if isinstance(side, str) else ""


def _blocks(content: Sequence[Any] | None) -> list[Mapping[str, Any]]:
    return [block for block in content or [] if isinstance(block, Mapping)]
