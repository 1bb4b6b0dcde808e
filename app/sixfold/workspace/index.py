"""An index of our own beside a person's: nothing of it is seen until it takes that one's place."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from sixfold.workspace.changes import GONE, Entry
from sixfold.workspace.git import GitError, git, paths, run


class OwnIndex:
    """The file `path`, an index of the working tree at `root`."""

    def __init__(self, root: Path, path: Path) -> None:
        self.root, self._path = root, path
        self.env = {"GIT_INDEX_FILE": str(path)}
        self.lock = path.with_name(f"{path.name}.lock")

    async def copy(self, theirs: Path) -> None:
        """Begin as a copy of the person's, brought up to date."""
        shutil.copy2(theirs, self._path)  # with its time: git trusts files older than it
        await self.refresh()

    async def refresh(self) -> None:
        """Have the index know which files are as it says; those that are not are no error."""
        await run(self.root, "update-index", "-q", "--refresh", env=self.env)

    async def enter(self, entries: Mapping[str, Entry]) -> None:
        """Put in entries by path; those that make place for others first. Raises `GitError`."""
        if not entries:
            return
        ordered = sorted(entries.items(), key=lambda item: item[1] != GONE)
        lines = "".join(f"{entry.mode} {entry.blob}\t{path}\0" for path, entry in ordered)
        data = lines.encode(errors="surrogateescape")
        await git(self.root, "update-index", "-z", "--index-info", env=self.env, stdin=data)

    async def unlike(self) -> set[str]:
        """Files that are not as the index has them. Raises `GitError`."""
        await self.refresh()
        words = ("diff-files", "-z", "--name-only", "--ignore-submodules")
        return set(paths(await git(self.root, *words, env=self.env)))

    async def move(self, old: str, new: str, *, dry: bool = False) -> None:
        """Bring index and working tree from a commit to another; `dry` only sees if it can be.

        Raises `GitError` where git would have to write over something.
        """
        settings = ("-c", "checkout.workers=1")  # one after another, so that one at most is torn
        words = ("read-tree", "--no-recurse-submodules", "-m", "-u", *(["-n"] if dry else []))
        done = await run(self.root, *settings, *words, old, new, env=self.env)
        if done.code:
            raise GitError(f"git cannot move your checkout: {done.err}")

    def replace(self, theirs: Path) -> None:
        """Take the place of the person's."""
        self._path.replace(theirs)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._path.unlink(missing_ok=True)
