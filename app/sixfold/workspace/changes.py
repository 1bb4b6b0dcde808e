"""What a move from one commit to another changes, and what a person has edited meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from sixfold.workspace.git import git

_NOTHING = "000000"


class Entry(Struct, frozen=True):
    """What stands at a path, in a commit or in the index."""

    mode: str
    blob: str


GONE = Entry(_NOTHING, "0" * 40)
"""Nothing stands there."""


class Change(Struct, frozen=True):
    """What a path becomes."""

    old: Entry
    new: Entry


class Edit(Struct, frozen=True):
    """How a path differs from HEAD."""

    staged: Entry
    """In the index."""
    unclean: bool
    """The file is not as in the index."""


async def changes(root: Path, old: str, new: str) -> dict[str, Change]:
    """What differs between two commits, by path from the root. Raises `GitError`."""
    words = ("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", old, new)
    fields = (await git(root, *words)).split("\0")
    found = {}
    for head, path in zip(fields[::2], fields[1::2], strict=False):
        mode, after, blob, blob_after, _ = head.removeprefix(":").split(" ")
        found[path] = Change(_entry(mode, blob), _entry(after, blob_after))
    return found


async def edits(root: Path, env: Mapping[str, str]) -> dict[str, Edit] | str:
    """What differs from HEAD in the index that `env` names and in the working tree, by path.

    Where something is in conflict that is said instead, in words. Raises `GitError`.
    """
    words = ("--porcelain=v2", "-z", "--no-renames", "--untracked-files=no")
    listed = await git(root, "status", *words, "--ignore-submodules=dirty", env=env)
    found = {}
    for line in listed.split("\0"):
        kind, _, rest = line.partition(" ")
        if kind == "u":
            return "your checkout holds conflicts that are not resolved"
        if kind == "1":
            how, _, _, mode, _, _, blob, path = rest.split(" ", 7)
            unclean = how[1] != "."
            found[path] = Edit(_entry(mode, blob), unclean)
    return found


def _entry(mode: str, blob: str) -> Entry:
    return GONE if mode == _NOTHING else Entry(mode, blob)
