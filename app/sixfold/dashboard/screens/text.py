"""A page of text over the whole screen: details, a diff, the keys, what happened."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult

from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.widgets.diff_view import DiffView
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part
from sixfold.dashboard.widgets.title import Title
from sixfold.dashboard.widgets.wrap import INDENT


class TextScreen(Page):
    """A title, lines that scroll and can be searched, and the keys.

    `about` is the task or fix that the page is about: keys act on it. `hang` is the column at
    which a line that breaks goes on.
    """

    place = "text"
    AUTO_FOCUS = "LogView"

    def __init__(
        self,
        title: str,
        lines: Sequence[Part],
        *,
        about: str = "",
        at_end: bool = False,
        hang: int = INDENT,
    ) -> None:
        super().__init__(classes="page")
        self._heading, self._lines, self._at_end = title, lines, at_end
        self._about, self._hang = about, hang

    @property
    def chosen_task(self) -> str:
        """What the page is about."""
        return self._about

    @property
    def bound(self) -> bool:
        """A page about a task is about no other."""
        return bool(self.chosen_task)

    @property
    def diff(self) -> bool:
        """Is a diff in focus."""
        return isinstance(self.log_view, DiffView)

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        yield Title(self._heading)
        yield LogView(keep=1_000_000, following=self._at_end, hang=self._hang)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in the text."""
        self.fill()

    def fill(self) -> None:
        """What the page says at first."""
        self.query_one(LogView).extend(self._lines)

    def action_go_to_file(self, by: int) -> None:
        """The next file of a diff, or the one before."""
        if isinstance(log := self.log_view, DiffView):
            log.go_to_file(by)
