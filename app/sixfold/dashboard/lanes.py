"""A run's history as bars in lanes: who worked on what when, and what was judged. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple, TypeAlias

from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import Part, fit
from sixfold.history import Attempt, Gate, History, Rest, between
from sixfold.model import SLOT_ROLES

STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400)
"""Seconds between two marks of the axis."""
APART = 10
"""Cells between two marks at least."""
Item: TypeAlias = Attempt | Gate | Rest
Span: TypeAlias = tuple[float, float | None]
"""Seconds after the run's start; the end is None while it goes on."""

_ATTEMPTS = {
    "done": words.TASK_LOOKS["done"],
    "failed": words.TASK_LOOKS["failed"],
    "cancelled": words.Look("■", "cancelled", "quiet"),
    "cut short": words.Look("■", "cut short", "warn"),
    "running": words.TASK_LOOKS["running"],
}
_GATES = {
    **{str(verdict): look for verdict, look in words.VERDICT_LOOKS.items()},
    "running": words.GATE_RUNS,
    "cut short": _ATTEMPTS["cut short"],
}
_RESTS = {
    "paused": words.Look("‖", "paused", "look"),
    "blocked": words.Look("!", "blocked", "look"),
    "away": words.Look("×", "no runner", "warn"),
}
_FILLS = {"good": "━", "bad": "╳", "quiet": "╌", "warn": "╌", "busy": "═", "look": "░"}


class Bar(NamedTuple):
    """Something that took time."""

    key: str
    """Tells it from all others of its lane, whatever comes after it."""
    begin: float
    end: float | None
    look: words.Look
    label: str
    item: Item
    holds: list[Span]
    """Times in which it rested."""


class Lane(NamedTuple):
    """Bars one after another, the earliest first."""

    name: str
    about: str
    bars: list[Bar]

    def at(self, second: float) -> int:
        """The bar that was at work then, else the one before; -1 before the first."""
        return bisect_right(self.bars, second, key=lambda bar: bar.begin) - 1


class Chart(NamedTuple):
    """All lanes of a run."""

    begin: datetime | None
    lanes: list[Lane]
    phases: list[tuple[float, str]]
    """When each phase began, and what it is called."""
    rests: list[Span]


def chart(history: History) -> Chart:
    """What took time in the run: a lane for each slot, for gates, fixes, and times of rest."""
    state = history.state
    known = (one.started for one in history.attempts if one.started)
    begin = state.started or next(known, None)
    if begin is None:
        return Chart(None, [], [], [])
    slots: dict[int, list[Bar]] = {number: [] for number in range(1, state.slots + 1)}
    holds: dict[int, list[Span]] = {}
    for hold in history.holds:
        if span := _span(hold.started, hold.ended, begin):
            holds.setdefault(hold.slot, []).append(span)
    fixes: list[Bar] = []
    for one in history.attempts:
        if bar := _attempt(one, begin, holds.get(one.slot, [])):
            slots.setdefault(one.slot, []).append(bar)
            fixes += [bar] if one.kind == "fix" else []
    rests = list(_bars(((one, _RESTS[one.kind]) for one in history.rests), begin))
    gates = list(_bars(((one, _GATES[one.verdict]) for one in history.gates), begin))
    return Chart(
        begin,
        [
            *(_lane(number, bars) for number, bars in sorted(slots.items())),
            Lane("gates", "", gates),
            Lane("fixes", "", fixes),
            Lane("rests", "", rests),
        ],
        _phases(history, begin),
        [(bar.begin, bar.end) for bar in rests],
    )


def _lane(number: int, bars: list[Bar]) -> Lane:
    return Lane(str(number), SLOT_ROLES[(number - 1) % len(SLOT_ROLES) + 1], bars)


def _span(start: datetime | None, end: datetime | None, begin: datetime) -> Span | None:
    if start is None:
        return None
    first = between(begin, start)
    return first, first + between(start, end) if end else None


def _attempt(one: Attempt, begin: datetime, holds: list[Span]) -> Bar | None:
    span = _span(one.started, one.ended, begin)
    if span is None:
        return None
    last = span[1]
    ours = [hold for hold in holds if hold[0] >= span[0] and (last is None or hold[0] < last)]
    label = f"{one.task} #{one.number}" if one.number > 1 else one.task
    if one.conflicts:
        label = f"{words.CONFLICT.glyph}{label}"
    return Bar(f"{one.kind} {label} {span[0]}", *span, _ATTEMPTS[one.outcome], label, one, ours)


