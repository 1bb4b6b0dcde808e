"""Several filters as one: Textual makes a row anew for each that it is given."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class InTurn(LineFilter):
    """Applies `filters`, one after the other."""

    def __init__(self, filters: Sequence[LineFilter]) -> None:
        super().__init__()
        self.filters = filters

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, as the last filter leaves them."""
        for one in self.filters:
            segments = one.apply(segments, background)
        return segments
