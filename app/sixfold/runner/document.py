"""`tasks.md` while a run is on: the run ticks it, people edit it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from watchfiles import awatch

from sixfold.feature import marking, tasks
from sixfold.feature.append import NewTask, append, append_too
from sixfold.feature.model import TasksFile
from sixfold.model import Plan, Task
from sixfold.runner.ground import Ground
from sixfold.runner.job import Reading, draw
from sixfold.workspace.tasks_blob import Rewrite


class Document:
    """The file as the run last knew it; `found` is what was read there."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._path = reading.feature.tasks_path
        self._seen = reading.data
        """The file as taken over last, our own ticks since then included."""
        self.found: TasksFile = reading.tasks

    def tick(self, task: Task) -> str:
        """Tick a task's box. Returns why it was not ticked; empty where it was."""
        return self._rewrite(marking.tick, task)

    def untick(self, task: Task) -> str:
        """Open a task's box again. Returns why it was not; empty where it is open."""
        return self._rewrite(marking.untick, task)

    def _rewrite(self, change: Callable[[Path, str, str], tuple[bytes, bytes]], task: Task) -> str:
        try:
            self.restore()
            before, after = change(self._path, task.id, task.title)
        except (marking.MarkError, OSError) as error:
            return str(error)
        if before == self._seen:
            self._seen = after  # else somebody was there first, and is heard by `edits`
        return ""

    def append(self, title: str, tasks: Sequence[NewTask]) -> tuple[Plan, Rewrite] | None:
        """Add a phase with tasks at the end. Raises `MarkError`, `OSError`.

        Gives the plan with it, and what adds the same to another text of the file.
        """
        self.restore()
        before, after = marking.rewrite(self._path, lambda data: append(data, title, tasks))
        plan = self._taken(after)
        return (plan, lambda data: append_too(data, before, after)) if plan else None

    def restore(self) -> bool:
        """Put the file back as it was last where it is gone, or emptied; did that happen.

        Nobody who means it empties the list of a run that is on. Raises `OSError`.
        """
        if self._path.exists() and self._path.read_bytes().strip():
            return False
        target = self._path.resolve()
        fresh = target.with_name(f".{target.name}.back")
        fresh.write_bytes(self._seen)
        fresh.replace(target)
        return True

    async def read_now(self) -> Plan | None:
        """The plan as the file has it now; None where that holds none. Raises `OSError`."""
        data = await asyncio.to_thread(self._path.read_bytes)
        return await asyncio.to_thread(self._taken, data)

    async def edits(self, ground: Ground) -> AsyncIterator[Plan]:
        """The plan anew after each edit that was not the run's own. Raises `OSError`, `GitError`.

        The file of another branch, which a person has gone to meanwhile, is not the run's.
        What cannot be read, or holds no task, is somebody's half-done save: the next change tells.
        """
        real = self._path.resolve()
        watched = awatch(
            real.parent, recursive=False, debounce=200, rust_timeout=1000, yield_on_timeout=True
        )
        async for changes in watched:
            named = {Path(name).name for _, name in changes}
            if named and real.name not in named:
                continue
            if self._is_known(real) or not await ground.at_home():
                continue
            plan = await asyncio.to_thread(self._read_again, real, ground.ours)
            if plan:
                yield plan

    def _is_known(self, real: Path) -> bool:
        try:
            return real.read_bytes() == self._seen
        except OSError:
            return True

    def _read_again(self, real: Path, ours: Callable[[bytes, bytes], bool]) -> Plan | None:
        try:
            data = real.read_bytes()
        except OSError:
            return None
        if data == self._seen:
            return None
        if ours(self._seen, data):
            self._seen = data
            return None
        return self._taken(data)

    def _taken(self, data: bytes) -> Plan | None:
        found = tasks.read(data)
        if not found.tasks:
            return None
        self._seen, self.found = data, found
        return draw(self._reading, found)
