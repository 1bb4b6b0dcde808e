"""Untracked files that tools need, copied into a worktree: never over what is tracked there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

_NEVER = {".git", ".sixfold"}


def copy(root: Path, target: Path, entries: Sequence[str]) -> list[str]:
    """Copy what git lists as untracked below `root` to the same places below `target`.

    Links stay links, permissions and times stay. Returns the files that were copied. Raises
    `OSError`. `target` must have no link in it.
    """
    names = [name for entry in entries for name in _files(root, entry)]
    return [name for name in names if _copy_one(root / name, target / name, target)]


def _files(root: Path, entry: str) -> list[str]:
    """A file is itself; a repository inside the tree, listed as `folder/`, is all it holds."""
    if not entry.endswith("/"):
        return [entry]
    found = []
    for above, folders, files in os.walk(root / entry):
        links = [name for name in folders if Path(above, name).is_symlink()]
        folders[:] = [name for name in folders if name not in _NEVER]
        found += [os.path.relpath(Path(above, name), root) for name in (*files, *links)]
    return found


def _copy_one(source: Path, target: Path, inside: Path) -> bool:
    """False where there is nothing to copy, or something tracked stands in its place."""
    if _NEVER.intersection(target.relative_to(inside).parts) or os.path.lexists(target):
        return False
    if target.parent.resolve() != target.parent:
        return False  # a tracked link leads elsewhere
    try:
        if not (source.is_symlink() or source.is_file()):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    except (FileNotFoundError, FileExistsError, NotADirectoryError):
        return False  # it vanished, or a tracked file stands where its folder would be
    return True
