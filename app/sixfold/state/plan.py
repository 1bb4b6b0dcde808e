"""The plan comes in, and changes under the hands of a person who edits `tasks.md`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sixfold import events as ev
from sixfold.model import UNSTARTED, Phase, Plan, Task
from sixfold.state.known import Known
from sixfold.state.parts import TaskProgress


def load(known: Known, plan: Plan) -> None:
    """Take a plan; tasks that are known keep their progress."""
    known.plan = plan
    known.by_id = {task.id: task for task in plan.tasks}
    known.tasks = {
        task.id: known.tasks.get(task.id)
        or TaskProgress(state=task.state, given=task.state != "pending")
        for task in plan.tasks
    }


def change(known: Known, event: ev.PlanChanged) -> None:
    """Take an edited plan over, under its new names and numbers."""
    moved = renumbered(known.phases, event.plan.phases)
    _take_tasks(known, event)
    for work in known.work.values():
        work.task = work.task if work.gone else event.renamed.get(work.task, work.task)
        work.label = work.task or work.label
        work.phase = moved.get(work.phase, work.phase)
    load(known, event.plan)
    for task in event.plan.tasks:
        _take_box(known.tasks[task.id], task)
    known.fixes = {moved[phase]: count for phase, count in known.fixes.items() if phase in moved}
    known.begun = {moved[phase] for phase in known.begun if phase in moved}
    known.passed = {moved[phase] for phase in known.passed if phase in moved}
    known.passed -= {task.phase for task in event.plan.tasks if _is_open(known, task.id)}


def _take_tasks(known: Known, event: ev.PlanChanged) -> None:
    """Remove, rename, bring back: a task that comes back has its progress again."""
    for work in known.work.values():
        work.gone = work.gone or work.task in event.removed
    for name in event.removed:
        if name in known.tasks:
            known.removed[name, known.by_id[name].title] = known.tasks.pop(name)
    known.tasks = {event.renamed.get(name, name): task for name, task in known.tasks.items()}
    for name in event.added:
        title = next((task.title for task in event.plan.tasks if task.id == name), "")
        if back := known.removed.pop((name, title), None):
            known.tasks[name] = back
            for work in known.work.values():
                work.gone = work.gone and work.task != name


def _is_open(known: Known, name: str) -> bool:
    return known.tasks[name].state in {"pending", "ready", "running", "integrating"}


def _take_box(progress: TaskProgress, task: Task) -> None:
    """A person's box counts for a task that is not at work; `done` stays done."""
    if task.state != "pending" and progress.state in UNSTARTED:
        progress.state, progress.reason = task.state, ""
    elif task.state == "pending" and progress.state == "parked":
        progress.state = "pending"


def renumbered(old: Sequence[Phase], new: Sequence[Phase]) -> dict[int, int]:
    """Old number -> new number of the phases that are in both; phases are known by their title.

    Of phases with one title the first is the first, and so on. 0, which is no phase, stays.
    """
    places: dict[tuple[str, int], int] = {}
    for phase, key in zip(new, _keys(new), strict=True):
        places[key] = phase.number
    pairs = zip(old, _keys(old), strict=True)
    return {0: 0} | {phase.number: places[key] for phase, key in pairs if key in places}


def _keys(phases: Sequence[Phase]) -> list[tuple[str, int]]:
    counts: Counter[str] = Counter()
    keys = []
    for phase in phases:
        keys.append((phase.title, counts[phase.title]))
        counts[phase.title] += 1
    return keys
