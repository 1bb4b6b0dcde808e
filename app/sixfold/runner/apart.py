"""Every attempt in a worktree of its own; what they leave comes together on the run's branch."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager

from msgspec import structs

from sixfold import events as ev
from sixfold.agents.agent import TurnEnd
from sixfold.agents.prompts.about import Contradiction, Inquiry
from sixfold.gate.blame import Change
from sixfold.gate.guard import guarded
from sixfold.model import Phase, Task
from sixfold.runner.aims import Aim, Ask, FixAim, TaskAim
from sixfold.runner.boxes import Boxes
from sixfold.runner.desk import Desk
from sixfold.runner.ground import (
    Attempt,
    Chosen,
    Ending,
    Ground,
    Place,
    Proof,
    judged,
    line_count,
    one_line,
)
from sixfold.runner.joining import Entry, Joined, Joining
from sixfold.runner.turns import Turns
from sixfold.state import VALIDATION, Work
from sixfold.uncut import to_the_end, whatever_comes
from sixfold.workspace import conflict
from sixfold.workspace.delivery import Delivery, collect
from sixfold.workspace.git import GitError, git, head, paths, run
from sixfold.workspace.history import message
from sixfold.workspace.merging import adds_nothing
from sixfold.workspace.proof import missing
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.tree import Tree
from sixfold.workspace.worktrees import Worktree, Worktrees, attempt_name, fix_name

RESULTS = ".sixfold/results"
"""In an attempt's worktree: never committed, as all of `.sixfold`."""


