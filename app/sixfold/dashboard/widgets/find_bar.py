"""Where one types what to find in a log."""

from __future__ import annotations

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, fit, row
from sixfold.dashboard.widgets.sought import NONE

HOW = (
    "text   /regex/   !without   Enter keep   Esc drop ",
    "/regex/  !without  Enter keep  Esc drop ",
    "Enter keep  Esc drop ",
)
"""How to look for more than a text, and how to leave; in little room shorter."""


class Found(Painted):
    """Which of the lines with it one is at, of how many; it follows what comes to the log."""

    def __init__(self, log: LogView) -> None:
        super().__init__()
        self._log_view = log
        self.error = ""

    def parts(self, y: int) -> list[Part]:  # noqa: ARG002 - there is one row
        """What is found, and how to look for more than a text."""
        width, log = self.content_size.width, self._log_view
        standing = log.standing or NONE if log.pattern else ""
        result = (f" {self.error}", "bad") if self.error else (f" {standing}", "plain")
        how = next((text for text in HOW if len(text) < width - len(result[0])), "")
        return row([result], [(how, "quiet")], width)


class FindBar(Horizontal):
    """Finds as one types; Enter keeps the marks (n and N go on), Escape takes them away.

    The focus goes to the log with Enter, and with Escape back to where it was.
    """

    def __init__(self, log: LogView) -> None:
        super().__init__(classes="find-bar")
        self.log_view = log
        self._before = log.screen.focused

    def compose(self) -> ComposeResult:
        """The text, and how often it was found."""
        yield Input(placeholder="find …", compact=True, select_on_focus=False)
        yield Found(self.log_view)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one(Input).focus()

    def type(self, text: str) -> None:
        """As if it were typed here."""
        self.query_one(Input).insert_text_at_cursor(text)

    @on(Input.Changed)
    def _look(self, event: Input.Changed) -> None:
        self.tell(self.log_view.find(event.value).error)

    def tell(self, error: str = "") -> None:
        """Say what is found now, or why nothing is looked for."""
        for found in self.query(Found):  # none, where the bar has been closed meanwhile
            found.error = error
            found.refresh()

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        log = self.log_view
        if log.pattern and not log.standing:
            log.dashboard.toast(f"{NONE}: {fit(event.value, 40)}", "look")
        self._leave(log)

    def on_key(self, event: events.Key) -> None:
        """Escape drops the search."""
        if event.key == "escape":
            event.stop()
            self.log_view.find("")
            self._leave(self._before)

    def _leave(self, pane: Widget | None) -> None:
        self.screen.set_focus(pane)
        self.remove()
