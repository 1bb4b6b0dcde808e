"""The panes, side by side where there is room, below one another where there is not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from sixfold.dashboard.panes.gate import Failures, GatePane
from sixfold.dashboard.panes.header import Header
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.panes.slot import Slot
from sixfold.dashboard.theme import TONES
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.rows import Rows

WIDE, TALL = 120, 36
"""Columns from which the phases stand beside, and rows from which slots show their logs."""


class MainScreen(Screen[None], inherit_bindings=False):
    """Header, phases, six slots, gate, keys."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{name}" for name in TONES}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]
    AUTO_FOCUS = "#phases"

    def __init__(self) -> None:
        super().__init__(id="main")
        self.zoomed = ""
        """Id of the pane that has the whole screen; empty while all are shown."""
        self._slot = 1

    def compose(self) -> ComposeResult:
        """The panes."""
        yield Header()
        with Container(id="body"):
            yield Phases()
            with Container(id="right"):
                with Container(id="slots"):
                    for number in range(1, 7):
                        yield Slot(number)
                yield GatePane()
        yield KeyBar()

    def on_resize(self) -> None:
        """In a narrow screen the phases are a row each."""
        self._lay_out()

    @property
    def slots(self) -> list[Slot]:
        """The slots there are, in order."""
        return list(self.query(Slot))

    @property
    def pane(self) -> Rows:
        """The pane in focus; the phases where none is."""
        return self.focused if isinstance(self.focused, Rows) else self.query_one(Phases)

    @property
    def slot(self) -> int:
        """The slot in focus, or 0."""
        return self.pane.number if isinstance(self.pane, Slot) else 0

    @property
    def gate(self) -> GatePane:
        """The gate's pane."""
        return self.query_one(GatePane)

    @property
    def log_view(self) -> LogView | None:
        """The log in focus; beside the failures it is the stream."""
        if isinstance(self.pane, Failures):
            return self.query_one("#stream", LogView)
        return self.pane if isinstance(self.pane, LogView) else None

    def go_to(self, pane: Rows) -> None:
        """Focus a pane; where one is zoomed, it is this one now."""
        if isinstance(pane, Slot):
            self._slot = pane.number
        if self.zoomed:
            self.zoom(_area(pane))
        self.set_focus(pane)

    def go_round(self, by: int) -> None:
        """Focus the next pane of: phases, the last slot looked at, failures, stream."""
        failures = self.query_one(Failures)
        ring: list[Rows] = [self.query_one(Phases), self._last_slot()]
        ring += [failures] if failures.failures else []
        ring.append(self.query_one("#stream", LogView))
        at = ring.index(self.pane) if self.pane in ring else 0
        self.go_to(ring[(at + by) % len(ring)])

    def _last_slot(self) -> Slot:
        slots = [slot for slot in self.slots if slot.number <= self._slot]
        return slots[-1] if slots else self.slots[0]

    def zoom(self, area: str) -> None:
        """Give the whole screen to `area` (`phases`, `slot-3`, `gate`), or to all with ''."""
        self.zoomed = area
        self._lay_out()

    def toggle_zoom(self) -> None:
        """Zoom the pane in focus, or show all again."""
        self.zoom("" if self.zoomed else _area(self.pane))

    def _lay_out(self) -> None:
        area = self.zoomed
        self.set_class(bool(area), "-zoomed")
        _show(self.query_one("#phases"), area in {"", "phases"})
        _show(self.query_one("#right"), area != "phases")
        _show(self.query_one("#slots"), not area or area.startswith("slot"))
        _show(self.query_one("#gate"), area in {"", "gate"})
        for slot in self.slots:
            _show(slot, area in {"", slot.id})
        phases = self.query_one(Phases)
        phases.compact = self.size.width < WIDE and not area
        phases.refresh_state()

    def refresh_state(self) -> None:
        """The state changed: every pane takes it over."""
        self._fit_slots(self.app.state.slots)  # type: ignore[attr-defined]
        self.query_one(Header).refresh_state()
        self.query_one(Phases).refresh_state()
        self.query_one(GatePane).refresh_state()
        for slot in self.slots:
            slot.refresh_state()

    def refresh_clock(self) -> None:
        """A second went by."""
        self.query_one(Header).refresh()
        self.query_one(Phases).refresh()
        for slot in self.slots:
            if slot.work:
                slot.refresh()

    def _fit_slots(self, number: int) -> None:
        """As many slots as the run has."""
        slots = self.slots
        for slot in slots[number:]:
            slot.remove()
        if number > len(slots):
            self.query_one("#slots").mount(*(Slot(n) for n in range(len(slots) + 1, number + 1)))


def _area(pane: Rows) -> str:
    return pane.id or "" if isinstance(pane, Slot | Phases) else "gate"


def _show(widget: Widget, shown: bool) -> None:
    if widget.display != shown:
        widget.display = shown
