"""The timeline: lanes over time, with a cursor on their bars."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events
from textual.message import Message
from textual.strip import Strip

from sixfold.dashboard.bar import until
from sixfold.dashboard.lanes import Bar, Chart, Lane, View, axis, boundaries, chart, lane_row
from sixfold.dashboard.widgets.row import Part, row
from sixfold.dashboard.widgets.rows import Rows
from sixfold.history import between

NAMES = 11
"""Cells for a lane's name."""
CLOSEST = 0.1
"""Seconds that a cell stands for at least."""
AHEAD = 0.9
"""Where now stands in a view that follows it, as a part of its width."""


class Lanes(Rows):
    """A row or two for each lane. Until the reader zooms, all of the run is shown."""

    class Moved(Message):
        """Another bar is selected, or another time is shown."""

    class Opened(Message):
        """The person wants to see more of what is selected."""

    def __init__(self) -> None:
        super().__init__(id="lanes", classes="pane")
        self.chart = Chart(None, [], [], [])
        self.following = True
        """Does the view follow now? Until the reader moves in time."""
        self._scale: float | None = None
        """Seconds that a cell stands for; None: as many as it takes to show all."""
        self._left = 0.0
        self._lane = 0
        self._chosen = ""
        """The key of the selected bar."""

    # What is shown

    @property
    def now(self) -> float:
        """Seconds from the run's start to now, or to its last event."""
        app = self.dashboard
        end = until(app.state, app.feed.history.last, app.clock(), gone=app.gone)
        return between(self.chart.begin, end)

    @property
    def view(self) -> View:
        """The part of time that is shown."""
        width, now = max(1, self.content_size.width - NAMES), self.now
        if self._scale is None:
            return View(0.0, max(CLOSEST, now / max(1, width - 2)), width, now)
        left = max(0.0, now - self._scale * width * AHEAD) if self.following else self._left
        return View(left, self._scale, width, now)

    @property
    def lane(self) -> Lane | None:
        """The lane with the cursor."""
        return self.chart.lanes[self._lane] if self._lane < len(self.chart.lanes) else None

    @property
    def bar(self) -> Bar | None:
        """The selected bar."""
        bars = self.lane.bars if self.lane else []
        return next((bar for bar in bars if bar.key == self._chosen), None)

    def refresh_state(self) -> None:
        """Take over the app's history; at first, select what began last."""
        self.chart = chart(self.dashboard.feed.history)
        self._lane = max(0, min(self._lane, len(self.chart.lanes) - 1))
        if self.bar is None:
            last = [(lane.bars[-1].begin, -at) for at, lane in self._busy()]
            if last:
                self._choose(-max(last)[1], -1)
        self.refresh()

    def _busy(self) -> list[tuple[int, Lane]]:
        """Lanes in which there is something."""
        return [(at, lane) for at, lane in enumerate(self.chart.lanes) if lane.bars]

    def _choose(self, lane: int, index: int) -> None:
        self._lane = lane
        self._chosen = self.chart.lanes[lane].bars[index].key
        self.post_message(self.Moved())
        self.refresh()

    # Moving

    def step(self, rows: int) -> None:
        """To the lane above or below that has bars, and there to what was at the same time."""
        busy, bar = [at for at, _ in self._busy()], self.bar
        if not busy or bar is None:
            return
        place = busy.index(self._lane) if self._lane in busy else 0
        lane = busy[max(0, min(place + rows, len(busy) - 1))]
        if lane != self._lane:
            end = self.now if bar.end is None else bar.end
            self._choose(lane, max(0, self.chart.lanes[lane].at((bar.begin + end) / 2)))
            self._reveal()

    def step_bar(self, by: int) -> None:
        """To the next bar of the lane, or the one before."""
        if self.lane and (bar := self.bar):
            index = self.lane.bars.index(bar) + by
            self._choose(self._lane, max(0, min(index, len(self.lane.bars) - 1)))
            self._reveal()

    def go_to(self, bars: Iterable[tuple[int, int]]) -> None:
        """To the next of some bars, each a lane and a place in it, in the order of time."""
        found = sorted(
            (self.chart.lanes[lane].bars[index].begin, lane, index) for lane, index in bars
        )
        if not found:
            return
        bar = self.bar
        here = (bar.begin, self._lane) if bar else (-1.0, 0)
        after = (one for one in found if one[:2] > here)
        _, lane, index = next(after, found[0])
        self._choose(lane, index)
        self._reveal()

    def step_to_edge(self, last: bool) -> None:
        """To the lane's first bar, or to its last and on with now."""
        if self.lane and self.lane.bars:
            self._choose(self._lane, -1 if last else 0)
            self._reveal()
            self.following = last or self._scale is None

    def step_page(self, pages: int) -> None:
        """A screen of time on, or back."""
        self._shift(pages * self.view.width * 3 // 4)

    def scroll_rows(self, rows: int) -> None:
        """The wheel turns time."""
        self._shift(rows * 2)

    def _shift(self, cells: int) -> None:
        view = self.view
        if self._scale is None:
            return
        most = max(0.0, view.now - view.scale * view.width * AHEAD)
        self._left = min(max(0.0, view.left + cells * view.scale), most)
        self.following = self._left == most and cells > 0
        self.refresh()

    def zoom(self, *, closer: bool) -> None:
        """Twice as close, or half; what is selected stays where it is."""
        view, bar = self.view, self.bar
        scale = view.scale / 2 if closer else view.scale * 2
        whole = view.now / max(1, view.width - 2)
        if scale >= whole:
            self.show_all()
            return
        middle = view.left + view.scale * view.width / 2
        fixed = bar.begin if bar and 0 <= view.place(bar.begin) < view.width else middle
        self._scale = max(CLOSEST, scale)
        self._left = max(0.0, fixed - (fixed - view.left) * self._scale / view.scale)
        self.following = self.following and (bar is None or bar.end is None)
        self.refresh()

    @property
    def closest(self) -> bool:
        """Can it be shown no closer."""
        return self.view.scale <= CLOSEST

    def show_all(self) -> None:
        """The whole run."""
        self._scale, self.following = None, True
        self.refresh()

    def follow(self) -> None:
        """Go on with now, or stay here."""
        self._left, self.following = self.view.left, not self.following
        self.refresh()

    def _reveal(self) -> None:
        """Show the selected bar."""
        view, bar = self.view, self.bar
        if bar is None:
            return
        if self._scale is not None and not view.cells(bar.begin, bar.end):
            self._left = max(0.0, bar.begin - view.scale * view.width / 4)
            self.following = False
        row_ = self._lane * self._tall
        self.show_from(min(max(self.top, row_ - max(1, self.page) + 1), row_))

    # Painting

    @property
    def _tall(self) -> int:
        """Rows of a lane."""
        return 2 if self.page >= 2 * len(self.chart.lanes) else 1

    def count(self) -> int:
        """Rows of all lanes."""
        lanes = len(self.chart.lanes)
        return lanes * (2 if self.page >= 2 * lanes else 1)

    def head(self) -> list[Iterable[Part]]:
        """Times and phases."""
        view, blank = self.view, (" " * NAMES, "")
        return [[blank, *axis(view)], [blank, *boundaries(self.chart, view)]]

    def row_strip(self, index: int) -> Strip:
        """A lane, or the space below one."""
        at, below = divmod(index, self._tall)
        lane, view = self.chart.lanes[at], self.view
        if below:
            empty = lane._replace(bars=[])
            return self.strip([(" " * NAMES, ""), *lane_row(self.chart, empty, view, "")])
        name: list[Part] = [(f" {lane.name:<2}", "slotkey"), (lane.about, "quiet")]
        chosen = at == self._lane
        parts = [
            *row(name, [("▸" if chosen else " ", "look")], NAMES),
            *lane_row(self.chart, lane, view, self._chosen if chosen else ""),
        ]
        return self.strip(parts)

    def shows_thumb(self) -> bool:
        """Times reach to the edge."""
        return False

    def on_click(self, event: events.Click) -> None:
        """A click selects the bar below the mouse; a second one opens it."""
        at = self.top + event.y - len(self.head())
        if not 0 <= at < self.count() or event.x < NAMES:
            return
        lane, view = at // self._tall, self.view
        bars = self.chart.lanes[lane].bars
        x = event.x - NAMES
        hit = next((i for i, bar in enumerate(bars) if x in view.cells(bar.begin, bar.end)), None)
        if hit is None:
            return
        self._choose(lane, hit)
        if event.chain > 1:
            self.post_message(self.Opened())
