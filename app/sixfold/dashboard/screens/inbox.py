"""The inbox: a list of all that waits for a person, and below it what is selected, in full."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.inbox import Matter
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.screens.pages import matter_page
from sixfold.dashboard.screens.request import RequestScreen
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.cursor_rows import CursorRows
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part, row
from sixfold.dashboard.widgets.title import Title

NOTHING: list[Part] = [("nothing waits for you", "quiet")]


class Matters(CursorRows):
    """What waits, a row each."""

    def __init__(self) -> None:
        super().__init__(id="matters", classes="pane")
        self.found: dict[str, Matter] = {}

    def show(self, found: list[Matter]) -> None:
        """Take over what waits now; the cursor stays on its matter."""
        self.found = {matter.key: matter for matter in found}
        if list(self.found) != self.keys:
            self.set_keys(list(self.found))
        self.refresh()

    def row_strip(self, index: int) -> Strip:
        """What it is, and of what."""
        matter = self.found[self.keys[index]]
        left: list[Part] = [(f" {matter.word:<8} ", matter.tone), (matter.text, "plain")]
        under = ("cursor" if self.has_focus else "shadow") if index == self.cursor else ""
        return self.strip(row(left, [], self.content_size.width), under=under)


class InboxScreen(Page):
    """Keys act on what is selected, and on nothing else. Leaving it, one has read the notices."""

    place = "inbox"
    AUTO_FOCUS = "Matters"

    def __init__(self) -> None:
        super().__init__(classes="page inbox")
        self._shown: list[Part] = []

    def compose(self) -> ComposeResult:
        """Title, list, what is selected, keys."""
        yield Title(f"INBOX  {words.feature_of(self.dashboard.state)}")
        yield Matters()
        yield LogView(keep=1_000_000, following=False, id="matter")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in."""
        self.refresh_state()

    @property
    def matter(self) -> Matter | None:
        """What is selected; None where nothing waits."""
        matters = self.query_one(Matters)
        return matters.found.get(matters.chosen)

    @property
    def slot(self) -> int:
        """The slot of what is selected."""
        return self.matter.slot if self.matter else 0

    @property
    def chosen_task(self) -> str:
        """The task of what is selected."""
        return self.matter.task if self.matter else ""

    @property
    def chosen_request(self) -> str | None:
        """The request that is selected; empty where it is something else."""
        return self.matter.request if self.matter else ""

    @property
    def bound(self) -> bool:
        """Only what is said of the run as a whole is about any of its tasks."""
        return self.matter is None or self.matter.key != "run"

    @property
    def chosen(self) -> str:
        """What Enter would open."""
        return self.matter.key if self.matter else ""

    def refresh_state(self) -> None:
        """The state changed, perhaps what waits too."""
        self.query_one(Matters).show(self.dashboard.waiting)
        self._show_detail()

    @on(Matters.Moved)
    def _turn_to(self) -> None:
        """Another one is selected: it is shown from its first line."""
        if self.ready:
            self._show_detail()
            self.query_one(LogView).show_from(0)

    def _show_detail(self) -> None:
        lines = self._detail()
        if lines != self._shown:
            self._shown = lines
            self.query_one(LogView).replace(lines)

    def _detail(self) -> list[Part]:
        app, matter = self.dashboard, self.matter
        return matter_page(app.state, matter, app.clock()) if matter else NOTHING

    async def action_details(self) -> None:
        """What is selected, over the whole screen."""
        matter, state = self.matter, self.dashboard.state
        if matter is None:
            return
        if asked := state.asked.get(matter.request):
            page: TextScreen = RequestScreen(asked)
        elif matter.task in state.by_id:
            page = TaskScreen(matter.task)
        else:
            page = TextScreen(matter.word.upper(), self._detail(), about=matter.task)
        await self.app.push_screen(page)

    def close(self) -> None:
        """Whoever leaves has read what stood here."""
        self.dashboard.mark_read()
        super().close()
