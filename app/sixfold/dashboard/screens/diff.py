"""The change of a task or of the run, over the whole screen."""

from __future__ import annotations

from textual.app import ComposeResult

from sixfold.dashboard.diff import read_diff
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.diff_view import DiffView
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.title import Title


class DiffScreen(TextScreen):
    """The unified diff `text`: its files, then what changed in each."""

    def __init__(self, about: str, text: str) -> None:
        super().__init__(f"DIFF  {about or 'the whole run'}", [], about=about)
        self._diff = read_diff(text)

    def compose(self) -> ComposeResult:
        """Title, diff, keys."""
        yield Title(self._heading)
        yield DiffView(self._diff)
        yield KeyBar()
