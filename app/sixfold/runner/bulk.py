"""Bulk on its way to viewers: gathered as it comes, sent on a clock, its tail kept."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from operator import itemgetter

from sixfold import events as ev
from sixfold.tally import Tally

SECONDS = 0.05
"""Between two sendings."""
MOST_LINES = 2_000
"""Lines of one slot or of the gate that a viewer who comes later is shown."""
MOST_CHARACTERS = 1 << 20
"""Of one slot, with what there is to unfold."""


class Tail:
    """The last that an agent said: bounded in lines and in characters."""

    def __init__(self) -> None:
        self.lines: deque[ev.Utterance] = deque()
        self._size = 0

    def extend(self, lines: Sequence[ev.Utterance]) -> None:
        """The newest push the oldest out."""
        self.lines.extend(lines)
        self._size += sum(map(_size, lines))
        while len(self.lines) > MOST_LINES or self._size > MOST_CHARACTERS:
            self._size -= _size(self.lines.popleft())


def _size(line: ev.Utterance) -> int:
    return len(line.text) + len(line.detail)


class Bulk:
    """Chatter of the slots and output of the gate.

    `send` gets whole lines of the wire; `place` tells how many events there are so far, since
    newcomers get the chatter of an attempt right behind the event that began it.
    """

    def __init__(self, send: Callable[[bytes], None], place: Callable[[], int]) -> None:
        self._send, self._place = send, place
        self._places: dict[int, int] = {}
        """Slot (0: the gate) -> the events before its tail, the one that began it included."""
        self._slots: dict[int, tuple[str, int]] = {}
        self._tails: dict[int, Tail] = {}
        self._new: dict[int, Tail] = {}
        self._gate = 0
        self._gate_tail: deque[ev.OutputLine] = deque(maxlen=MOST_LINES)
        self._gate_new: list[ev.OutputLine] = []
        self._tally, self._again = Tally(), Tally()
        """Of the gate, and of the latest rerun since it began."""
        self._changes: list[ev.GateProgress] = []

    def begin(self, slot: int, label: str, attempt: int) -> None:
        """A new attempt in a slot: what the one before said is no longer shown to newcomers."""
        self.flush()
        self._slots[slot] = label, attempt
        self._places[slot] = self._place() + 1
        self._tails[slot] = Tail()

    def say(self, slot: int, lines: Sequence[ev.Utterance]) -> None:
        """What the agent in a slot says."""
        self._tails[slot].extend(lines)
        self._new.setdefault(slot, Tail()).extend(lines)

    def begin_gate(self, number: int) -> None:
        """A new gate: the output of the one before is no longer shown to newcomers."""
        self.flush()
        self._gate, self._tally, self._again = number, Tally(), Tally()
        self._places[0] = self._place() + 1
        self._gate_tail.clear()

    def test(self, lines: Sequence[ev.OutputLine], progress: ev.GateProgress) -> None:
        """What the gate prints, or a rerun of some of its tests, and what changed in the tally."""
        self._gate_tail.extend(lines)
        self._gate_new.extend(lines)
        tally = self._again if progress.rerun else self._tally
        tally.apply(progress)
        self._changes.append(progress)

    def flush(self) -> None:
        """Send what has gathered."""
        for slot, new in self._new.items():
            self._send(ev.encode(self._output(slot, new)))
        self._new = {}
        if self._gate_new:
            printed = self._gate_new[-MOST_LINES:]
            self._send(ev.encode(ev.GateOutput(gate=self._gate, lines=printed)))
            self._gate_new = []
        for progress in self._changes:
            self._send(ev.encode(progress))
        self._changes.clear()

    def tail(self) -> list[tuple[int, bytes]]:
        """What a viewer who comes now has missed: number of events before it, line of the wire."""
        self.flush()
        found = [
            (self._places[slot], ev.encode(self._output(slot, tail)))
            for slot, tail in self._tails.items()
            if tail.lines
        ]
        if self._gate_tail:
            lines = list(self._gate_tail)
            output = ev.encode(ev.GateOutput(gate=self._gate, lines=lines))
            found.append((self._places[0], output))
        found += [(self._places[0], line) for line in self.tallies()]
        return sorted(found, key=itemgetter(0))

    def tallies(self) -> list[bytes]:
        """The tallies so far, whole, for a viewer who missed a change; lines of the wire."""
        known = [tally for tally in (self._tally, self._again) if tally.latest.gate]
        return [ev.encode(tally.whole()) for tally in known]

    async def run(self) -> None:
        """Flush on a clock, until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            self.flush()

    def _output(self, slot: int, tail: Tail) -> ev.AgentOutput:
        label, attempt = self._slots[slot]
        return ev.AgentOutput(slot=slot, task=label, attempt=attempt, lines=list(tail.lines))
