"""Where a line breaks when it is wider than its pane."""

from __future__ import annotations

from rich.cells import cell_len

INDENT = 2
"""Cells by which the rows after a line's first are set in."""


def breaks(text: str, width: int, indent: int = INDENT) -> list[tuple[int, int]]:
    """Start and end of each row of `text`; rows after the first are `indent` narrower.

    Breaks in the row's second half, after a blank, else after a slash or comma, else in the word.
    """
    if len(text) <= width and (text.isascii() or cell_len(text) <= width):
        return [(0, len(text))]
    found: list[tuple[int, int]] = []
    start, room = 0, max(2, width)
    while start < len(text):
        end = _reach(text, start, room)
        if end < len(text):
            end = _between_words(text, start, end)
        found.append((start, end))
        start, room = end, max(2, width - indent)
    return found


def _between_words(text: str, start: int, end: int) -> int:
    half = start + (end - start) // 2
    blank = text.rfind(" ", half, end + 1)
    gap = blank if blank >= 0 else max(text.rfind(mark, half, end) for mark in "/,;")
    return gap + 1 if gap > start else end


def _reach(text: str, start: int, room: int) -> int:
    """The end of the longest piece from `start` that fits into `room` cells."""
    end = min(len(text), start + room)
    if text.isascii():
        return end
    while end > start + 1 and (excess := cell_len(text[start:end]) - room) > 0:
        end = max(start + 1, end - (excess + 1) // 2)
    return end
