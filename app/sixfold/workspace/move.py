"""A person's working tree on its way from one commit to another, with nothing written over.

The way is found in an index of our own. For the move itself the person's is locked, as git locks
it; a note of the move outlives a process that dies on the way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from sixfold.feature import marking
from sixfold.feature.marking import MarkError
from sixfold.workspace.changes import GONE, Change, Edit, Entry, changes, edits
from sixfold.workspace.git import git, run
from sixfold.workspace.index import OwnIndex
from sixfold.workspace.obstacles import is_file, obstacles, torn
from sixfold.workspace.own import rest
from sixfold.workspace.tasks_blob import Rewrite


class Move:
    """Moves of the working tree at `root`, whose own git folder is `folder`."""

    def __init__(self, root: Path, folder: Path, tasks_file: str) -> None:
        self._root, self._tasks_file = root, tasks_file
        self._theirs, self._lock = folder / "index", folder / "index.lock"
        self._ours, self._note = OwnIndex(root, folder / "sixfold-index"), folder / "sixfold-move"

    def begun(self) -> tuple[str, str] | None:
        """From where to where a process that died was moving."""
        with suppress(FileNotFoundError, ValueError):
            old, new = self._note.read_text().split()
            return old, new
        return None

    def lock_left(self) -> Path | None:
        """The lock that such a process has left on the person's index."""
        with suppress(FileNotFoundError):
            if self._note.samefile(self._lock):
                return self._lock
        return None

    def forget(self) -> None:
        """Drop what such a process has left: there is nothing to finish."""
        if lock := self.lock_left():
            lock.unlink()
        self._note.unlink(missing_ok=True)
        self._ours.discard()

    async def tick(self, rewrite: Rewrite) -> None:
        """Put the run's boxes into `tasks.md` as it stands there; one that is gone stays gone."""
        with suppress(MarkError, OSError):
            await asyncio.to_thread(marking.rewrite, self._root / self._tasks_file, rewrite)

    async def go(self, old: str, new: str, rewrite: Rewrite) -> str:
        """Move from HEAD, `old`, to its descendant `new`; why it cannot be, or empty.

        What a process that died has begun is finished where it is the same move. Raises `GitError`
        and `OSError`.
        """
        again = self.begun() == (old, new)
        if again:
            await self._bury()
        try:
            changed = await changes(self._root, old, new)
            if not changed:
                return await self._tell(old, new, rewrite)
            seen = self._stamp()
            await self._ours.copy(self._theirs)
            edited = await edits(self._root, self._ours.env)
            if isinstance(edited, str):
                return edited
            tasks = await self._set_tasks_aside(changed, edited, rewrite, again=again)
            others = {path: change for path, change in changed.items() if path not in tasks}
            if held := await obstacles(self._ours, others, edited, again=again):
                return held
            await self._ours.move(old, new, dry=True)
            self._note.write_text(f"{old} {new}\n")
            if not self._take_lock(seen):
                if not again:
                    self._note.unlink()
                return f"git is at work in your checkout, or has left {self._lock}"
            return await self._carry(old, new, tasks, rewrite)
        finally:
            self._ours.discard()

    async def _carry(self, old: str, new: str, tasks: Mapping[str, Entry], rewrite: Rewrite) -> str:
        """Working tree, index and branch, in this order: cut in between, it never looks undone."""
        try:
            await self._ours.move(old, new)
            await self._ours.enter(tasks)
            self._ours.replace(self._theirs)
            held = await self._tell(old, new, rewrite)
        finally:
            self._lock.unlink(missing_ok=True)
        self._note.unlink()
        return held

    async def _tell(self, old: str, new: str, rewrite: Rewrite) -> str:
        """The last step: the branch itself, unless it is no longer at `old`."""
        await self.tick(rewrite)
        moved = await run(self._root, "update-ref", "-m", "sixfold: follow", "HEAD", new, old)
        return f"your branch moved meanwhile: {moved.err}" if moved.code else ""

    async def _bury(self) -> None:
        """A git of the dead process may still be at work; after it, the locks are nobody's."""
        await rest(self._root)
        self._ours.lock.unlink(missing_ok=True)
        if left := self.lock_left():
            left.unlink()

    def _take_lock(self, seen: tuple[int, int]) -> bool:
        """Lock the index as git does, unless it is no longer as it was seen.

        The lock is the note itself, by another name: that tells whose it is from the first moment.
        """
        try:
            self._lock.hardlink_to(self._note)
        except FileExistsError:
            return False
        if self._stamp() == seen:
            return True
        self._lock.unlink()
        return False

    def _stamp(self) -> tuple[int, int]:
        """Git never writes into an index: it puts another file in its place."""
        status = self._theirs.stat()
        return status.st_ino, status.st_mtime_ns

    async def _set_tasks_aside(
        self,
        changed: Mapping[str, Change],
        edited: Mapping[str, Edit],
        rewrite: Rewrite,
        *,
        again: bool,
    ) -> dict[str, Entry]:
        """Keep git off a `tasks.md` that the person edits; its entry in the index afterwards."""
        path = self._tasks_file
        change, edit = changed.get(path), edited.get(path)
        if change is None or change.new == GONE:
            return {}
        here = is_file(self._root / path)
        if edit is None and not (change.old == GONE and here):
            return {}
        if again and here and await torn(self._ours, path, change):
            return {}
        await self._ours.enter({path: change.new})
        if edit is None or edit.staged in {change.old, change.new}:
            return {path: change.new}
        return {path: await self._rewritten(edit.staged, rewrite)}

    async def _rewritten(self, entry: Entry, rewrite: Rewrite) -> Entry:
        """What the person staged, with the run's boxes in it."""
        if entry == GONE:
            return entry
        text = await git(self._root, "cat-file", "blob", entry.blob)
        try:
            data = await asyncio.to_thread(rewrite, text.encode(errors="surrogateescape"))
        except MarkError:
            return entry
        blob = await git(self._root, "hash-object", "-w", "--stdin", stdin=data)
        return Entry(entry.mode, blob.strip())
