"""One agent's turn at a task or a fix, from prompt to proof."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from sixfold import events as ev
from sixfold.agents import prompts
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.feature import story
from sixfold.feature.model import TasksFile
from sixfold.model import Phase, Task
from sixfold.process import MARKER
from sixfold.runner.job import Job
from sixfold.runner.store import RunFolder
from sixfold.workspace.git import GitError
from sixfold.workspace.proof import missing
from sixfold.workspace.tree import Tree

Say: TypeAlias = Callable[[int, Sequence[ev.Utterance]], None]
"""Takes a slot and what its agent says."""


LONGEST_REASON = 500
"""Characters of what an agent says about its end."""


class Ending(Struct, frozen=True):
    """How an attempt ended: nothing in `failure` means that it is done."""

    failure: str = ""
    """One line."""
    note: str = ""
    """Why a task that is done changed nothing."""
    after: str = ""
    """The tree at its end, where one was taken."""


class Turns:
    """Takes turns of the job's agent, and knows the tree before and after each."""

    def __init__(self, job: Job, folder: RunFolder, tree: Tree, say: Say) -> None:
        self._job, self._folder, self._tree, self._say = job, folder, tree, say
        self._before: dict[str, asyncio.Future[str]] = {}
        self._after: dict[str, str] = {}

    async def begin(self, name: str) -> str:
        """The tree before `name` began: as it is now, where this is the first time.

        Raises `GitError`.
        """
        if name not in self._before:
            self._before[name] = asyncio.ensure_future(self._tree.snapshot())
        try:
            return await asyncio.shield(self._before[name])
        except GitError:
            self._before.pop(name, None)
            raise

    async def work(
        self, task: Task, phase: Phase | None, found: TasksFile, *, slot: int, attempt: int
    ) -> Ending:
        """An attempt at a task: a turn, and the proof that its change is there."""
        before = await self.begin(task.id)
        text = next((read.text for read in found.tasks if read.id == task.id), task.title)
        marks = self._marks("task", task.id, slot, attempt)
        prompt = prompts.for_task(
            task, text, phase, self._job.brief, story=self._story(task), where=_words(marks)
        )
        end = await self._take(prompt, marks)
        if not end.ok:
            return Ending(failure=_one_line(end.reason))
        return await self._judge(task, before, end)

    async def fix(self, phase: Phase, gate: ev.GateEnded, *, slot: int, attempt: int) -> Ending:
        """An attempt to turn the red gate of a phase green; the next gate judges it."""
        before = await self.begin(phase_name(phase.number))
        diff = await self._tree.diff(before, await self._tree.snapshot())
        marks = self._marks("fix", str(phase.number), slot, attempt)
        prompt = prompts.for_fix(
            phase, gate.failures, gate.reason, diff, self._job.brief, where=_words(marks)
        )
        end = await self._take(prompt, marks)
        return Ending(failure="" if end.ok else _one_line(end.reason))

    def finish(self, task: str, after: str) -> None:
        """Remember the tree at a task's end."""
        if after:
            self._after[task] = after

    def rename(self, tasks: Mapping[str, str], phases: Mapping[int, int]) -> None:
        """Tasks and phases have new names: what is known of the old ones holds for them."""
        moved = {phase_name(old): phase_name(new) for old, new in phases.items()}
        names = {**tasks, **moved}
        self._before = {names.get(name, name): tree for name, tree in self._before.items()}
        self._after = {names.get(name, name): tree for name, tree in self._after.items()}

    async def diff(self, task: str) -> str:
        """What changed since a task's first attempt, or (no task) since the run began.

        Raises `KeyError` for a task that has not run.
        """
        before = await self._before[task or "run"]
        after = self._after.get(task) or await self._tree.snapshot()
        return await self._tree.diff(before, after)

    def _marks(self, kind: str, task: str, slot: int, attempt: int) -> dict[str, str]:
        """What the contract promises every agent in its environment."""
        stem = _stem(kind, task, attempt, slot)
        return {
            MARKER: self._folder.id,
            "SIXFOLD_KIND": kind,
            "SIXFOLD_TASK": task,
            "SIXFOLD_ATTEMPT": str(attempt),
            "SIXFOLD_SLOT": str(slot),
            "SIXFOLD_FEATURE_DIR": str(self._job.reading.feature.directory),
            "SIXFOLD_RESULT": str(self._folder.results / f"{stem}.json"),
        }

    async def _take(self, prompt: str, marks: Mapping[str, str]) -> TurnEnd:
        slot, attempt = int(marks["SIXFOLD_SLOT"]), int(marks["SIXFOLD_ATTEMPT"])
        turn = Turn(
            prompt=prompt,
            cwd=self._job.root,
            env={**self._job.env, **marks},
            result=Path(marks["SIXFOLD_RESULT"]),
            transcript=transcript(
                self._folder, marks["SIXFOLD_KIND"], marks["SIXFOLD_TASK"], attempt, slot
            ),
        )
        return await self._job.agent.take(turn, lambda lines: self._say(slot, lines))

    async def _judge(self, task: Task, before: str, end: TurnEnd) -> Ending:
        try:
            after = await self._tree.snapshot()
            changed = await self._tree.changed(before, after)
            present = await self._tree.names(after)
        except GitError as error:
            return Ending(failure=f"cannot see what changed: {error}")
        changed = [name for name in changed if name != self._job.plan.tasks_file]
        note = _one_line(end.result.no_change)
        if not changed and not note:
            return Ending(failure="nothing changed, and it left no `no_change` that says why")
        lacking = missing(task.title, task.files, present=present, root=self._job.root)
        return Ending(failure=lacking, note=note, after=after)

    async def lacking(self, task: Task) -> str:
        """Which files that a task names are not in the tree; empty where all are there."""
        try:
            present = await self._tree.names(await self._tree.snapshot())
        except GitError:
            return ""
        return missing(task.title, task.files, present=present, root=self._job.root)

    def _story(self, task: Task) -> str:
        found = story.story(self._job.spec, task.story) if task.story else None
        if found is None:
            return ""
        scenarios = "\n".join(f"{n}. {line}" for n, line in enumerate(found.scenarios, 1))
        accepted = f"\n\nAcceptance scenarios:\n\n{scenarios}" if scenarios else ""
        return f"{found.label}: {found.title}\n\n{found.goal}{accepted}"


