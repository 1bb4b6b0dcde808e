"""A worktree whose agent is shut in: what of git it needs to write, and what it left there.

Its commits go to the common object store; index and HEAD are its worktree's own. Its branch is a
file among those of all others, in a folder that git must be able to write: there stands a folder
of its own instead, in which it sees no branch but its own. What that has come to is taken over
when it is done.
"""

from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from sixfold.uncut import to_the_end
from sixfold.workspace.git import git, run
from sixfold.workspace.records import common_folder
from sixfold.workspace.worktrees import Worktree, delete

_BEGAN = "began"
"""In its cell, the commit that an agent's branch was at."""
_COMMIT = re.compile(rb"[0-9a-f]{40,64}\n?")
_STORES = ("objects", "lfs")
"""What holds contents by their digest; of git, and of its extension for large files."""
_KEPT = ("objects/info", "objects/pack")
"""Of these, what a commit adds nothing to."""
_SETTLED = ("commondir", "gitdir", "config.worktree", "sixfold", "sixfold-index")
"""In git's record of a worktree, what tells git, or us, where to look and what to run."""
_TRUSTED = ("hooks", "config", "config.worktree", "worktrees")
"""In the common folder, what makes git run programs, and what is another worktree's."""


class Reach(Struct, frozen=True):
    """What an agent reaches of a repository; absolute paths that are there."""

    writable: list[Path]
    fixed: list[Path]
    """Can only be read, whatever is writable around it."""
    instead: dict[Path, Path]
    """Place -> folder of its own that stands there."""
    own: Path
    """Folder that holds these, and one for what is temporary."""

    @property
    def tmp(self) -> Path:
        """The one for what is temporary."""
        return self.own / "tmp"


def cell(worktree: Worktree) -> Path:
    """Folder for what an agent has to itself outside of its worktree."""
    ours = worktree.path.parents[2]
    return ours / "runs" / worktree.path.parent.name / "cells" / worktree.name


async def enclose(worktree: Worktree) -> Reach:
    """Make ready for an agent. Raises `GitError`."""
    await release(worktree)
    ref, common, own = f"refs/heads/{worktree.branch}", _common(worktree), cell(worktree)
    tip = await git(worktree.path, "rev-parse", "--verify", ref, env=worktree.env)
    places = {(common / top / ref).parent: own / top / ref for top in (".", "logs")}
    for place, file in places.items():
        place.mkdir(parents=True, exist_ok=True)
        file.parent.mkdir(mode=0o700, parents=True)
    (own / ref).write_text(tip, encoding="ascii")
    (own / _BEGAN).write_text(tip, encoding="ascii")
    (own / "tmp").mkdir()
    (worktree.record / "config.worktree").touch()
    link = worktree.path / ".git"
    return Reach(
        writable=[worktree.path, worktree.record, *_there(common, _STORES)],
        fixed=[
            *(worktree.path.parents[3], common, link),
            *_there(common, _KEPT),
            *_there(worktree.record, _SETTLED),
        ],
        instead={place.resolve(): file.parent for place, file in places.items()},
        own=own,
    )


async def release(worktree: Worktree) -> None:
    """Take over what the agent's branch has come to; again: nothing. Raises `GitError`."""
    if cell(worktree).is_dir():
        await to_the_end(_release(worktree))


async def _release(worktree: Worktree) -> None:
    ref, own = f"refs/heads/{worktree.branch}", cell(worktree)
    began, left = _read(own / _BEGAN), _read(own / ref)
    commit = await _at(worktree, left) if left != began else ""
    if commit and commit != await _at(worktree, ref):
        await git(worktree.path, "update-ref", ref, commit, began, env=worktree.env)
    await asyncio.to_thread(delete, own)


async def _at(worktree: Worktree, name: str) -> str:
    """The commit of that name; empty where there is none."""
    words = ("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    return (await run(worktree.path, *words, env=worktree.env)).out.strip()


async def enclose_shared(root: Path, own: Path) -> Reach:
    """The same for an agent in the tree at `root`: all of it, its branch included.

    Nothing is to be taken over: `own` can be deleted when it is done.
    """
    await asyncio.to_thread(delete, own)
    (own / "tmp").mkdir(mode=0o700, parents=True)
    words = ("rev-parse", "--path-format=absolute", "--git-dir")
    git_folder, common = Path((await git(root, *words)).rstrip("\n")), await common_folder(root)
    fixed = [*_there(common, _TRUSTED), *_there(git_folder, _SETTLED)]
    return Reach(writable=[root, common, git_folder], fixed=fixed, instead={}, own=own)


def _common(worktree: Worktree) -> Path:
    return worktree.record.resolve().parents[1]


def _there(folder: Path, names: tuple[str, ...]) -> list[Path]:
    return [(folder / name).resolve() for name in names if (folder / name).exists()]


def _read(file: Path) -> str:
    """The commit in a file of the agent's, who may have left anything in its place."""
    found = b""
    with suppress(OSError):
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as opened:
            found = opened.read(100)
    return found.decode().strip() if _COMMIT.fullmatch(found) else ""
