"""`spec.md` as a reader sees it: headings, list items, paragraphs and table rows, in order.

CommonMark decides; what stands in fences, comments, quotations and front matter is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from sixfold.feature.structure import BOM, front_matter

LONGEST: Final = 1 << 20
"""Characters of a spec that are read."""
LONGEST_LINE: Final = 1000
"""Characters of a line in which a placeholder is looked for."""

_WITHDRAWN = re.compile(
    r"[*_(\[\s]*(?:removed|deprecated|withdrawn|superseded|obsolete|deferred|dropped|reserved"
    r"|retired|(?:intentionally )?(?:left blank|unused|not used))\b(?P<after>.{0,3})",
    re.IGNORECASE | re.DOTALL,
)
_PLACEHOLDER = re.compile(
    r"\[[^\[\]]*\be\.g\.|\bgiven\W{1,6}\[[^\[\]]+\]\W{1,8}when\W{1,6}\[", re.IGNORECASE
)
_blocks = MarkdownIt("commonmark").enable("table").disable(["reference", "code"])
_blocks.core.ruler.enableOnly(["normalize", "block"])


class Block(Struct, frozen=True):
    """A piece of the text."""

    kind: Literal["heading", "item", "paragraph", "row"]
    """`item` is what a list item begins with; what else stands in it are paragraphs."""
    line: int
    """From 1."""
    text: str
    """As written; a row's cells are in `cells`."""
    above: tuple[str, ...]
    """The headings that it stands under, outermost first."""
    depth: int = 0
    """Of a heading its level; else how many lists it stands in."""
    cells: tuple[str, ...] = ()


def blocks(text: str) -> Iterator[Block]:
    """The pieces of a Markdown text, in order. Never raises; linear in the length."""
    lines = text[:LONGEST].removeprefix(BOM).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front = front_matter(lines)
    tokens = _blocks.parse("\n".join([""] * front + lines[front:]))
    return _Walk(tokens).run()


def says_withdrawn(rest: str) -> bool:
    """`(Removed - ...)`, `[DEPRECATED]`, `Withdrawn.`: not what merely begins with such a word."""
    said = rest.lstrip("*_`~]) \t\n:：.|—–-")
    match = _WITHDRAWN.match(said)
    if match is None:
        return False
    return said[0] in "([" or not re.match(r"\s*\w", match["after"])


def is_placeholder(text: str) -> bool:
    """Is this a line of the template that nobody has filled in: `[capability, e.g., "..."]`."""
    return bool(_PLACEHOLDER.search(text[:LONGEST_LINE]))


class _Walk:
    """One pass over the parser's tokens."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.above: list[tuple[int, str]] = []
        self.depth = self.quoted = 0
        self.begins = False
        """Is the next text the first of its list item."""
        self.cells: list[str] | None = None
        self.heading = 0

    def run(self) -> Iterator[Block]:
        for token in self.tokens:
            match token.type:
                case "blockquote_open" | "blockquote_close":
                    self.quoted += token.nesting
                case "list_item_open":
                    self.depth, self.begins = self.depth + 1, True
                case "list_item_close":
                    self.depth, self.begins = self.depth - 1, False
                case "heading_open" if token.level == 0:
                    self.heading = int(token.tag[1])
                case "tr_open":
                    self.cells = []
                case "tr_close" if self.cells is not None:
                    if not self.quoted and token.level:
                        yield self.block("row", self.line, "", tuple(self.cells))
                    self.cells = None
                case "inline" if not self.quoted and token.map:
                    yield from self.text(token, token.map[0] + 1)

    def text(self, token: Token, line: int) -> Iterator[Block]:
        self.line, content = line, token.content.strip()
        if self.cells is not None:
            self.cells.append(content)
        elif self.heading:
            level, self.heading = self.heading, 0
            self.above = [outer for outer in self.above if outer[0] < level]
            block = self.block("heading", line, content)
            self.above.append((level, content))
            yield Block(block.kind, line, content, block.above, level)
        elif self.begins:
            self.begins = False
            yield self.block("item", line, content)
        else:
            yield self.block("paragraph", line, content)

    def block(
        self,
        kind: Literal["heading", "item", "paragraph", "row"],
        line: int,
        text: str,
        cells: tuple[str, ...] = (),
    ) -> Block:
        above = tuple(title for _, title in self.above)
        return Block(kind, line, text, above, self.depth, cells)
