"""Rows that scroll below a fixed head: the base of logs and lists.

Scrolling is an index of our own. Textual's scroll view lays the screen out when its virtual size
changes, and its scroll bars are widgets; for panes that change twenty times a second that is most
of the cost.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.segment import Segment
from textual import events
from textual.geometry import Region
from textual.strip import Strip

from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part

WHEEL = 3
"""Rows that one notch of the mouse wheel moves."""


class Rows(Painted, can_focus=True):
    """A window on rows that are rendered only where they are seen."""

    _heads: list[Iterable[Part]] | None = None
    top = 0
    """Index of the first visible row."""

    def count(self) -> int:
        """Number of rows there are. To be given by the widget."""
        raise NotImplementedError

    def row_strip(self, index: int) -> Strip:
        """The row `index`, as wide as the content. To be given by the widget."""
        raise NotImplementedError

    def head(self) -> list[Iterable[Part]]:
        """Rows that stand above and do not scroll."""
        return []

    @property
    def heads(self) -> list[Iterable[Part]]:
        """The head; during a paint it is made once."""
        return self.head() if self._heads is None else self._heads

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint the visible rows below one head."""
        self._heads = self.head()
        try:
            return super().render_lines(crop)
        finally:
            self._heads = None

    def refresh_head(self) -> None:
        """Paint the head anew, and no row below it."""
        self.refresh(Region(0, 0, self.size.width, len(self.heads)))

    @property
    def page(self) -> int:
        """Number of rows that fit."""
        return max(0, self.content_size.height - len(self.heads))

    @property
    def last_top(self) -> int:
        """The largest `top` that leaves no blank rows below."""
        return max(0, self.count() - self.page)

    def step(self, rows: int) -> None:
        """Move by `rows`; the reader asked for it."""
        self.scroll_rows(rows)

    def scroll_rows(self, rows: int) -> None:
        """Move the window by `rows`."""
        self.show_from(self.top + rows)

    def show_from(self, top: int) -> None:
        """Move the window to `top`, as far as there are rows."""
        self.top = max(0, min(top, self.last_top))
        self.refresh()

    def step_page(self, pages: int) -> None:
        """Move by `pages` of the window."""
        self.step(pages * max(1, self.page - 1))

    def step_to_edge(self, last: bool) -> None:
        """Move to the first or the last row."""
        self.step(self.count() if last else -self.count())

    def on_resize(self) -> None:
        """Leave no blank rows below."""
        self.top = min(self.top, self.last_top)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The wheel scrolls, and selects nothing."""
        event.stop()
        self.scroll_rows(WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The wheel scrolls, and selects nothing."""
        event.stop()
        self.scroll_rows(-WHEEL)

    def render_line(self, y: int) -> Strip:
        """A row of the head, a row of the window, or a blank one."""
        head = self.heads
        if y < len(head):
            return self.strip(head[y])
        index = self.top + y - len(head)
        if index >= self.count():
            return Strip.blank(self.content_size.width, self.base)
        strip = self.row_strip(index)
        return self._with_thumb(strip, y - len(head)) if self.shows_thumb() else strip

    def shows_thumb(self) -> bool:
        """Does a mark at the edge say where the window stands."""
        return self.has_focus and self.last_top > 0

    def _with_thumb(self, strip: Strip, y: int) -> Strip:
        length, window = self.count(), self.page
        size = max(1, window * window // length)
        start = round((window - size) * self.top / max(1, self.last_top))
        tone = "busy" if start <= y < start + size else "faint"
        mark = Segment("▐", self.base + self.dashboard.tone(tone))
        return Strip([*strip.crop(0, self.content_size.width - 1), mark])
