"""Done is proven, not claimed: whether a task's change is really there."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

_PATTERN = re.compile(r"[*?\[\]{}<>$]")
_TAKES_AWAY = re.compile(r"\b(?:delete|remove|rename|move|drop|replace|retire)\b", re.IGNORECASE)


def missing(title: str, files: Sequence[str], *, present: Collection[str], root: Path) -> str:
    """Which files a task names are not there, in words; empty where it lacks none.

    `present` are all paths of the tree, from `root`. A named file counts as there too where it is
    the end of a path or a folder above one. Nothing is asked of a task that takes files away.
    """
    return _absent(name for name in _lacking(title, files, present) if not (root / name).exists())


def undelivered(
    title: str, files: Sequence[str], *, present: Collection[str], worktree: Path
) -> str:
    """The same of what an attempt delivers, which is all that will be left of its worktree.

    `present` are the paths that stay. A folder in which nothing would be lost counts as there.
    """
    lacking = list(_lacking(title, files, present))
    ignored = [name for name in lacking if _holds_files(worktree / name)]
    absent = [name for name in lacking if not (worktree / name).exists()]
    kept_out = f"{', '.join(ignored)} is ignored by git, so it cannot be delivered"
    return "; ".join(filter(None, [kept_out if ignored else "", _absent(absent)]))


def _lacking(title: str, files: Sequence[str], present: Collection[str]) -> Iterator[str]:
    """The named files that are not in `present`."""
    for name in files if not _TAKES_AWAY.search(title) else []:
        named = not _PATTERN.search(name) and name[0] not in "/~"
        if named and not _is_there(name.removeprefix("./").rstrip("/"), present):
            yield name


def _absent(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"{listed} does not exist" if listed else ""


def _holds_files(path: Path) -> bool:
    if path.is_dir():
        return any(files for _, _, files in os.walk(path))
    return path.exists()


def outside(files: Sequence[str], changed: Sequence[str]) -> list[str]:
    """Of the changed paths, those that are none of the named files and in none of them.

    Where no file is named, none is outside.
    """
    if not files:
        return []
    wanted = [name.removeprefix("./").rstrip("/") for name in files]
    return [path for path in changed if not any(_is_there(name, [path]) for name in wanted)]


def _is_there(name: str, present: Collection[str]) -> bool:
    if name in present:
        return True
    tail, folder, inside = f"/{name}", f"{name}/", f"/{name}/"
    return any(path.endswith(tail) or path.startswith(folder) or inside in path for path in present)
