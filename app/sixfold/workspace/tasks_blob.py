"""`tasks.md` inside a git tree, exchanged without a worktree."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from sixfold.workspace.git import paths
from sixfold.workspace.own import git_in

Rewrite: TypeAlias = Callable[[bytes], bytes]
"""`tasks.md` -> `tasks.md` with boxes ticked or opened; called in threads, one at a time."""


class TasksBlob:
    """The file `name` in trees of the repository that `worktree`, one of our own, belongs to."""

    def __init__(self, worktree: Path, name: str) -> None:
        self._worktree, self._name = worktree, name

    async def entry(self, tree: str) -> str:
        """What a tree or commit has there, as `100644 blob ID`; empty where it is no plain file."""
        line = await git_in(self._worktree, "ls-tree", "-z", tree, "--", self._name)
        entry = line.partition("\t")[0]
        return entry if entry.startswith("100") else ""

    async def rewritten(self, tree: str, rewrite: Rewrite) -> str:
        """`tree` with its file rewritten; itself where nothing changes or the file is not in it."""
        if not (entry := await self.entry(tree)):
            return tree
        mode, kind, blob = entry.split()
        held = await git_in(self._worktree, "cat-file", "blob", blob)
        before = held.encode(errors="surrogateescape")
        if (after := await asyncio.to_thread(rewrite, before)) == before:
            return tree
        words = ("hash-object", "-w", "--stdin")
        blob = (await git_in(self._worktree, *words, stdin=after)).strip()
        return await self.placed(tree, f"{mode} {kind} {blob}")

    async def placed(self, tree: str, entry: str) -> str:
        """`tree` with the file as `entry` has it. What lies beside its folders costs no time."""
        return await self._grafted(tree, self._name, entry)

    async def _grafted(self, tree: str, path: str, entry: str) -> str:
        name, _, below = path.partition("/")
        listed = paths(await git_in(self._worktree, "ls-tree", "-z", tree)) if tree else []
        there = {line.partition("\t")[2]: line.partition("\t")[0] for line in listed}
        if below:
            folder = there.get(name, "").partition(" tree ")[2]
            entry = f"040000 tree {await self._grafted(folder, below, entry)}"
        there[name] = entry
        lines = "".join(f"{held}\t{name}\0" for name, held in there.items())
        words = ("mktree", "-z", "--missing")
        data = lines.encode(errors="surrogateescape")
        return (await git_in(self._worktree, *words, stdin=data)).strip()
