"""Which boxes of `tasks.md` the run has to tick, and which to open."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from sixfold.feature import tasks
from sixfold.feature.marking import MarkError, mark, unmark
from sixfold.feature.model import ReadTask
from sixfold.state import RunState


class Boxes:
    """Boxes as this run's work has them, whoever's text of the file they stand in."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._landed: set[str] = set()
        """Integrated, and not on record yet."""
        self._opened: set[str] = set()
        """Taken back by a person."""

    def land(self, task: str) -> None:
        """A task's commit is about to be made: its box is ticked in it."""
        self._landed.add(task)
        self._opened.discard(task)

    def forget(self, task: str) -> None:
        """The commit was not made."""
        self._landed.discard(task)

    def open(self, task: str) -> None:
        """A task is taken back: its box is opened."""
        self._landed.discard(task)
        self._opened.add(task)

    def rename(self, names: Mapping[str, str]) -> None:
        """Tasks have new ids."""
        self._landed = {names.get(name, name) for name in self._landed}
        self._opened = {names.get(name, name) for name in self._opened}

    def rewrite(self, data: bytes) -> bytes:
        """The file with the run's boxes in it; what it does not know stays as it is."""
        found = tasks.read(data).tasks
        for name, title, state in self._wanted(found):
            with suppress(MarkError):
                data = (mark if state == "done" else unmark)(data, name, title)
        return data

    def owed(self, data: bytes) -> list[str]:
        """Finished tasks whose box is not ticked in `data`."""
        states = {(task.id, task.title): task.state for task in tasks.read(data).tasks}
        names = [name for name in self._state.by_id if self._is_done(name)]
        return [n for n in names if states.get((n, self._state.by_id[n].title)) != "done"]

    def _is_done(self, name: str) -> bool:
        progress = self._state.tasks[name]
        done = progress.state == "done" and not progress.given
        return name not in self._opened and (done or name in self._landed)

    def _wanted(self, found: tuple[ReadTask, ...]) -> list[tuple[str, str, str]]:
        """Id, description as it stands in the file, and state of the boxes that are wrong there.

        A task is known by its description, under whatever id; one that a person is rewording is
        known by its id, unless its old description is that of another task by now.
        """
        plan = self._state.by_id
        titles = {task.title: name for name, task in plan.items()}
        wanted = []
        for task in found:
            exact = task.id if task.id in plan and plan[task.id].title == task.title else None
            name = exact or titles.get(task.title) or (task.id if task.id in plan else "")
            if not name:
                continue
            if self._is_done(name) and task.state == "pending":
                wanted.append((task.id, task.title, "done"))
            elif name in self._opened and task.state == "done":
                wanted.append((task.id, task.title, "pending"))
        return wanted
