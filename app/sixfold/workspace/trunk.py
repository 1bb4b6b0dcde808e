"""The run's own branch in the run's own worktree, where all results come together.

The branch moves by compare-and-swap alone, and only after everything that it then names is
written; the worktree follows. Whatever a death leaves between two steps, `open` puts right.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.uncut import to_its_end
from sixfold.workspace import history
from sixfold.workspace.git import GitError, git, head, identity, run
from sixfold.workspace.merging import Merge, merge
from sixfold.workspace.own import git_in, own, rest
from sixfold.workspace.tasks_blob import Rewrite, TasksBlob
from sixfold.workspace.tree import change

_UTF_8 = ("-c", "i18n.commitEncoding=UTF-8")
_LOCKS = ("index.lock", "HEAD.lock")


class Revert(Struct, frozen=True):
    """A commit of the run's branch to take back, and what to say of it."""

    commit: str
    message: str


class Reverts(Struct, frozen=True):
    """The commits that take others back, or the paths for which they cannot be made."""

    commits: list[str]
    conflicts: list[str]


class Trunk:
    """The branch `sixfold/RUN/run` of the repository at `root`, and its worktree.

    `keep` are untracked paths in the worktree that stay there, such as copies brought along.
    `tip` is the branch's commit, known once it is open. One call at a time, but for `merge`,
    `integrated` and `diff`, which only read; whoever calls sees to that. All raise `GitError`.
    """

    def __init__(self, root: Path, run: str, tasks_file: str, keep: Sequence[str] = ()) -> None:
        self.branch = f"sixfold/{run}/run"
        self.path = root / ".sixfold" / "worktrees" / run / "run"
        self.tip = ""
        self._root, self._ref = root, f"refs/heads/{self.branch}"
        self.keep = tuple(keep)
        self._tasks_file, self._blob = tasks_file, TasksBlob(self.path, tasks_file)
        self._identity: dict[str, str] | None = None

    @to_its_end
    async def open(self, start: str) -> None:
        """Have branch and worktree; a branch that is missing begins at `start`.

        A worktree that cannot be put right is made anew, and copies must be brought again.
        """
        await rest(self.path)
        common = await git(self._root, "rev-parse", "--path-format=absolute", "--git-common-dir")
        Path(common.rstrip("\n"), f"{self._ref}.lock").unlink(missing_ok=True)
        found = await run(self._root, "rev-parse", "--verify", "-q", f"{self._ref}^{{commit}}")
        if found.code:
            await git(self._root, "update-ref", self._ref, start, "")
        self.tip = found.out.strip() or start
        try:
            await self._put_right()
        except GitError:
            await self._make_anew()
            await self._put_right()

    @to_its_end
    async def heal(self) -> str:
        """Put right what somebody did to the branch or its worktree; what it was, in words.

        Commits that were put on the branch are kept on another. Copies must be brought again.
        """
        found = await run(self._root, "rev-parse", "--verify", "-q", self._ref)
        moved = found.out.strip()
        if moved == self.tip and self._is_whole():
            return ""
        told = f"the worktree {self.path} was not as it should be, and is put right"
        if moved != self.tip:
            kept = f"{self.branch}-{moved[:10]}" if moved else ""
            if kept:
                await git(self._root, "update-ref", f"refs/heads/{kept}", moved)
            await git(self._root, "update-ref", self._ref, self.tip, moved)
            held = f"; what was put there is kept on {kept}" if kept else ""
            told = f"{self.branch} was moved by somebody, and is put back{held}"
        try:
            await self._put_right()
        except GitError:
            await self._make_anew()
            await self._put_right()
        return told

    def _is_whole(self) -> bool:
        try:
            head = Path(own(self.path)["GIT_DIR"], "HEAD").read_text(encoding="utf-8")
        except (GitError, OSError, ValueError):
            return False
        return head.strip() == f"ref: {self._ref}"

    async def _make_anew(self) -> None:
        """A worktree with nothing in it.

        Forced: in a repository that was moved or copied, old records have the branch elsewhere.
        """
        if (await head(self._root))[0] == self.branch:
            raise GitError(f"{self.branch} is checked out in {self._root}; switch that to another")
        await self._remove()
        words = ("worktree", "add", "-f", "--no-checkout", str(self.path), self.branch)
        await git(self._root, *words)

    async def _put_right(self) -> None:
        """The worktree on its branch, at the tip, unlocked."""
        record = Path(own(self.path)["GIT_DIR"])
        for name in (*_LOCKS, "locked"):
            (record / name).unlink(missing_ok=True)
        await git_in(self.path, "symbolic-ref", "HEAD", self._ref)
        await self.restore()

    async def merge(self, commit: str) -> Merge:
        """Whether `commit` would join the tip. Touches nothing."""
        return await merge(self.path, self.tip, commit)

    @to_its_end
    async def stage(self, tree: str, *, over: Sequence[str] = ()) -> None:
        """Have the worktree and its index hold `tree`, ignored and kept files, and no more.

        The files in `over` come from the tip.
        """
        await git_in(self.path, "read-tree", "--reset", "-u", tree)
        kept = [word for path in self.keep for word in ("-e", _as_pattern(path))]
        await git_in(self.path, "clean", "-ffdq", *kept)
        if over:
            names = os.fsencode("\0".join(over))
            words = ("checkout", "-q", self.tip, "--pathspec-from-file=-", "--pathspec-file-nul")
            await git_in(self.path, *words, stdin=names)

    async def restore(self) -> None:
        """Have the worktree hold the tip again."""
        await self.stage(self.tip)

    @to_its_end
    async def commit(
        self,
        tree: str,
        message: str,
        *,
        rewrite: Rewrite | None = None,
        parents: Sequence[str] = (),
    ) -> str:
        """Put `tree`, its `tasks.md` rewritten, on top of the tip and of further `parents`.

        Worktree and `tip` follow. Returns the commit; empty where there is nothing to say.
        """
        if rewrite:
            tree = await self._blob.rewritten(tree, rewrite)
        joined = [parent for parent in parents if not await self._holds(parent)]
        if not joined and tree == await self._tree(self.tip):
            return ""
        commit = await self._write(tree, [self.tip, *joined], message)
        await self._move(commit)
        return commit

    @to_its_end
    async def take_in(self, theirs: str, rewrite: Rewrite, message: str) -> list[str]:
        """Merge what a person committed meanwhile. Returns the paths that contradict.

        Where the person changed `tasks.md`, their text counts, rewritten; one that they took away
        is a conflict. Nothing is changed where there are any.
        """
        if await self._holds(theirs):
            return []
        joined = await self.merge(theirs)
        base = (await git_in(self.path, "merge-base", self.tip, theirs)).strip()
        edited = await self._blob.entry(theirs)
        if edited == await self._blob.entry(base):
            tree, conflicts = joined.tree, joined.conflicts
        elif edited:
            conflicts = [path for path in joined.conflicts if path != self._tasks_file]
            tree = "" if conflicts else await self._blob.placed(joined.tree, edited)
        else:
            tree, conflicts = "", sorted({self._tasks_file, *joined.conflicts})
        if not conflicts:
            await self.commit(tree, message, rewrite=rewrite, parents=[theirs])
        return conflicts

    @to_its_end
    async def reverting(self, reverts: Sequence[Revert], rewrite: Rewrite) -> Reverts:
        """Commits on top of the tip that take others back in this order, one each.

        All or none; the branch is not moved. `tasks.md` is not reverted; the last commit has it
        rewritten.
        """
        commits = [self.tip]
        for revert in reverts:
            joined = await merge(self.path, commits[-1], await self._without(revert.commit))
            if joined.conflicts:
                return Reverts([], joined.conflicts)
            tree = joined.tree
            if revert is reverts[-1]:
                tree = await self._blob.rewritten(tree, rewrite)
            commits.append(await self._write(tree, commits[-1:], revert.message))
        return Reverts(commits[1:], [])

    @to_its_end
    async def advance(self, commit: str) -> None:
        """Move branch, worktree and `tip` to a commit that descends from the tip."""
        await self._move(commit)

    async def _without(self, commit: str) -> str:
        """A commit after `commit` that undoes it, `tasks.md` apart.

        Joined to the tip it takes the change back: `commit` itself is the base of that merge.
        """
        if not await self._holds(commit):
            raise GitError(f"{commit} is not on {self.branch}")
        tree = await self._tree(f"{commit}^1")
        entry = await self._blob.entry(commit)
        if entry and entry != await self._blob.entry(tree):
            tree = await self._blob.placed(tree, entry)
        return await self._write(tree, [commit], "undo\n")

    async def integrated(self, since: str) -> list[history.Integrated]:
        """The commits from `since`, exclusive, to the tip, oldest first."""
        return history.read(await git_in(self.path, *history.LOG, f"{since}..{self.tip}", "--"))

    async def diff(self, before: str, after: str, paths: Sequence[str] = ()) -> str:
        """The change between two trees or commits as a unified diff, cut at `LONGEST_DIFF`."""
        return await change(self.path, before, after, paths)

    @to_its_end
    async def close(self, *, drop: bool) -> None:
        """Remove the worktree; with `drop` the branch too, if it is still where we left it."""
        await self._remove()
        if drop and not (await run(self._root, "show-ref", "-q", "--verify", self._ref)).code:
            await git(self._root, "update-ref", "-d", self._ref, *filter(None, [self.tip]))

    async def _remove(self) -> None:
        """The folder first: git removes the record of one that is gone, whatever state it is in."""
        await asyncio.to_thread(shutil.rmtree, self.path, ignore_errors=True)
        await run(self._root, "worktree", "remove", "-f", "-f", str(self.path))

    async def _holds(self, commit: str) -> bool:
        words = ("merge-base", "--is-ancestor", commit, self.tip)
        done = await run(self.path, *words, env=own(self.path))
        if done.code not in (0, 1):
            raise GitError(f"git merge-base: {done.err}")
        return done.code == 0

    async def _tree(self, commit: str) -> str:
        return (await git_in(self.path, "rev-parse", "--verify", f"{commit}^{{tree}}")).strip()

    async def _write(self, tree: str, parents: Sequence[str], message: str) -> str:
        if self._identity is None:
            self._identity = await identity(self._root)
        onto = [word for parent in parents for word in ("-p", parent)]
        said = message.encode(errors="replace")
        words = (*_UTF_8, "commit-tree", tree, *onto)
        return (await git_in(self.path, *words, env=self._identity, stdin=said)).strip()

    async def _move(self, commit: str) -> None:
        words = ("update-ref", "-m", "sixfold: integrate", self._ref, commit, self.tip)
        await git_in(self.path, *words)
        self.tip = commit
        await git_in(self.path, "read-tree", "--reset", "-u", commit)


def _as_pattern(path: str) -> str:
    """A pattern of ignore rules that fits this path alone."""
    return "/" + "".join(f"\\{sign}" if sign in "\\*?[] " else sign for sign in path.strip("/"))
