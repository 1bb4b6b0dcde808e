"""What every event has: its number and its time."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from sixfold.events.tag import snake


class Event(Struct, frozen=True, kw_only=True, tag_field="type", tag=snake):
    """A fact. `seq` counts from 1 without a gap, `at` is in UTC; the journal stamps both."""

    seq: int = 0
    at: datetime | UnsetType = UNSET
