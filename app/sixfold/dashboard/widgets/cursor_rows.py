"""A list with a cursor that stays on its item, whatever comes above it."""

from __future__ import annotations

from textual import events
from textual.geometry import Size
from textual.message import Message

from sixfold.dashboard.widgets.rows import Rows


class CursorRows(Rows):
    """A list. Items have keys; the cursor sits on a key, so it never slips to a neighbour."""

    class Moved(Message):
        """The cursor is on another item."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id, classes=classes)
        self.keys: list[str] = []
        self.cursor = 0

    @property
    def chosen(self) -> str:
        """The key under the cursor; empty in an empty list."""
        return self.keys[self.cursor] if self.keys else ""

    def count(self) -> int:
        """Number of items."""
        return len(self.keys)

    def set_keys(self, keys: list[str]) -> None:
        """Show these items. What the cursor is on keeps its place on the screen where it can."""
        at, before = self.cursor - self.top, len(self.keys)
        self.cursor = self.place_in(keys)
        self.keys = keys
        self.top = max(0, min(self.cursor - at, self.last_top))
        self.refresh(layout=len(keys) != before and self.styles.is_auto_height)

    def place_in(self, keys: list[str]) -> int:
        """Where the cursor goes among other items: with its own, and else it stays."""
        chosen = self.chosen
        return keys.index(chosen) if chosen in keys else max(0, min(self.cursor, len(keys) - 1))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As high as all items, where the style sheet says `auto`."""
        return len(self.head()) + max(1, len(self.keys))

    def choose(self, key: str) -> None:
        """Put the cursor on `key`, where there is such an item."""
        if key in self.keys:
            self.step(self.keys.index(key) - self.cursor)

    def step(self, rows: int) -> None:
        """Move the cursor, and the window with it."""
        self.cursor = max(0, min(self.cursor + rows, len(self.keys) - 1))
        self.reveal()
        self.post_message(self.Moved())

    def reveal(self) -> None:
        """Scroll until the cursor's item is seen."""
        self.show_from(min(max(self.top, self.cursor - max(1, self.page) + 1), self.cursor))

    def on_resize(self) -> None:
        """More or less may fit now: Textual calls this for each class, so there is one for all."""
        self.refit()

    def shows_thumb(self) -> bool:
        """Also out of focus: of a list that goes on one sees where it begins."""
        return self.last_top > 0

    def refit(self) -> None:
        """Keep the cursor's item in sight."""
        if self.keys:
            self.reveal()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points."""
        index = self.top + event.y - len(self.head())
        if 0 <= index < len(self.keys):
            self.step(index - self.cursor)
