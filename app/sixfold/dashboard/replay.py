"""A run played again: a source of messages whose time a person turns forward and back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta

from sixfold import events as ev
from sixfold.dashboard.timeline import begin_of, lay_out
from sixfold.link import Look, keep_nothing

SLOWEST, FASTEST = 1 / 8, 1024.0
PATIENCE = 3.0
"""Seconds that a viewer waits for what comes next; whatever takes longer is cut short."""
BREATH = 0.02
"""Seconds between two batches at least."""
STEP = 10.0
"""Seconds of the run that a seek goes, or a fiftieth of the whole where that is more."""
REASON = "this is a replay: what was done can be watched, not steered"


class Replay:
    """Plays what was heard of a run, at `speed` times its pace. `clock` counts seconds.

    `look` answers what asks for something that is kept of the run.

    `messages` begins with all up to where it stands: a viewer that goes back in time listens anew.
    """

    def __init__(
        self,
        heard: Sequence[ev.Message],
        speed: float = 1.0,
        *,
        look: Look = keep_nothing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        moments = lay_out(heard)
        self._messages = [moment.message for moment in moments]
        self._times = [moment.at for moment in moments]
        self._stops = [one.at for one in moments if isinstance(one.message, ev.Event)]
        self._begin = begin_of(heard) or datetime.fromtimestamp(0, UTC)
        self._clock = clock
        self._place, self._since = 0.0, clock()
        self._playing = True
        self._turned = asyncio.Event()
        self.speed = speed
        self.length = self._times[-1] if moments else 0.0
        """Seconds from the first event to the last."""
        self.gates = [
            (at, event.verdict) for at, event in moments if isinstance(event, ev.GateEnded)
        ]
        """When a gate ended, in seconds, and how."""

    @property
    def position(self) -> float:
        """Seconds after the run's first event."""
        gone = (self._clock() - self._since) * self.speed if self._playing else 0.0
        return min(self._place + gone, self.length)

    @property
    def playing(self) -> bool:
        """Does time go on."""
        return self._playing and self.position < self.length

    def now(self) -> datetime:
        """The time in the run, UTC."""
        return self._begin + timedelta(seconds=self.position)

    # Turning

    def play(self) -> None:
        """Stand still, or go on; at the end, once more from the beginning."""
        over = self.position >= self.length
        self._turn(0.0 if over else self.position, playing=not self.playing)

    def pace(self, factor: float) -> None:
        """Go on so many times as fast."""
        place = self.position
        self.speed = min(FASTEST, max(SLOWEST, self.speed * factor))
        self._turn(place, playing=self._playing)

    def go_to(self, place: float) -> None:
        """Go to so many seconds after the first event."""
        self._turn(place, playing=self._playing)

    def seek(self, steps: int) -> None:
        """Go so many steps on, or back."""
        self.go_to(self.position + steps * max(STEP, self.length / 50))

    def step(self, *, forward: bool) -> None:
        """Go to the next event, or to the one before the last, and stand there."""
        here = self.position
        if forward:
            place = self._stops[min(bisect_right(self._stops, here), len(self._stops) - 1)]
        else:
            last = bisect_right(self._stops, here) - 1
            place = self._stops[max(0, bisect_left(self._stops, self._stops[last]) - 1)]
        self._turn(place, playing=False)

    def _turn(self, place: float, *, playing: bool) -> None:
        self._place = min(max(0.0, place), self.length)
        self._since, self._playing = self._clock(), playing
        self._turned.set()

    # As a source

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """All up to where it stands, then the rest as its time comes; never ends."""
        given = 0
        while True:
            self._turned.clear()
            due = bisect_right(self._times, self.position)
            if due > given:
                yield self._messages[given:due]
                given = due
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._wait(given)):
                    await self._turned.wait()
            if not self._turned.is_set() and given < len(self._times) and self._gap(given) > 0:
                self._turn(self._times[given], playing=True)

    def _gap(self, given: int) -> float:
        """Seconds of the viewer until the next message is due."""
        return (self._times[given] - self.position) / self.speed

    def _wait(self, given: int) -> float | None:
        """Seconds to wait; None: until a person does something."""
        if not self._playing or given >= len(self._times):
            return None
        return min(PATIENCE, max(BREATH, self._gap(given)))

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Look it up, or refuse."""
        refused = ev.Answer(id=command.id, accepted=False, reason=REASON)
        return await self._look(command) or refused

    async def close(self) -> None:
        """Nothing is open."""
