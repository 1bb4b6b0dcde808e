"""What was heard of a run, laid out in time. Pure.

Events have a time of their own; what agents said and tests printed has none, and is spread evenly
over the work that it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import structs

from sixfold import events as ev

PIECES = 200
"""The most that one batch of output is cut into."""


class Moment(NamedTuple):
    """A message, and when it comes: seconds after the run's first event."""

    at: float
    message: ev.Message


def begin_of(messages: Sequence[ev.Message]) -> datetime | None:
    """The time of the first event that has one, UTC."""
    times = (one.at for one in messages if isinstance(one, ev.Event))
    return next((at for at in times if isinstance(at, datetime)), None)


def lay_out(messages: Sequence[ev.Message]) -> list[Moment]:
    """The messages with their times, in the order in which they come.

    Output stands behind the event that began its work, as `recall` gives it. Time never runs
    backwards: where the clock was set back, it stands until it has caught up.
    """
    times = _times(messages)
    found: list[tuple[float, int, ev.Message]] = []
    ends: dict[int, float] = {}
    last = times[-1] if times else 0.0
    for index in range(len(messages) - 1, -1, -1):
        message, at = messages[index], times[index]
        match message:
            case (
                ev.TaskEnded()
                | ev.FixEnded()
                | ev.ValidationEnded()
                | ev.IntegrationStarted()
                | ev.ConflictFound()
            ):
                ends[message.slot] = at
            case ev.RunEnded() | ev.RunContinued():
                ends.clear()
                last = at
            case ev.GateEnded():
                ends[0] = at
        match message:
            case ev.AgentOutput():
                end = ends.get(message.slot, last)
                found += [(when, index, piece) for when, piece in _spread(message, at, end)]
            case ev.GateOutput():
                end = ends.get(0, last)
                found += [(when, index, piece) for when, piece in _spread(message, at, end)]
            case ev.GateProgress():
                found.append((min(at + message.seconds, ends.get(0, last)), index, message))
            case _:
                found.append((at, index, message))
    found.sort(key=lambda one: one[:2])
    return [Moment(at, message) for at, _, message in found]


def _times(messages: Sequence[ev.Message]) -> list[float]:
    begin, now = begin_of(messages), 0.0
    times = []
    for message in messages:
        if begin and isinstance(message, ev.Event) and isinstance(message.at, datetime):
            now = max(now, (message.at - begin).total_seconds())
        times.append(now)
    return times


def _spread(
    output: ev.AgentOutput | ev.GateOutput, begin: float, end: float
) -> Iterator[tuple[float, ev.Message]]:
    """The output in pieces, at even distances between the two times."""
    size = -(-len(output.lines) // PIECES) or 1
    starts = range(0, len(output.lines), size)
    for number, start in enumerate(starts, 1):
        piece = structs.replace(output, lines=output.lines[start : start + size])
        yield begin + (end - begin) * number / (len(starts) + 1), piece
