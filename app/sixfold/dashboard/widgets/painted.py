"""The base of every widget here: rows of toned text, rendered line by line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from sixfold.dashboard.widgets.row import Part

if TYPE_CHECKING:
    from sixfold.dashboard.app import Dashboard


class Painted(Widget):
    """A widget that paints its rows from parts; it never lays out because its text changed."""

    base = Style.null()
    """The pane's own style, read once for each paint: finding it walks up the tree."""

    @property
    def dashboard(self) -> Dashboard:
        """The app."""
        return cast("Dashboard", self.app)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Read the pane's style, then paint the visible rows."""
        self.base = self.rich_style
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """The row `y` of the widget's content."""
        return self.strip(self.parts(y))

    def parts(self, y: int) -> Iterable[Part]:
        """What stands in row `y`. To be given by the widget."""
        raise NotImplementedError

    def strip(self, parts: Iterable[Part], under: str = "") -> Strip:
        """`parts` on the pane's ground, or on that of the tone `under`, exactly as wide as it."""
        tone = self.dashboard.tone
        ground = self.base + tone(under) if under else self.base
        raised = {"quiet", "faint", "title", "busy", "slotkey"} if under == "focusbar" else ()
        segments = [
            Segment(text, ground + tone("strong" if name in raised else name) if name else ground)
            for text, name in parts
        ]
        return Strip(segments).adjust_cell_length(self.content_size.width, ground)
