"""A worktree for every attempt: a checkout of its own on a branch of its own, beside all others."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from msgspec import Struct

from sixfold.uncut import to_the_end
from sixfold.workspace.copies import copy
from sixfold.workspace.git import GitError, git, paths, run
from sixfold.workspace.records import common_folder

_LONGEST_STEM = 48
"""Characters: file systems allow 255 bytes, and git puts `.lock` behind the name."""
_MADE = "sixfold"
"""In git's record of a worktree, once that is whole: its first commit and what was copied."""
_INDEX = "sixfold-index"
_PATIENCE = 4
"""Times that a folder is deleted, since what an agent left behind may still write to it."""

T = TypeVar("T")


class Worktree(Struct, frozen=True):
    """A checkout of the attempt `name` on `branch`, which began at the commit `start`."""

    name: str
    path: Path
    branch: str
    start: str
    base: str
    """What its work is compared with: `start`, or the newer tip that was merged into it since."""
    record: Path
    """Git's folder for this worktree, which git commands know as `GIT_DIR`."""
    copied: list[str]
    """Untracked files that were brought along; they are never committed."""

    @property
    def index(self) -> Path:
        """The index as it was right after the checkout; no agent knows of it."""
        return self.record / _INDEX

    @property
    def env(self) -> dict[str, str]:
        """What has git work on this worktree, even where an agent put another `.git` into it."""
        return {"GIT_DIR": str(self.record), "GIT_WORK_TREE": str(self.path)}


