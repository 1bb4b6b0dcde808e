"""Done is proven, not claimed: whether a task's change is really there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

_PATTERN = re.compile(r"[*?\[\]{}<>$]")
_TAKES_AWAY = re.compile(r"\b(?:delete|remove|rename|move|drop|replace|retire)\b", re.IGNORECASE)


def missing(title: str, files: Sequence[str], *, present: Collection[str], root: Path) -> str:
    """Which files a task names are not there, in words; empty where it lacks none.

    `present` are all paths of the tree, from `root`. A named file counts as there too where it is
    the end of a path or a folder above one. Nothing is asked of a task that takes files away.
    """
    if _TAKES_AWAY.search(title):
        return ""
    wanted = [name for name in files if not _PATTERN.search(name) and name[0] not in "/~"]
    lacking = [
        name
        for name in wanted
        if not _is_there(name.removeprefix("./").rstrip("/"), present)
        and not (root / name).exists()
    ]
    return f"{', '.join(lacking)} does not exist" if lacking else ""


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
