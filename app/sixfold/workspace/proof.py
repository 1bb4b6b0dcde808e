"""Done is proven, not claimed: whether a task's change is really there."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from pathlib import Path

_PATTERN = re.compile(r"[*?\[\]{}<>$]")
_TAKES_AWAY = re.compile(r"\b(?:delete|remove|rename|move|drop|replace|retire)\b", re.IGNORECASE)


def unproven(
    title: str,
    files: Sequence[str],
    *,
    changed: Collection[str],
    present: Collection[str],
    root: Path,
) -> str:
    """Why a task does not count as done, or nothing where it does.

    `files` are the paths it names, `changed` what differs since its first attempt began, `present`
    every path of the tree, both from `root`. A named file counts as there too where it is the end
    of a path or a folder above one. Nothing is asked of a task that takes files away.
    """
    if not changed:
        return "nothing changed, and it left no `no_change` that says why"
    if _TAKES_AWAY.search(title):
        return ""
    wanted = [name for name in files if not _PATTERN.search(name) and name[0] not in "/~"]
    missing = [
        name
        for name in wanted
        if not _is_there(name.removeprefix("./").rstrip("/"), present)
        and not (root / name).exists()
    ]
    return f"{', '.join(missing)} does not exist" if missing else ""


def _is_there(name: str, present: Collection[str]) -> bool:
    if name in present:
        return True
    tail, folder, inside = f"/{name}", f"{name}/", f"/{name}/"
    return any(path.endswith(tail) or path.startswith(folder) or inside in path for path in present)
