"""The tree that agents work in, as git sees it: snapshots and what changed between them.

A snapshot is a git tree made through an index and an object store of the run's own: the user's
index, stash, branches and object store are never touched.
"""

from __future__ import annotations

import asyncio
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from sixfold.workspace.git import GitError, git

LONGEST_DIFF = 200_000
"""Bytes of a diff that is shown or given to an agent."""


_PATIENCE = 4
"""Times a snapshot is tried, since files come and go while it is taken."""
_NO_COMMIT = re.compile(r"'([^']+)' does not have a commit checked out")


async def change(root: Path, before: str, after: str, paths: Sequence[str] = ()) -> str:
    """The change between two trees or commits as a unified diff, cut at `LONGEST_DIFF`.

    Raises `GitError`.
    """
    words = ("diff-tree", "-r", "-p", "--find-renames", "--no-ext-diff", "--no-textconv")
    plainly = ("-c", "core.quotePath=false", "--literal-pathspecs")
    text = await git(root, *plainly, *words, before, after, "--", *paths)
    return cut(text.encode(errors="surrogateescape").decode(errors="replace"))


def cut(text: str) -> str:
    """A diff, as far as it is shown."""
    if len(text) <= LONGEST_DIFF:
        return text
    return f"{text[:LONGEST_DIFF]}\n[cut: {len(text) - LONGEST_DIFF} more characters]\n"


class Tree:
    """The repository at `root`; snapshots go below `store`, a folder of the run's own."""

    def __init__(self, root: Path, store: Path) -> None:
        self.root, self._store = root, store
        self._one_at_a_time = asyncio.Lock()
        self._scratch: dict[str, str] | None = None
        self._unaddable: set[str] = set()

    async def snapshot(self) -> str:
        """The id of a git tree that holds what is in the working tree now, ignored files apart.

        One that is begun is ended, whoever was waiting for it: two must never overlap.
        """
        return await asyncio.shield(asyncio.ensure_future(self._snapshot()))

    async def _snapshot(self) -> str:
        async with self._one_at_a_time:
            await self._add()
            return (await self._git("write-tree")).strip()

    async def _add(self) -> None:
        """Take in what is there, while agents go on writing: what vanishes meanwhile is left out.

        A repository without a commit, made inside the tree, cannot be added at all.
        """
        for _ in range(_PATIENCE):
            try:
                left_out = [f":(exclude,literal){path}" for path in sorted(self._unaddable)]
                await self._git("add", "--all", "--ignore-errors", "--", ".", *left_out)
            except GitError as error:
                (self._store / "index.lock").unlink(missing_ok=True)  # ours alone, so stale
                if found := _NO_COMMIT.search(str(error)):
                    self._unaddable.add(found[1].rstrip("/"))
            else:
                return

    async def changed(self, before: str, after: str) -> list[str]:
        """Paths that differ between two snapshots, from the root."""
        names = await self._git("diff-tree", "-r", "-z", "--name-only", before, after)
        return [name for name in names.split("\0") if name]

    async def diff(self, before: str, after: str, paths: Sequence[str] = ()) -> str:
        """The change between two snapshots as a unified diff, cut at `LONGEST_DIFF`."""
        options = ("diff", "--no-color", "--no-ext-diff", "--find-renames")
        text = await self._git(*options, before, after, "--", *paths)
        return cut(text.encode(errors="surrogateescape").decode(errors="replace"))

    async def names(self, snapshot: str) -> list[str]:
        """Every path in a snapshot, from the root."""
        names = await self._git("ls-tree", "-r", "-z", "--name-only", snapshot)
        return [name for name in names.split("\0") if name]

    async def _git(self, *words: str) -> str:
        if self._scratch is None:
            self._scratch = await self._prepare()
        return await git(self.root, *words, env=self._scratch)

    async def _prepare(self) -> dict[str, str]:
        """An index and an object store of our own; the index starts as a copy, which is quick."""
        objects = self._store / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        index, theirs = self._store / "index", self.root / await self._inside("index")
        if theirs.exists() and not index.exists():
            shutil.copy2(theirs, index)
        return {
            "GIT_INDEX_FILE": str(index),
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(self.root / await self._inside("objects")),
        }

    async def _inside(self, name: str) -> str:
        return (await git(self.root, "rev-parse", "--git-path", name)).rstrip("\n")


def _quoted(path: Path) -> str:
    """A path in a list of paths: quoted as in C, since it may hold a colon."""
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'
