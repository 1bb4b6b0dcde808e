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
from sixfold.dashboard.widgets.sought import Sought

HOW = ("text   /regex/   !without   Enter keep   Esc drop ", "/regex/  !without ")
"""How to look for more than a text; in little room shorter."""


class Found(Painted):
    """How many lines have it."""

    result: Part = ("", "")

    def parts(self, y: int) -> list[Part]:  # noqa: ARG002 - there is one row
        """The number of lines, and how to look for more than a text."""
        width = self.content_size.width
        room = width - len(self.result[0]) - 1
        how = next((text for text in HOW if len(text) <= room), "")
        return row([self.result], [(how, "quiet")], width)


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

    def type(self, text: str) -> None:
        """As if it were typed here."""
        self.query_one(Input).insert_text_at_cursor(text)

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        sought = self._log_view.find(event.value)
        for found in self.query(Found):  # none, where the bar has been closed meanwhile
            found.result = self._result(sought)
            found.refresh()

    def _result(self, sought: Sought) -> Part:
        if sought.error:
            return f" {sought.error}", "bad"
        if sought.pattern is None:
            return "", ""
        lines = words.count(sought.lines, "line")
        return f" {lines} hidden" if sought.inverse else f" {lines}", "plain"

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
