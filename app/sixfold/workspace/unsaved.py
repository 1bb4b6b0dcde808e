"""What stands in a worktree and nowhere else."""

from __future__ import annotations

import filecmp
import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from sixfold.workspace.git import GitError, git
from sixfold.workspace.kept import Kept
from sixfold.workspace.records import Record, common_folder


async def unsaved(root: Path, place: Path, record: Record | None, tip: str, kept: Kept) -> str:
    """Files in the worktree at `place` that are in no branch, counted in words; empty for none.

    It is compared with the commit `tip`. A file that stands alike in the checkout at `root`, as
    those that were copied along, counts as nothing, and so does one that was deleted. Works on a
    worktree that git knows no more, and touches neither it nor the repository.
    """
    with TemporaryDirectory(prefix="sixfold-") as scratch:
        try:
            changed = await _changed(root, place, record, tip, Path(scratch))
        except (GitError, OSError) as error:
            return f"it cannot be read: {error}"
        unknown = [
            path
            for path, blob in changed.items()
            if not _alike(place / path, root / path) and not await kept.has_blob(blob)
        ]
    if not unknown:
        return ""
    return f"{len(unknown)} file{'s are' if len(unknown) > 1 else ' is'} in no branch"


async def _changed(
    root: Path, place: Path, record: Record | None, tip: str, scratch: Path
) -> dict[str, str]:
    """Files that are not as in `tip`, ignored ones apart, and their blobs."""
    common = await common_folder(root)
    objects, index = scratch / "objects", scratch / "index"
    objects.mkdir()
    theirs = str(common / "objects").replace("\\", "\\\\").replace('"', '\\"')  # a list, quoted
    env = {
        "GIT_DIR": str(common),
        "GIT_WORK_TREE": str(place),
        "GIT_INDEX_FILE": str(index),
        "GIT_OBJECT_DIRECTORY": str(objects),
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": f'"{theirs}"',
    }
    if record:
        with suppress(FileNotFoundError):
            shutil.copy2(record.folder / "index", index)  # knows the files, which makes it quick
    try:
        await git(place, "read-tree", "--reset", tip, env=env)
    except GitError:
        index.unlink(missing_ok=True)
        await git(place, "read-tree", tip, env=env)
    await git(place, "add", "--all", "--", ".", env=env)
    words = ("diff-index", "--cached", "-z", "--raw", "--no-renames", "--no-abbrev", tip)
    fields = (await git(place, *words, env=env)).split("\0")
    changed = zip(fields[::2], fields[1::2], strict=False)
    return {path: told.split(" ")[3] for told, path in changed if not told.endswith("D")}


def _alike(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
