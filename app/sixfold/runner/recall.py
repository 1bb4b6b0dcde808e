"""A run that is over, as it was watched: its journal, and what was said, from the transcripts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sixfold import events as ev
from sixfold.agents.roster import Kind
from sixfold.agents.scripted import understand
from sixfold.gate.command import survey
from sixfold.gate.listen import GoListener, PlainListener
from sixfold.link import Heard
from sixfold.runner.archive import Archive, Dated
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import transcript
from sixfold.state import VALIDATION

MOST_BYTES = 200_000
"""Of the end of one agent's transcript."""
MOST_GATE_BYTES = 20_000_000
"""Of the end of what one gate printed."""


class Recall:
    """Tells what was said and printed in the work that an event of a run began."""

    def __init__(self, folder: RunFolder, events: Sequence[ev.AnyEvent]) -> None:
        started = next((event for event in events if isinstance(event, ev.RunStarted)), None)
        self._folder = folder
        self._root = Path(started.repository) if started else folder.path

    def __call__(self, event: ev.AnyEvent) -> list[Heard]:
        """What it has from the files of the run."""
        folder = self._folder
        match event:
            case ev.TaskStarted():
                return _agent(folder, "task", event.task, event.task, event)
            case ev.ConflictFound():
                return _agent(
                    folder, "conflict", event.task.removeprefix("fix "), event.task, event
                )
            case ev.FixStarted():
                name = str(event.phase)
                return _agent(folder, "fix", name, f"fix {name}", event)
            case ev.ValidationStarted():
                return _agent(folder, "validate", VALIDATION, VALIDATION, event)
            case ev.GateStarted():
                return _gate(folder.transcripts / f"gate-{event.gate}.log", event, self._root)
        return []


def _agent(
    folder: RunFolder,
    kind: Kind,
    name: str,
    label: str,
    event: ev.TaskStarted | ev.FixStarted | ev.ConflictFound | ev.ValidationStarted,
) -> list[Heard]:
    said = Archive(folder).end_of(label, event.attempt, event.slot, MOST_BYTES)
    if said is None:  # a run of before that was kept: what the agent printed says it
        data, _ = _end_of(transcript(folder, kind, name, event.attempt, event.slot), MOST_BYTES)
        lines = [understand(line) for line in data.decode(errors="replace").splitlines()]
        said = [Dated(None, lines)] if lines else []
    elif kind == "conflict":
        return []  # it was told with the rest of the attempt

    def output(lines: list[ev.Utterance]) -> ev.AgentOutput:
        return ev.AgentOutput(slot=event.slot, task=label, attempt=event.attempt, lines=lines)

    return [Heard(output(one.lines), one.at) for one in said]


def _gate(path: Path, event: ev.GateStarted, root: Path) -> list[Heard]:
    data, missing = _end_of(path, MOST_GATE_BYTES)
    if not data:
        return []
    cut = f"… {missing >> 20} MiB before this are not shown; all of it is in {path}"
    first = [ev.OutputLine(cut, "note")] if missing else []
    if not data.lstrip().startswith(b"{"):
        plain = PlainListener()
        plain.out(data, 0.0)
        plain.close()
        return [Heard(ev.GateOutput(gate=event.gate, lines=[*first, *plain.lines]))]
    listener, found = GoListener(survey(root)), list[Heard]()
    listener.lines += first
    for at, chunk in _by_time(data):
        seconds = _between(event.at, at)
        listener.out(chunk, seconds)
        found += _told(listener, event.gate, seconds, at)
    listener.close()
    return found + _told(listener, event.gate, seconds, at)


def _between(begin: object, at: datetime | None) -> float:
    """Seconds of a gate; 0 where they are not known."""
    return (at - begin).total_seconds() if at and isinstance(begin, datetime) else 0.0


def _told(listener: GoListener, gate: int, seconds: float, at: datetime | None) -> list[Heard]:
    """What a gate has told since this was asked last."""
    lines, listener.lines[:] = listener.lines[:], []
    found = [Heard(ev.GateOutput(gate=gate, lines=lines), at)] if lines else []
    return [*found, Heard(listener.progress(gate, seconds), at)]


def _by_time(data: bytes) -> Iterator[tuple[datetime | None, bytes]]:
    """What was printed, in pieces of a tenth of a second, each with its time where it has one."""
    at, piece = "", list[bytes]()
    for line in data.splitlines(keepends=True):
        if found := _TIME.search(line):
            now = (found[1] + found[2]).decode()
            if piece and now != at:
                yield _time(at), b"".join(piece)
                piece = []
            at = now
        piece.append(line)
    yield _time(at), b"".join(piece)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_TIME = re.compile(rb'"Time":\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d)\d*(Z|[-+]\d\d:\d\d)"')


def _end_of(path: Path, most: int) -> tuple[bytes, int]:
    """The last bytes of a file, whole lines, and how many are before them; none without a file."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            data = file.read(most)
    except OSError:
        return b"", 0
    data = data if size <= most else data.partition(b"\n")[2]
    return data, size - len(data)
