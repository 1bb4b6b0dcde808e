"""Is a repository ready for worktrees of its own for every attempt: if not, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from msgspec import Struct

from sixfold.errors import UserError
from sixfold.workspace.git import git, paths, run

_OLDEST = (2, 38)
"""The first git with `merge-tree --write-tree`."""
_SHOWN = 20
"""Files of a dirty tree that are named."""
_SHARED = "set `isolation: shared` in sixfold.yaml"
_COMMIT = "commit them, or `--allow-dirty` to go on without them: your checkout is left alone then"
_GITLINK = "160000"
_UNDER_WAY = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
}
"""What git leaves in its folder meanwhile; a rebase may leave the others' as well."""


class Readiness(Struct, frozen=True):
    """What the agents will not see of a repository that is ready, though it lies there."""

    untracked: list[str]
    """Untracked files that are not ignored; a folder that holds nothing else as `folder/`."""
    dirty: list[str]
    """Files with uncommitted changes, and untracked ones of the feature."""
    tracked: bool
    """Is the tasks file in the last commit."""


async def refuse(
    root: Path, *, tasks_file: str, feature_dir: str, own: Collection[str], allow_dirty: bool
) -> Readiness:
    """Raise `UserError` where attempts at `root` cannot have worktrees; else what they will miss.

    `own` are files that Sixfold reads or writes for itself: they never count. All paths are from
    the root. `allow_dirty` accepts uncommitted changes. Raises `GitError` where git fails.
    """
    await _refuse_git(root)
    await _refuse_state(root)
    tracked = await _tracked(root)
    changed, untracked = await _status(root, own)
    feature = f"{feature_dir.rstrip('/')}/"
    dirty = sorted({*changed, *(path for path in untracked if path.startswith(feature))})
    if dirty and not allow_dirty:
        raise UserError(str(root), f"uncommitted changes in {_named(dirty)}", _COMMIT)
    others = [path for path in untracked if not path.startswith(feature)]
    return Readiness(_folded(others, tracked), dirty, tasks_file in tracked)


async def _refuse_git(root: Path) -> None:
    said = (await git(root, "version")).strip()
    found = re.search(r"(\d+)\.(\d+)", said)
    if found and (int(found[1]), int(found[2])) < _OLDEST:
        what = f"{said} is too old to join what agents do in worktrees of their own"
        raise UserError("git", what, f"install 2.38 or newer, or {_SHARED}")


async def _refuse_state(root: Path) -> None:
    where = str(root)
    if (await git(root, "rev-parse", "--is-bare-repository")).strip() == "true":
        raise UserError(where, "a bare repository has no files to work on", "name a clone with -C")
    if (await run(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")).code:
        raise UserError(where, "there is no commit yet", "commit what you have")
    if (await run(root, "config", "--type=bool", "core.sparseCheckout")).out.strip() == "true":
        hint = f"`git sparse-checkout disable`, or {_SHARED}"
        raise UserError(where, "this is a sparse checkout", hint)
    if not (await run(root, "rev-parse", "--verify", "--quiet", "refs/heads/sixfold")).code:
        what = "your branch `sixfold` is where branches `sixfold/...` have to be"
        raise UserError(where, what, "rename it: `git branch -m sixfold NAME`")
    folder = Path((await git(root, "rev-parse", "--absolute-git-dir")).rstrip("\n"))
    if work := under_way(folder):
        raise UserError(where, f"a {work} is in progress", "finish it, or give it up")


def under_way(folder: Path) -> str:
    """What a person has begun with git in the working tree whose git folder it is; or empty."""
    return next((work for name, work in _UNDER_WAY.items() if (folder / name).exists()), "")


async def _tracked(root: Path) -> set[str]:
    """All paths of the last commit. Raises `UserError` where one is a submodule."""
    found = set()
    for line in paths(await git(root, "ls-tree", "-r", "-z", "--full-tree", "HEAD")):
        kind, path = line.split("\t", 1)
        if kind.startswith(_GITLINK):
            what = f"{_plain(path)} is a submodule, which worktrees do not bring along"
            raise UserError(str(root), what, _SHARED)
        found.add(path)
    return found


async def _status(root: Path, own: Collection[str]) -> tuple[list[str], list[str]]:
    """Tracked files with changes, and untracked files that are not ignored, without our own."""
    words = ("status", "--porcelain", "-z", "--no-renames", "--untracked-files=all")
    changed: list[str] = []
    untracked: list[str] = []
    for line in paths(await git(root, *words)):
        kind, path = line[:2], line[3:]
        ours = (".sixfold", *own)  # its folder is not ignored before the first run
        if not any(path == name or path.startswith(f"{name.rstrip('/')}/") for name in ours):
            (untracked if kind == "??" else changed).append(path)
    return changed, untracked


def _folded(untracked: Iterable[str], tracked: Iterable[str]) -> list[str]:
    """Untracked files, those of a folder in which nothing is tracked told as the folder."""
    known = {str(folder) for path in tracked for folder in Path(path).parents}
    found: dict[str, None] = {}
    for path in untracked:
        above = [str(folder) for folder in reversed(Path(path).parents)]
        new = next((folder for folder in above if folder not in known and folder != "."), None)
        found[f"{new}/" if new else path] = None
    return list(found)


def _named(names: list[str]) -> str:
    shown = ", ".join(_plain(name) for name in names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _plain(path: str) -> str:
    """A path as part of a line: what cannot be printed is escaped."""
    return path if path.isprintable() else repr(path)