class Apart(Ground):
    """Worktrees, and the run's branch. `ask` asks a person for their leave."""

    together = False

    def __init__(self, desk: Desk, turns: Turns, ask: Ask) -> None:
        job, folder, state = desk.job, desk.folder, desk.state
        self._job, self._folder, self._state, self._emit = job, folder, state, desk.emit
        self._turns, self._ask = turns, ask
        self.ticks = job.readiness.tracked
        carried = [] if self.ticks else [job.plan.feature_dir]
        patterns = job.settings.isolation.copy
        self._trees = Worktrees(job.root, folder.id, patterns, carried)
        self._boxes = Boxes(state)
        self._joining = Joining(desk, self._boxes)
        self._trunk = self._joining.trunk
        self.root = self._trunk.path
        self._taken: set[str] = set()
        """Names of attempts, which no other may have."""
        self._open: dict[str, Worktree] = {}
        """Worktrees in which attempts are at work, by name."""
        self._waiting: set[str] = set()
        """Of these, the ones whose work does not build without what others are at."""
        self._news = asyncio.Condition()
        """Told when the run's branch moves, and when an attempt ends."""

    @property
    def tip(self) -> str:
        """Of the run's branch."""
        return self._trunk.tip

    async def open(self) -> None:
        """The run's branch and worktree; what a dead runner left there is put right."""
        await self._joining.open(self._trees.bring)
        prefix = f"refs/heads/sixfold/{self._folder.id}/"
        listed = await git(self._job.root, "for-each-ref", "--format=%(refname)", prefix)
        self._taken = {name.removeprefix(prefix) for name in listed.split()}
        await self._joining.mind()

    async def recover(self, works: Sequence[Work]) -> dict[int, Ending]:
        """Attempts that were joined just before the runner died are done; others are kept."""
        found: dict[int, Ending] = {}
        for work in works:
            commits = [
                one.commit
                for one in await self._trunk.integrated(work.base or self._job.commit)
                if one.attempt == work.attempt
                and (one.task == work.task if work.task else one.fix == work.phase)
            ]
            if work.label == VALIDATION:
                await self._trees.drop(_name(work.branch))
            attempt = Attempt(work.label, work.slot, work.attempt, work.branch, work.base)
            died = Ending(failure="its runner died", cancelled=True)
            ending = Ending(commit=commits[-1]) if commits else died
            found[work.slot] = await self._recovered(attempt, ending)
        return found

    async def _recovered(self, attempt: Attempt, ending: Ending) -> Ending:
        name = _name(attempt.branch)
        tree = await self._trees.find(name, attempt.base)
        if tree is not None:
            return await self._put_away(tree, ending, attempt.label)
        await self._trees.remove(name)
        if name not in self._taken:
            return ending
        if ending.commit or await adds_nothing(self.root, self._trunk.tip, attempt.branch):
            await self._trees.drop(name)
            return ending
        return structs.replace(ending, branch=attempt.branch)

    async def undone(self) -> Mapping[str, str]:
        """Tasks whose commit is reverted on the run's branch, and that still count as done."""
        done = {
            name: task.commit
            for name, task in self._state.tasks.items()
            if task.state == "done" and task.commit
        }
        span = f"{self._job.commit}..{self._trunk.tip}"
        there = set((await git(self.root, "rev-list", span)).split())
        found = {name: "" for name, commit in done.items() if commit not in there}
        met: set[str] = set()
        for one in await self._joining.integrated():
            met.add(one.commit)
            if done.get(one.undoes) in met:
                found[one.undoes] = one.commit
        for name in found:
            self._boxes.open(name)
        return found

    def place(self, label: str, number: int) -> tuple[str, str]:
        """A branch that no attempt had before, from the tip."""
        phase = label.removeprefix("fix ")
        is_fix = label not in self._state.by_id and phase.isdigit()
        stem = fix_name(int(phase), number) if is_fix else attempt_name(label, number)
        name, more = stem, 1
        while name in self._taken:
            more += 1
            name = f"{stem}-{more}"
        self._taken.add(name)
        return self._trees.branch(name), self._trunk.tip

    async def task(self, attempt: Attempt, task: Task, phase: Phase | None, before: str) -> Ending:
        """A turn in a worktree, its proof, and its way onto the run's branch."""
        return await self._attempt(attempt, TaskAim(task, phase, before))

    async def fix(self, attempt: Attempt, phase: Phase, gate: ev.GateEnded, since: str) -> Ending:
        """The same for a fix; one that weakens tests is asked about."""
        diff = await self._trunk.diff(since or self._job.commit, attempt.base)
        ask = self._ask if self._job.settings.gate.guard_tests == "ask" else None
        aim = FixAim(phase, gate, diff=diff, slot=attempt.slot, ask=ask)
        return await self._attempt(attempt, aim)

    async def validate(self, attempt: Attempt, inquiry: Inquiry) -> Ending:
        """A turn in a worktree, which goes again with all that was changed in it."""
        name = _name(attempt.branch)
        try:
            tree = self._open[name] = await to_the_end(self._trees.add(name, attempt.base))
            end = await self._turns.validate(self._place(tree), attempt, inquiry)
            seen = Tree(tree.path, self._folder.snapshots / tree.name)
            changed = await seen.changed(tree.base, await seen.snapshot())
            return judged(end, [path for path in changed if path not in tree.copied])
        except (GitError, OSError) as error:
            return Ending(failure=one_line(str(error)))
        finally:
            self._open.pop(name, None)
            await whatever_comes(self._trees.drop(name))

    async def lines(self, file: str, attempt: Attempt) -> int:
        """Of a file in the commit that the validator saw."""
        done = await run(self.root, "cat-file", "blob", f"{attempt.base}:{file}")
        return 0 if done.code else line_count(done.out)

    def finish(self, task: str, ending: Ending) -> None:
        """All is in the commit."""

    def at_rest(self) -> AbstractAsyncContextManager[str]:
        """The tip of the run's branch, and nothing joins it meanwhile."""
        return self._joining.at_rest()

    async def changes(self, since: str) -> Sequence[Change]:
        """The commits of the run's branch."""
        return await self._joining.changes(since)

    async def show(self, commit: str) -> None:
        """A commit in the run's worktree, with the tests of the tip."""
        listed = await git(self.root, "ls-tree", "-r", "-z", "--name-only", self._trunk.tip)
        tests = [path for path in paths(listed) if guarded(path)]
        await to_the_end(self._trunk.stage(f"{commit}^{{tree}}", over=tests))

    async def revert(self, tasks: Chosen, proof: Proof | None = None) -> dict[str, str] | str:
        """A commit for each that reverts it."""
        return await self._joining.revert(tasks, proof)

    async def keep(self, task: str, commit: str) -> str:
        """A branch at the task's commit."""
        branch, _ = self.place(task, self._state.tasks[task].attempts)
        await git(self._job.root, "update-ref", f"refs/heads/{branch}", commit, "")
        return branch

    async def lacking(self, task: Task) -> str:
        """Which named files are neither on the run's branch nor in the person's checkout."""
        listed = await git(self.root, "ls-tree", "-r", "-z", "--name-only", self._trunk.tip)
        return missing(task.title, task.files, present=paths(listed), root=self._job.root)

    async def diff(self, label: str) -> str:
        """Of an attempt at work up to now; else of the commit, or of the branch that is kept."""
        working = [work for work in self._state.work.values() if work.label == label]
        tree = self._open.get(_name(working[0].branch)) if working else None
        if tree:
            seen = Tree(tree.path, self._folder.snapshots / tree.name)
            return await seen.diff(tree.base, await seen.snapshot())
        if not label:
            return await self._trunk.diff(self._job.commit, self._trunk.tip)
        progress = self._state.tasks[label]
        if progress.commit:
            return await self._trunk.diff(f"{progress.commit}^", progress.commit)
        if progress.branch:
            return await self._trunk.diff(progress.base, progress.branch)
        return ""

    def rename(self, tasks: Mapping[str, str], phases: Mapping[int, int]) -> None:  # noqa: ARG002 - as agreed
        """Boxes have new names."""
        self._boxes.rename(tasks)

    async def enlist(self, more: Rewrite, subject: str) -> None:
        """A commit of the run's branch, where its commits tick boxes."""
        if self.ticks:
            await self._joining.enlist(more, subject)

    def accept(self, task: str) -> None:
        """One that was taken back is done all the same."""
        self._boxes.accept(task)

    def ours(self, before: bytes, after: bytes) -> bool:
        """Boxes that commits of the run brought along."""
        return self._boxes.ours(before, after)

    async def mind(self) -> str:
        """What a person committed is taken in, and their checkout follows if it can."""
        await self._joining.mind()
        return self.tip

    async def at_home(self) -> bool:
        """A person may have gone to another branch."""
        return (await head(self._job.root))[0] == self._job.branch

    async def owed(self) -> list[str]:
        """By the list as it is committed; what stands only in a person's edit is not in it."""
        return await self._joining.owed()

    async def close(self, *, finished: bool) -> str:
        """The person's branch follows a last time."""
        return await self._joining.close(finished=finished)

    # One attempt, from its worktree to its commit.

    async def _attempt(self, attempt: Attempt, aim: Aim) -> Ending:
        name = _name(attempt.branch)
        try:
            self._open[name] = await to_the_end(self._trees.add(name, attempt.base))
        except asyncio.CancelledError:
            await to_the_end(self._trees.remove(name))
            raise
        except (GitError, OSError) as error:
            return Ending(failure=f"no worktree: {error}")
        try:
            ending = await self._delivered(attempt, aim)
        except asyncio.CancelledError:
            ending = Ending(cancelled=True)
        except (GitError, OSError) as error:
            ending = Ending(failure=one_line(str(error)))
        finally:
            tree = self._open.pop(name)
            await whatever_comes(self._tell())
        return await whatever_comes(self._put_away(tree, ending, aim.subject))

    async def _delivered(self, attempt: Attempt, aim: Aim) -> Ending:
        name = _name(attempt.branch)
        end = await aim.turn(self._turns, self._place(self._open[name]), attempt)
        while True:
            tree = self._open[name]
            delivery = await self._collect(tree, aim.subject)
            failure = "" if end.ok else one_line(end.reason)
            failure = failure or await aim.lacking(tree, delivery, end) or self._unwanted(attempt)
            if failure:
                return Ending(failure=failure, left_out=delivery.left_out)
            self._emit(
                ev.IntegrationStarted(
                    task=self._label(attempt), slot=attempt.slot, attempt=attempt.number
                )
            )
            joined = await self._join(attempt, delivery.commit, aim)
            if not joined.conflicts:
                return Ending(
                    failure=one_line(joined.failure),
                    note=one_line(end.result.no_change),
                    commit=joined.commit,
                    outside=aim.outside(delivery.changed),
                    left_out=delivery.left_out,
                )
            resolved = await self._resolve(attempt, tree, delivery, joined.conflicts)
            if not resolved.ok:
                return Ending(failure=one_line(resolved.reason), left_out=delivery.left_out)

    async def _join(self, attempt: Attempt, commit: str, aim: Aim) -> Joined:
        """Join it; what does not build yet waits for those who are at work beside it.

        Tasks side by side may rest on each other's work without saying so, and nothing but time
        is lost by another try.
        """

        def claim() -> Entry | str:
            if reason := self._unwanted(attempt):
                return reason
            task = self._task(attempt)
            about = aim.trailers(task)
            agent, run = self._state.work[attempt.slot].agent, self._folder.id
            text = message(aim.subject, **about, run=run, agent=agent, attempt=attempt.number)
            return Entry(text, task)

        while True:
            joined = await self._joining.join(commit, claim)
            tried = self._trunk.tip
            if joined.commit:
                await self._tell()
            if not joined.broken or not await self._moved(_name(attempt.branch), tried):
                return joined

    async def _moved(self, name: str, tip: str) -> bool:
        """Whether the run's branch moves from `tip` while others are at work."""
        self._waiting.add(name)
        try:
            async with self._news:
                self._news.notify_all()
                await self._news.wait_for(
                    lambda: self._trunk.tip != tip or self._waiting >= self._open.keys()
                )
        finally:
            self._waiting.discard(name)
        return self._trunk.tip != tip

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def _unwanted(self, attempt: Attempt) -> str:
        work = self._state.work.get(attempt.slot)
        return "it was taken out of the list while it ran" if work and work.gone else ""

    async def _resolve(
        self, attempt: Attempt, tree: Worktree, delivery: Delivery, files: Sequence[str]
    ) -> TurnEnd:
        """Give the attempt's agent the conflict with what was integrated since it began.

        It has as many turns at it as a task has attempts. What others integrate meanwhile is a
        conflict of its own.
        """
        tip = self._trunk.tip
        self._open[tree.name] = structs.replace(tree, base=tip)
        others = [one for one in await self.changes(tree.base) if set(one.files) & set(files)]
        told = ev.ConflictFound(
            task=self._label(attempt),
            slot=attempt.slot,
            attempt=attempt.number,
            paths=list(files),
            tasks=[one.task for one in others if one.task],
        )
        ours = await self._trunk.diff(tree.base, delivery.commit, files)
        theirs = await self._trunk.diff(tree.base, tip, files)
        end = TurnEnd(ok=False)
        for _ in range(self._job.settings.attempts):
            self._emit(told)
            found = await to_the_end(conflict.present(tree.path, tip))
            contradiction = Contradiction(
                label=attempt.label,
                marked=found.marked,
                unmarked=found.unmarked,
                others=[f"{one.commit[:10]} {one.subject}" for one in others],
                ours=ours,
                theirs=theirs,
            )
            end = await self._turns.conflict(self._place(tree), attempt, contradiction)
            left = await conflict.unresolved(tree.path, found)
            if end.ok and not left:
                break
            if end.ok:
                reason = f"its work conflicts with the run's, still in {', '.join(left)}"
                end = TurnEnd(ok=False, reason=reason)
        return end

    async def _collect(self, tree: Worktree, subject: str) -> Delivery:
        file = self._job.plan.tasks_file
        return await to_the_end(collect(tree, tasks_file=file, message=subject))

    async def _put_away(self, tree: Worktree, ending: Ending, subject: str) -> Ending:
        """The worktree goes once all in it is in a commit; a branch that holds work stays."""
        try:
            if not ending.failure and not ending.cancelled:
                await self._trees.drop(tree.name)
                return ending
            delivery = await collect(tree, tasks_file=self._job.plan.tasks_file, message=subject)
            if await adds_nothing(self.root, self._trunk.tip, delivery.commit):
                await self._trees.drop(tree.name)
                return ending
            await self._trees.remove(tree.name)
            return structs.replace(ending, branch=tree.branch, left_out=delivery.left_out)
        except (GitError, OSError) as error:
            text = f"not all of the attempt {tree.name} is put away: {error}"
            self._emit(ev.Notice(text=text, level="warning"))
            return ending

    def _place(self, tree: Worktree) -> Place:
        return Place(tree.path, tree.path / RESULTS, tree)

    def _task(self, attempt: Attempt) -> str:
        """The id that its task has by now; empty for a fix."""
        work = self._state.work.get(attempt.slot)
        return work.task if work else ""

    def _label(self, attempt: Attempt) -> str:
        return self._task(attempt) or attempt.label


def _name(branch: str) -> str:
    """Of the worktree that has the branch."""
    return branch.rpartition("/")[2]
