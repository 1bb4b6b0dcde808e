"""A unified diff as files, and as lines to show. Pure."""

from __future__ import annotations

import re

from msgspec import Struct

from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import BLANK, Part, clean

BLOCK_LINES, BLOCK_CHARACTERS = 100, 8_000
"""The most that is coloured in one go."""

_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_ESCAPE = re.compile(rb"\\([0-7]{3}|.)")
_ESCAPED = {b"n": b"\n", b"t": b"\t", b"r": b"\r"}
_TONES = {"+": "added", "-": "dropped"}


class ChangedFile(Struct):
    """One file of a diff, and what stands below its name."""

    path: str
    note: str = ""
    """`new`, `deleted`, `renamed from x`, `binary`; empty for a plain edit."""
    added: int = 0
    removed: int = 0
    line: int = 0
    """Number of the line that names it, in `Diff.lines`."""
    body: list[Part] = []

    @property
    def size(self) -> list[Part]:
        """`+12  -3`, in columns."""
        return [(f"{f'+{self.added}':>6}", "good"), (f"{f'-{self.removed}':>6}", "bad")]

    @property
    def name(self) -> str:
        """The path, and what became of the file where it was not just edited."""
        return f"{self.path}  ({self.note})" if self.note else self.path


class Block(Struct, frozen=True):
    """Lines of one hunk of one file, to be coloured together."""

    path: str
    start: int
    """Number of its first line in `Diff.lines`."""
    end: int
    """The one after its last."""


class Diff(Struct, frozen=True):
    """The list of files, then each file's change."""

    files: list[ChangedFile]
    lines: list[Part]
    marks: dict[int, list[tuple[int, int, str]]]
    """Line -> first character, the one after the last, and tone of what differs in it."""
    blocks: list[Block]
    """In the order of their lines."""


def read_diff(text: str) -> Diff:
    """`git diff`'s output; what is no part of a file's change stands in front of all."""
    preamble, files = _files(text)
    added, removed = sum(f.added for f in files), sum(f.removed for f in files)
    head = f"{words.count(len(files), 'file')} changed   +{added}  -{removed}"
    lines: list[Part] = [*preamble, (head if files else "no change", "quiet"), BLANK]
    marks: dict[int, list[tuple[int, int, str]]] = {}
    for file in files:
        marks[len(lines)] = _marked(file.size)
        lines.append(("".join(text for text, _ in file.size) + f"  {file.name}", "plain"))
    blocks: list[Block] = []
    for file in files:
        lines.append(BLANK)
        file.line = len(lines)
        lines.append((file.name, "strong"))
        blocks += _blocks(file, len(lines))
        lines += file.body
    return Diff(files, lines, marks, blocks)


def _marked(parts: list[Part]) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for text, tone in parts:
        found.append((at, at + len(text), tone))
        at += len(text)
    return found


def _files(text: str) -> tuple[list[Part], list[ChangedFile]]:
    """What stands before the first file, and the files."""
    preamble: list[Part] = []
    files: list[ChangedFile] = []
    old = new = 0  # lines of the hunk that are still to come, of either side
    for raw in text.removesuffix("\n").split("\n"):
        sign = raw[:1] or " "
        file = files[-1] if files else None
        if file and (old > 0 or new > 0) and sign in "+- ":
            old, new = old - (sign != "+"), new - (sign != "-")
            file.added, file.removed = file.added + (sign == "+"), file.removed + (sign == "-")
            file.body.append((shown(raw), _TONES.get(sign, "plain")))
        elif raw.startswith("diff --git "):
            pair = raw.removeprefix("diff --git ")
            files.append(ChangedFile(_path(pair[: len(pair) // 2])))
        elif file and (hunk := _HUNK.match(raw)):
            old, new = (1 if number is None else int(number) for number in hunk.groups())
            file.body.append((shown(raw), "busy"))
        elif file and not file.body and _is_heading(file, raw):
            pass
        elif raw:
            (file.body if file else preamble).append((shown(raw), "quiet"))
    return preamble, files


def _is_heading(file: ChangedFile, line: str) -> bool:
    """Take a line of a file's heading over; False for one that is to be shown as it is."""
    name, _, rest = line.partition(" ")
    match name:
        case "---" | "+++" if rest != "/dev/null":
            file.path = _path(rest)
        case "new" if rest.startswith("file"):
            file.note = "new"
        case "deleted":
            file.note = "deleted"
        case "rename" if rest.startswith("from "):
            file.note = f"renamed from {_path(rest.removeprefix('from '))}"
        case "rename":
            file.path = _path(rest.removeprefix("to "))
        case "Binary" | "GIT":
            file.note = f"{file.note}, binary" if file.note else "binary"
        case "index" | "similarity" | "---" | "+++":
            pass
        case _:
            return False
    return True


def _path(name: str) -> str:
    """A path as git writes it, to be shown: its quotes and the side it stands for taken off."""
    name = name.rstrip("\t")
    if name.startswith('"'):
        raw = _ESCAPE.sub(_unescaped, name[1:-1].encode("utf-8", "surrogateescape"))
        name = raw.decode("utf-8", "replace")
    return shown(name[2:] if name.startswith(("a/", "b/")) else name)


def _unescaped(match: re.Match[bytes]) -> bytes:
    sign = match[1]
    return bytes([int(sign, 8)]) if len(sign) == 3 else _ESCAPED.get(sign, sign)


def shown(line: str) -> str:
    """The line as it is shown: control codes stand there as signs, as in the file."""
    return clean(line.expandtabs(4))


def _blocks(file: ChangedFile, first: int) -> list[Block]:
    """The parts of the file's hunks, the file's body beginning at line `first`."""
    found: list[Block] = []
    start = size = 0
    for index, (text, tone) in enumerate([*file.body, ("", "end")]):
        code = tone in {"plain", "added", "dropped"}
        full = index - start >= BLOCK_LINES or size + len(text) > BLOCK_CHARACTERS
        if start < index and (full or not code):
            found.append(Block(file.path, first + start, first + index))
            start, size = index, 0
        if code:
            size += len(text)
        else:
            start, size = index + 1, 0
    return found
