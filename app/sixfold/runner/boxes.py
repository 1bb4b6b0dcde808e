"""Which boxes of `tasks.md` the run has to tick, and which to open."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import TypeAlias

from sixfold.feature import tasks
from sixfold.feature.marking import MarkError, mark, unmark
from sixfold.model import TaskState
from sixfold.state import RunState

Found: TypeAlias = dict[tuple[str, str], TaskState]
"""Id and description of a task -> its box."""


class Boxes:
    """Boxes as this run's work has them, whoever's text of the file they stand in."""

    def __init__(self, state: RunState) -> None:
        self._state = state
        self._landed: set[str] = set()
        """Integrated, and not on record yet."""
        self._opened: set[str] = set()
        """Taken back by a person."""
        self._last: tuple[bytes, Found] = (b"", {})
        """The file as it was rewritten last, and what stands in it."""
        self._texts: set[bytes] = set()
        """Digests of texts that differ by the run's own boxes alone."""
        self._made: set[bytes] = set()
        """Of these, the ones that only the run can have written."""

    def land(self, task: str) -> None:
        """A task's commit is about to be made: its box is ticked in it."""
        self._landed.add(task)
        self._opened.discard(task)

    def forget(self, task: str) -> None:
        """The commit was not made."""
        self._landed.discard(task)
        self._made.clear()

    def open(self, task: str) -> None:
        """A task is taken back: its box is opened."""
        self._landed.discard(task)
        self._opened.add(task)
        self._made.clear()

    def accept(self, task: str) -> None:
        """A person ticked it: it is no longer taken back."""
        self._opened.discard(task)

    def rename(self, names: Mapping[str, str]) -> None:
        """Tasks have new ids."""
        self._landed = {names.get(name, name) for name in self._landed}
        self._opened = {names.get(name, name) for name in self._opened}

    def rewrite(self, data: bytes) -> bytes:
        """The file with the run's boxes in it; what it does not know stays as it is.

        A file that it made itself is not read again: a list may be long.
        """
        last, known = self._last
        before, found = data, dict(known) if data == last else _read(data)
        for name, title, state in self._wanted(found):
            with suppress(MarkError):
                data = (mark if state == "done" else unmark)(data, name, title)
                found[name, title] = state
        self._last = (data, found)
        if _digest(before) not in self._texts:
            self._texts, self._made = {_digest(before)}, set()
        self._texts.add(_digest(data))
        self._made.add(_digest(data))
        return data

    def ours(self, before: bytes, after: bytes) -> bool:
        """Did the run make `after` of `before`, the same text but for boxes that are its own."""
        return _digest(before) in self._texts and _digest(after) in self._made

    def owed(self, data: bytes) -> list[str]:
        """Finished tasks whose box is there in `data`, and open."""
        return [name for name, _, state in self._wanted(_read(data)) if state == "done"]

    def _is_done(self, name: str) -> bool:
        progress = self._state.tasks.get(name)  # a plan may change while a thread reads this
        done = progress is not None and progress.state == "done" and not progress.given
        return name not in self._opened and (done or name in self._landed)

    def _wanted(self, found: Found) -> list[tuple[str, str, TaskState]]:
        """Id, description as it stands in the file, and state of the boxes that are wrong there.

        A task is known by its description, under whatever id; one that a person is rewording is
        known by its id, unless its old description is that of another task by now.
        """
        plan = self._state.by_id
        titles = {task.title: name for name, task in plan.items()}
        wanted: list[tuple[str, str, TaskState]] = []
        for (key, title), state in found.items():
            exact = key if key in plan and plan[key].title == title else None
            name = exact or titles.get(title) or (key if key in plan else "")
            if not name:
                continue
            if self._is_done(name) and state == "pending":
                wanted.append((key, title, "done"))
            elif name in self._opened and state == "done":
                wanted.append((key, title, "pending"))
        return wanted


def _read(data: bytes) -> Found:
    return {(task.id, task.title): task.state for task in tasks.read(data).tasks}


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
