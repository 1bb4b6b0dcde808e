"""Why a task or a phase waits, and what waits for it, in two short rows. Pure."""

from __future__ import annotations

from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import Part
from sixfold.model import Need, Phase, Task
from sixfold.state import RunState

MOST = 3
"""Tasks and phases that are named among those that wait."""


def reasons(state: RunState, task: str, phase: int) -> list[list[Part]]:
    """Two rows about the selected task, or else the selected phase; none where none is there."""
    if known := state.by_id.get(task):
        return [_needs(state, known), _users(state, known)]
    if found := words.phase_of(state, phase):
        return [_after(state, found), _before(state, found)]
    return []


def _needs(state: RunState, task: Task) -> list[Part]:
    """What it needs and is not there yet comes first, each with its reason."""
    parts: list[Part] = [(" needs ", "quiet")]
    waits = [need for need in task.needs if not _is_met(state, need)]
    met = [need for need in task.needs if _is_met(state, need)]
    for number in words.open_phases(state, task.phase):
        parts += [("· ", "quiet"), (f"phase {number}", "plain"), (" its gate  ", "quiet")]
    for need in (*waits, *met):
        look = _look(state, need.task)
        parts += [(f"{look.glyph} ", look.tone), (need.task, "plain"), (f" {why(need)}  ", "quiet")]
    return parts if parts[1:] else [*parts, ("nothing", "quiet")]


def why(need: Need) -> str:
    """`file count/store.go`, `stated in line 35`."""
    if need.because == "stated":
        return f"stated in line {need.line}" if need.line else "stated"
    return f"{need.because} {need.detail}".strip()


def _users(state: RunState, task: Task) -> list[Part]:
    """Who waits for it, tasks first, and whether the whole run does."""
    users = [
        other.id for other in state.by_id.values() if any(n.task == task.id for n in other.needs)
    ]
    users += _later(state, task.phase)
    told = words.plain_list(users, MOST) or "no task"
    parts: list[Part] = [(" for   ", "quiet"), (told, "plain")]
    if state.plan and task.id in state.plan.critical_path:
        look = words.CRITICAL
        parts = [*parts, (f"   {look.glyph} ", look.tone), (look.word, "quiet")]
    return parts


def _after(state: RunState, phase: Phase) -> list[Part]:
    parts: list[Part] = [(" needs ", "quiet")]
    for number, reason in [
        *((n, "its gate") for n in phase.needs),
        *((n, "stories come one by one") for n in phase.follows),
    ]:
        earlier = words.phase_of(state, number)
        look = words.phase_look(state, earlier) if earlier else words.TASK_LOOKS["pending"]
        parts += [
            (f"{look.glyph} ", look.tone),
            (f"phase {number}", "plain"),
            (f" {reason}  ", "quiet"),
        ]
    return parts if parts[1:] else [*parts, ("nothing", "quiet")]


def _before(state: RunState, phase: Phase) -> list[Part]:
    later = words.plain_list(_later(state, phase.number), MOST)
    return [(" for   ", "quiet"), (later or "no phase", "plain")]


def _later(state: RunState, phase: int) -> list[str]:
    """The phases that wait for the gate of a phase."""
    return [
        f"phase {other.number}" for other in state.phases if phase in {*other.needs, *other.follows}
    ]


def _is_met(state: RunState, need: Need) -> bool:
    return need.task in state.tasks and state.tasks[need.task].state in words.SETTLED


def _look(state: RunState, name: str) -> words.Look:
    known = state.tasks.get(name)
    return words.TASK_LOOKS[known.state] if known else words.TASK_LOOKS["pending"]
