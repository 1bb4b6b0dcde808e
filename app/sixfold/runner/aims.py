"""What an attempt is for: a task, or a fix. What is asked of it, and what is proof of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeAlias

from sixfold import events as ev
from sixfold.agents.agent import TurnEnd
from sixfold.gate.guard import guarded, weakened
from sixfold.model import Phase, Task
from sixfold.runner.ground import Attempt, Place, one_line
from sixfold.runner.turns import Turns
from sixfold.workspace.delivery import Delivery
from sixfold.workspace.git import git, paths, run
from sixfold.workspace.proof import outside, undelivered
from sixfold.workspace.worktrees import Worktree

Ask: TypeAlias = Callable[[int, str, str], Awaitable[bool]]
"""Asks a person for their leave: slot, label, question."""
NOTHING = "nothing changed, and it left no `no_change` that says why"


class Aim(Protocol):
    """What one attempt is for."""

    subject: str
    """What it does, as the first line of its commit."""

    async def turn(self, turns: Turns, place: Place, attempt: Attempt) -> TurnEnd:
        """Have the agent at it."""
        ...

    async def lacking(self, tree: Worktree, delivery: Delivery, end: TurnEnd) -> str:
        """Why what was delivered is no proof; empty where it is."""
        ...

    def trailers(self, task: str) -> dict[str, str | int]:
        """What its commit says of it; `task` is the id that it has by now."""
        ...

    def outside(self, changed: Sequence[str]) -> list[str]:
        """Of the changed files, those that nothing was said of."""
        ...


class TaskAim(Aim):
    """A task. `before` says why the attempt before this one failed."""

    def __init__(self, task: Task, phase: Phase | None, before: str) -> None:
        self._task, self._phase, self._before = task, phase, before
        self.subject = f"{task.id}: {task.title}"

    async def turn(self, turns: Turns, place: Place, attempt: Attempt) -> TurnEnd:
        """A turn at the task."""
        return await turns.task(place, attempt, self._task, self._phase, self._before)

    async def lacking(self, tree: Worktree, delivery: Delivery, end: TurnEnd) -> str:
        """Something changed, or it is said why not; and the named files are there."""
        if not delivery.changed and not end.result.no_change:
            return NOTHING
        listed = await git(tree.path, "ls-tree", "-r", "-z", "--name-only", delivery.commit)
        task = self._task
        present = [*paths(listed), *tree.copied]
        return undelivered(task.title, task.files, present=present, worktree=tree.path)

    def trailers(self, task: str) -> dict[str, str | int]:
        """The task."""
        return {"task": task}

    def outside(self, changed: Sequence[str]) -> list[str]:
        """Files that the task does not name."""
        return outside(self._task.files, changed)


class FixAim(Aim):
    """The red gate of a phase. `ask` is None where fixes may do to tests what they like."""

    def __init__(
        self, phase: Phase, gate: ev.GateEnded, *, diff: str, slot: int, ask: Ask | None
    ) -> None:
        self._phase, self._gate, self._diff, self._slot, self._ask = phase, gate, diff, slot, ask
        self.subject = f"Fix the gate after phase {phase.number}"

    async def turn(self, turns: Turns, place: Place, attempt: Attempt) -> TurnEnd:
        """A turn at what fails."""
        return await turns.fix(place, attempt, self._phase, self._gate, self._diff)

    async def lacking(self, tree: Worktree, delivery: Delivery, end: TurnEnd) -> str:  # noqa: ARG002 - as agreed
        """Something changed, and no test was weakened without a person's leave."""
        if not delivery.changed:
            return "it changed nothing"
        doubts = await self._doubts(tree, delivery) if self._ask else []
        if not doubts or self._ask is None:
            return ""
        question = f"this fix weakens tests: {'; '.join(doubts)}. Integrate it all the same?"
        agreed = await self._ask(self._slot, f"fix {self._phase.number}", question)
        return "" if agreed else one_line(f"it weakens tests: {'; '.join(doubts)}")

    def trailers(self, task: str) -> dict[str, str | int]:  # noqa: ARG002 - as agreed
        """The phase."""
        return {"fix": self._phase.number}

    def outside(self, changed: Sequence[str]) -> list[str]:  # noqa: ARG002 - as agreed
        """A fix may be anywhere."""
        return []

    async def _doubts(self, tree: Worktree, delivery: Delivery) -> list[str]:
        tests = [path for path in delivery.changed if guarded(path)]
        before = await _contents(tree, tree.base, tests)
        after = await _contents(tree, delivery.commit, tests)
        return await asyncio.to_thread(weakened, before, after)


async def _contents(tree: Worktree, commit: str, files: Sequence[str]) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in files:
        done = await run(tree.path, "cat-file", "blob", f"{commit}:{path}")
        if not done.code:
            found[path] = done.out.encode(errors="surrogateescape")
    return found
