"""The app: takes messages in, repaints on a clock, and turns keys into commands."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from rich.style import Style
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.filter import LineFilter
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from sixfold import events as ev
from sixfold.dashboard import actions
from sixfold.dashboard.actions import ACTIONS, BY_ID, Situation
from sixfold.dashboard.feed import Feed, told
from sixfold.dashboard.panes.gate import Failures
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.main import MainScreen
from sixfold.dashboard.screens.plan import PlanScreen, figures
from sixfold.dashboard.screens.question import Choice, Question
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.theme import THEME, style_sheet
from sixfold.dashboard.widgets.find_bar import FindBar
from sixfold.dashboard.widgets.inert import Inert
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part, clean
from sixfold.dashboard.widgets.rows import Rows
from sixfold.link import LinkError, Source
from sixfold.model import Plan
from sixfold.state import RunState

FRAME = 1 / 20
"""Seconds between two flushes."""
SLICE = 2000
"""Messages taken in before the keys get their turn."""
NEWS = timedelta(seconds=10)
"""Events older than this are history, and not announced."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _bindings() -> list[BindingType]:
    """Two for each action: what it does, and, where it can not be done now, why not."""
    found: list[BindingType] = []
    for action in ACTIONS:
        for name, id_ in ((action.id, action.id), (f"explain({action.id!r})", f"why {action.id}")):
            found.append(
                Binding(action.keys, name, action.label, id=id_, tooltip=action.tooltip, show=False)
            )
    return found