class Worktrees:
    """The worktrees of a run, below `.sixfold/worktrees/RUN/` of the repository at `root`.

    `patterns` and `carried`, paths as they are, are read from the root: what they find that is
    untracked, ignored or not, is copied into every worktree.
    """

    def __init__(
        self, root: Path, run: str, patterns: Sequence[str], carried: Sequence[str] = ()
    ) -> None:
        self._root, self._run = root.resolve(), run
        self._folder = self._root / ".sixfold" / "worktrees" / run
        self._wanted = [
            *(f":(glob){pattern}" for pattern in patterns),
            *(f":(literal){path}" for path in carried),
        ]
        self._one_at_a_time = asyncio.Lock()
        self._common_folder: Path | None = None

    def branch(self, name: str) -> str:
        """The branch of the worktree `name`."""
        return f"sixfold/{self._run}/{name}"

    async def add(self, name: str, base: str) -> Worktree:
        """A new worktree at the commit `base`; what a process left half made gives way to it.

        Raises `GitError`, also where there is a whole worktree of that name, or its branch holds
        commits that `base` does not.
        """
        return await to_the_end(self._add(name, base))

    async def find(self, name: str, base: str) -> Worktree | None:
        """The worktree `name`, compared with `base`; None where it is missing or half made."""
        path = self._folder / name
        for record in await self._records(name):
            with suppress(FileNotFoundError):
                start, *copied = os.fsdecode((record / _MADE).read_bytes()).split("\0")
                if path.is_dir():
                    return Worktree(name, path, self.branch(name), start, base, record, copied)
        return None

    async def remove(self, name: str) -> None:
        """Delete the worktree, whole or half made; its branch stays. Raises `GitError`."""
        await to_the_end(self._remove(name))

    async def drop(self, name: str) -> None:
        """Delete the worktree and its branch. Raises `GitError`."""
        await self.remove(name)
        await git(self._root, "update-ref", "-d", f"refs/heads/{self.branch(name)}")

    async def _add(self, name: str, base: str) -> Worktree:
        path, branch = self._folder / name, self.branch(name)
        if await self.find(name, base):
            raise GitError(f"there is a worktree {path} already")
        await self._remove(name)
        await self._begin_branch(branch, base)
        try:
            return await self._make(name, base)
        except (GitError, OSError) as error:
            with suppress(GitError):
                await self.drop(name)
            raise GitError(f"cannot make the worktree {path}: {error}") from error

    async def _make(self, name: str, base: str) -> Worktree:
        path, branch = self._folder / name, self.branch(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with self._one_at_a_time:  # git trips over a record that is being written
            words = ("--force", "--no-checkout", str(path), branch)
            await git(self._root, "worktree", "add", *words)
        await git(path, "reset", "--hard", "--quiet")
        copied = await self.bring(path)
        (record,) = await self._records(name)
        await asyncio.to_thread(_seal, record, [base, *copied])
        return Worktree(name, path, branch, base, base, record, copied)

    async def _begin_branch(self, branch: str, base: str) -> None:
        """Have `branch` at `base`. Raises `GitError` where commits would be lost by that."""
        ref = f"refs/heads/{branch}"
        if not (await run(self._root, "update-ref", ref, base, "")).code:
            return
        held = (await git(self._root, "rev-parse", "--verify", ref)).strip()
        if not await is_within(self._root, held, base):
            raise GitError(f"the branch {branch} holds commits of an earlier attempt")
        await git(self._root, "update-ref", ref, base, held)

    async def bring(self, path: Path) -> list[str]:
        """Copy the untracked files that are wanted into a worktree; which they are."""
        if not self._wanted:
            return []
        wanted = (*self._wanted, ":(exclude,literal).sixfold")
        found = paths(await git(self._root, "ls-files", "-z", "--others", "--", *wanted))
        return await asyncio.to_thread(copy, self._root, path, found)

    async def _remove(self, name: str) -> None:
        records = await self._records(name)
        await asyncio.to_thread(_delete_all, self._folder / name, records)
        lock = await self._common() / "refs" / "heads" / f"{self.branch(name)}.lock"
        lock.unlink(missing_ok=True)  # only a dead process of ours can have left it

    async def _records(self, name: str) -> list[Path]:
        """Git's records of the worktree: found by its path, whatever an agent did inside it."""
        link, found = self._folder / name / ".git", []
        for gitdir in sorted((await self._common()).glob("worktrees/*/gitdir")):
            with suppress(FileNotFoundError):
                said = os.fsdecode(gitdir.read_bytes()).rstrip("\n")
                if os.path.normpath(gitdir.parent / said) == str(link):
                    found.append(gitdir.parent)
        return found

    async def _common(self) -> Path:
        if self._common_folder is None:
            self._common_folder = await common_folder(self._root)
        return self._common_folder


def attempt_name(task: str, attempt: int) -> str:
    """The name of an attempt's worktree and branch: `T001.1`.

    What no branch or file may be called is replaced, and a digest keeps such names apart.
    """
    stem = "".join(c if c.isalnum() or c in "_-." else "-" for c in task)
    stem = re.sub(r"\.{2,}", "-", stem)[:_LONGEST_STEM].strip("-.")
    if not stem or stem != task or _is_fix(task):
        digest = hashlib.sha256(task.encode(errors="surrogatepass")).hexdigest()[:6]
        stem = f"{stem}-{digest}".lstrip("-")
    return f"{stem}.{attempt}"


def fix_name(phase: int, attempt: int) -> str:
    """The name of the worktree and branch of an attempt to fix a phase's gate: `fix-3.1`."""
    return f"fix-{phase}.{attempt}"


def _is_fix(task: str) -> bool:
    return re.fullmatch(r"fix-\d+", task) is not None


async def is_within(root: Path, commit: str, other: str) -> bool:
    """Is `commit` the same as `other`, or an ancestor of it. Raises `GitError`."""
    if commit == other:
        return True
    done = await run(root, "merge-base", "--is-ancestor", commit, other)
    if done.code > 1:
        raise GitError(f"git merge-base: {done.err}")
    return done.code == 0


def _seal(record: Path, said: list[str]) -> None:
    """Say that a worktree is whole, at once or not at all."""
    shutil.copy2(record / "index", record / _INDEX)  # with its times: git trusts files older
    draft = record / f"{_MADE}.draft"
    draft.write_bytes(os.fsencode("\0".join(said)))
    draft.replace(record / _MADE)


def _delete_all(path: Path, records: Sequence[Path]) -> None:
    """The proof that it is whole goes first: what is half deleted must not be taken for work.

    A record is found by what is in it, so half of one would never be found again: it is moved
    whole to where the worktree was.
    """
    for record in records:
        (record / _MADE).unlink(missing_ok=True)
    delete(path)
    for record in records:
        path.mkdir(parents=True)
        with suppress(OSError):  # on another file system
            record.rename(path / ".git")
        delete(path)
        delete(record)


def delete(folder: Path) -> None:
    """Remove a folder, whatever its modes, though others may write to it. Raises `GitError`."""
    for _ in range(_PATIENCE):
        with suppress(OSError):
            shutil.rmtree(folder)
        if not os.path.lexists(folder):
            return
        _open(folder)
    raise GitError(f"{folder} cannot be deleted")


def _open(folder: Path) -> None:
    """Make folders writable that tools have closed, such as a module cache."""
    with suppress(OSError):
        folder.chmod(0o700)
    for above, inside, _ in os.walk(folder):
        for path in (Path(above, name) for name in inside):
            if not path.is_symlink():
                with suppress(OSError):
                    path.chmod(0o700)
