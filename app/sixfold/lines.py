"""Events and state as plain lines, for a terminal without a dashboard and for logs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from sixfold import events as ev
from sixfold.model import Failure, PlanWarning
from sixfold.state import RunState

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
"""Control characters, those that turn the direction of writing among them."""


def harmless(text: str) -> str:
    """`text` without control characters: what agents and tests print is data."""
    return _CONTROLS.sub("", text)


def event_line(event: ev.AnyEvent, state: RunState) -> str:
    """One event as a line (more for a plan with warnings); empty for what needs no line."""
    match event:
        case ev.RunStarted():
            return f"run {event.run} on {event.branch}, agent {event.agent}, {event.slots} slots"
        case ev.PlanLoaded():
            plan = event.plan
            head = f"plan {len(plan.tasks)} tasks in {len(plan.phases)} phases, {plan.tasks_file}"
            return "\n".join([head, *(warning_line(plan.tasks_file, w) for w in plan.warnings)])
        case ev.PlanChanged():
            return f"plan changed: {change(event)}"
        case ev.ChecklistsRead():
            found = [f"{c.name} {c.done}/{c.done + c.open} {c.status}" for c in event.checklists]
            return f"checklists {', '.join(found)}" if found else ""
        case ev.PhaseStarted():
            return f"phase {event.phase} {event.title}"
        case ev.PhaseEnded():
            return f"phase {event.phase} ended, its gate is green"
        case ev.TaskStarted():
            title = state.by_id[event.task].title if event.task in state.by_id else ""
            return f"{event.task} starts in slot {event.slot}, attempt {event.attempt}: {title}"
        case ev.TaskEnded():
            again = ", another attempt follows" if event.again else ""
            return f"{event.task} {event.outcome}{_because(event.reason)}{again}"
        case ev.TaskHalted():
            return f"{event.task} halted: it needs {event.because}"
        case ev.TaskSkipped():
            return f"{event.task} skipped"
        case ev.TaskReopened():
            return f"{event.task} is open again"
        case ev.GateStarted():
            return f"gate {event.gate} ({_cause(event)}): {' '.join(event.command)}"
        case ev.GateEnded():
            return gate_lines(event)
        case ev.FixStarted():
            return f"fix {event.attempt} for phase {event.phase} starts in slot {event.slot}"
        case ev.FixEnded():
            return f"fix {event.attempt} for phase {event.phase} {event.outcome}" + _because(
                event.reason
            )
        case ev.PermissionAsked():
            return f"{event.task} asks: {event.text}"
        case ev.PermissionAnswered():
            return f"{event.task} is answered: {event.option}"
        case ev.RunPaused():
            return "paused: running turns finish, nothing new starts"
        case ev.RunResumed():
            return "goes on"
        case ev.RunBlocked():
            return f"blocked: {event.reason}; you can: {', '.join(event.options)}"
        case ev.RunEnded():
            return f"{event.outcome}: {event.done} of {event.total} tasks done" + _because(
                event.reason
            )
        case ev.Notice():
            return f"{event.level}: {event.text}"


def gate_lines(gate: ev.GateEnded) -> str:
    """How a gate ended, and a line for each failure."""
    tally = (
        f"gate {gate.gate} {gate.verdict}: {gate.passed} passed, {gate.failed} failed, "
        f"{gate.skipped} skipped, {gate.races} races, {gate.seconds:.1f} s"
    )
    failures = [f"  {failure_line(failure)}" for failure in gate.failures]
    return "\n".join([tally + _because(gate.reason), *failures])


def failure_line(failure: Failure) -> str:
    """`FAIL package Test  what (file:line)`."""
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    name = f"{failure.package} {failure.test}".strip()
    return f"FAIL {name} {failure.kind}: {failure.message}{place}"


def warning_line(tasks_file: str, warning: PlanWarning) -> str:
    """`warning: specs/x/tasks.md:12: what (code)`."""
    return f"warning: {tasks_file}:{warning.line}: {warning.message} ({warning.code})"


def change(event: ev.PlanChanged) -> str:
    """What a person's edit of `tasks.md` did, in words."""
    parts = [
        f"{word} {', '.join(ids)}"
        for word, ids in (
            ("added", event.added),
            ("removed", event.removed),
            ("edited", event.edited),
            ("ticked", event.ticked),
            ("renamed", [f"{old} to {new}" for old, new in event.renamed.items()]),
        )
        if ids
    ]
    return "; ".join(parts) or "its text"


def status_lines(state: RunState, *, live: bool, now: datetime) -> list[str]:
    """The state of a run, for `sixfold status`."""
    counts = Counter(task.state for task in state.tasks.values())
    tally = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    ended = state.ended or now
    elapsed = f", {(ended - state.started).total_seconds():.0f} s" if state.started else ""
    lines = [
        f"run {state.run}: {state.status}{'' if live or state.ended else ', not live'}{elapsed}",
        f"{state.done} of {state.total} tasks done ({tally})",
    ]
    if state.reason:
        lines.append(f"because: {state.reason}")
    if state.options:
        lines.append(f"you can: {', '.join(state.options)}")
    lines.extend(
        f"slot {work.slot}: {work.label}, attempt {work.attempt}" for work in state.work.values()
    )
    lines.extend(
        f"{name} {task.state}{_because(task.reason)}"
        for name, task in state.tasks.items()
        if task.state in {"failed", "halted"}
    )
    if state.gate and state.gate.ended:
        lines.append(gate_lines(state.gate.ended))
    return lines


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _cause(gate: ev.GateStarted) -> str:
    return f"after phase {gate.phase}" if gate.phase else gate.cause
