"""The app: takes messages in, repaints on a clock, and turns keys into commands."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from time import monotonic
from typing import ClassVar

from rich.console import RenderableType
from rich.style import Style
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Event, Key, MouseDown
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme

from sixfold import events as ev
from sixfold.dashboard import screens, words
from sixfold.dashboard.alarm import NEWS, Alarm
from sixfold.dashboard.figures import figures
from sixfold.dashboard.keyed import Keyed
from sixfold.dashboard.results import Results
from sixfold.dashboard.screens.main import MainScreen
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.story import ANNOUNCED, told
from sixfold.dashboard.terminal import Outliving, Terminal, mind_signals, mind_stops
from sixfold.dashboard.theme import THEMES, TONES, fallbacks, fitting, style_sheet
from sixfold.dashboard.widgets.hint import Hint
from sixfold.dashboard.widgets.in_turn import InTurn
from sixfold.dashboard.widgets.inert import Inert
from sixfold.dashboard.widgets.plain_signs import PlainSigns, lacks_signs
from sixfold.dashboard.widgets.row import BLANK
from sixfold.link import Recording, Source
from sixfold.model import Plan

FRAME = 1 / 20
"""Seconds from one repaint to the next."""
FLOOD = 600
"""Lines of all panes in one frame, beyond which each pane takes its own in every other one."""


def utc_now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


class Dashboard(Keyed):
    """A run on the screen: `source` is the run, or `plan` what `start` would begin.

    `leave_alone`: the run goes on when the person leaves; without it, leaving stops the run.
    `gate_only`: the source is one gate and no run; only the gate's pane is shown.
    `theme` is the one to begin with, where there is one of that name; `keep_theme` is told which
    one the person takes. `keep_hint`, where given, has a hint for newcomers shown, and is called
    once it was read. `clock` gives the time, in UTC.
    """

    TITLE = "sixfold"
    NOTIFICATION_TIMEOUT = 3
    """Seconds: what is said stays under `m`, and what it covers is wanted."""
    CSS = style_sheet()
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"tone--{name}" for name in TONES}

    def __init__(
        self,
        source: Source | None = None,
        *,
        plan: Plan | None = None,
        notices: Sequence[str] = (),
        start: Callable[[], Awaitable[Source]] | None = None,
        leave_alone: bool = True,
        gate_only: bool = False,
        theme: str = "",
        keep_theme: Callable[[str], None] | None = None,
        keep_hint: Callable[[], None] | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(source, start, clock, leave_alone=leave_alone, gate_only=gate_only)
        self._notices = [(notice, "warn") for notice in notices]
        self._tones: dict[str, Style] = {}
        self._line_filters: list[LineFilter] = [Inert()]
        if lacks_signs(os.environ):
            self._line_filters.append(PlainSigns())
        self._in_turn = InTurn([])
        """The same one as long as may be: a row that did not change keeps what it made of it."""
        self._alarm = Alarm(os.environ)
        self._second = self._moment = self._frame = 0
        self._pressed = self._gives_way = False
        """Was a key pressed since the last frame, and did that one leave it the processor."""
        self._results: Results | None = None
        for notice in self._notices:
            self.story.add(clock(), notice)
        if plan:
            self.state.apply(ev.PlanLoaded(plan=plan))
        for one in THEMES:
            self.register_theme(one)
        known = theme in self.available_themes
        self.theme = theme if known else fitting(os.environ, self.console.color_system)
        self._keep_theme, self._keep_hint = keep_theme, keep_hint

    # What the panes read

    @property
    def main(self) -> MainScreen:
        """The screen with the panes."""
        screen = self.screen_stack[0]
        assert isinstance(screen, MainScreen)  # noqa: S101 - `get_default_screen` made it
        return screen

    @property
    def hinted(self) -> bool:
        """Is there a hint for newcomers, not yet read."""
        return self._keep_hint is not None

    @property
    def results(self) -> Results:
        """What the tests show, as of the last frame."""
        if self._results is None:
            self._results = Results(self.state, self.feed.tally, self.feed.again)
        return self._results

    def tone(self, name: str) -> Style:
        """How the theme paints a tone."""
        if name not in self._tones:
            self._tones[name] = self.get_component_styles(f"tone--{name}").partial_rich_style
        return self._tones[name]

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own names for colours, under themes that do not know them."""
        return fallbacks(self.current_theme)

    def get_driver_class(self) -> type[Driver]:
        """One that outlives its terminal, where there is one."""
        found = super().get_driver_class()
        return Outliving if found is LinuxDriver else found

    def get_default_screen(self) -> Screen[None]:
        """The panes."""
        return MainScreen(zoomed="gate" if self.gate_only else "")

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Whatever is painted, and whoever painted it: nothing but text reaches the terminal."""
        filters = [*super().get_line_filters(), *self._line_filters]
        if self._in_turn.filters != filters:
            self._in_turn = InTurn(filters)
        return [self._in_turn]

    def refresh_css(self, animate: bool = True) -> None:
        """Parse the style sheets anew; before there is a screen their colours are all it needs."""
        if self.screen_stack:
            super().refresh_css(animate)
        else:
            self.stylesheet.set_variables(self.get_css_variables())

    # From messages to the screen

    def on_mount(self) -> None:
        """Before the first paint: end well when told to."""
        self._terminal = None if self.is_headless else Terminal()
        if self._terminal:
            mind_signals(self._end_by)
            mind_stops(partial(self.refresh, layout=True))

    def _end_by(self, number: int) -> None:
        """A signal asks the app to end; an interrupt below the editor is meant for that."""
        if not (self.away and number == signal.SIGINT):
            self.exit(return_code=128 + number)

    def on_ready(self) -> None:
        """The panes are there: fill them, then follow the run."""
        self.theme_changed_signal.subscribe(self, self._change_theme)
        self.main.stream.extend([*figures(self.state), *self._notices])
        self.main.refresh_state()
        self.set_interval(FRAME, self.draw)
        if self.source:
            self.follow(self.source)
        if not gc.isenabled():
            self.call_after_refresh(_collect_again)

    def _change_theme(self, theme: Theme) -> None:
        self._tones.clear()
        if self._keep_theme:
            self._keep_theme(theme.name)

    async def on_event(self, event: Event) -> None:
        """As Textual does; with the first key or click the hint was read."""
        self._pressed |= isinstance(event, Key)
        if isinstance(event, Key | MouseDown) and self._keep_hint:
            self._keep_hint()
            self._keep_hint = None
            self.main.query(Hint).remove()
        if isinstance(event, Key) and self._is_late(event):
            return
        await super().on_event(event)
        if isinstance(event, Key) and event.is_forwarded and self.page:
            self.page.paint_soon()

    def _is_late(self, event: Key) -> bool:
        """Was it pressed when one was to type; it comes from a pane that had the focus then."""
        front = self.screen
        return event.is_forwarded and isinstance(front, Page | screens.Line) and front.typed(event)

    async def on_unmount(self) -> None:
        """Let go of the run."""
        if self.source:
            await self.source.close()

    def draw(self) -> None:
        """Bring what came since the last frame to the panes it concerns."""
        if not (self.is_running and self.screen_stack and self.main.ready):
            return  # the panes are not there yet, or are being taken down
        feed, main = self.feed, self.main
        heard = self._hear()
        for event in feed.news:
            self._report(event)
        feed.news.clear()
        self._call()
        if feed.changed or feed.tallied:
            self._results = None
        if feed.changed:
            for screen in self.screen_stack:
                if isinstance(screen, Page) and screen.ready:
                    screen.refresh_state()
        elif feed.tallied:
            main.gate.refresh_state()
        if heard and self.page:
            self.page.take_note(heard)
        feed.changed = feed.tallied = False
        self._mind_question()
        self._mind_clock()
        self.mind_keys()
        if self.stopped and self.over:
            self.exit()

    def _hear(self) -> set[int]:
        """Hand the panes what was said in them; gives the slots that took it.

        While it is very much they take turns, and none does where a key has to be answered first.
        """
        feed, main = self.feed, self.main
        flood = len(feed.printed) + sum(map(len, feed.said.values())) > FLOOD
        self._gives_way = flood and self._pressed and not self._gives_way
        self._pressed = False
        if self._gives_way:
            return set()
        self._frame += flood
        turn = {n for n in (0, *feed.said) if not flood or (n + self._frame) % 2}
        if 0 in turn and feed.printed:
            if not main.stream.total and feed.printed[0] == BLANK:
                feed.printed.popleft()
            main.stream.extend(feed.printed)
            feed.printed.clear()
        heard = [slot for slot in main.slots if slot.number in turn]
        for slot in heard:
            slot.take(feed.said.pop(slot.number))
        return {slot.number for slot in heard}

    def _mind_question(self) -> None:
        """A question goes when there is no reason left to ask it."""
        question = self.screen
        if not question.is_modal:
            return
        if isinstance(question, screens.Question) and not question.stands():
            question.dismiss("")
            self.toast("what was asked is settled", "look")

    def _mind_clock(self) -> None:
        """Once a second: what shows a time that runs."""
        second, moment = int(monotonic()), int(self.clock().timestamp())
        if second != self._second and self._terminal and self._terminal.gone:
            self.exit(return_code=1)
        if moment != self._moment and (self.replay or (self.state.live and not self.gone)):
            self.main.refresh_clock()
            if self.page and self.page is not self.main:
                self.page.refresh_clock()
        self._second, self._moment = second, moment

    def _report(self, event: ev.AnyEvent) -> None:
        now = self.clock()
        at = event.at if isinstance(event.at, datetime) else now
        self.story.add(at, event)
        if not self.replay:
            self._alarm.hear(event, self.state, now)
        if isinstance(event, ANNOUNCED) and now - at <= NEWS:
            self.toast(*told(event))

    def _call(self) -> None:
        """Have the terminal call the person, where what came since the last frame wants one."""
        if self.gone and not isinstance(self.source, Recording):
            self._alarm.lose()
        if call := self._alarm.ring(words.feature_of(self.state)):
            self.send_to_terminal(call)

    def send_to_terminal(self, words: str) -> None:
        """Past the screen, to the terminal itself."""
        if self._terminal and self._driver:
            self._driver.write(words)

    def action_alarm(self) -> None:
        """Call no more, or again."""
        self._alarm.on = not self._alarm.on
        self.toast(f"the terminal's bell is {'on' if self._alarm.on else 'off'}")

    def exit(
        self,
        result: None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End the app; leaving after an error of its own makes no success of it."""
        super().exit(result, return_code or self.return_code or 0, message)

    def forget_output(self) -> None:
        """Empty the logs: what is listened to anew fills them again."""
        for slot in self.main.slots:
            slot.forget()
        self.main.stream.clear()
        for log in (*self.main.slots, self.main.stream):
            log.follow(True)


def _collect_again() -> None:
    """What lives now lives to the end: keep it out of every later collection."""
    gc.enable()
    gc.collect()
    gc.freeze()
