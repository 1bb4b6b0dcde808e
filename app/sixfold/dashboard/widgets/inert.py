"""The last gate before the terminal: text is text."""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from sixfold.dashboard.widgets.row import clean
from sixfold.lines import calm


class Inert(LineFilter):
    """Replaces control codes in whatever any widget painted, our own or Textual's."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's
        """The segments, harmless."""
        texts = [segment.text for segment in segments]
        if all(text.isprintable() and calm(text) is text for text in texts):
            return segments
        return [Segment(calm(clean(text)), style, control) for text, style, control in segments]
