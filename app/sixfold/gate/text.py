"""What tests print, made fit to go out: no control characters, and never without bound. Pure."""

from __future__ import annotations

import re

from sixfold.lines import CONTROLS, calm

_COLOUR = re.compile(r"\x1b\[[\d;:]*m")
_UNSAFE = re.compile(CONTROLS)
LINE_WIDTH = 1000
"""Characters of a line on its way to a screen."""


def clean(text: str) -> str:
    """`text` with its control characters made visible; newlines and tabs stay.

    Colour sequences go, all else is kept as a picture of itself: ESC becomes `␛`.
    """
    text = calm(text)
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(_picture, _COLOUR.sub("", text.replace("\r\n", "\n")))


def _picture(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def screen_line(text: str) -> str:
    """`text` as one line of a screen: clean, tabs expanded, cut at `LINE_WIDTH`."""
    if len(text) <= LINE_WIDTH and text.isascii() and text.isprintable():
        return text
    line = clean(text[: LINE_WIDTH + 1].rstrip("\r\n")).replace("\n", " ").expandtabs(4)
    return line if len(line) <= LINE_WIDTH else line[: LINE_WIDTH - 1] + "…"


def joined(partial: str, piece: str) -> tuple[list[str], str]:
    """The lines that `piece` completes, and what is still without its newline.

    Of that no more is held than a screen line shows.
    """
    *whole, partial = (partial + piece).split("\n")
    return whole, partial[: LINE_WIDTH + 1]


def shorten(text: str, limit: int, *, head: int | None = None) -> str:
    """`text`, clean and in at most about `limit` characters: its first `head` and its last ones."""
    text = clean(text)
    if len(text) <= limit:
        return text
    first = limit // 2 if head is None else head
    last = limit - first
    note = f"\n… {len(text) - limit} characters left out …\n"
    return text[:first] + note + (text[-last:] if last else "")


class Kept:
    """What was printed, its first and last `HALF` characters at least; adding costs O(1)."""

    __slots__ = ("pieces", "size")
    HALF = 8 << 10

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.size = 0

    def add(self, piece: str) -> None:
        """Keep one more piece; the middle goes when there is too much."""
        self.pieces.append(piece)
        self.size += len(piece)
        if self.size > 4 * self.HALF:
            self._compact()

    def _compact(self) -> None:
        text = "".join(self.pieces)
        head, tail = text[: self.HALF], text[-self.HALF :]
        self.pieces = [head, "\n… output left out …\n", tail[tail.find("\n") + 1 :]]
        self.size = sum(map(len, self.pieces))

    def lines(self) -> list[str]:
        """The lines so far, without their newlines."""
        lines = "".join(self.pieces).split("\n")
        return lines[:-1] if lines[-1] == "" else lines
