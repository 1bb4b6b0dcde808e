"""What every screen here can do: move, find, follow, and go back."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.events import Key
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from sixfold.dashboard import words
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.situation import Place
from sixfold.dashboard.widgets.find_bar import FindBar, Found
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import fit
from sixfold.dashboard.widgets.rows import Rows
from sixfold.dashboard.widgets.sought import SLOW
from sixfold.model import TestName

if TYPE_CHECKING:
    from sixfold.dashboard.app import Dashboard

SOON = 0.002
"""Seconds from a key's end to the painting of what it changed: the panes take it over meanwhile."""


class Page(Screen[None], inherit_bindings=False):
    """A screen with panes of rows, of which one is in focus, and a footer of keys."""

    place: ClassVar[Place]
    zoomed = ""
    """The pane that has the whole screen; empty while all are shown."""
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual has it, but the panes that it concerns are painted, and no others."""

    @property
    def dashboard(self) -> Dashboard:
        """The app."""
        return cast("Dashboard", self.app)

    @property
    def pane(self) -> Rows | None:
        """The pane in focus, or the first; None before there are panes, and when they are gone."""
        if isinstance(self.focused, Rows):
            return self.focused
        return next(iter(self.query(Rows)), None)

    @property
    def ready(self) -> bool:
        """Are the panes there: composed, and not being taken down."""
        return self.is_mounted and self.pane is not None

    @property
    def log_view(self) -> LogView | None:
        """The log in focus, or that in which one finds."""
        pane = self.find_bar.log_view if self.find_bar else self.pane
        return pane if isinstance(pane, LogView) else None

    @property
    def find_bar(self) -> FindBar | None:
        """Where one types what to find; None where one does not."""
        return next(iter(self.query(FindBar)), None)

    @property
    def slot(self) -> int:
        """The slot in focus, or 0."""
        return 0

    @property
    def chosen_task(self) -> str:
        """The selected task, or empty."""
        return ""

    @property
    def chosen_request(self) -> str | None:
        """The selected request; empty where none is, None where requests are not selected."""
        return None

    @property
    def bound(self) -> bool:
        """Do keys act on what is selected, and on nothing else."""
        return False

    @property
    def chosen(self) -> str:
        """What Enter would open, or empty."""
        return ""

    @property
    def meant(self) -> TestName | None:
        """The selected test or package, where the tests are in focus."""
        return None

    @property
    def tests(self) -> bool:
        """Are the tests in focus."""
        return False

    @property
    def diff(self) -> bool:
        """Is a diff in focus."""
        return False

    @property
    def sections(self) -> bool:
        """Has the page sections to turn to."""
        return False

    @property
    def of_attempt(self) -> bool:
        """Is one attempt of several shown."""
        return False

    @property
    def enter(self) -> str:
        """What Enter does, where it has a word of its own."""
        return ""

    def unable(self) -> dict[str, str]:
        """Action -> why the page itself can not do it now."""
        return {}

    def refresh_state(self) -> None:
        """The state changed."""

    def take_note(self, slots: Collection[int]) -> None:
        """The agents in these slots said something."""

    def refresh_clock(self) -> None:
        """A second went by."""

    def paint_soon(self) -> None:
        """Do not wait for Textual's next painting: it may be two sixtieths of a second away."""
        self.set_timer(SOON, self._on_timer_update)

    def refresh_keys(self) -> None:
        """The footer's keys depend on something that changed."""
        self.query(KeyBar).refresh()
        self.query(Found).refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As the table of actions says, of the page in front; a key may come late to another."""
        if self.dashboard.page is not self:
            return False
        return self.dashboard.check_action(action, parameters)

    def action_go_round(self, by: int) -> None:
        """Focus the next pane, or the one before."""
        panes, pane = list(self.query(Rows)), self.pane
        if pane in panes:
            self.set_focus(panes[(panes.index(pane) + by) % len(panes)])

    def action_step(self, rows: int) -> None:
        """Move by a row."""
        if pane := self.pane:
            pane.step(rows)

    def action_step_page(self, pages: int) -> None:
        """Move by a page."""
        if pane := self.pane:
            pane.step_page(pages)

    def action_step_to_edge(self, last: bool) -> None:
        """Move to an end."""
        if pane := self.pane:
            pane.step_to_edge(last)

    def action_fold(self, opened: bool) -> None:
        """Fold or open the selected phase."""
        if isinstance(self.pane, Phases):
            self.pane.turn(opened)

    def action_fold_all(self) -> None:
        """Fold all phases, or open them."""
        for tree in self.query(Phases):
            tree.fold_all()

    def action_go_to_running(self) -> None:
        """Select the next task at work."""
        self.go_to_task(words.AT_WORK)

    def action_go_to_failed(self) -> None:
        """Select the next task that failed."""
        self.go_to_task({"failed"})

    def go_to_task(self, states: Collection[str]) -> None:
        """Select the next task in one of `states`, and look at the tree."""
        wanted = [id_ for id_, one in self.dashboard.state.tasks.items() if one.state in states]
        for tree in self.query(Phases):
            self.set_focus(tree)
            tree.go_to(wanted)

    def action_follow(self) -> None:
        """Follow the log's end, or stay."""
        if log := self.log_view:
            log.follow(not log.following)

    def action_wrap(self) -> None:
        """Break long lines, or cut them."""
        if log := self.log_view:
            log.wrap(not log.wrapped)

    def action_copy(self) -> None:
        """Put what is marked, or the line, into the terminal's clipboard."""
        if (log := self.log_view) and (text := log.copied()):
            self.app.copy_to_clipboard(text)
            lines = text.count("\n") + 1
            what = words.count(lines, "line") if lines > 1 else fit(text.strip(), 40)
            self.dashboard.toast(f"copied: {what}")

    async def action_find(self) -> None:
        """Find as one types."""
        if (log := self.log_view) and not self.find_bar:
            await self.mount(FindBar(log), before=self.query_one(KeyBar))

    def typed(self, event: Key) -> bool:
        """Was this meant for the line where one types what to find; it came before that."""
        bar = self.find_bar
        if bar and event.is_printable and event.character:
            bar.type(event.character)
            return True
        return False

    @on(LogView.GivenUp)
    def _tell_of_search(self) -> None:
        if bar := self.find_bar:
            bar.tell(SLOW)
        else:
            self.dashboard.toast("what is looked for takes too long: given up", "look")

    def action_find_next(self, forward: bool) -> None:
        """Go to the next place found, or the one before."""
        if log := self.log_view:
            log.find_next(forward=forward)

    def action_back(self) -> None:
        """Drop the search, else close the page."""
        log = self.log_view
        if log and log.marked:
            log.unmark()
        elif log and log.pattern:
            log.find("")
        else:
            self.close()

    def close(self) -> None:
        """Go back to the panes. A key may come late: what is in front by then is not ours."""
        if self.app.screen is self:
            self.app.pop_screen()
