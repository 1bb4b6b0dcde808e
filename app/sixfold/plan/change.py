"""What an edit of `tasks.md` did to the plan of a run that is on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from msgspec import Struct

from sixfold.model import Plan, Task, TaskState

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

    @property
    def visible(self) -> bool:
        """Is there anything to tell but the boxes that the run itself ticked."""
        return bool(self.added or self.removed or self.edited or self.ticked or self.renamed)


def compare(old: Plan, new: Plan, states: Mapping[str, TaskState]) -> Change:
    """How `new` differs from `old`; `states` are those of the run, by the old ids.

    A task is the same where id and description are; else where its description is, under a new
    id (people renumber); else where its id is and the description is much the same.
    """
    same = _match(old.tasks, new.tasks)
    found = {after.id for after in same.values()}
    by_id = {task.id: task for task in old.tasks}
    pairs = [(by_id[name], after) for name, after in same.items()]
    return Change(
        added=[task.id for task in new.tasks if task.id not in found],
        removed=[task.id for task in old.tasks if task.id not in same],
        edited=[after.id for before, after in pairs if before.title != after.title],
        ticked=[
            after.id
            for before, after in pairs
            if after.state == "done" and states.get(before.id) in _IDLE
        ],
        renamed={before.id: after.id for before, after in pairs if before.id != after.id},
        unticked=[
            after.id
            for before, after in pairs
            if after.state == "pending" and states.get(before.id) == "done"
        ],
    )


_IDLE = {"pending", "ready", "failed", "halted", "skipped", "parked"}


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
