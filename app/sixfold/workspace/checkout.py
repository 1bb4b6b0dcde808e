"""The person's branch and checkout: they follow the run's branch as far as that is safe."""

from __future__ import annotations

import asyncio
import shlex
from contextlib import suppress
from pathlib import Path

from sixfold.uncut import to_the_end
from sixfold.workspace.git import GitError, git, run
from sixfold.workspace.move import Move
from sixfold.workspace.ready import under_way
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.worktrees import is_within

_SHORT = 10
_BUSY_WITH = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")
"""Where git keeps the branch that it comes back to."""


class Checkout:
    """The person's branch and working tree, which follow the run's branch by fast-forward.

    `branch` is empty where HEAD was detached at the start. `last` is the commit where the runner
    knew the branch last: one that is behind it has been moved back on purpose.
    """

    def __init__(self, root: Path, branch: str, tasks_file: str, last: str = "") -> None:
        self._root, self._branch = root, branch
        self._tasks_file, self._last = tasks_file, last
        self._ref = f"refs/heads/{branch}" if branch else "HEAD"
        self._one_at_a_time = asyncio.Lock()
        self._folders: dict[str, Path] = {}

    async def theirs(self, tip: str) -> str:
        """The commit of the person's branch where `tip` does not hold it; else empty."""
        commit = await self._commit()
        if not commit or (not self._branch and await self._here()):
            return ""
        return "" if await is_within(self._root, commit, tip) else commit

    async def follow(self, tip: str, rewrite: Rewrite) -> str:
        """Bring branch and checkout to `tip`: empty where they are there, else why not.

        `rewrite` puts the run's boxes into a `tasks.md` that the person has edited. Nothing that
        they edited, staged or left untracked is written over.
        """
        try:
            return await to_the_end(self._follow(tip, rewrite))
        except (GitError, OSError) as error:
            return str(error)

    async def command(self, work_branch: str) -> str:
        """What brings the two together by hand, from where the checkout is now."""
        place, steps = self._root, [["merge", work_branch]]
        if self._branch and await self._here() != self._branch:
            other = None
            with suppress(GitError):
                other = await self._elsewhere()
            if not other:
                steps.insert(0, ["switch", self._branch])
            place = other or place
        return " && ".join(shlex.join(["git", "-C", str(place), *words]) for words in steps)

    async def _follow(self, tip: str, rewrite: Rewrite) -> str:
        async with self._one_at_a_time:
            here, folder = await self._here(), await self._folder("--git-dir")
            if not self._branch and here:
                return f"HEAD was detached at the start, and is on {here} now"
            at_hand = here == self._branch
            if at_hand and (work := under_way(folder)):
                return f"a {work} is in progress in your checkout; end it first"
            if held := await self._in_use():
                return held
            move = Move(self._root, folder, self._tasks_file)
            if at_hand and (held := await self._finish(move, tip, rewrite)):
                return held
            commit = await self._commit()
            if held := await self._unfit(commit, tip):
                return held
            held = await self._bring(move if at_hand else None, commit, tip, rewrite)
            self._last = self._last if held else tip
            return held

    async def _finish(self, move: Move, tip: str, rewrite: Rewrite) -> str:
        """End what a process that died has begun; why that cannot be, or empty."""
        begun = move.begun()
        if begun and begun[0] == await self._commit():
            known = not (await run(self._root, "cat-file", "-e", f"{begun[1]}^{{commit}}")).code
            if known and await is_within(self._root, begun[1], tip):
                return await move.go(*begun, rewrite)
        move.forget()
        return ""

    async def _bring(self, move: Move | None, commit: str, tip: str, rewrite: Rewrite) -> str:
        """From `commit` to `tip`, with the working tree where that is at hand."""
        if move and commit == tip:
            await move.tick(rewrite)
        if commit == tip:
            return ""
        if move:
            return await move.go(commit, tip, rewrite)
        words = ("update-ref", "-m", "sixfold: follow", self._ref, tip, commit)
        done = await run(self._root, *words)
        return f"{self._branch} moved meanwhile: {done.err}" if done.code else ""

    async def _unfit(self, commit: str, tip: str) -> str:
        """Why a branch at `commit` cannot be moved to `tip`, or empty."""
        name = self._branch or "HEAD"
        if not commit:
            return f"the branch {name} is gone"
        if not await is_within(self._root, commit, tip):
            return f"{name} holds commits that the run's branch does not"
        if self._last not in {"", commit} and await is_within(self._root, commit, self._last):
            return f"{name} was moved back to {commit[:_SHORT]}"
        return ""

    async def _in_use(self) -> str:
        """Where else the branch is checked out or being rebased, in words; or empty."""
        if not self._branch:
            return ""
        if other := await self._elsewhere():
            return f"{self._branch} is checked out in {other} too"
        common = await self._folder("--git-common-dir")
        for folder in (common, *sorted(common.glob("worktrees/*"))):
            for name in _BUSY_WITH:
                with suppress(OSError):
                    said = (folder / name).read_text(errors="surrogateescape").strip()
                    if said in {self._ref, self._branch}:
                        return f"git is rebasing or bisecting {self._branch}"
        return ""

    async def _elsewhere(self) -> Path | None:
        """Another worktree that has the branch."""
        listed = await git(self._root, "worktree", "list", "--porcelain", "-z")
        for told in listed.split("\0\0"):
            fields = dict(field.partition(" ")[::2] for field in told.split("\0"))
            if fields.get("branch") == self._ref and "prunable" not in fields:
                place = Path(fields["worktree"])
                if place.resolve() != self._root.resolve():
                    return place
        return None

    async def _here(self) -> str:
        """The branch that is checked out; empty where HEAD is detached."""
        ref = (await run(self._root, "symbolic-ref", "-q", "HEAD")).out.strip()
        return ref.removeprefix("refs/heads/")

    async def _commit(self) -> str:
        """Where the branch is, empty where it is gone."""
        words = ("rev-parse", "-q", "--verify", f"{self._ref}^{{commit}}")
        return (await run(self._root, *words)).out.strip()

    async def _folder(self, which: str) -> Path:
        if which not in self._folders:
            found = await git(self._root, "rev-parse", "--path-format=absolute", which)
            self._folders[which] = Path(found.removesuffix("\n"))
        return self._folders[which]
