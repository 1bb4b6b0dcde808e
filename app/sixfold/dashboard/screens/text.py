"""A page of text over the whole screen: details, a diff, a log, the keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.screen import Screen

from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part
from sixfold.dashboard.widgets.title import Title


class TextScreen(Screen[None], inherit_bindings=False):
    """A title, lines that scroll and can be searched, and the keys."""

    AUTO_FOCUS = "LogView"

    def __init__(self, title: str, lines: Sequence[Part]) -> None:
        super().__init__(classes="page")
        self._heading = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        yield Title(self._heading)
        yield LogView(keep=1_000_000, following=False)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the text."""
        self.log_view.extend(self._lines)

    @property
    def log_view(self) -> LogView:
        """The text."""
        return self.query_one(LogView)
