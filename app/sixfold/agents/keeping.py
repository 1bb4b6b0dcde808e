"""A stream of JSON lines on its way to the transcript: texts that come in pieces are kept whole.

A secret that comes in pieces, each in a line of its own, is seen only where they are joined.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from sixfold.agents.pipes import Lines, from_json

LONGEST_HELD = 64 << 10
"""Characters of a text without a line's end that are held."""
OVERLAP = 8 << 10
"""Characters at the end of a longer one that are held on, since a secret may stand across."""
SLICE = 64 << 10
"""Bytes that are handed on at once."""


class Piece(NamedTuple):
    """A piece of a text in a message: pieces in a row that have one `key` are one text."""

    key: Hashable
    holder: dict[str, Any]
    """What of the message holds it."""
    field: str

    @property
    def text(self) -> str:
        """The piece itself."""
        return str(self.holder[self.field])


class Keeping:
    """Hands lines on to `keep` as they come, and texts line by line of theirs.

    A text stands in the message that its last piece came in, in the place of that piece.
    """

    def __init__(self, keep: Callable[[bytes], object]) -> None:
        self._keep = keep
        self._text = ""
        self._key: Hashable = None
        self._last: tuple[Any, Piece] | None = None
        """The message of the latest piece that is held."""

    def line(self, line: bytes) -> None:
        """A line that belongs to no text, and ends the one before it."""
        self.end()
        self.aside(line)

    def aside(self, line: bytes) -> None:
        """A line that belongs to no text, and ends none."""
        for at in range(0, len(line), SLICE):
            self._keep(line[at : at + SLICE])
        self._keep(b"\n")

    def piece(self, message: object, piece: Piece) -> None:
        """A message with a piece of a text."""
        if self._last and piece.key != self._key:
            self.end()
        self._key, self._last = piece.key, (message, piece)
        self._text += piece.text
        cut = self._text.rfind("\n") + 1
        if not cut and len(self._text) > LONGEST_HELD:
            cut = len(self._text) - OVERLAP
            cut = max(self._text.rfind(" ", 0, cut) + 1, cut - OVERLAP)
        if cut:
            rest = self._text[cut:]
            self._write(self._text[:cut])
            self._text = rest
            self._last = (message, piece) if rest else None

    def end(self) -> None:
        """The text is over."""
        if self._last:
            self._write(self._text)
        self._text, self._last = "", None

    def _write(self, text: str) -> None:
        if self._last:
            message, piece = self._last
            piece.holder[piece.field] = text
            self.aside(json.dumps(message, ensure_ascii=False).encode(errors="replace"))


class Pieced:
    """A stream of chunks on its way to `keep`, with pieces as `find` finds them in messages."""

    def __init__(
        self, keep: Callable[[bytes], object], find: Callable[[object], Piece | None]
    ) -> None:
        self._keeping, self._find = Keeping(keep), find
        self._lines = Lines()

    def feed(self, chunk: bytes) -> None:
        """A chunk that may end anywhere."""
        for line in self._lines.feed(chunk):
            self._line(line)

    def end(self) -> None:
        """What is held."""
        if rest := self._lines.rest():
            self._line(rest)
        self._keeping.end()

    def _line(self, line: bytes) -> None:
        try:
            message = from_json(line)
        except ValueError:
            message = None
        if found := self._find(message):
            self._keeping.piece(message, found)
        else:
            self._keeping.line(line)
