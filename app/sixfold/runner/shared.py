"""All agents in the one tree: what changed is seen in snapshots, nothing is committed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from sixfold import events as ev
from sixfold.agents.agent import TurnEnd
from sixfold.agents.prompts.about import Inquiry
from sixfold.gate.blame import Change
from sixfold.model import Phase, Task
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
from sixfold.runner.job import Job
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import Turns
from sixfold.state import Work
from sixfold.workspace.git import GitError, head
from sixfold.workspace.proof import missing
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.tree import Tree

WHOLE = ""
"""The name under which the tree before the run is remembered."""


class Shared(Ground):
    """The person's own tree. What is known of it before each task is kept in the snapshots."""

    together, ticks = True, False

    def __init__(self, job: Job, folder: RunFolder, turns: Turns) -> None:
        self._job, self._turns = job, turns
        self.root: Path = job.root
        self._place = Place(job.root, folder.results)
        self._tree = Tree(job.root, folder.snapshots)
        self._known = folder.snapshots / "before.jsonl"
        self._before: dict[str, asyncio.Future[str]] = {}
        self._after: dict[str, str] = {}

    @property
    def tip(self) -> str:
        """No commit."""
        return ""

    async def open(self) -> None:
        """Remember the tree as it is; and what a runner that died has remembered."""
        if self._known.exists():
            for line in self._known.read_bytes().splitlines():
                name, tree = msgspec.json.decode(line, type=tuple[str, str])
                self._before[name] = asyncio.get_running_loop().create_future()
                self._before[name].set_result(tree)
        await self._begin(WHOLE)

    async def recover(self, works: Sequence[Work]) -> dict[int, Ending]:
        """What a runner that died left is in the tree, finished or not."""
        why = "its runner died; what it changed so far stays in the tree"
        return {work.slot: Ending(failure=why, cancelled=True) for work in works}

    async def undone(self) -> Mapping[str, str]:
        """Nothing is reverted here."""
        return {}

    def place(self, label: str, number: int) -> tuple[str, str]:  # noqa: ARG002 - as agreed
        """No branch."""
        return "", ""

    async def task(self, attempt: Attempt, task: Task, phase: Phase | None, before: str) -> Ending:
        """A turn in the tree, and the proof that its change is there."""
        await self._begin(_phase_name(task.phase))
        start = await self._begin(task.id)
        end = await self._turns.task(self._place, attempt, task, phase, before)
        if not end.ok:
            return Ending(failure=one_line(end.reason))
        return await self._judge(task, start, end)

    async def fix(self, attempt: Attempt, phase: Phase, gate: ev.GateEnded, since: str) -> Ending:  # noqa: ARG002 - as agreed
        """A turn in the tree; the next gate judges it."""
        before = await self._begin(_phase_name(phase.number))
        diff = await self._tree.diff(before, await self._tree.snapshot())
        end = await self._turns.fix(self._place, attempt, phase, gate, diff)
        return Ending(failure="" if end.ok else one_line(end.reason))

    async def validate(self, attempt: Attempt, inquiry: Inquiry) -> Ending:
        """A turn in the tree; what it changes there is seen by comparing."""
        before = await self._tree.snapshot()
        end = await self._turns.validate(self._place, attempt, inquiry)
        changed = await self._tree.changed(before, await self._tree.snapshot())
        return judged(end, changed)

    async def lines(self, file: str, attempt: Attempt) -> int:  # noqa: ARG002 - as agreed
        """Of a file in the tree; a link out of it is none."""
        path = (self.root / file).resolve()
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            return 0
        return line_count(await asyncio.to_thread(path.read_text, "latin-1"))

    def finish(self, task: str, ending: Ending) -> None:
        """Remember the tree at a task's end."""
        if ending.after:
            self._after[task] = ending.after

    @asynccontextmanager
    async def at_rest(self) -> AsyncIterator[str]:
        """The runner sees to it that nothing runs."""
        yield ""

    async def changes(self, since: str) -> Sequence[Change]:  # noqa: ARG002 - as agreed
        """There are no commits."""
        return ()

    async def show(self, commit: str) -> None:
        """There is no older state to show."""
        raise GitError(f"a shared tree has no commit {commit}")

    async def revert(self, tasks: Chosen, proof: Proof | None = None) -> dict[str, str] | str:  # noqa: ARG002 - as agreed
        """There is no commit to revert."""
        return "agents share the one tree: there is no commit to revert"

    async def keep(self, task: str, commit: str) -> str:
        """There is no commit to keep."""
        raise GitError(f"a shared tree has no commit {commit} of {task}")

    async def lacking(self, task: Task) -> str:
        """Which files that a task names are not in the tree."""
        try:
            present = await self._tree.names(await self._tree.snapshot())
        except GitError:
            return ""
        return missing(task.title, task.files, present=present, root=self.root)

    async def diff(self, label: str) -> str:
        """From before the task's first attempt to its end, or to now."""
        before = await self._before[label]
        after = self._after.get(label) or await self._tree.snapshot()
        return await self._tree.diff(before, after)

    def rename(self, tasks: Mapping[str, str], phases: Mapping[int, int]) -> None:
        """What is known under old names holds for the new ones."""
        moved = {_phase_name(old): _phase_name(new) for old, new in phases.items()}
        names = {**tasks, **moved}
        self._before = {names.get(name, name): tree for name, tree in self._before.items()}
        self._after = {names.get(name, name): tree for name, tree in self._after.items()}

    async def at_home(self) -> bool:
        """As at the start."""
        return (await head(self.root))[0] == self._job.branch

    async def enlist(self, more: Rewrite, subject: str) -> None:
        """The person commits what is in their tree."""

    def accept(self, task: str) -> None:
        """The file says so itself."""

    def ours(self, before: bytes, after: bytes) -> bool:  # noqa: ARG002 - as agreed
        """The document ticks by itself."""
        return False

    async def mind(self) -> str:
        """The checkout is where the work is."""
        return ""

    async def owed(self) -> list[str]:
        """Boxes are ticked in the person's file, and seen to there."""
        return []

    async def close(self, *, finished: bool) -> str:  # noqa: ARG002 - as agreed
        """The result is in the tree."""
        return ""

    async def _begin(self, name: str) -> str:
        """The tree before `name` began: as it is now, where this is the first time."""
        if name not in self._before:
            self._before[name] = asyncio.ensure_future(self._remember(name))
        try:
            return await asyncio.shield(self._before[name])
        except GitError:
            self._before.pop(name, None)
            raise

    async def _remember(self, name: str) -> str:
        tree = await self._tree.snapshot()
        with self._known.open("ab") as file:
            file.write(msgspec.json.encode((name, tree)) + b"\n")
        return tree

    async def _judge(self, task: Task, before: str, end: TurnEnd) -> Ending:
        try:
            after = await self._tree.snapshot()
            changed = await self._tree.changed(before, after)
            present = await self._tree.names(after)
        except GitError as error:
            return Ending(failure=f"cannot see what changed: {error}")
        changed = [name for name in changed if name != self._job.plan.tasks_file]
        note = one_line(end.result.no_change)
        if not changed and not note:
            return Ending(failure="nothing changed, and it left no `no_change` that says why")
        lacking = missing(task.title, task.files, present=present, root=self.root)
        return Ending(failure=lacking, note=note, after=after)


def _phase_name(number: int) -> str:
    """What the tree before a phase is remembered under: no task's id has a blank in front."""
    return f" phase {number}"
