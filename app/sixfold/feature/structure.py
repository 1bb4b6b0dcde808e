r"""The block structure of a Markdown file, line by line, as CommonMark has it.

Bytes are decoded so that every one of them comes back: undecodable ones travel as surrogates.
Lines end at `\n` alone and keep what stands before it, so that line numbers are an editor's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

BOM: Final = "\ufeff"

_blocks = MarkdownIt("commonmark").disable(["reference", "code"])
_blocks.core.ruler.enableOnly(["normalize", "block"])

_FRONT_MATTER_LINE = re.compile(r"\s*$|\s*#|\s+\S|- |[\w.\"'-]+\s*:(?:\s|$)")
_RAW_HTML = re.compile(r"\s*<(?:!--|\?|![A-Z]|(?:pre|script|style|textarea)\b)", re.IGNORECASE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAB_STOP = 4


class Heading(Struct, frozen=True):
    """A heading: its level (1 to 6), its text without hashes, and its 0-based line."""

    line: int
    level: int
    text: str
    underlined: bool
    """Made by a line of dashes below it, which more often was meant as a rule."""


class Fence(Struct, frozen=True):
    """A code fence: 0-based lines of its delimiters, `last` being one past the closing one."""

    first: int
    last: int
    info: str
    closed: bool


class Structure(Struct, frozen=True):
    """A file's lines, and what CommonMark makes of them. All line numbers are 0-based."""

    lines: tuple[str, ...]
    """Without `\n`, without a byte order mark, with everything else."""
    headings: tuple[Heading, ...]
    fences: tuple[Fence, ...]
    hidden: tuple[range, ...]
    """Front matter, comments and raw HTML: nobody sees what stands there."""

    def fenced(self) -> dict[int, Fence]:
        """Every line of a fence, delimiters included, with its fence."""
        return {line: fence for fence in self.fences for line in range(fence.first, fence.last)}

    def covered(self) -> frozenset[int]:
        """Every line that is hidden or fenced."""
        hidden = (line for lines in self.hidden for line in lines)
        return frozenset(self.fenced()).union(hidden)


def decode(data: bytes) -> str:
    """`data` as text from which `encode` makes the same bytes again, whatever they are."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that `decode` made `text` of."""
    return text.encode("utf-8", "surrogateescape")


def text_of(data: bytes) -> str:
    """`data` as text to be shown: as `decode`, with U+FFFD for each byte that is no UTF-8.

    Every character stands at the same index as in what `decode` gives.
    """
    return _SURROGATE.sub("\ufffd", decode(data))


def structure(text: str) -> Structure:
    """What CommonMark sees in `text`. Never raises; linear in the length."""
    return _parse(text.removeprefix(BOM).split("\n"))


def without(known: Structure, delimiters: Iterable[int]) -> Structure:
    """`known` as it would be if the lines `delimiters` were empty."""
    lines = list(known.lines)
    for line in delimiters:
        lines[line] = ""
    seen = _parse(lines)
    return Structure(known.lines, seen.headings, seen.fences, seen.hidden)


def indent(line: str) -> int:
    """Columns of white space at the start of `line`; a tab goes to the next stop of four."""
    column = 0
    for char in line:
        if char == " ":
            column += 1
        elif char == "\t":
            column += _TAB_STOP - column % _TAB_STOP
        else:
            break
    return column


def _parse(lines: Sequence[str]) -> Structure:
    """Blank out the front matter and what would move line numbers, then ask the parser."""
    front = front_matter(lines)
    shown = [""] * front + [line.removesuffix("\r").replace("\r", " ") for line in lines[front:]]
    headings: list[Heading] = []
    fences: list[Fence] = []
    hidden = [range(front)] if front else []
    tokens = _blocks.parse("\n".join(shown))
    for number, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map
        if token.type == "heading_open" and token.level == 0:
            content = tokens[number + 1].content.strip()
            headings.append(Heading(first, int(token.tag[1]), content, token.markup in "-="))
        elif token.type == "fence":
            fences.append(
                Fence(first, last, token.info.strip(), _is_closed(token, shown[last - 1]))
            )
        elif token.type == "html_block" and _RAW_HTML.match(shown[first]):
            hidden.append(range(first, last))
    return Structure(tuple(lines), tuple(headings), tuple(fences), tuple(hidden))


def _is_closed(token: Token, last: str) -> bool:
    """Whether the fence's last line is its closing delimiter."""
    if token.map is None or token.map[1] - token.map[0] < 2:
        return False
    mark = last.strip().lstrip("> \t")
    return len(mark) >= len(token.markup) and set(mark) == set(token.markup)


def front_matter(lines: Sequence[str]) -> int:
    """How many lines YAML front matter takes; 0 where a first `---` is only a rule."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() in ("---", "..."):
            return number + 1 if number > 1 else 0
        if not _FRONT_MATTER_LINE.match(line) or re.match(r"\s*- \[.\] ", line):
            return 0
    return 0
