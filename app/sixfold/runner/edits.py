"""People edit `tasks.md` while a run is on: notice it, and read it again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import awatch

from sixfold.feature import tasks
from sixfold.feature.model import TasksFile


async def edits(path: Path) -> AsyncIterator[TasksFile]:
    """`tasks.md` read anew after each change of it, whoever made it.

    What cannot be read, or holds no task, is somebody's half-done save: the next change tells.
    """
    real = path.resolve()
    known = b""
    async for changes in awatch(real.parent, recursive=False, debounce=200, rust_timeout=250):
        if not any(Path(name).name == real.name for _, name in changes):
            continue
        try:
            data = real.read_bytes()
        except OSError:
            continue
        if data == known:
            continue
        known = data
        found = tasks.read(data)
        if found.tasks:
            yield found
