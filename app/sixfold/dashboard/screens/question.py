"""A short question in front of everything."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.geometry import Size
from textual.screen import ModalScreen

from sixfold.dashboard.choice import Choice
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, clean
from sixfold.dashboard.widgets.wrap import breaks

MOST_ROWS = 12
"""Rows that an explanation may take: the answers have to be seen."""


class Lines(Painted):
    """The question, and its explanation as broken as its width asks for."""

    def __init__(self, text: str, explanation: str) -> None:
        super().__init__()
        self._text = clean(text)
        self._paragraphs = [clean(line) for line in explanation.splitlines()]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As high as the rows are many."""
        return len(self._rows(width))

    def parts(self, y: int) -> Sequence[Part]:
        """A row of the question."""
        rows = self._rows(self.content_size.width)
        return rows[y] if y < len(rows) else []

    def _rows(self, width: int) -> list[list[Part]]:
        told = [(text[a:b], "plain") for text in self._paragraphs for a, b in breaks(text, width)]
        if len(told) > MOST_ROWS:
            told[MOST_ROWS - 1 :] = [("…", "quiet")]
        return [[(self._text, "strong")], *([part] for part in told), []]


class Answers(Painted):
    """A row for each key, and one for Escape."""

    def __init__(self, choices: Sequence[Choice], *, first: str = "  (or Enter)") -> None:
        super().__init__()
        self._choices, self._first = choices, first

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002 - Textual's
        """As high as the rows are many."""
        return len(self._choices) + 1

    def parts(self, y: int) -> Sequence[Part]:
        """A key, and what it answers."""
        if y >= len(self._choices):
            return [(" Esc ", "key"), (" not now", "plain")]
        choice = self._choices[y]
        also = "" if y else self._first
        key: Part = (f" {choice.key} ", "key")
        return [key, (f" {clean(choice.words)}", "plain"), (also, "quiet")]


class Question(ModalScreen[str], inherit_bindings=False):
    """Asks, and is dismissed with the answer; Escape answers with ''. Enter takes the first.

    `stands` tells whether there is still a reason to ask; the app closes it where there is none.
    """

    def __init__(
        self, text: str, explanation: str, choices: Sequence[Choice], *, stands: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._text, self._explanation, self._choices = text, explanation, choices
        self.stands = stands

    def compose(self) -> ComposeResult:
        """Question, explanation, a row for each choice."""
        with Vertical(id="question"):
            yield Lines(self._text, self._explanation)
            yield Answers(self._choices)

    def on_key(self, event: events.Key) -> None:
        """A choice's key, Enter or Escape; anything else is ignored."""
        event.stop()
        if event.key == "escape":
            self.dismiss("")
            return
        for choice in self._choices:
            if event.character == choice.key or (
                event.key == "enter" and choice is self._choices[0]
            ):
                self.dismiss(choice.answer)
                return
