"""The panes, side by side where there is room, below one another where there is not."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from sixfold import events as ev
from sixfold.dashboard.panes.gate import Failures, GatePane
from sixfold.dashboard.panes.header import Header
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.panes.slot import Slot
from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.screens.request import RequestScreen
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.theme import TONES
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.rows import Rows

WIDE, TALL = 120, 36
"""Columns from which the phases stand beside, and rows from which slots show their logs."""


class MainScreen(Page):
    """Header, phases, slots, gate, keys. `zoomed` is the pane that has the whole screen."""

    place = "main"
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{name}" for name in TONES}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]  # noqa: RUF012 - as Textual declares it
    AUTO_FOCUS = ""

    def __init__(self, *, zoomed: str = "") -> None:
        super().__init__(id="main")
        self.zoomed = zoomed
        """`phases`, `slot-3`, `gate`; empty while all are shown."""
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

    def on_mount(self) -> None:
        """Begin at the phases, or at what is zoomed."""
        self._lay_out()
        self.set_focus(self.stream if self.zoomed == "gate" else self.phases)

    def on_resize(self) -> None:
        """In a narrow screen the phases are a row each."""
        self._lay_out()

    @property
    def phases(self) -> Phases:
        """The tree of phases and tasks."""
        return self.query_one(Phases)

    @property
    def slots(self) -> list[Slot]:
        """The slots there are, in order."""
        return list(self.query(Slot))

    @property
    def gate(self) -> GatePane:
        """Tally, failures and stream."""
        return self.query_one(GatePane)

    @property
    def stream(self) -> LogView:
        """What the test command prints."""
        return self.query_one("#stream", LogView)

    @property
    def log_view(self) -> LogView | None:
        """The log in focus; beside the failures it is the stream."""
        return self.stream if isinstance(self.pane, Failures) else super().log_view

    @property
    def slot(self) -> int:
        """The slot in focus, or 0."""
        pane = self.pane
        return pane.number if isinstance(pane, Slot) else 0

    @property
    def chosen_task(self) -> str:
        """The task in the slot in focus; elsewhere the one selected in the tree."""
        if not self.slot:
            return self.phases.chosen_task
        work = self.dashboard.state.work.get(self.slot)
        return work.task if work else ""

    @property
    def chosen(self) -> str:
        """What Enter would open."""
        pane = self.pane
        if isinstance(pane, Phases | Failures):
            return pane.chosen
        return (pane and pane.id) or ""

    # Going about

    def go_to(self, pane: Rows) -> None:
        """Focus a pane; where one is zoomed, it is this one now."""
        if isinstance(pane, Slot):
            self._slot = pane.number
        if self.zoomed:
            self.zoom(_area(pane))
        self.set_focus(pane)

    def action_go_round(self, by: int) -> None:
        """Focus the next pane of: phases, the slot last looked at, failures, stream."""
        failures = self.query_one(Failures)
        ring: list[Rows] = [self.phases, *self._last_slot()]
        ring += [failures] if failures.failures else []
        ring.append(self.stream)
        at = ring.index(self.pane) if self.pane in ring else 0
        self.go_to(ring[(at + by) % len(ring)])

    def _last_slot(self) -> list[Slot]:
        slots = self.slots
        return [slot for slot in slots if slot.number == self._slot] or slots[:1]

    def action_slot(self, number: int) -> None:
        """Focus a slot; zoom it where it is in focus already, or has but one row."""
        slot = next((one for one in self.slots if one.number == number), None)
        if slot is None:
            self.notify(f"this run has {len(self.slots)} slots", markup=False)
            return
        full = self.pane is slot or self.has_class("-short")
        self.go_to(slot)
        if full and not self.zoomed:
            self.action_zoom()

    def action_zoom(self) -> None:
        """Give the pane in focus the whole screen, or show all again."""
        if pane := self.pane:
            self.zoom("" if self.zoomed else _area(pane))

    def zoom(self, area: str) -> None:
        """Give the whole screen to `area`, or show all with ''."""
        self.zoomed = area
        self._lay_out()
        self.refresh_keys()

    def close(self) -> None:
        """Show all panes again."""
        self.zoom("")

    async def action_details(self) -> None:
        """All about what is selected."""
        pane = self.pane
        if isinstance(pane, Phases):
            await self._phase_details(pane)
        elif isinstance(pane, Failures) and pane.failure:
            title = f"FAILURE  {pane.failure.package} {pane.failure.test}"
            await self.app.push_screen(
                TextScreen(title, pages.failure_page(self.dashboard.state, pane.failure))
            )
        elif isinstance(pane, Slot) and (asked := self._asked_in(pane.number)):
            await self.app.push_screen(RequestScreen(asked))
        else:
            self.action_zoom()

    def _asked_in(self, slot: int) -> ev.PermissionAsked | None:
        asked = self.dashboard.state.asked.values()
        return next((one for one in asked if one.slot == slot), None)

    async def _phase_details(self, tree: Phases) -> None:
        task = self.dashboard.state.by_id.get(tree.chosen_task)
        if task:
            await self.app.push_screen(TaskScreen(task.id))
        elif tree.compact:
            self.action_zoom()
        else:
            tree.fold()

    # Painting

    def _lay_out(self) -> None:
        if self.pane is None:
            return
        area = self.zoomed
        self.set_class(bool(area), "-zoomed")
        _show(self.phases, area in {"", "phases"})
        _show(self.query_one("#right"), area != "phases")
        _show(self.query_one("#slots"), not area or area.startswith("slot"))
        _show(self.gate, area in {"", "gate"})
        for slot in self.slots:
            _show(slot, area in {"", slot.id})
        self.phases.compact = self.size.width < WIDE and not area
        self.phases.refresh_state()

    def refresh_state(self) -> None:
        """Every pane takes the state over."""
        self._fit_slots(self.dashboard.state.slots)
        self.query_one(Header).refresh_state()
        self.phases.refresh_state()
        self.gate.refresh_state()
        for slot in self.slots:
            slot.refresh()

    def refresh_clock(self) -> None:
        """What shows a time that runs."""
        self.query_one(Header).refresh()
        if self.dashboard.state.work:
            self.phases.refresh()
        for slot in self.slots:
            if slot.work:
                slot.refresh()

    def _fit_slots(self, number: int) -> None:
        """As many slots as the run has."""
        slots = self.slots
        for slot in slots[number:]:
            slot.remove()
        if number > len(slots):
            more = range(len(slots) + 1, number + 1)
            self.query_one("#slots").mount(*(Slot(n) for n in more))


def _area(pane: Rows) -> str:
    return pane.id or "" if isinstance(pane, Slot | Phases) else "gate"


def _show(widget: Widget, shown: bool) -> None:
    if widget.display != shown:
        widget.display = shown
