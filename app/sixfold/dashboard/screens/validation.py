"""Every requirement with its verdict and its evidence, kept true while they are judged."""

from __future__ import annotations

from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.log_view import LogView


class ValidationScreen(TextScreen):
    """The page of the end of the run."""

    def __init__(self) -> None:
        super().__init__("VALIDATION", [], about="")

    def fill(self) -> None:
        """What is known now."""
        self.refresh_state()

    def refresh_state(self) -> None:
        """The state changed, perhaps a verdict."""
        lines = pages.validation_page(self.dashboard.state)
        if lines != self._lines:
            self._lines = lines
            self.query_one(LogView).replace(lines)
