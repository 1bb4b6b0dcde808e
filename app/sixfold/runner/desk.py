"""What every part of a runner has before it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sixfold import events as ev
from sixfold.runner.bulk import Bulk
from sixfold.runner.job import Job
from sixfold.runner.store import RunFolder
from sixfold.state import RunState


@dataclass(frozen=True, slots=True)
class Desk:
    """The job, what is known of its run, and how more becomes known."""

    job: Job
    folder: RunFolder
    state: RunState
    """The fold of all that was emitted so far."""
    emit: Callable[[ev.AnyEvent], None]
    """Journals an event, then tells it."""
    bulk: Bulk
    woken: asyncio.Event
    """Set when something changed that may let something start."""
