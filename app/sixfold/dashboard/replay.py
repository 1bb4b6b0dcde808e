"""A run played again: a source of messages whose time a person turns forward and back."""

from __future__ import annotations

import asyncio
import contextlib
import time
from bisect import bisect_left, bisect_right
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter

from sixfold import events as ev
from sixfold.dashboard.timeline import IN_ORDER, Moment, Timeline, together
from sixfold.link import Look, Recall, keep_nothing, recall_nothing

SLOWEST, FASTEST = 1 / 8, 1024.0
PATIENCE = 3.0
"""Seconds that a viewer waits for what comes next; whatever takes longer is cut short."""
BREATH = 0.02
"""Seconds between two batches at least."""
STEP = 10.0
"""Seconds of the run that a seek goes, or a fiftieth of the whole where that is more."""
REASON = "this is a replay: what was done can be watched, not steered"


class Replay:
    """Plays a run's events at `speed` times their pace. `clock` counts seconds.

    `recall` gives what was said in what an event began, and is asked once that is played; `look`
    answers what asks for something that is kept of the run.

    `messages` begins with all up to where it stands: a viewer that goes back in time listens anew.
    """

    def __init__(
        self,
        events: Sequence[ev.AnyEvent],
        speed: float = 1.0,
        *,
        recall: Recall = recall_nothing,
        look: Look = keep_nothing,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._look = look
        self._timeline = Timeline(events, recall)
        self._times = self._timeline.times
        self._begin = self._timeline.begin or datetime.fromtimestamp(0, UTC)
        self._clock = clock
        self._place, self._since = 0.0, clock()
        self._playing = True
        self._turned = asyncio.Event()
        self.speed = speed
        self.length = self._timeline.length
        """Seconds from the first event to the last."""
        self.gates = [
            (at, event.verdict)
            for at, event in zip(self._times, events, strict=True)
            if isinstance(event, ev.GateEnded)
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
            place = self._times[min(bisect_right(self._times, here), len(self._times) - 1)]
        else:
            last = bisect_right(self._times, here) - 1
            place = self._times[max(0, bisect_left(self._times, self._times[last]) - 1)]
        self._turn(place, playing=False)

    def _turn(self, place: float, *, playing: bool) -> None:
        self._place = min(max(0.0, place), self.length)
        self._since, self._playing = self._clock(), playing
        self._turned.set()

    # As a source

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """All up to where it stands, then the rest as its time comes; never ends."""
        given, coming = 0, list[Moment]()
        while True:
            self._turned.clear()
            now = self.position
            due = bisect_right(self._times, now)
            if due > given:
                fresh = await asyncio.to_thread(self._timeline.moments, given, due)
                coming = sorted([*coming, *fresh], key=IN_ORDER)
                given = due
            if count := bisect_right(coming, now, key=itemgetter(0)):
                yield together(moment.message for moment in coming[:count])
                del coming[:count]
            soon = [*(one.at for one in coming[:1]), *self._times[given : given + 1]]
            await self._rest(min(soon, default=None))

    async def _rest(self, until: float | None) -> None:
        """Until somebody turns the time, or what comes next is due, or has been waited for."""
        gap = None if until is None else (until - self.position) / self.speed
        wait = min(PATIENCE, max(BREATH, gap)) if gap is not None and self._playing else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait):
                await self._turned.wait()
        if until is not None and not self._turned.is_set() and self.position < until:
            self._turn(until, playing=True)

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Look it up, or refuse. What tests printed is known of the last gate alone."""
        refused = ev.Answer(id=command.id, accepted=False, reason=REASON)
        known = None if isinstance(command, ev.Printed) else await self._look(command)
        return known or refused

    async def close(self) -> None:
        """Nothing is open."""
