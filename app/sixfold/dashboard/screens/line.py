"""A question that is answered by a line of text."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from sixfold.dashboard.choice import Choice
from sixfold.dashboard.screens.question import Answers, Lines, Question

SEND = Choice("Enter", "send it", "")


class Line(Question, inherit_bindings=False):
    """Asks, and is dismissed with the line written; Escape, or an empty line, answers with ''."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", show=False)]

    def __init__(self, text: str, explanation: str, *, stands: Callable[[], bool]) -> None:
        super().__init__(text, explanation, (), stands=stands)
        self._early = ""
        """What was typed before there was where to write."""

    def compose(self) -> ComposeResult:
        """Question, explanation, and where to write."""
        with Vertical(id="question"):
            yield Lines(self._text, self._explanation)
            yield Input(self._early, compact=True, select_on_focus=False)
            yield Answers([SEND], first="")

    def on_mount(self) -> None:
        """Ready to write."""
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        """Keys are for writing, and mean nothing else here."""
        event.prevent_default()
        if self.typed(event):
            event.stop()

    def typed(self, event: events.Key) -> bool:
        """Was this meant for the line; it may come from elsewhere, and before there is one."""
        line = next(iter(self.query(Input)), None)
        if event.is_printable and event.character:
            if line:
                line.insert_text_at_cursor(event.character)
            else:
                self._early += event.character
            return True
        if event.key == "enter":
            self.dismiss((line.value if line else self._early).strip())
            return True
        return False

    def action_leave(self) -> None:
        """Nothing, after all."""
        self.dismiss("")
