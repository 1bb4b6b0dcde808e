"""Marking text with the mouse, to copy it. Places are lines and characters, which stay."""

from __future__ import annotations

from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from textual import events

from sixfold.dashboard.widgets.rows import Rows

Spot: TypeAlias = tuple[int, int]
"""A line's number, and the place of a character in it."""


class Marking(Rows):
    """Rows whose text can be marked.

    Textual's own way knows rows of the screen alone, and those move on below a log that follows.
    """

    ALLOW_SELECT: ClassVar[bool] = False
    marked: tuple[Spot, Spot] | None = None
    """Where the mark begins, and the character behind it."""
    _pressed: Spot | None = None

    def spot(self, x: int, y: int) -> Spot:
        """What is at a cell of the content, or nearest to it. To be given by the widget."""
        raise NotImplementedError

    def line(self, number: int) -> str:
        """The text of a line as it is shown. To be given by the widget."""
        raise NotImplementedError

    def unmark(self) -> None:
        """Mark nothing."""
        if self.marked:
            self.marked = None
            self.refresh()

    def marked_in(self, number: int) -> Spot | None:
        """Begin and end of the mark in line `number`."""
        if self.marked is None:
            return None
        (first, start), (last, end) = self.marked
        if not first <= number <= last:
            return None
        return start if number == first else 0, end if number == last else len(self.line(number))

    def marked_text(self) -> str:
        """What is marked, as one text."""
        if self.marked is None:
            return ""
        (first, _), (last, _) = self.marked
        parts = [(number, self.marked_in(number)) for number in range(first, last + 1)]
        return "\n".join(self.line(number)[slice(*part)] for number, part in parts if part)

    def at_mouse(self, event: events.MouseEvent) -> Spot | None:
        """What the mouse points at; None above the rows, and where there are none."""
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        return self.spot(x, y) if y >= len(self.head()) and self.count() else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Here a mark may begin."""
        self.unmark()
        self._pressed = self.at_mouse(event) if event.button == 1 else None

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The mark goes on to here; beyond an edge the window goes along."""
        if self._pressed is None or not event.button:
            return
        top, height = len(self.head()), self.content_size.height
        x, y = event.x - self.gutter.left, event.y - self.gutter.top
        if self.marked and not top <= y < height:
            self.scroll_rows(-1 if y < top else 1)
        here = self.spot(x, min(max(y, top), height - 1))
        if here != self._pressed or self.marked:
            self.capture_mouse()
            first, last = sorted((self._pressed, here))
            self.marked = first, (last[0], last[1] + 1)
            self.refresh()

    def on_mouse_up(self, event: events.MouseUp) -> None:  # noqa: ARG002 - Textual's
        """The mark is whole."""
        self._pressed = None
        self.release_mouse()


def character(text: str, cell: int) -> int:
    """The place of the character that stands at a cell of `text`; the last one behind its end."""
    if text.isascii():
        return max(0, min(cell, len(text)))
    width = 0
    for place, letter in enumerate(text):
        width += cell_len(letter)
        if width > cell:
            return place
    return len(text)