def _bars(items: Iterable[tuple[Gate | Rest, words.Look]], begin: datetime) -> Iterator[Bar]:
    for one, look in items:
        if span := _span(one.started, one.ended, begin):
            yield Bar(f"{look.word} {span[0]}", *span, look, look.word, one, [])


def _phases(history: History, begin: datetime) -> list[tuple[float, str]]:
    found = []
    for number, at in history.begun:
        phase = words.phase_of(history.state, number)
        found.append((between(begin, at), f"{number} {phase.title}" if phase else str(number)))
    return found


class View(NamedTuple):
    """The part of time that is shown: `width` cells of `scale` seconds each, from `left` on."""

    left: float
    scale: float
    width: int
    now: float

    def place(self, second: float) -> int:
        """The cell of a second; it may lie outside."""
        return int((second - self.left) // self.scale)

    def cells(self, begin: float, end: float | None) -> range:
        """The cells that a time takes, one at least, as far as they are seen."""
        first = self.place(begin)
        last = max(first + 1, self.place(self.now if end is None else end))
        return range(max(0, first), min(self.width, max(0, last)))


def axis(view: View) -> list[Part]:
    """Marks of time after the start, and where now is."""
    cells, now = [" "] * view.width, view.place(view.now)
    step = next((one for one in STEPS if one >= APART * view.scale), STEPS[-1])
    while step < APART * view.scale:
        step *= 2
    second = -(-max(0.0, view.left) // step) * step
    while (x := view.place(second)) < view.width:
        mark = words.clock(second)
        if x + len(mark) <= view.width and not x <= now < x + len(mark):
            _write(cells, x, mark)
        second += step
    parts: list[Part] = [("".join(cells), "quiet")]
    if 0 <= now < view.width:
        text = parts[0][0]
        parts = [(text[:now], "quiet"), ("▼", "look"), (text[now + 1 :], "quiet")]
    return parts


def boundaries(chart: Chart, view: View) -> list[Part]:
    """The names of phases, each where it begins; the one that began before stays in sight."""
    cells = [" "] * view.width
    places = [(view.place(at), name) for at, name in chart.phases]
    for index, (x, name) in enumerate(places):
        after = places[index + 1][0] if index + 1 < len(places) else view.width
        start = max(0, x)
        if start < min(after, view.width):
            _write(cells, start, fit(f"┊{name}", after - start - 1) or "┊")
    return [("".join(cells), "title")]


def lane_row(chart: Chart, lane: Lane, view: View, chosen: str) -> list[Part]:
    """A lane's bars in the view; behind them phases, rests and now."""
    cells, tones = [" "] * view.width, ["faint"] * view.width
    for begin, end in chart.rests:
        for x in view.cells(begin, end):
            cells[x] = "░"
    for at, _ in chart.phases:
        if 0 <= (x := view.place(at)) < view.width:
            cells[x] = "┊"
    if 0 <= (x := view.place(view.now)) < view.width:
        cells[x], tones[x] = "│", "look"
    for index in range(max(0, lane.at(view.left)), len(lane.bars)):
        bar = lane.bars[index]
        if view.place(bar.begin) >= view.width:
            break
        _draw(bar, view, cells, tones, chosen=bar.key == chosen)
    return _grouped(cells, tones)


def _draw(bar: Bar, view: View, cells: list[str], tones: list[str], *, chosen: bool) -> None:
    where = view.cells(bar.begin, bar.end)
    if not where:
        return
    fill = _FILLS[bar.look.tone]
    for x in where:
        cells[x], tones[x] = fill, bar.look.tone
    for begin, end in bar.holds:
        for x in view.cells(begin, end):
            if x in where:
                cells[x], tones[x] = words.HELD.glyph, words.HELD.tone
    cells[where.start] = bar.look.glyph
    if len(bar.label) + 1 < len(where):
        _write(cells, where.start + 1, bar.label)
        for x in range(where.start + 1, where.start + 1 + len(bar.label)):
            tones[x] = "strong"
    if chosen:
        for x in where:
            tones[x] = "chosen"


def _write(cells: list[str], x: int, text: str) -> None:
    for offset, letter in enumerate(text):
        if 0 <= x + offset < len(cells):
            cells[x + offset] = letter


def _grouped(cells: list[str], tones: list[str]) -> list[Part]:
    parts: list[Part] = []
    start = 0
    for x in range(1, len(cells) + 1):
        if x == len(cells) or tones[x] != tones[start]:
            parts.append(("".join(cells[start:x]), tones[start]))
            start = x
    return parts
