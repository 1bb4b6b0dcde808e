"""Git's records of worktrees, read as files: git itself shows less of those that are broken."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from sixfold.workspace.git import git

OURS = Path(".sixfold", "worktrees")


class Record(Struct, frozen=True):
    """One linked worktree, as git knows it."""

    folder: Path
    place: Path
    """Where it is, or was."""
    branch: str
    """What is checked out in it; empty where that is no branch."""
    detached: str
    """The commit that is checked out where it is no branch."""


async def common_folder(root: Path) -> Path:
    """The git folder that all worktrees have in common. Raises `GitError`."""
    words = ("--path-format=absolute", "--git-common-dir")
    return Path((await git(root, "rev-parse", *words)).removesuffix("\n"))


def records(common: Path) -> list[Record]:
    """All that can be read."""
    found = []
    for gitdir in sorted(common.glob("worktrees/*/gitdir")):
        with suppress(OSError):
            folder = gitdir.parent
            said = os.fsdecode(gitdir.read_bytes()).rstrip("\n")
            place = Path(os.path.normpath(folder / said)).parent
            at = os.fsdecode((folder / "HEAD").read_bytes()).strip()
            branch = at.removeprefix("ref: refs/heads/")
            if branch == at:
                found.append(Record(folder, place, "", "" if at.startswith("ref:") else at))
            else:
                found.append(Record(folder, place, branch, ""))
    return found
