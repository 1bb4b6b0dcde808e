"""A run that is over, as it was watched: its journal, and what was said, from the transcripts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import structs

from sixfold import events as ev
from sixfold.agents.roster import Kind
from sixfold.agents.scripted import understand
from sixfold.gate.command import survey
from sixfold.gate.listen import GoListener, Listener, PlainListener
from sixfold.runner.archive import Archive
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import transcript
from sixfold.state import VALIDATION

MOST_BYTES = 200_000
"""Of the end of one agent's transcript."""
MOST_GATE_BYTES = 20_000_000


def recall(folder: RunFolder, events: Sequence[ev.AnyEvent]) -> Iterator[ev.Message]:
    """The events in order, behind each that began something what was said then."""
    started = next((event for event in events if isinstance(event, ev.RunStarted)), None)
    root = Path(started.repository) if started else folder.path
    for event in events:
        yield event
        match event:
            case ev.TaskStarted():
                yield from _agent(folder, "task", event.task, event)
            case ev.ConflictFound():
                yield from _agent(folder, "conflict", event.task.removeprefix("fix "), event)
            case ev.FixStarted():
                yield from _agent(folder, "fix", str(event.phase), event)
            case ev.ValidationStarted():
                yield from _agent(folder, "validate", VALIDATION, event)
            case ev.GateStarted():
                yield from _gate(folder.transcripts / f"gate-{event.gate}.log", event, root)


def _agent(
    folder: RunFolder,
    kind: Kind,
    name: str,
    event: ev.TaskStarted | ev.FixStarted | ev.ConflictFound | ev.ValidationStarted,
) -> Iterator[ev.AgentOutput]:
    match event:
        case ev.FixStarted():
            label = f"fix {name}"
        case ev.ValidationStarted():
            label = name
        case _:
            label = event.task
    lines = Archive(folder).end_of(label, event.attempt, event.slot, MOST_BYTES)
    if lines is None:  # a run of before that was kept: what the agent printed says it
        data = _end_of(transcript(folder, kind, name, event.attempt, event.slot), MOST_BYTES)
        lines = [understand(line) for line in data.decode(errors="replace").splitlines()]
    elif kind == "conflict":
        return  # it was told with the rest of the attempt
    if lines:
        yield ev.AgentOutput(slot=event.slot, task=label, attempt=event.attempt, lines=lines)


def _gate(path: Path, event: ev.GateStarted, root: Path) -> Iterator[ev.Message]:
    data = _end_of(path, MOST_GATE_BYTES)
    if not data:
        return
    is_json = data.lstrip().startswith(b"{")
    listener: Listener = GoListener(survey(root)) if is_json else PlainListener()
    listener.out(data, 0.0)
    listener.close()
    yield ev.GateOutput(gate=event.gate, lines=listener.lines)
    if is_json:
        yield structs.replace(listener.progress(event.gate, 0.0), whole=True)


def _end_of(path: Path, most: int) -> bytes:
    """The last bytes of a file, whole lines; nothing where it is not there."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - most))
            data = file.read(most)
    except OSError:
        return b""
    return data if size <= most else data.partition(b"\n")[2]
