"""A run laid out in time: its events, and what was said and printed once that is asked for.

Events have a time of their own; what has none is spread evenly over the work that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple

from msgspec import structs

from sixfold import events as ev
from sixfold.link import Recall

PIECES = 200
"""The most that one batch of output is cut into."""
KEPT = 2_000
"""Lines of a slot, or of the gate, from which on what was said before them is of no interest."""


class Moment(NamedTuple):
    """A message, and when it comes: seconds after the run's first event."""

    at: float
    place: int
    """The place of the event that it is, or that began what it belongs to."""
    message: ev.Message


IN_ORDER = itemgetter(0, 1)
"""Moments are sorted by this, and stay in order where they come at once."""


def begin_of(events: Sequence[ev.AnyEvent]) -> datetime | None:
    """The time of the first event that has one, UTC."""
    return next((one.at for one in events if isinstance(one.at, datetime)), None)


def caught_up(events: Sequence[ev.AnyEvent], recall: Recall) -> list[ev.Message]:
    """All that a viewer is to know who comes when it is over."""
    return together(one.message for one in Timeline(events, recall).moments(0, len(events)))


def together(messages: Iterable[ev.Message]) -> list[ev.Message]:
    """The same messages, what is said in a row in one place in one of them: a quick read."""
    found: list[ev.Message] = []
    said: dict[int, list[Any]] = {}
    for message in messages:
        where = getattr(message, "slot", 0)
        if isinstance(message, ev.GateProgress):
            pass  # the tally has a place of its own
        elif not isinstance(message, ev.AgentOutput | ev.GateOutput):
            said.pop(where, None)
        elif where in said:
            said[where].extend(message.lines)
            continue
        else:
            said[where] = list(message.lines)
            message = structs.replace(message, lines=said[where])  # noqa: PLW2901 - it may grow
        found.append(message)
    return found


class Timeline:
    """A run's events with their times.

    Time never runs backwards: where the clock was set back, it stands until it has caught up.
    """

    def __init__(self, events: Sequence[ev.AnyEvent], recall: Recall) -> None:
        self.events, self._recall = events, recall
        self.begin = begin_of(events)
        self.times = _times(events, self.begin)
        self._ends = _ends(events, self.times)

    @property
    def length(self) -> float:
        """Seconds from the first event to the last."""
        return self.times[-1] if self.times else 0.0

    def moments(self, first: int, end: int) -> list[Moment]:
        """Some events in a row, and all that was said in what they began, as far as it is kept.

        What was said long before the end in the same place is left out: it would not be seen.
        """
        found: list[Moment] = []
        seen: dict[int, int] = {}
        for place in range(end - 1, first - 1, -1):
            event = self.events[place]
            found.append(Moment(self.times[place], place, event))
            slot = _slot(event)
            if slot is None or seen.get(slot, 0) >= KEPT:
                continue
            said = list(self._said(place))
            found += said
            seen[slot] = seen.get(slot, 0) + sum(_lines(one.message) for one in said)
        return sorted(found, key=IN_ORDER)

    def _said(self, place: int) -> Iterator[Moment]:
        """What was said in the work that an event began."""
        begin = now = self.times[place]
        end = max(begin, self._ends.get(place, self.length))
        for message, at in self._recall(self.events[place]):
            if at and self.begin:
                now = min(max(now, (at - self.begin).total_seconds()), self.length)
                yield Moment(now, place, message)
            elif isinstance(message, ev.GateProgress):
                yield Moment(min(begin + message.seconds, end), place, message)
            else:
                yield from _spread(message, begin, end, place)


def _slot(event: ev.AnyEvent) -> int | None:
    """Where the work is done that an event begins; 0 for a gate, None where it begins none."""
    match event:
        case ev.TaskStarted() | ev.FixStarted() | ev.ConflictFound() | ev.ValidationStarted():
            return event.slot
        case ev.GateStarted():
            return 0
    return None


def _lines(message: ev.Message) -> int:
    return len(message.lines) if isinstance(message, ev.AgentOutput | ev.GateOutput) else 0


def _times(events: Sequence[ev.AnyEvent], begin: datetime | None) -> list[float]:
    times, now = [], 0.0
    for event in events:
        if begin and isinstance(event.at, datetime):
            now = max(now, (event.at - begin).total_seconds())
        times.append(now)
    return times


def _ends(events: Sequence[ev.AnyEvent], times: Sequence[float]) -> dict[int, float]:
    """Place of an event that began work -> when what has no time in it is said to its end."""
    found: dict[int, float] = {}
    ends: dict[int, float] = {}
    last = times[-1] if times else 0.0
    for place in range(len(events) - 1, -1, -1):
        event, at = events[place], times[place]
        if (slot := _slot(event)) is not None:
            found[place] = ends.get(slot, last)
        match event:
            case (
                ev.TaskEnded()
                | ev.FixEnded()
                | ev.ValidationEnded()
                | ev.IntegrationStarted()
                | ev.ConflictFound()
            ):
                ends[event.slot] = at
            case ev.RunEnded() | ev.RunContinued():
                ends.clear()
                last = at
            case ev.GateEnded():
                ends[0] = at
    return found


def _spread(
    output: ev.AgentOutput | ev.GateOutput, begin: float, end: float, place: int
) -> Iterator[Moment]:
    """The output in pieces, at even distances between the two times."""
    size = -(-len(output.lines) // PIECES) or 1
    starts = range(0, len(output.lines), size)
    for number, start in enumerate(starts, 1):
        piece = structs.replace(output, lines=output.lines[start : start + size])
        yield Moment(begin + (end - begin) * number / (len(starts) + 1), place, piece)
