"""The files of a worktree as git would commit them, taken into a private index.

It starts as the index of the fresh checkout, so that only what was touched is read, and nothing
that an agent did with its own index counts.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from sixfold.workspace.git import Done, GitError, git, paths, run
from sixfold.workspace.worktrees import Worktree

_PATIENCE = 4
"""Times that files are taken in, since some may still come and go."""
_UNREADABLE = re.compile(r"could not open directory '(.+?)/?': ")
_ABSENT, _GITLINK = "000000", "160000"


class _Entry(Struct, frozen=True):
    """What differs from the base at a path: modes as git prints them, and the base's object."""

    before: str
    after: str
    object: str


class Intake:
    """What the worktree holds, against the commit `base`; `scratch` is an empty folder."""

    def __init__(self, worktree: Worktree, base: str, scratch: Path) -> None:
        self._worktree, self._base = worktree, base
        self.index = scratch / "index"
        self._rules = scratch / "rules"
        self._env = {**worktree.env, "GIT_INDEX_FILE": str(self.index)}

    async def take(self, tasks_file: str) -> tuple[list[str], list[str]]:
        """Take in what is to be delivered: the paths that differ from the base, and those left out.

        The tasks file is put back on disk as it was at the base. Raises `GitError`, `OSError`.
        """
        await self._begin()
        left_out = set(await self._add())
        found = await self._changes()
        unwanted = await self._unwanted(found, tasks_file)
        changes = found
        if unwanted:
            await self._undo(found, unwanted)
            changes = await self._changes()
        if tasks_file in found and found[tasks_file].before != _ABSENT:
            await self._git("checkout-index", "-f", "-u", "-z", "--stdin", told=[tasks_file])
        ours = {*self._worktree.copied, *filter(_is_ours, found)}
        left_out |= found.keys() - changes.keys() - ours
        left_out |= await self._forced(changes)
        return list(changes), sorted(left_out)

    async def tree(self) -> str:
        """The git tree of what was taken in. Raises `GitError`."""
        return (await self._git("write-tree")).strip()

    async def _begin(self) -> None:
        """The index as at the base, and beside it the base's ignore rules."""
        await asyncio.to_thread(shutil.copy2, self._worktree.index, self.index)
        if self._base != self._worktree.start:
            await self._git("read-tree", "-i", "-m", self._base)
        rules = paths(await self._git("ls-files", "-z", "--", ":(top,glob)**/.gitignore"))
        self._rules.mkdir()
        prefix = f"--prefix={self._rules}/"
        await self._git("checkout-index", "-z", "--stdin", prefix, told=rules)

    async def _add(self) -> list[str]:
        """Add all that is there; the paths of what cannot be read."""
        others, unreadable = await self._others()
        copied = others & set(self._worktree.copied)
        left_out = [f":(top,exclude,literal){path}" for path in (".sixfold", *sorted(copied))]
        words = ("add", "--all", "--ignore-errors", "--pathspec-from-file=-", "--pathspec-file-nul")
        for _ in range(_PATIENCE):
            done = await self._run("-c", "core.safecrlf=false", *words, told=[":/", *left_out])
            if done.code <= 1:
                break
        else:
            raise GitError(f"git add: {done.err}")
        if done.code:
            rest, _ = await self._others("--modified")
            unreadable += [path for path in rest - copied if not _is_ours(path)]
        return unreadable

    async def _others(self, *words: str) -> tuple[set[str], list[str]]:
        """Untracked paths that are not ignored, and folders that cannot be read.

        Of a repository made inside the worktree the files count: its `.git` is put away.
        """
        while True:
            listing = ("ls-files", "-z", "--others", *words, "--exclude-standard")
            done = await self._run(*listing)
            if done.code:
                raise GitError(f"git ls-files: {done.err}")
            found = {path for path in paths(done.out) if not _is_ours(path)}
            nested = [path for path in found if path.endswith("/")]
            moved = [put_away(self._worktree.path, path) for path in nested]
            if not any(moved):
                return found, _UNREADABLE.findall(done.err)

    async def _changes(self) -> dict[str, _Entry]:
        words = ("diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev")
        told = iter((await self._git(*words, self._base)).split("\0"))
        return dict(_entries(told))

    async def _unwanted(self, found: dict[str, _Entry], tasks_file: str) -> set[str]:
        new = [path for path, entry in found.items() if entry.before == _ABSENT]
        unwanted = set(await self._ignored(new)) | (found.keys() & set(self._worktree.copied))
        unwanted |= {
            path for path, entry in found.items() if _GITLINK in (entry.before, entry.after)
        }
        return unwanted | {path for path in found if path == tasks_file or _is_ours(path)}

    async def _ignored(self, new: list[str]) -> list[str]:
        """Which of these the base's rules ignore, whatever an agent made of the rules."""
        if not new:
            return []
        env = {**self._env, "GIT_WORK_TREE": str(self._rules)}
        words, told = ("check-ignore", "--no-index", "-z", "--stdin"), _joined(new)
        done = await run(self._rules, *words, env=env, stdin=told)
        if done.code > 1:
            raise GitError(f"git check-ignore: {done.err}")
        return paths(done.out)

    async def _undo(self, found: dict[str, _Entry], unwanted: Iterable[str]) -> None:
        """Have these in the index as they are at the base."""
        lines = []
        for path in unwanted:
            mode = found[path].before
            lines.append(f"{'0' if mode == _ABSENT else mode} {found[path].object}\t{path}")
        await self._git("update-index", "-z", "--replace", "--index-info", told=lines)

    async def _forced(self, changes: Iterable[str]) -> set[str]:
        """What the agent committed or added by itself, and is still there, but not taken in."""
        env = {**self._env, "GIT_INDEX_FILE": str(self._worktree.record / "index")}
        names = ("-z", "--name-only", "--no-renames", "--diff-filter=A")
        words = ("diff-index", "--cached", *names, self._worktree.start)
        root = self._worktree.path
        added = set(paths((await run(root, *words, env=env)).out))
        log = ("log", "--format=", *names, f"{self._worktree.start}..HEAD")
        added |= set(paths((await run(root, *log, env=env)).out))
        added = {path for path in added - set(changes) if _is_file(root / path)}
        if not added:
            return added
        held = paths(await self._git("ls-files", "-z"))
        return {path for path in added - set(held) if not _is_ours(path)}

    async def _git(self, *words: str, told: Iterable[str] = ()) -> str:
        return await git(self._worktree.path, *words, env=self._env, stdin=_joined(told))

    async def _run(self, *words: str, told: Iterable[str] = ()) -> Done:
        return await run(self._worktree.path, *words, env=self._env, stdin=_joined(told))


def put_away(root: Path, folder: str) -> bool:
    """Move the `.git` of a repository made at `folder` below `.sixfold`; False where there is none.

    Raises `OSError`.
    """
    source = root / folder / ".git"
    if not os.path.lexists(source):
        return False
    place = root / ".sixfold" / "nested" / folder
    place.mkdir(parents=True, exist_ok=True)
    number = sum(1 for _ in place.glob("git.*"))
    source.rename(place / f"git.{number + 1}")
    return True


def _entries(told: Iterator[str]) -> Iterator[tuple[str, _Entry]]:
    """What `--raw -z` prints: a line of modes and objects, then a path, in turns."""
    for line in told:
        if line:
            before, after, at_base, _ = line[1:].split(" ", 3)
            yield next(told), _Entry(before, after, at_base)


def _is_ours(path: str) -> bool:
    return path.split("/", 1)[0] == ".sixfold"


def _is_file(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def _joined(told: Iterable[str]) -> bytes:
    """Words for `--stdin -z`: each ends with a NUL."""
    return b"".join(word.encode(errors="surrogateescape") + b"\0" for word in told)
