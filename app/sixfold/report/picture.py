"""The timeline as a picture: who worked on what when, slot by slot. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from sixfold.history import Attempt, Gate, Rest
from sixfold.model import SLOT_ROLES
from sixfold.report import wording
from sixfold.report.account import Account
from sixfold.report.scale import Scale

WIDTH, LEFT, RIGHT = 1200, 84, 12
TOP, ROW, BAR = 34, 30, 20
"""Height of what stands above the rows, of a row, and of a bar in it."""
LETTER = 6.6
"""Width of a letter in a bar, about."""
NARROWEST = 3.0


class Bar(Struct, kw_only=True):
    """A box in the picture: its place, its look, the word in it and the words behind it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    label: str
    """Empty where there is no room."""
    about: str


class Row(Struct, kw_only=True):
    """A slot, or the gates."""

    y: float
    name: str
    role: str


class Picture(Struct, kw_only=True):
    """All that is drawn."""

    width: int
    height: float
    left: int
    rows: list[Row]
    marks: list[tuple[float, str]]
    phases: list[tuple[float, str]]
    rests: list[Bar]
    cuts: list[Bar]
    bars: list[Bar]


def picture(account: Account) -> Picture | None:
    """The timeline; None where nothing was done at a known time."""
    begin, end = account.started, account.until
    timed: list[Attempt | Gate] = [*account.gates, *_attempts(account)]
    busy = [(one.started, one.ended or end) for one in timed if one.started]
    if begin is None or end is None or not busy:
        return None
    scale = Scale(begin, end, [(a, b) for a, b in busy if b], WIDTH - LEFT - RIGHT)
    slots = max([int(slot.name) for slot in account.slots] + [1])
    rows = [_row(number) for number in range(1, slots + 1)]
    rows.append(Row(y=TOP + slots * ROW, name="gates", role=""))
    bottom = TOP + len(rows) * ROW
    draw = _Drawing(scale, begin, end, bottom)
    return Picture(
        width=WIDTH,
        height=bottom + 4,
        left=LEFT,
        rows=rows,
        marks=[(LEFT + x, name) for x, name in scale.marks(70)],
        phases=_phases(account, scale),
        rests=[draw.rest(one) for one in account.rests],
        cuts=list(draw.cuts()),
        bars=[
            *(draw.attempt(one) for one in _attempts(account)),
            *(draw.gate(one, rows[-1].y) for one in account.gates),
        ],
    )


def _attempts(account: Account) -> Iterable[Attempt]:
    tries = (one for task in account.tasks for one in task.tries)
    return [*tries, *account.removed, *account.fixes, *account.validations]


def _row(number: int) -> Row:
    role = SLOT_ROLES[(number - 1) % len(SLOT_ROLES) + 1]
    return Row(y=TOP + (number - 1) * ROW, name=str(number), role=role)


def _phases(account: Account, scale: Scale) -> list[tuple[float, str]]:
    """Where each phase begins; of those that begin together the last is named."""
    found: dict[int, tuple[float, str]] = {}
    for phase in account.phases:
        if phase.started:
            x = LEFT + scale.place(phase.started)
            found[round(x / 24)] = (x, str(phase.number))
    return list(found.values())


class _Drawing:
    """Turns work and rests into boxes."""

    def __init__(self, scale: Scale, begin: datetime, end: datetime, bottom: float) -> None:
        self._scale, self._begin, self._end, self._bottom = scale, begin, end, bottom

    def _span(self, start: datetime | None, end: datetime | None) -> tuple[float, float]:
        x = self._scale.place(start or self._begin)
        width = self._scale.place(end or self._end) - x
        return LEFT + min(x, WIDTH - LEFT - RIGHT - NARROWEST), max(NARROWEST, width)

    def attempt(self, one: Attempt) -> Bar:
        """In its slot's row."""
        x, width = self._span(one.started, one.ended)
        reason = f": {one.reason}" if one.reason else ""
        look = one.outcome.replace(" ", "-")
        return Bar(
            x=x,
            y=TOP + (max(1, one.slot) - 1) * ROW + (ROW - BAR) / 2,
            width=width,
            height=BAR,
            look=f"attempt {look} {one.kind}",
            label=_fitting(one.task, width),
            about=f"{one.task}, attempt {one.number} by {one.agent}, "
            f"{wording.took(one)}: {one.outcome}{reason}",
        )

    def gate(self, one: Gate, y: float) -> Bar:
        """In the last row."""
        x, width = self._span(one.started, one.ended)
        verdict = one.verdict.replace("_", " ")
        look = verdict.replace(" ", "-")
        return Bar(
            x=x,
            y=y + (ROW - BAR) / 2,
            width=width,
            height=BAR,
            look=f"gate {look}",
            label=_fitting(verdict, width),
            about=f"gate {one.gate}, {wording.cause(one)}, "
            f"{wording.duration(one.seconds)}: {verdict}, {wording.tests(one)}",
        )

    def rest(self, one: Rest) -> Bar:
        """Behind all rows."""
        x, width = self._span(one.started, one.ended)
        reason = f": {one.reason}" if one.reason else ""
        return Bar(
            x=x,
            y=TOP,
            width=width,
            height=self._bottom - TOP,
            look=f"rest {one.kind}",
            label="",
            about=f"{one.kind} for {wording.duration(one.seconds)}{reason}",
        )

    def cuts(self) -> Iterator[Bar]:
        """Where time is drawn short."""
        for begin, end in self._scale.cuts:
            x = LEFT + self._scale.place_of(begin)
            length = wording.duration(end - begin)
            yield Bar(
                x=x,
                y=TOP,
                width=LEFT + self._scale.place_of(end) - x,
                height=self._bottom - TOP,
                look="cut",
                label=length,
                about=f"nothing was at work for {length}",
            )


def _fitting(text: str, width: float) -> str:
    return text if len(text) * LETTER + 8 <= width else ""
