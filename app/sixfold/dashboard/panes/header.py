"""The top of the screen: which run this is, how it goes, and what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec import structs
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.attention import Call, behind, calls
from sixfold.dashboard.estimate import brief
from sixfold.dashboard.inbox import tally
from sixfold.dashboard.replay import Replay
from sixfold.dashboard.sentence import sentence
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, clean, cut, row, width_of
from sixfold.dashboard.widgets.wrap import breaks

LEAST_NEWS = 24
"""Cells below which what happened last is not begun."""
LEAST_PHASE = 10
"""Cells of the phase that stay while the time that is left is told."""
MOST_ROWS = 3
"""Rows that a call for a person may take."""


class Header(Painted):
    """The run in one row, and below it what a person needs to know or do now."""

    def __init__(self) -> None:
        super().__init__(id="header")
        self._calls: list[Call] = []
        self._text: list[str] = []
        self._inbox = ""
        """How much more the inbox has."""
        self._behind: list[str] = []
        """That the person's checkout does not follow."""

    def refresh_state(self) -> None:
        """Take over the app's state; grows by a row or two where a call needs them."""
        app = self.dashboard
        found = calls(app.state, gone=app.gone, startable=app.startable, leaving=app.stopped)
        self._calls = [structs.replace(call, keys=()) for call in found] if app.replay else found
        self._inbox = tally(app.waiting)
        self._break()
        self.refresh()

    def on_resize(self) -> None:
        """The call breaks anew."""
        self._break()

    def _break(self) -> None:
        width = self.content_size.width - 4
        self._text = []
        if self._calls and width > 0:
            text, keys = clean(self._calls[0].text), self._keys(self._calls[0])
            beside = len(text) + width_of(keys) <= width
            rows = [text[a:b].rstrip() for a, b in breaks(text, width)]
            self._text = rows if beside or not keys else [*rows[: MOST_ROWS - 1], ""]
        told = clean(behind(self.dashboard.state))
        self._behind = [told[a:b] for a, b in breaks(told, width) if told and width > 0]
        del self._behind[MOST_ROWS - 1 :]
        height = 1 + self._replay_row() + bool(self.dashboard.replay)
        if self.styles.height is None or self.styles.height.value != height:
            self.styles.height = height

    def parts(self, y: int) -> Iterable[Part]:
        """The run, then what it needs or does."""
        width = self.content_size.width
        if y == 0:
            return self._first_row(width)
        if y == self._replay_row() + 1:
            return self._replay(width)
        if (at := y - 1 - max(1, len(self._text))) >= 0:
            # it may be painted once more as high as it was
            text = self._behind[at] if at < len(self._behind) else ""
            return row([("   ", ""), (text, "warn")], [], width)
        if self._text:
            return self._call_row(y - 1, width)
        new: list[Part] = [("  i ", "key"), (f" {self._inbox} ", "warn")] if self._inbox else []
        room = width - width_of(new)
        return row([(" ", ""), *self._now(room)], new, width)

    def _replay_row(self) -> int:
        """Rows below the first, without that of a replay."""
        return max(1, len(self._text)) + len(self._behind)

    def _replay(self, width: int) -> list[Part]:
        """Where a replay stands: pace, place, and the run as a line with its gates."""
        replay = self.dashboard.replay
        if replay is None:
            return []
        glyph, tone = ("▶", "busy") if replay.playing else ("‖", "look")
        place, length = (
            words.elapsed(timedelta(seconds=one)) for one in (replay.position, replay.length)
        )
        left: list[Part] = [
            (f" {glyph} ", tone),
            (f"{replay.speed:g}× ".ljust(6), "strong"),
            (f"{place:>{len(length)}}", "strong"),
            (f" / {length}  ", "quiet"),
        ]
        right: list[Part] = [(f"  {replay.now().astimezone():%d %b %H:%M:%S} ", "quiet")]
        room = width - width_of(left) - width_of(right)
        return row([*left, *_track(replay, room)], right, width)

    def _first_row(self, width: int) -> list[Part]:
        """The run and its numbers: the time that is left is cut short before the phase is."""
        run, phase, left = self._run(), self._phase(), self._left(width)
        whole = width_of([*run, *phase])
        least = min(whole, width_of(run) + LEAST_PHASE)
        for told, room in ((left, whole), (brief(left), least)):
            numbers = self._numbers(width, told)
            if room < width - width_of(numbers):
                return row([*run, *phase], numbers, width)
        return row([*run, *phase], self._numbers(width, ""), width)

    def _left(self, width: int) -> str:
        """The time that is left of the run."""
        app = self.dashboard
        return app.feed.estimate.left(app.feed.history, app.clock()) if width >= 80 else ""

    def _phase(self) -> list[Part]:
        """The phase that is worked on."""
        app = self.dashboard
        phase = words.current_phase(app.state)
        shown = phase and app.state.live and not app.gate_only
        return [(f"  {phase.number} {phase.title}", "plain")] if phase and shown else []

    def _run(self) -> list[Part]:
        app = self.dashboard
        if app.gate_only:
            return [(" sixfold ", "brand"), (" the tests alone", "strong")]
        name = words.feature_of(app.state)
        look = self._look()
        known = name or app.state.branch
        feature = (f" {known} " if known else " ", "strong")
        state = (f" {look.glyph} {look.word} ", look.tone)
        narrow = self.content_size.width < 64
        parts: list[Part] = [state, feature] if narrow else [(" sixfold ", "brand"), feature, state]
        if app.state.branch and app.state.branch != name:
            parts.append((f"  on {app.state.branch}", "quiet"))
        return parts

    def _look(self) -> words.Look:
        app = self.dashboard
        if app.gone:
            return words.GONE
        return words.CONNECTING if app.connecting else words.RUN_LOOKS[app.state.status]

    def _numbers(self, width: int, left: str) -> list[Part]:
        """What is done of the run, the time that is `left`, who is at work, and for how long."""
        app = self.dashboard
        state = app.state
        if app.gate_only or not state.plan:
            return []
        total = len(str(state.total))
        spent = words.since(state.started, state.ended, app.clock())
        parts: list[Part] = [(f"{state.done:>{total}}/{state.total}", "strong")]
        if width < 40:
            return parts
        parts.append((" tasks", "quiet"))
        if left:
            parts.append((f"   {left}", "plain"))
        if width >= 100:
            limited, spending = words.back_in(state, app.clock()), words.spending(state.usage)
            front: list[Part] = [(f"{limited}   ", "warn")] if limited else []
            parts = [*front, *parts]
            parts += [(f"   {spending}", "strong")] if spending else []
            parts += [(f"   {len(state.work)}/{state.slots}", "strong"), (" agents", "quiet")]
        return [*parts, (f"{spent:>9} ", "strong")]

    def _keys(self, call: Call) -> list[Part]:
        parts: list[Part] = []
        for key, word in (*call.keys, *([("i", self._inbox)] if self._inbox else [])):
            parts += [
                (f" {key} ", "callkey" if call.urgent else "key"),
                (f" {word}  ", _tone(call)),
            ]
        return parts

    def _call_row(self, y: int, width: int) -> list[Part]:
        call = self._calls[0]
        tone = _tone(call)
        last = y == len(self._text) - 1
        glyph = " ! " if call.urgent and y == 0 else "   "
        left = [(glyph, tone), (self._text[y], tone)]
        keys = self._keys(call) if last else []
        return row(left, keys, width) if self._text[y] else cut([(glyph, tone), *keys], width)

    def _now(self, width: int) -> list[Part]:
        """While nothing calls: how far the run is, what happens now, and what happened last."""
        app = self.dashboard
        if app.gate_only:
            return []
        if app.connecting and not app.state.plan:
            return [("waiting for the run to answer …", "quiet")]
        lost = sum(task.state in {"failed", "halted"} for task in app.state.tasks.values())
        progress = words.bar(app.state.done, lost, app.state.total, max(8, width // 10))
        last = app.story.last or ("waiting for the run …", "quiet")
        told = sentence(app.state)
        if not told:
            return [*progress, ("   ", ""), last]
        left: list[Part] = [*progress, ("   ", ""), (told, "plain")]
        if width_of(left) + len(last[0]) > width - 5:
            left = left[-1:]  # words say more than the bar
        room = width - width_of(left) - 5
        return row(left, cut([last], room) if room > LEAST_NEWS else [], width - 2)

    def strip_ground(self, y: int) -> str:
        """The tone below row `y`: a call has a ground of its own."""
        called = 0 < y <= len(self._text) and self._calls[0].urgent
        return "callrow" if called else ""

    def render_line(self, y: int) -> Strip:
        """The row on its ground."""
        return self.strip(self.parts(y), under=self.strip_ground(y))


def _track(replay: Replay, width: int) -> list[Part]:
    """The run as a line `width` cells long, and where in it gates ended, and how."""
    if width < 10:
        return []
    scale = (width - 1) / (replay.length or 1.0)
    here = int(replay.position * scale)
    cells: list[Part] = [("━", "busy") if x <= here else ("╌", "faint") for x in range(width)]
    for at, verdict in replay.gates:
        look = words.VERDICT_LOOKS[verdict]
        cells[int(at * scale)] = (look.glyph, look.tone)
    cells[here] = ("●", "strong")
    return cells


def _tone(call: Call) -> str:
    return "call" if call.urgent else "plain"
