"""Bulk on its way to viewers: gathered as it comes, sent on a clock, its tail kept."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, Generic, TypeAlias, TypeVar

from msgspec import structs

from sixfold import events as ev
from sixfold import private
from sixfold.masking import Masks, Veil
from sixfold.tally import Tally

SECONDS = 0.05
"""Between two sendings."""
MOST_LINES = 2_000
"""Lines of one slot or of the gate that a viewer who comes later is shown."""
MOST_CHARACTERS = 1 << 20
"""Of one slot or of the gate, with what there is to unfold."""
APART = timedelta(seconds=0.2)
"""Between two times that are kept with what is said, at least."""

_FULL = ev.encode_said(
    [ev.Utterance("note", f"more was said, and is not kept: this is {private.MOST >> 20} MiB long")]
)

Line = TypeVar("Line", ev.Utterance, ev.OutputLine)


class Tail(Generic[Line]):
    """The last that was said: bounded in lines and in characters."""

    def __init__(self) -> None:
        self.lines: deque[Line] = deque()
        self._size = 0

    def extend(self, lines: Iterable[Line]) -> None:
        """The newest push the oldest out."""
        for line in lines:
            self.lines.append(line)
            self._size += _size(line)
            while len(self.lines) > MOST_LINES or self._size > MOST_CHARACTERS:
                self._size -= _size(self.lines.popleft())


def _size(line: ev.Utterance | ev.OutputLine) -> int:
    return len(line.text) + len(getattr(line, "detail", ""))


def shown(line: Line, veil: Veil) -> Line:
    """A line without its secrets; a private key may have begun before it."""
    said = {name: getattr(line, name, "") for name in ("text", "detail")}
    masked = {name: veil.line(text) for name, text in said.items() if text}
    changed = {name: text for name, text in masked.items() if text != said[name]}
    return structs.replace(line, **changed) if changed else line


class Stream(Generic[Line]):
    """The lines of one attempt or gate: how many there were, and the last of them.

    `place` is the number of events before them, the one that began it included.
    """

    def __init__(self, place: int, veil: Veil, pack: Callable[[list[Line]], ev.AnyBulk]) -> None:
        self.place, self._veil = place, veil
        self._pack: Callable[[list[Line]], ev.AnyBulk] = pack
        self.sent = 0
        """Lines that are on their way to viewers, from the first."""
        self._count = 0
        self._new: Tail[Line] = Tail()
        self._tail: Tail[Line] = Tail()

    def add(self, lines: Sequence[Line]) -> list[Line]:
        """More lines; gives them as they are shown."""
        masked = [shown(line, self._veil) for line in lines]
        self._new.extend(masked)
        self._count += len(lines)
        return masked

    def flush(self, send: Callable[[bytes], None]) -> None:
        """Send what is new."""
        if self._new.lines:
            new, self._new = self._new.lines, Tail()
            send(ev.encode(self._pack(list(new))))
            self._tail.extend(new)
            self.sent = self._count

    def since(self, seen: int) -> bytes:
        """What was sent after the first `seen` lines, as far as it is kept; empty for nothing."""
        kept = self._tail.lines
        missed = min(self.sent - seen, len(kept))
        return ev.encode(self._pack(list(kept)[-missed:])) if missed else b""


Mark: TypeAlias = Mapping[int, tuple[object, int]]
"""Slot (0: the gate) -> the stream in it, and how many lines of it a viewer has."""


class Bulk:
    """Chatter of the slots and output of the gate, without secrets.

    `send` gets whole lines of the wire; `place` tells how many events there are so far, since
    newcomers get the chatter of an attempt right behind the event that began it. `file` tells where
    all is kept that is said in an attempt (label, number, slot).
    """

    def __init__(
        self,
        send: Callable[[bytes], None],
        place: Callable[[], int],
        masks: Masks,
        file: Callable[[str, int, int], Path],
    ) -> None:
        self._send, self._place, self._masks, self._file = send, place, masks, file
        self._files: dict[int, Path] = {}
        self._dated: dict[int, datetime] = {}
        """Slot -> the latest time that was kept with what is said there."""
        self._slots: dict[int, Stream[ev.Utterance]] = {}
        self._gate: Stream[ev.OutputLine] | None = None
        self._tally, self._again = Tally(), Tally()
        """Of the gate, and of the latest rerun since it began."""
        self._changes: list[ev.GateProgress] = []

    @property
    def _streams(self) -> dict[int, Stream[Any]]:
        return {**self._slots, **({0: self._gate} if self._gate else {})}

    def begin(self, slot: int, label: str, attempt: int) -> None:
        """A new attempt in a slot: what the one before said is no longer shown to newcomers."""
        self.flush()
        self._files[slot] = self._file(label, attempt, slot)
        self._dated.pop(slot, None)

        def pack(lines: list[ev.Utterance]) -> ev.AgentOutput:
            return ev.AgentOutput(slot=slot, task=label, attempt=attempt, lines=lines)

        self._slots[slot] = Stream(self._place() + 1, Veil(self._masks), pack)

    def say(self, slot: int, lines: Sequence[ev.Utterance]) -> None:
        """What the agent in a slot says; it is kept in the attempt's file, and when it was."""
        masked: list[ev.Utterance | datetime] = [*self._slots[slot].add(lines)]
        now, before = datetime.now(UTC), self._dated.get(slot)
        if before is None or now - before >= APART:
            self._dated[slot] = now
            masked.insert(0, now)
        with contextlib.suppress(OSError), private.opened(self._files[slot], "ab") as file:
            private.record(file, ev.encode_said(masked), _FULL)

    def begin_gate(self, number: int) -> None:
        """A new gate: the output of the one before is no longer shown to newcomers."""
        self.flush()
        self._tally, self._again = Tally(), Tally()

        def pack(lines: list[ev.OutputLine]) -> ev.GateOutput:
            return ev.GateOutput(gate=number, lines=lines)

        self._gate = Stream(self._place() + 1, Veil(self._masks), pack)

    def test(self, lines: Sequence[ev.OutputLine], progress: ev.GateProgress) -> None:
        """What the gate prints, or a rerun of some of its tests, and what changed in the tally."""
        if self._gate:
            self._gate.add(lines)
        change = self._masks.struct(progress)
        tally = self._again if change.rerun else self._tally
        tally.apply(change)
        self._changes.append(change)

    def flush(self) -> None:
        """Send what has gathered."""
        for stream in self._streams.values():
            stream.flush(self._send)
        changes, self._changes = self._changes, []
        for change in changes:
            self._send(ev.encode(change))

    def mark(self) -> Mark:
        """Where a viewer stands that has all that was sent."""
        return {slot: (stream, stream.sent) for slot, stream in self._streams.items()}

    def since(self, mark: Mark) -> list[tuple[int, bytes]]:
        """What a viewer has missed: number of events before it, line of the wire."""
        self.flush()
        found: list[tuple[int, bytes]] = []
        for slot, stream in self._streams.items():
            known, seen = mark.get(slot, (None, 0))
            if missed := stream.since(seen if known is stream else 0):
                found.append((stream.place, missed))
        known = [tally for tally in (self._tally, self._again) if tally.latest.gate]
        place = self._gate.place if self._gate else 0
        found += [(place, ev.encode(tally.whole())) for tally in known]
        return sorted(found, key=itemgetter(0))

    async def run(self) -> None:
        """Flush on a clock, until cancelled."""
        while True:
            await asyncio.sleep(SECONDS)
            self.flush()
