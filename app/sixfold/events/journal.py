"""A journal's bytes as events: what is whole, what was torn, and what this version cannot know.

A journal is written by one process at a time, a line for each event, and written through to the
disk. After the loss of power its end may be torn, or be blocks of zeros, or lack blocks in the
middle of what was not written through: all of that is taken off. A line that is broken in any other
way is damage, and said to be. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

Event = TypeVar("Event")

VERSION = 1
"""Of the journal, in its first event. A reader of this version reads all that are not newer.

New kinds of events and new fields, with defaults, are no new version: readers leave out events that
they do not know. A version is new when an old reader would get the state wrong.
"""


class NewerError(ValueError):
    """A journal of a newer version."""


class Line(Struct, frozen=True):
    """What any event of any version has."""

    seq: int
    type: str
    version: int = 1


class Journal(Struct, Generic[Event], frozen=True):
    """What stands in a journal."""

    events: list[Event]
    """Those that this version knows."""
    lines: list[bytes]
    """All that are whole, each with its newline."""
    unknown: list[str]
    """What a newer version wrote and this one cannot read: kind of event, and why."""
    torn: bytes
    """What stands behind the last whole line."""


def read(data: bytes, decode: Callable[[bytes], Event]) -> Journal[Event]:
    """Read a journal; `decode` knows the events.

    Raises `ValueError`, which names the line, where it is damaged or of a newer version.
    """
    _refuse_newer(data)
    found: Journal[Event] = Journal([], [], [], b"")
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        line = data[at:] if end < 0 else data[at:end]
        try:
            found.events.extend(_event(line, len(found.lines) + 1, decode, found.unknown))
        except (ValueError, RecursionError) as error:
            rest = data[at:]
            if rest.rstrip(b"\n").count(b"\n") and b"\0" not in rest:
                raise ValueError(f"line {len(found.lines) + 1}: {error}") from error
            return Journal(found.events, found.lines, found.unknown, rest)
        found.lines.append(line + b"\n")
        at += len(line) + 1
    return found


def _refuse_newer(data: bytes) -> None:
    with suppress(msgspec.MsgspecError):
        version = msgspec.json.decode(data.partition(b"\n")[0], type=Line).version
        if version > VERSION:
            what = f"this journal is of version {version}, and this sixfold reads up to {VERSION}"
            raise NewerError(f"line 1: {what}; use a newer one")


def _event(
    line: bytes, number: int, decode: Callable[[bytes], Event], unknown: list[str]
) -> list[Event]:
    """The event in a line, or none where only a newer version knows it."""
    head = msgspec.json.decode(line, type=Line)
    if head.seq != number:
        raise ValueError(f"event {head.seq} stands where {number} belongs")
    try:
        return [decode(line)]
    except msgspec.ValidationError as error:
        unknown.append(f"{head.type} ({error})")
        return []
