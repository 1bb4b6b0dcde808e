"""The first row of a page."""

from __future__ import annotations

from collections.abc import Iterable

from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row


class Title(Painted):
    """What the page is about, and the way back."""

    def __init__(self, text: str) -> None:
        super().__init__(classes="title")
        self._text = text

    def parts(self, y: int) -> Iterable[Part]:  # noqa: ARG002 - there is one row
        """The text, and the key that goes back."""
        return row([(f" {self._text}", "title")], [("Esc back ", "quiet")], self.content_size.width)
