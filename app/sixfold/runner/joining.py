"""What attempts left comes together on the run's branch, one at a time; the person's follows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from sixfold import events as ev
from sixfold.gate.blame import Change
from sixfold.gate.touched import build
from sixfold.process import MARKER
from sixfold.runner.boxes import Boxes
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Chosen, Proof
from sixfold.uncut import to_the_end, whatever_comes
from sixfold.workspace.checkout import Checkout
from sixfold.workspace.git import GitError, git, paths
from sixfold.workspace.history import Integrated, message
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.trunk import Revert, Reverts, Trunk

Claim: TypeAlias = Callable[[], "Entry | str"]
"""Gives how a delivery enters the run's branch by now, or why it may not."""
Bring: TypeAlias = Callable[[Path], Awaitable[Sequence[str]]]
"""Copies untracked files that tools need into a worktree; which they are."""
DIRTY = "it had uncommitted changes at the start, and is left alone (--allow-dirty)"


class Joined(Struct, frozen=True):
    """What became of a delivery: a commit, or conflicting paths, or why it cannot be joined."""

    commit: str = ""
    conflicts: list[str] = []
    failure: str = ""
    broken: bool = False
    """It does not build with what is there by now; with more it may."""


class Entry(Struct, frozen=True):
    """How a delivery enters the run's branch."""

    message: str
    task: str
    """The id that its task has by now, whose box is ticked; empty for a fix."""


