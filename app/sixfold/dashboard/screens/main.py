"""The panes, side by side where there is room, below one another where there is not."""

from __future__ import annotations

from collections.abc import Collection

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from sixfold import events as ev
from sixfold.dashboard import editor, screens
from sixfold.dashboard.panes.gate import GatePane
from sixfold.dashboard.panes.header import Header
from sixfold.dashboard.panes.phases import END, Phases
from sixfold.dashboard.panes.slot import Slot
from sixfold.dashboard.panes.tests import TestTree
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.widgets.hint import Hint
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.rows import Rows
from sixfold.model import TestName

ROOMY = 150
"""Columns from which the tests stand beside what they print, below the slots."""
WIDE, TALL = 120, 36
"""Columns from which the phases stand beside, and rows from which slots show their logs."""


class MainScreen(Page):
    """Header, phases, slots, gate, keys. `zoomed` is the pane that has the whole screen."""

    place = "main"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]  # noqa: RUF012 - as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (TALL, "-tall")]  # noqa: RUF012 - as Textual declares it
    AUTO_FOCUS = ""

    def __init__(self, *, zoomed: str = "") -> None:
        super().__init__(id="main")
        self.zoomed = zoomed
        """`phases`, `slot-3`, `gate`; empty while all are shown."""
        self._slot = 1

    def compose(self) -> ComposeResult:
        """The panes, from the first paint on as the size wants them."""
        size = self.app.size
        self.add_class(
            max(one for one in self.HORIZONTAL_BREAKPOINTS if one[0] <= size.width)[1],
            max(one for one in self.VERTICAL_BREAKPOINTS if one[0] <= size.height)[1],
            update=False,
        )
        yield Header()
        with Container(id="body"):
            yield Phases(reasons=True)
            with Container(id="right"):
                with Container(id="slots"):
                    for number in range(1, 7):
                        yield Slot(number)
                yield GatePane()
        if self.dashboard.hinted:
            yield Hint()
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin at the phases, or at what is zoomed."""
        self._lay_out()
        self.set_focus(self.gate.tests if self.zoomed == "gate" else self.phases)

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
        """Headline, tests and what they print."""
        return self.query_one(GatePane)

    @property
    def stream(self) -> LogView:
        """What the test command prints."""
        return self.query_one("#stream", LogView)

    @property
    def log_view(self) -> LogView | None:
        """The log in focus; beside the tests it is the one that is shown."""
        return self.gate.shown if self.tests and not self.find_bar else super().log_view

    @property
    def tests(self) -> bool:
        """Is the gate's pane in focus."""
        pane = self.pane
        return pane is not None and self.gate in pane.ancestors

    @property
    def meant(self) -> TestName | None:
        """The selected test or package."""
        return self.gate.tests.meant if self.tests else None

    @property
    def enter(self) -> str:
        """What Enter does to the selected test, or to what an agent did."""
        if isinstance(self.pane, TestTree):
            return self.gate.tests.does
        return "unfold" if isinstance(self.pane, Slot) and self.pane.unfolds else ""

    def unable(self) -> dict[str, str]:
        """Why no editor can be opened."""
        failure = self.gate.tests.failure if self.tests else None
        if not failure:
            return {"edit": "select a test that fails first"}
        if not failure.file:
            return {"edit": "it is not known where it failed"}
        try:
            editor.wanted(editor.environment())
            editor.copy_of(self.dashboard.state, failure.file)
        except editor.EditorError as error:
            return {"edit": str(error)}
        return {}

    @property
    def slot(self) -> int:
        """The slot in focus, or 0."""
        pane = self.pane
        return pane.number if isinstance(pane, Slot) else 0

    @property
    def chosen_task(self) -> str:
        """The task of the slot in focus, now or last; elsewhere the one selected in the tree."""
        if not self.slot:
            return self.phases.chosen_task
        if work := self.dashboard.state.work.get(self.slot):
            return work.task
        last = self.dashboard.feed.begun.get(self.slot)
        return last.task if last and last.task in self.dashboard.state.by_id else ""

    @property
    def chosen(self) -> str:
        """What Enter would open."""
        pane = self.pane
        if isinstance(pane, Phases | TestTree):
            return pane.chosen
        return (pane.id or "") if isinstance(pane, Slot) else ""

    # Going about

    def go_to(self, pane: Rows) -> None:
        """Focus a pane; where one is zoomed, it is this one now."""
        if isinstance(pane, Slot):
            self._slot = pane.number
        if self.zoomed:
            self.zoom(_area(pane))
        self.set_focus(pane)

    def action_go_round(self, by: int) -> None:
        """Focus the next pane of: phases, the slot last looked at, tests, what they print."""
        ring: list[Rows] = [self.phases, *self._last_slot()]
        ring += [self.gate.tests] if self.gate.tests.keys else []
        ring.append(self.gate.shown)
        if self.dashboard.gate_only:
            ring = ring[-2:]
        at = ring.index(self.pane) if self.pane in ring else 0
        self.go_to(ring[(at + by) % len(ring)])

    def _last_slot(self) -> list[Slot]:
        slots = self.slots
        return [slot for slot in slots if slot.number == self._slot] or slots[:1]

    def action_slot(self, number: int) -> None:
        """Focus a slot; zoom it where it is in focus already, or has but one row."""
        slot = next((one for one in self.slots if one.number == number), None)
        if slot is None:
            self.dashboard.toast(f"this run has {len(self.slots)} slots")
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
        elif isinstance(pane, TestTree):
            await self._test_details(pane)
        elif isinstance(pane, Slot) and pane.unfolds:
            pane.unfold_here()
        elif isinstance(pane, Slot) and (asked := self._asked_in(pane.number)):
            await self.app.push_screen(screens.RequestScreen(asked))
        elif isinstance(pane, Slot) and self.zoomed and self.chosen_task:
            await self.app.push_screen(screens.TaskScreen(self.chosen_task))
        elif isinstance(pane, Slot):
            self.action_zoom()

    async def _test_details(self, tree: TestTree) -> None:
        match tree.does:
            case "open":
                failures, index = self.dashboard.results.failures, tree.cursor
                self.zoom("gate")
                if index < len(failures):
                    tree.choose_failure(index)
            case "fold" | "unfold":
                tree.fold()
            case "edit":
                self.action_edit()
            case _ if not self.zoomed:
                self.action_zoom()

    def action_edit(self) -> None:
        """Open the person's editor where the selected test failed."""
        failure = self.gate.tests.failure
        if failure and not self.unable():
            file = editor.copy_of(self.dashboard.state, failure.file)
            self.dashboard.edit(file, failure.line)
        else:
            self.dashboard.explain("edit")

    def action_fold(self, opened: bool) -> None:
        """Fold or open what is selected among the tests or the phases."""
        if self.tests:
            self.gate.tests.fold(opened)
        else:
            super().action_fold(opened)

    def action_steps(self) -> None:
        """All steps of an agent's plan, or the one it is at."""
        pane = self.pane
        if isinstance(pane, Slot):
            pane.show_steps()

    def _asked_in(self, slot: int) -> ev.PermissionAsked | None:
        asked = self.dashboard.state.asked.values()
        return next((one for one in asked if one.slot == slot), None)

    @on(Phases.Opened)
    async def _open_chosen(self) -> None:
        await self.action_details()

    def go_to_task(self, states: Collection[str]) -> None:
        """Where the phases stand in a row each, the tree gets the whole screen first."""
        if self.phases.compact or self.zoomed not in {"", "phases"}:
            self.zoom("phases")
        super().go_to_task(states)

    async def _phase_details(self, tree: Phases) -> None:
        task = self.dashboard.state.by_id.get(tree.chosen_task)
        if task:
            await self.app.push_screen(screens.TaskScreen(task.id))
        elif tree.chosen == END:
            await self.app.push_screen(screens.ValidationScreen())
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
        self.set_class(WIDE <= self.size.width < ROOMY, "-snug")
        _show(self.phases, area in {"", "phases"})
        _show(self.query_one("#right"), area != "phases")
        _show(self.query_one("#slots"), not area or area.startswith("slot"))
        _show(self.gate, area in {"", "gate"})
        for slot in self.slots:
            _show(slot, area in {"", slot.id})
            if area == slot.id:
                slot.open()
            else:
                slot.shut()
        small = self.size.width < ROOMY or self.size.height < TALL
        self.gate.fit(compact=small and not area)
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
                slot.refresh_head()

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
