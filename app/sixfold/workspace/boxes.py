"""`tasks.md` inside a git tree, exchanged without a worktree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from sixfold.workspace.git import GitError
from sixfold.workspace.own import git_in, own

Rewrite: TypeAlias = Callable[[bytes], bytes]
"""`tasks.md` -> `tasks.md` with boxes ticked or opened."""
_INDEX = "sixfold.index"


class Boxes:
    """The file `name` in trees of the repository that `worktree`, one of our own, belongs to."""

    def __init__(self, worktree: Path, name: str) -> None:
        self._worktree, self._name = worktree, name

    async def entry(self, tree: str) -> str:
        """Mode and blob (`100644 BLOB`) of the file in a tree or commit; empty: no plain file."""
        line = await git_in(self._worktree, "ls-tree", "-z", tree, "--", self._name)
        mode, kind, blob = line.partition("\t")[0].split() if line else ("", "", "")
        return f"{mode} {blob}" if kind == "blob" and mode != "120000" else ""

    async def rewritten(self, tree: str, rewrite: Rewrite) -> str:
        """`tree` with its file rewritten; itself where nothing changes or the file is not in it."""
        if not (entry := await self.entry(tree)):
            return tree
        mode, blob = entry.split()
        held = await git_in(self._worktree, "cat-file", "blob", blob)
        before = held.encode(errors="surrogateescape")
        if (after := rewrite(before)) == before:
            return tree
        words = ("hash-object", "-w", "--stdin")
        blob = (await git_in(self._worktree, *words, stdin=after)).strip()
        return await self.placed(tree, f"{mode} {blob}")

    async def placed(self, tree: str, entry: str) -> str:
        """`tree` with the file as `entry` has it, made in an index that nobody else sees."""
        if not entry:
            raise GitError(f"no {self._name} to put into a tree")
        index = {"GIT_INDEX_FILE": f"{own(self._worktree)['GIT_DIR']}/{_INDEX}"}
        await git_in(self._worktree, "read-tree", tree, env=index)
        line = f"{entry}\t{self._name}\0".encode(errors="surrogateescape")
        await git_in(self._worktree, "update-index", "-z", "--index-info", env=index, stdin=line)
        return (await git_in(self._worktree, "write-tree", env=index)).strip()