class Dashboard(App[None], inherit_bindings=False):
    """A run on the screen: `source` is the run, or `plan` what `start` would begin.

    `leave_alone` says that the run goes on when the dashboard leaves; without it leaving stops
    the run. `clock` gives the time, in UTC.
    """

    TITLE = "sixfold"
    CSS = style_sheet()
    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    def __init__(
        self,
        source: Source | None = None,
        *,
        plan: Plan | None = None,
        notices: Sequence[str] = (),
        start: Callable[[], Awaitable[Source]] | None = None,
        leave_alone: bool = True,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__()
        self.feed = Feed()
        self.clock = clock
        self.gone = False
        """Did the run's messages end without `run_ended`?"""
        self.stopped = False
        """Did the person here ask for the run to be stopped?"""
        self.messages: list[Part] = [(notice, "look") for notice in notices]
        """What the run told, oldest first."""
        self._source, self._start, self._leave_alone = source, start, leave_alone
        self._starting = False
        self._tones: dict[str, Style] = {}
        self._second = 0.0
        self._started_by = os.getppid()
        self.situation = Situation(status="ready", linked=False)
        """What the keys depend on, as of the last flush."""
        if plan:
            self.state.apply(ev.PlanLoaded(plan=plan))
        self.register_theme(THEME)
        self.theme = THEME.name

    # What the panes read

    @property
    def state(self) -> RunState:
        """The run, as the events so far tell it."""
        return self.feed.state

    @property
    def startable(self) -> bool:
        """Can this dashboard start the run?"""
        return self._start is not None and self._source is None and not self._starting

    @property
    def main(self) -> MainScreen:
        """The screen with the panes."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)  # noqa: S101 - `get_default_screen` made it
        return screen

    def tone(self, name: str) -> Style:
        """How the theme paints a tone."""
        if name not in self._tones:
            self._tones[name] = self.main.get_component_rich_style(f"tone--{name}", partial=True)
        return self._tones[name]

    def get_default_screen(self) -> Screen[None]:
        """The panes."""
        return MainScreen()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Whatever is painted, and whoever painted it: nothing but text reaches the terminal."""
        return [*super().get_line_filters(), Inert()]

    # From messages to the screen

    def on_ready(self) -> None:
        """The panes are there: fill them, then follow the run."""
        self.theme_changed_signal.subscribe(self, lambda _: self._tones.clear())
        if not self.is_headless:
            self._mind_signals()
        if self.state.plan:
            self.main.query_one("#stream", LogView).extend(figures(self.state.plan))
        self.main.query_one("#stream", LogView).extend(self.messages)
        self.main.refresh_state()
        self.set_interval(FRAME, self._draw)
        if self._source:
            self._follow(self._source)
        if not gc.isenabled():
            self.call_after_refresh(_collect_again)

    @work(exit_on_error=True)
    async def _follow(self, source: Source) -> None:
        """Take in all that the run sends, straight into the state."""
        try:
            async for batch in source.messages():
                for at in range(0, len(batch), SLICE):
                    for message in batch[at : at + SLICE]:
                        self.feed.take(message)
                    await asyncio.sleep(0)
        except LinkError as error:
            self.tell(str(error), "bad")
        self.gone = self.state.ended is None
        self.feed.changed = True

    def _draw(self) -> None:
        """Bring what came since the last frame to the panes it concerns."""
        feed, main = self.feed, self.main
        for slot in main.slots:
            if lines := feed.said.pop(slot.number, None):
                slot.extend(lines)
        if feed.printed:
            main.query_one("#stream", LogView).extend(feed.printed)
            feed.printed.clear()
        now = self.clock().timestamp()
        if feed.changed or feed.tallied:
            self._refresh_panes()
        elif int(now) != int(self._second):
            self._tick()
        self._second = now
        fresh, feed.fresh = feed.fresh, []
        for event in fresh:
            self._announce(event)
        self._refresh_keys()
        if self.stopped and (self.gone or self.state.ended):
            self.exit()

    def _refresh_panes(self) -> None:
        feed = self.feed
        if feed.changed:
            for screen in self.screen_stack:
                if isinstance(screen, MainScreen | PlanScreen):
                    screen.refresh_state()
        else:
            self.main.gate.refresh_state()
        feed.changed = feed.tallied = False

    def _tick(self) -> None:
        """Once a second: what shows a time that runs."""
        if not self.is_headless and self._terminal_is_gone():
            self.exit(return_code=1)
        if self.state.live and not self.gone:
            self.main.refresh_clock()

    def _refresh_keys(self) -> None:
        now = self._look_around()
        if now != self.situation:
            self.situation = now
            for bar in self.screen.query(KeyBar):
                bar.refresh()

    def _announce(self, event: ev.AnyEvent) -> None:
        text, tone = told(event)
        at = event.at if isinstance(event.at, datetime) else self.clock()
        self.messages.append((f"{at.astimezone():%H:%M:%S}  {text}", tone))
        if self.clock() - at <= NEWS and not isinstance(event, ev.RunBlocked | ev.RunEnded):
            self._toast(text, tone)

    def tell(self, text: str, tone: str = "look") -> None:
        """Say something to the person now."""
        self.messages.append((f"{self.clock().astimezone():%H:%M:%S}  {text}", tone))
        self._toast(text, tone)

    def _toast(self, text: str, tone: str) -> None:
        severity = "error" if tone == "bad" else "warning" if tone == "look" else "information"
        self.notify(clean(text), severity=severity, markup=False)  # type: ignore[arg-type]

    # From keys to commands

    def _look_around(self) -> Situation:
        """What the keys depend on, now."""
        screen, main, state = self.screen, self.main, self.state
        page = isinstance(screen, TextScreen | PlanScreen)
        log = screen.log_view if isinstance(screen, MainScreen | TextScreen | PlanScreen) else None
        slot = main.slot
        chosen = self._chosen_task()
        return Situation(
            place=(
                "plan"
                if isinstance(screen, PlanScreen)
                else "text"
                if page
                else "main"
                if screen is main
                else "dialog"
            ),
            status=state.status,
            linked=self._source is not None and not self.gone,
            startable=self.startable,
            retry=actions.retry_target(state, chosen),
            skip=actions.skip_target(state, chosen),
            cancel=actions.cancel_target(state, chosen, slot),
            details=self._details_of(),
            diff=chosen if chosen in state.tasks and state.tasks[chosen].attempts else "",
            log=log is not None,
            following=log is not None and log.following,
            searched=log is not None and log.pattern is not None,
            zoomed=bool(main.zoomed),
            planned=state.plan is not None,
        )

    def _chosen_task(self) -> str:
        """The task that a key means: of the tree, or of the slot in focus."""
        if isinstance(self.screen, PlanScreen):
            return self.screen.query_one(Phases).chosen_task
        slot = self.main.slot
        if slot:
            return self.state.work[slot].task if slot in self.state.work else ""
        return self.main.query_one(Phases).chosen_task

    def _details_of(self) -> str:
        """What Enter would open: a name, or empty."""
        if isinstance(self.screen, PlanScreen):
            return self.screen.query_one(Phases).chosen
        pane = self.main.pane
        if isinstance(pane, Phases | Failures):
            return pane.chosen
        return pane.id or ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """True: it can be done. None: not now. False: not here."""
        now = self._look_around()
        if action == "explain":
            return isinstance(BY_ID[str(parameters[0])].can(now), str)
        name = f"{action}({', '.join(map(repr, parameters))})" if parameters else action
        if name not in BY_ID:
            return super().check_action(action, parameters)
        can = BY_ID[name].can(now)
        return None if isinstance(can, str) else can

    def action_explain(self, action: str) -> None:
        """Say why a key does nothing now."""
        why = BY_ID[action].can(self._look_around())
        if isinstance(why, str):
            self.notify(f"{BY_ID[action].shown_key} {BY_ID[action].label}: {why}", markup=False)

    async def do(self, action: str) -> None:
        """As if the action's key were pressed."""
        if not await self.run_action(action):
            await self.run_action(f"explain({action!r})")

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """The palette: every action of the table, and the theme."""
        for action in ACTIONS:
            yield SystemCommand(
                f"{action.label} ({action.shown_key})",
                action.tooltip,
                lambda name=action.id: self.call_later(self.do, name),
            )
        yield SystemCommand("theme", "Other colours", self.action_change_theme)

    @work
    async def _send(self, command: ev.AnyCommand) -> None:
        """Ask the run; a refusal is told with its reason."""
        await self._ask(command)

    async def _ask(self, command: ev.AnyCommand) -> ev.Answer | None:
        if self._source is None:
            return None
        try:
            answer = await self._source.ask(command)
        except LinkError as error:
            self.tell(f"not sent: {error}", "bad")
            return None
        if not answer.accepted:
            self.tell(f"refused: {answer.reason or 'no reason given'}")
            return None
        return answer

    def action_start(self) -> None:
        """Start the run that was planned."""
        self._starting = True
        self._begin()

    @work(exit_on_error=False, name="begin")
    async def _begin(self) -> None:
        assert self._start  # noqa: S101 - `startable` looked
        self._source = await self._start()
        self._follow(self._source)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A start that failed says so; the plan stays, and can be started again."""
        if event.worker.name == "begin" and event.state is WorkerState.ERROR:
            self._starting = False
            self.tell(f"could not start: {event.worker.error}", "bad")
            self.feed.changed = True

    def action_pause(self) -> None:
        """Pause, or go on."""
        paused = self.state.status in {"paused", "blocked"}
        self._send(ev.Resume() if paused else ev.Pause())

    def action_retry(self) -> None:
        """Retry the task that the footer names."""
        self._send(ev.Retry(task=self._look_around().retry))

    def action_skip(self) -> None:
        """Skip the task that the footer names."""
        self._send(ev.Skip(task=self._look_around().skip))

    @work
    async def action_cancel(self) -> None:
        """Cancel what the footer names, after a short question: its work is lost."""
        target = self._look_around().cancel
        question = Question(
            f"Cancel {target}?",
            "Its agent is ended, and what this attempt did is lost.",
            [Choice("y", "cancel it", "yes")],
        )
        if await self.push_screen_wait(question):
            await self._ask(ev.Cancel(task=target))

    def action_gate(self) -> None:
        """Run the tests."""
        self._send(ev.Gate())

    @work
    async def action_diff(self) -> None:
        """Show the change so far."""
        task = self._look_around().diff
        answer = await self._ask(ev.Diff(task=task))
        if answer:
            self.push_screen(
                TextScreen(f"DIFF  {task or 'the whole run'}", pages.diff_page(answer.text))
            )

    @work
    async def action_leave(self) -> None:
        """Leave at once where nothing runs, else ask what becomes of the run."""
        if isinstance(self.screen, Question):
            return
        if self.stopped or actions.not_live(self._look_around()):
            self.exit()
            return
        stop = Choice("s", "stop the run: what is running is cancelled", "stop")
        go_on = Choice("l", "let it run; `sixfold attach` comes back to it", "leave")
        choices = [go_on, stop] if self._leave_alone else [stop]
        answer = await self.push_screen_wait(Question("Leave?", "The run is not over.", choices))
        if answer == "leave":
            self.exit()
        elif answer == "stop" and await self._ask(ev.Stop()):
            self.stopped = self.feed.changed = True

    # Looking around

    def action_details(self) -> None:
        """All about what is selected."""
        pane = self.screen.pane if isinstance(self.screen, PlanScreen) else self.main.pane
        if isinstance(pane, Phases):
            self._phase_details(pane)
        elif isinstance(pane, Failures) and pane.failure:
            title = f"FAILURE  {pane.failure.package} {pane.failure.test}"
            self.push_screen(TextScreen(title, pages.failure_page(pane.failure)))
        elif not self.main.zoomed:
            self.main.toggle_zoom()

    def _phase_details(self, tree: Phases) -> None:
        task = self.state.by_id.get(tree.chosen_task)
        if task:
            page = pages.task_page(self.state, task, self.clock())
            self.push_screen(TextScreen(f"TASK  {task.id}", page))
        elif tree.compact:
            self.main.toggle_zoom()
        else:
            tree.fold()

    def action_zoom(self) -> None:
        """One pane over the whole screen, and back."""
        self.main.toggle_zoom()

    def action_slot(self, number: int) -> None:
        """Focus a slot; zoom it where it is in focus already, or too small to read."""
        main = self.main
        slot = next((one for one in main.slots if one.number == number), None)
        if slot is None:
            self.notify(f"this run has {len(main.slots)} slots", markup=False)
            return
        again = main.pane is slot or main.has_class("-short")
        main.go_to(slot)
        if again and not main.zoomed:
            main.toggle_zoom()

    def action_next_pane(self) -> None:
        """Focus the next pane."""
        self.main.go_round(1)

    def action_previous_pane(self) -> None:
        """Focus the pane before."""
        self.main.go_round(-1)

    @property
    def _rows(self) -> Rows | None:
        """What the moving keys move."""
        screen = self.screen
        if isinstance(screen, TextScreen):
            return screen.log_view
        return screen.pane if isinstance(screen, MainScreen | PlanScreen) else None

    def action_step(self, rows: int) -> None:
        """Move by a row."""
        if self._rows:
            self._rows.step(rows)

    def action_step_page(self, pages: int) -> None:
        """Move by a page."""
        if self._rows:
            self._rows.step_page(pages)

    def action_step_to_edge(self, last: bool) -> None:
        """Move to an end."""
        if self._rows:
            self._rows.step_to_edge(last)

    @property
    def _log_view(self) -> LogView | None:
        screen = self.screen
        return screen.log_view if isinstance(screen, MainScreen | TextScreen | PlanScreen) else None

    def action_follow(self) -> None:
        """Follow the log's end, or stay."""
        if log := self._log_view:
            log.follow(not log.following)

    def action_find(self) -> None:
        """Find as one types."""
        if (log := self._log_view) and not self.screen.query(FindBar):
            self.screen.mount(FindBar(log), before=self.screen.query_one(KeyBar))

    def action_find_next(self) -> None:
        """The next place found."""
        if log := self._log_view:
            log.find_next(forward=True)

    def action_find_previous(self) -> None:
        """The place found before."""
        if log := self._log_view:
            log.find_next(forward=False)

    def action_plan(self) -> None:
        """The plan, or back from it."""
        if isinstance(self.screen, PlanScreen):
            self.pop_screen()
        else:
            self.push_screen(PlanScreen(self.state))

    def action_messages(self) -> None:
        """What the run told."""
        self.push_screen(TextScreen("MESSAGES", self.messages or [("nothing yet", "quiet")]))

    def action_help(self) -> None:
        """All keys."""
        self.push_screen(TextScreen("KEYS", pages.help_page(self._look_around())))

    async def action_back(self) -> None:
        """Drop the search, close the page, or show all panes again."""
        log = self._log_view
        if log and log.pattern:
            log.find("")
        elif len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.main.zoomed:
            self.main.zoom("")

    # The terminal

    def _mind_signals(self) -> None:
        """Leave the terminal as it was when told to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            loop.add_signal_handler(number, self._end_by, number)

    def _end_by(self, number: int) -> None:
        self.exit(return_code=128 + number)

    def _terminal_is_gone(self) -> bool:
        """A terminal that went without a signal leaves Textual's input thread spinning."""
        if os.getppid() != self._started_by:
            return True
        poll = select.poll()
        poll.register(sys.__stdin__.fileno() if sys.__stdin__ else 0, 0)
        return any(
            what & (select.POLLHUP | select.POLLNVAL | select.POLLERR) for _, what in poll.poll(0)
        )


def _collect_again() -> None:
    """What lives now lives to the end: keep it out of every later collection."""
    gc.enable()
    gc.collect()
    gc.freeze()
