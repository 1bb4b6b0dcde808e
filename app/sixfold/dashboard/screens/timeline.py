"""Who worked on what when: the slots over time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from textual import on
from textual.app import ComposeResult

from sixfold.dashboard import words
from sixfold.dashboard.bar import bar_rows, gate_page
from sixfold.dashboard.lanes import Bar
from sixfold.dashboard.panes.lanes import Lanes
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.screens.validation import ValidationScreen
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row
from sixfold.dashboard.widgets.title import Title
from sixfold.history import Attempt, Gate


class About(Painted):
    """What is known of the selected bar."""

    def __init__(self, lanes: Lanes) -> None:
        super().__init__(id="about")
        self._lanes = lanes

    def parts(self, y: int) -> Iterable[Part]:
        """Three rows."""
        bar, width = self._lanes.bar, self.content_size.width
        if bar is None:
            return row([("   nothing has begun yet", "quiet")] if y == 0 else [], [], width)
        told = bar_rows(self.dashboard.state, bar, self._lanes.now)
        return row(told[y] if y < len(told) else [], [], width)


class TimelineScreen(Page):
    """Lanes of slots, gates, fixes and rests; below them what is known of the selected bar."""

    place = "timeline"
    AUTO_FOCUS = "Lanes"

    def __init__(self) -> None:
        super().__init__(classes="page")
        self._lanes = Lanes()

    def compose(self) -> ComposeResult:
        """Title, lanes, the selected bar, keys."""
        yield Title(f"TIMELINE  {words.feature_of(self.dashboard.state)}")
        yield self._lanes
        yield About(self._lanes)
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in."""
        self.refresh_state()

    @property
    def chosen(self) -> str:
        """The selected bar, where there is more to tell of it."""
        bar = self._lanes.bar
        told = self._of_task or (bar and (isinstance(bar.item, Gate) or _validates(bar)))
        return bar.label if bar and told else ""

    @property
    def _of_attempt(self) -> Attempt | None:
        """The attempt of the selected bar, where that is one."""
        item = self._lanes.bar.item if self._lanes.bar else None
        return item if isinstance(item, Attempt) else None

    @property
    def _of_task(self) -> str:
        """The task of the selected bar, while it is in the list."""
        one = self._of_attempt
        known = one and not one.removed and one.task in self.dashboard.state.by_id
        return one.task if one and known else ""

    @property
    def chosen_task(self) -> str:
        """The task of the selected bar; of a bar without one, the fix or validator at work."""
        one = self._of_attempt
        works = one is not None and one.kind != "task" and one.ended is None
        return self._of_task or (one.task if one and works else "")

    @property
    def bound(self) -> bool:
        """Keys act on the attempt of the selected bar."""
        return self._of_attempt is not None

    def unable(self) -> dict[str, str]:
        """Whether it can be shown no closer."""
        return {"closer(True)": "it is as close as can be"} if self._lanes.closest else {}

    def refresh_state(self) -> None:
        """The state changed."""
        self._lanes.refresh_state()
        self.query_one(About).refresh()

    def refresh_clock(self) -> None:
        """Now is later."""
        self._lanes.refresh()
        self.query_one(About).refresh()

    @on(Lanes.Moved)
    def _turn_to(self) -> None:
        if self.ready:
            self.query_one(About).refresh()

    @on(Lanes.Opened)
    async def action_details(self) -> None:
        """The selected task, the gate, or what validation found out."""
        bar = self._lanes.bar
        if self._of_task:
            await self.app.push_screen(TaskScreen(self._of_task))
        elif bar and isinstance(bar.item, Gate):
            await self.app.push_screen(TextScreen(f"GATE {bar.item.gate}", gate_page(bar.item)))
        elif bar and _validates(bar):
            await self.app.push_screen(ValidationScreen())

    def action_step_bar(self, by: int) -> None:
        """The next bar, or the one before."""
        self._lanes.step_bar(by)

    def action_closer(self, closer: bool) -> None:
        """Closer, or from further away."""
        self._lanes.zoom(closer=closer)

    def action_whole(self) -> None:
        """The whole run."""
        self._lanes.show_all()

    def action_follow(self) -> None:
        """Follow now, or stay."""
        self._lanes.follow()

    def go_to_task(self, states: Collection[str]) -> None:
        """Select the next bar that is at work, or that failed."""
        outcome = "failed" if "failed" in states else "running"
        self._lanes.go_to(
            (lane, index)
            for lane, one in enumerate(self._lanes.chart.lanes)
            for index, bar in enumerate(one.bars)
            if isinstance(bar.item, Attempt) and bar.item.outcome == outcome and one.about
        )


def _validates(bar: Bar) -> bool:
    return isinstance(bar.item, Attempt) and bar.item.kind == "validation"
