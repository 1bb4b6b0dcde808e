"""What an edit of `tasks.md` did to the plan of a run that is on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from msgspec import Struct, structs

from sixfold.model import UNSTARTED, Plan, Task, TaskState

ALIKE = 0.6
"""Two descriptions under one id are the same task when they agree this far (0 to 1)."""


class Change(Struct, frozen=True):
    """The difference between two plans, in the words of `plan_changed`."""

    added: list[str]
    removed: list[str]
    edited: list[str]
    ticked: list[str]
    renamed: dict[str, str]
    unticked: list[str]
    """Done in this run, and open in the file all the same."""
    visible: bool
    """Does the graph differ, or a box that is not the run's own; line numbers do not count."""


def compare(old: Plan, new: Plan, states: Mapping[str, TaskState]) -> Change:
    """How `new` differs from `old`; `states` are those of the run, by the old ids.

    A task is the same where id and description are; else where its description is, under a new
    id (people renumber); else where its id is and the description is much the same.
    """
    same = _match(old.tasks, new.tasks)
    found = {after.id for after in same.values()}
    by_id = {task.id: task for task in old.tasks}
    pairs = [(by_id[name], after) for name, after in same.items()]
    ticked = [
        after.id
        for before, after in pairs
        if after.state == "done" and states.get(before.id) in UNSTARTED
    ]
    return Change(
        added=[task.id for task in new.tasks if task.id not in found],
        removed=[task.id for task in old.tasks if task.id not in same],
        edited=[after.id for before, after in pairs if before.title != after.title],
        ticked=ticked,
        renamed={before.id: after.id for before, after in pairs if before.id != after.id},
        unticked=[
            after.id
            for before, after in pairs
            if after.state == "pending" and states.get(before.id) == "done"
        ],
        visible=bool(ticked) or _graph(old) != _graph(new),
    )


def _graph(plan: Plan) -> object:
    """What a plan asks for, lines and boxes aside."""
    phases = [structs.replace(phase, line=0) for phase in plan.phases]
    parked = {task.id: task.state == "parked" for task in plan.tasks}
    tasks = [
        structs.replace(
            task,
            line=0,
            state="pending",
            needs=[structs.replace(need, line=0) for need in task.needs],
        )
        for task in plan.tasks
    ]
    return phases, tasks, parked


def _match(old: Iterable[Task], new: Iterable[Task]) -> dict[str, Task]:
    """Old id -> the same task in the new plan."""
    before = {task.id: task for task in old}
    after = {task.id: task for task in new}
    same = {
        name: after[name]
        for name, task in before.items()
        if name in after and after[name].title == task.title
    }
    by_title = _unique(task for name, task in after.items() if name not in same)
    for title, task in _unique(t for name, t in before.items() if name not in same).items():
        if title in by_title:
            same[task.id] = by_title[title]
    taken = {task.id for task in same.values()}
    for name, task in before.items():
        rest = name not in same and name in after and name not in taken
        if rest and SequenceMatcher(None, task.title, after[name].title).ratio() >= ALIKE:
            same[name] = after[name]
    return same


def _unique(tasks: Iterable[Task]) -> dict[str, Task]:
    """Tasks by their description, those left out that share one."""
    known = list(tasks)
    counts = Counter(task.title for task in known)
    return {task.title: task for task in known if counts[task.title] == 1}