def _words(marks: Mapping[str, str]) -> list[str]:
    """What the environment says, in words."""
    names = {
        "SIXFOLD_RUN": "run",
        "SIXFOLD_KIND": "kind of work",
        "SIXFOLD_TASK": "phase" if marks["SIXFOLD_KIND"] == "fix" else "task",
        "SIXFOLD_ATTEMPT": "attempt",
        "SIXFOLD_SLOT": "slot",
        "SIXFOLD_FEATURE_DIR": "feature directory",
        "SIXFOLD_RESULT": "result file",
    }
    return [f"{name}: {marks[key]} (${key})" for key, name in names.items()]


def transcript(folder: RunFolder, kind: str, task: str, attempt: int, slot: int) -> Path:
    """Where everything that an agent printed in an attempt is."""
    return folder.transcripts / f"{_stem(kind, task, attempt, slot)}.log"


def phase_name(number: int) -> str:
    """What the tree before a phase is remembered under: no task's id has a blank in front."""
    return f" phase {number}"


def _one_line(text: str) -> str:
    """What an agent says of its end, as one line of a list."""
    return " ".join(text.split())[:LONGEST_REASON]


def _stem(kind: str, task: str, attempt: int, slot: int) -> str:
    """The name of an attempt's files. Ids may change hands, so the slot is a part of it."""
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in task)
    fix = "fix-" if kind == "fix" else ""
    return f"{fix}{name}-{attempt}.{slot}"