class Joining:
    """The run's branch, its order of entry, and the person's branch and checkout behind it."""

    def __init__(self, desk: Desk, boxes: Boxes) -> None:
        job, self._run = desk.job, desk.folder.id
        self._job, self._state, self._emit = job, desk.state, desk.emit
        self._boxes = boxes
        tasks_file = job.plan.tasks_file
        branch = "" if job.branch == "HEAD" else job.branch
        self.trunk = Trunk(job.root, self._run, tasks_file)
        self._checkout = Checkout(job.root, branch, tasks_file, last=job.commit)
        self._lock = asyncio.Lock()
        self._refused = ("", "")
        """The person's commit that could not be taken in, and why."""
        self._bring: Bring

    async def open(self, bring: Bring) -> None:
        """Make the run's branch and worktree, or put them right. Raises `GitError`.

        `bring` copies what is not in git and tools need all the same.
        """
        await self.trunk.open(await self._checkout.theirs(self._job.commit) or self._job.commit)
        self._bring = bring
        self.trunk.keep = tuple(await bring(self.trunk.path))

    async def join(self, commit: str, claim: Claim) -> Joined:
        """Join what an attempt left: checked first, then one commit, its task's box ticked.

        The `claim` is asked late, since the list may be edited meanwhile. Cancelled, it is either
        joined or it never began.
        """
        async with self._entering():
            merge = await to_the_end(self.trunk.merge(commit))
            if merge.conflicts:
                return Joined(conflicts=merge.conflicts)
            changed = await to_the_end(self._stage(merge.tree))
            failure = await self._build(changed)
            if failure:
                told = f"joined to the run's branch it does not build: {failure}"
                return Joined(failure=told, broken=True)
            entry = claim()
            if isinstance(entry, str):
                return Joined(failure=entry)
            return Joined(commit=await whatever_comes(self._commit(merge.tree, entry)))

    @asynccontextmanager
    async def _entering(self) -> AsyncIterator[None]:
        """One at a time; the branch and its worktree are sound, and what a person did is in it."""
        async with self._lock:
            if told := await to_the_end(self.trunk.heal()):
                self._emit(ev.Notice(text=told, level="warning"))
                self.trunk.keep = tuple(await self._bring(self.trunk.path))
            await to_the_end(self._take_in())
            yield

    async def _stage(self, tree: str) -> list[str]:
        await self.trunk.stage(tree)
        listed = await git(
            self._job.root, "diff-tree", "-r", "-z", "--name-only", self.trunk.tip, tree
        )
        return paths(listed)

    async def _build(self, changed: Sequence[str]) -> str:
        return await build(
            self.trunk.path,
            changed,
            env={**self._job.env, MARKER: self._run, "SIXFOLD_KIND": "build"},
            commands=self._job.settings.isolation.check,
            timeout=self._job.settings.gate.timeout,
        )

    async def _commit(self, tree: str, entry: Entry) -> str:
        if entry.task:
            self._boxes.land(entry.task)
        rewrite = self._boxes.rewrite if self._job.readiness.tracked else None
        try:
            commit = await self.trunk.commit(tree, entry.message, rewrite=rewrite)
        except (GitError, OSError):
            self._boxes.forget(entry.task)
            raise
        await self._follow()
        return commit

    async def enlist(self, more: Rewrite, subject: str) -> None:
        """Have the list of tasks hold more, in a commit of its own."""

        def rewrite(data: bytes) -> bytes:
            return self._boxes.rewrite(more(data))

        async with self._entering():
            await whatever_comes(self._enlist(rewrite, message(subject, run=self._run)))

    async def _enlist(self, rewrite: Rewrite, text: str) -> None:
        tree = await git(self._job.root, "rev-parse", f"{self.trunk.tip}^{{tree}}")
        await self.trunk.commit(tree.strip(), text, rewrite=rewrite)
        await self._follow()

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[str]:
        """The tip in its worktree, and nothing is joined meanwhile."""
        async with self._entering():
            await to_the_end(self.trunk.restore())
            yield self.trunk.tip

    async def mind(self) -> None:
        """See whether the person's branch and checkout can follow by now."""
        async with self._entering():
            await to_the_end(self._follow())

    async def integrated(self) -> list[Integrated]:
        """Everything on the run's branch since it began, oldest first."""
        return await self.trunk.integrated(self._job.commit)

    async def changes(self, since: str) -> list[Change]:
        """Everything on the run's branch since a commit, oldest first."""
        found = await self.trunk.integrated(since or self._job.commit)
        return [Change(_label(one), one.commit, one.subject, one.files) for one in found]

    async def revert(self, which: Chosen, proof: Proof | None = None) -> dict[str, str] | str:
        """Take tasks back, the latest first: commits by id, or why it cannot be.

        With a `proof` it is done only where that holds in the tree without them.
        """
        async with self._entering():
            tasks = which()
            if isinstance(tasks, str):
                return tasks
            known = await self.integrated()
            commits = {self._state.tasks[name].commit: name for name in tasks}
            chosen = [one for one in known if one.commit in commits]
            if len(chosen) < len(tasks):
                return f"not every commit of {', '.join(tasks)} is on {self.trunk.branch}"
            for name in tasks:
                self._boxes.open(name)
            made: dict[str, str] | str = "cancelled"
            try:
                made = await self._reverted(known, chosen, proof)
            finally:
                if isinstance(made, str):
                    for name in tasks:
                        self._boxes.land(name)
            if isinstance(made, str):
                return made
            return {commits[old]: new for old, new in made.items() if old in commits}

    async def _reverted(
        self, known: Sequence[Integrated], chosen: Sequence[Integrated], proof: Proof | None
    ) -> dict[str, str] | str:
        """Old commit -> the one that takes it back; fixes that stand in the way go with them."""
        found = await self._take_back(chosen)
        since = known.index(chosen[0])
        later = [one for one in known[since:] if set(one.files) & set(found.conflicts)]
        if fixes := [one for one in later if one.fix]:
            chosen = [one for one in known if one in chosen or one in fixes]
            found = await self._take_back(chosen)
        if found.conflicts:
            others = [_label(one) or one.commit[:10] for one in later if one not in chosen]
            builds = f": {', '.join(others)} changed it since" if others else ""
            return f"{', '.join(found.conflicts)} cannot be taken back{builds}"
        if proof:
            await to_the_end(self.trunk.stage(f"{found.commits[-1]}^{{tree}}"))
            if not await proof():
                return "the gate would stay red without it"
        await whatever_comes(self._advance(found.commits[-1]))
        return dict(zip([one.commit for one in reversed(chosen)], found.commits, strict=True))

    async def _advance(self, commit: str) -> None:
        await self.trunk.advance(commit)
        await self._follow()

    async def _take_back(self, chosen: Sequence[Integrated]) -> Reverts:
        """Commits that take others back, the latest first."""
        reverts = [self._reverting(one) for one in reversed(chosen)]
        return await self.trunk.reverting(reverts, self._boxes.rewrite)

    def _reverting(self, one: Integrated) -> Revert:
        text = message(f"Revert {one.subject}", undo=_label(one), run=self._run)
        return Revert(one.commit, text)

    async def owed(self) -> list[str]:
        """Finished tasks whose box is open in the list as it is committed. Raises `GitError`."""
        if not self._job.readiness.tracked:
            return []
        place = f"{self.trunk.tip}:{self._job.plan.tasks_file}"
        text = await git(self._job.root, "cat-file", "blob", place)
        return self._boxes.owed(text.encode(errors="surrogateescape"))

    async def close(self, *, finished: bool) -> str:
        """Have the person's branch follow a last time; what brings the two together, if it is not.

        Nothing is left of a run that is finished and followed.
        """
        async with self._lock:
            return await to_the_end(self._close(finished=finished))

    async def _close(self, *, finished: bool) -> str:
        if await self._checkout.theirs(self.trunk.tip) and not self._refused[1]:
            self._refused = ("", "you committed after the last gate")
        reason = await self._follow()
        named = self._job.branch != "HEAD"
        await self.trunk.close(drop=finished and named and not reason)
        return await self._checkout.command(self.trunk.branch) if reason else ""

    async def _take_in(self) -> None:
        """What the person committed meanwhile becomes part of the run's branch first."""
        theirs = await self._checkout.theirs(self.trunk.tip)
        if not theirs or theirs == self._refused[0]:
            self._refused = self._refused if theirs else ("", "")
            return
        text = message(f"Merge {self._job.branch or theirs}", run=self._run)
        try:
            conflicts = await self.trunk.take_in(theirs, self._boxes.rewrite, text)
            reason = f"your commits and the run's conflict in {', '.join(conflicts)}"
        except GitError as error:
            conflicts, reason = ["all"], f"your commits cannot be taken in: {error}"
        self._refused = (theirs, reason) if conflicts else ("", "")
        if not conflicts:
            self._emit(ev.Notice(text=f"your commits up to {theirs[:10]} are part of the run now"))

    async def _follow(self) -> str:
        """Why the person's branch and checkout did not follow; empty where they did."""
        reason = self._refused[1]
        if self._job.readiness.dirty:
            reason = DIRTY
        elif not reason:
            try:
                reason = await self._checkout.follow(self.trunk.tip, self._boxes.rewrite)
            except (GitError, OSError) as error:
                reason = str(error)
        if reason and reason != self._state.held:
            command = await self._checkout.command(self.trunk.branch)
            self._emit(ev.CheckoutHeld(reason=reason, command=command))
        elif self._state.held and not reason:
            self._emit(ev.CheckoutFollowed(commit=self.trunk.tip))
        return reason


def _label(one: Integrated) -> str:
    return one.task or (f"fix {one.fix}" if one.fix else "")
