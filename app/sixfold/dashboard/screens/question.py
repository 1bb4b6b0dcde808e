"""A short question in front of everything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, clean


class Choice(NamedTuple):
    """One answer: its key, its words, and what it stands for."""

    key: str
    words: str
    answer: str


class Lines(Painted):
    """The question and its answers."""

    def __init__(self, rows: Sequence[Sequence[Part]]) -> None:
        super().__init__()
        self._rows = rows
        self.styles.height = len(rows)

    def parts(self, y: int) -> Sequence[Part]:
        """A row of the question."""
        return self._rows[y] if y < len(self._rows) else []


class Question(ModalScreen[str], inherit_bindings=False):
    """Asks, and is dismissed with the answer; Escape answers with ''. Enter takes the first."""

    def __init__(self, text: str, explanation: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._text, self._explanation = clean(text), clean(explanation)
        self._choices = choices

    def compose(self) -> ComposeResult:
        """Question, explanation, a row for each choice."""
        rows: list[list[Part]] = [[(self._text, "strong")], [(self._explanation, "quiet")], []]
        for index, choice in enumerate(self._choices):
            enter = "  (or Enter)" if index == 0 else ""
            rows.append(
                [(f" {choice.key} ", "key"), (f" {choice.words}", "plain"), (enter, "quiet")]
            )
        rows.append([(" Esc ", "key"), (" stay here", "plain")])
        with Vertical(id="question"):
            yield Lines(rows)

    def on_key(self, event: events.Key) -> None:
        """A choice's key, Enter or Escape; anything else is ignored."""
        event.stop()
        if event.key == "escape":
            self.dismiss("")
        for choice in self._choices:
            if event.character == choice.key or (
                event.key == "enter" and choice is self._choices[0]
            ):
                self.dismiss(choice.answer)
                return
