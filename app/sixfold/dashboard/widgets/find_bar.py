"""Where one types what to find in a log."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input

from sixfold.dashboard import words
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row


class Found(Painted):
    """How many lines have it."""

    number = 0

    def parts(self, y: int) -> list[Part]:  # noqa: ARG002 - there is one row
        """The number of lines."""
        lines = words.count(self.number, "line")
        return row([], [(f"{lines}   Enter keep   Esc drop ", "quiet")], self.content_size.width)


class FindBar(Horizontal):
    """Finds as one types; Enter keeps the marks (n and N go on), Escape takes them away."""

    def __init__(self, log: LogView) -> None:
        super().__init__(classes="find-bar")
        self._log_view = log

    def compose(self) -> ComposeResult:
        """The text, and how often it was found."""
        yield Input(placeholder="find …", compact=True, select_on_focus=False)
        yield Found()

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        number = self._log_view.find(event.value)
        for found in self.query(Found):  # none, where the bar has been closed meanwhile
            found.number = number
            found.refresh()

    @on(Input.Submitted)
    def _keep(self) -> None:
        self._leave()

    def on_key(self, event: events.Key) -> None:
        """Escape drops the search."""
        if event.key == "escape":
            event.stop()
            self._log_view.find("")
            self._leave()

    def _leave(self) -> None:
        self._log_view.focus()
        self.remove()
