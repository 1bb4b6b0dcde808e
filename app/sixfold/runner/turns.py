"""One agent's turn at a task or a fix, from prompt to proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

from sixfold import events as ev
from sixfold.agents import prompts
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.feature import story
from sixfold.feature.model import TasksFile
from sixfold.model import Phase, Plan, Task
from sixfold.process import MARKER
from sixfold.runner.job import Job
from sixfold.runner.store import RunFolder
from sixfold.workspace.proof import unproven
from sixfold.workspace.tree import GitError, Tree

Say: TypeAlias = Callable[[int, Sequence[ev.Utterance]], None]
"""Takes a slot and what its agent says."""


class Ending(Struct, frozen=True):
    """How an attempt ended: nothing in `failure` means that it is done."""

    failure: str = ""
    note: str = ""
    """Why a task that is done changed nothing."""


class Turns:
    """Takes turns of the job's agent, and knows the tree before and after each."""

    def __init__(self, job: Job, folder: RunFolder, tree: Tree, say: Say) -> None:
        self._job, self._folder, self._tree, self._say = job, folder, tree, say
        self._before: dict[str, str] = {}
        self._after: dict[str, str] = {}

    async def begin(self, name: str) -> str:
        """Remember the tree as it is now as the one before `name`; the first time counts."""
        if name not in self._before:
            self._before[name] = await self._tree.snapshot()
        return self._before[name]

    async def work(
        self, task: Task, plan: Plan, found: TasksFile, *, slot: int, attempt: int
    ) -> Ending:
        """An attempt at a task: a turn, and the proof that its change is there."""
        await self.begin(task.id)
        phase = plan.phases[task.phase - 1] if task.phase else None
        text = next((read.text for read in found.tasks if read.id == task.id), task.title)
        marks = self._marks("task", task.id, slot, attempt)
        prompt = prompts.for_task(
            task, text, phase, self._job.brief, story=self._story(task), where=_words(marks)
        )
        end = await self._take(prompt, marks)
        return await self._judge(task, end)

    async def fix(self, phase: Phase, gate: ev.GateEnded, *, slot: int, attempt: int) -> Ending:
        """An attempt to turn the red gate of a phase green; the next gate judges it."""
        before = await self.begin(f"phase {phase.number}")
        diff = await self._tree.diff(before, await self._tree.snapshot())
        marks = self._marks("fix", str(phase.number), slot, attempt)
        prompt = prompts.for_fix(
            phase, gate.failures, gate.reason, diff, self._job.brief, where=_words(marks)
        )
        end = await self._take(prompt, marks)
        return Ending(failure="" if end.ok else end.reason)

    def rename(self, names: Mapping[str, str]) -> None:
        """Tasks have new ids: what is known of the old ones holds for them."""
        self._before = {names.get(name, name): tree for name, tree in self._before.items()}
        self._after = {names.get(name, name): tree for name, tree in self._after.items()}

    async def diff(self, task: str) -> str:
        """What changed since a task's first attempt, or (no task) since the run began.

        Raises `KeyError` for a task that has not run.
        """
        before = self._before[task or "run"]
        after = self._after.get(task) or await self._tree.snapshot()
        return await self._tree.diff(before, after)

    def _marks(self, kind: str, task: str, slot: int, attempt: int) -> dict[str, str]:
        """What the contract promises every agent in its environment."""
        return {
            MARKER: self._folder.id,
            "SIXFOLD_KIND": kind,
            "SIXFOLD_TASK": task,
            "SIXFOLD_ATTEMPT": str(attempt),
            "SIXFOLD_SLOT": str(slot),
            "SIXFOLD_FEATURE_DIR": str(self._job.reading.feature.directory),
            "SIXFOLD_RESULT": str(self._folder.results / f"{_stem(kind, task, attempt)}.json"),
        }

    async def _take(self, prompt: str, marks: Mapping[str, str]) -> TurnEnd:
        slot, attempt = int(marks["SIXFOLD_SLOT"]), int(marks["SIXFOLD_ATTEMPT"])
        stem = _stem(marks["SIXFOLD_KIND"], marks["SIXFOLD_TASK"], attempt)
        turn = Turn(
            prompt=prompt,
            cwd=self._job.root,
            env={**self._job.env, **marks},
            result=Path(marks["SIXFOLD_RESULT"]),
            transcript=self._folder.transcripts / f"{stem}.log",
        )
        return await self._job.agent.take(turn, lambda lines: self._say(slot, lines))

    async def _judge(self, task: Task, end: TurnEnd) -> Ending:
        if not end.ok:
            return Ending(failure=end.reason)
        if end.result.no_change:
            return Ending(note=end.result.no_change)
        try:
            after = await self._tree.snapshot()
            changed = await self._tree.changed(self._before[task.id], after)
            present = await self._tree.names(after)
        except GitError as error:
            return Ending(failure=f"cannot see what changed: {error}")
        self._after[task.id] = after
        tasks_file = self._job.reading.plan.tasks_file
        return Ending(
            failure=unproven(
                task.title,
                task.files,
                changed=[name for name in changed if name != tasks_file],
                present=present,
                root=self._job.root,
            )
        )

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


def _stem(kind: str, task: str, attempt: int) -> str:
    """The name of an attempt's files."""
    name = "".join(c if c.isalnum() or c in "._-" else "_" for c in task)
    return f"{name}-{attempt}" if kind == "task" else f"{kind}-{name}-{attempt}"
