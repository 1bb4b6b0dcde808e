"""Gates and what follows them: fixes, and tests that a person has run once more."""

from __future__ import annotations

from datetime import datetime

from sixfold import events as ev
from sixfold.state.known import Known
from sixfold.state.parts import GateRun, RerunRun, Work


def gate(
    known: Known,
    event: ev.GateStarted | ev.GateEnded | ev.FixStarted | ev.FixEnded,
    at: datetime | None,
) -> None:
    """A gate or a fix begins or ends."""
    match event:
        case ev.GateStarted():
            known.gates.append(GateRun(event))
            known.reruns.clear()
        case ev.GateEnded():
            if known.gates:
                known.gates[-1].ended = event
        case ev.FixStarted():
            known.fixes[event.phase] = event.attempt
            slot, label, number = event.slot, f"fix {event.phase}", event.attempt
            branch, base = event.branch, event.base
            known.work[slot] = Work(
                slot, label, "", event.phase, number, event.agent, at, branch, base
            )
        case ev.FixEnded():
            known.free(event.slot)


def rerun(known: Known, event: ev.RerunStarted | ev.RerunEnded) -> None:
    """Tests run once more, or have run."""
    if isinstance(event, ev.RerunStarted):
        known.reruns.append(RerunRun(event))
        known.last_rerun = event.rerun
    elif known.reruns:
        known.reruns[-1].ended = event
