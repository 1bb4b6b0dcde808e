"""One agent's turn at whatever kind of work: its prompt, its environment, its transcript."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sixfold import events as ev
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.agents.prompts.about import Contradiction, Inquiry
from sixfold.agents.roster import Kind
from sixfold.feature.model import TasksFile
from sixfold.model import SLOT_ROLES, Phase, Task
from sixfold.process import MARKER
from sixfold.runner.ground import Attempt, Place
from sixfold.runner.job import Job, Reading
from sixfold.runner.sittings import Sittings
from sixfold.runner.store import RunFolder
from sixfold.runner.walls import Walls

_GIT = {
    "GIT_CONFIG_COUNT": "4",
    "GIT_CONFIG_KEY_0": "gc.auto",
    "GIT_CONFIG_VALUE_0": "0",
    "GIT_CONFIG_KEY_1": "maintenance.auto",
    "GIT_CONFIG_VALUE_1": "false",
    "GIT_CONFIG_KEY_2": "rerere.enabled",
    "GIT_CONFIG_VALUE_2": "false",
    "GIT_CONFIG_KEY_3": "commit.gpgSign",
    "GIT_CONFIG_VALUE_3": "false",
}
"""An agent's own commit starts no housekeeping, which would outlive it or be killed halfway.

Nor does it write what only the person's own git may write.
"""
RED_AGAIN = "Tests fail still, or again. What you did before is in the tree as far as it was taken."
CONFLICT = "Your work contradicts what others did meanwhile."


class Turns:
    """What turns are about. `found` gives `tasks.md` as it was read last."""

    def __init__(
        self, job: Job, folder: RunFolder, sittings: Sittings, found: Callable[[], TasksFile]
    ) -> None:
        self._job, self._folder, self._found = job, folder, found
        self._sittings = sittings
        self._walls = Walls(job, folder)

    async def task(
        self, place: Place, attempt: Attempt, task: Task, phase: Phase | None, before: str
    ) -> TurnEnd:
        """A turn at a task; `before` says why the attempt before this one failed."""
        marks = self._marks("task", task.id, attempt, place)
        prompt = self._job.prompts.task(
            task, phase, self._found(), before=before, where=in_words(marks)
        )
        return await self._take("task", place, attempt, prompt, marks)

    async def fix(
        self, place: Place, attempt: Attempt, phase: Phase, gate: ev.GateEnded, diff: str
    ) -> TurnEnd:
        """A turn at the red gate of a phase."""
        marks = self._marks("fix", str(phase.number), attempt, place)
        prompt = self._job.prompts.fix(phase, gate, diff, where=in_words(marks))
        return await self._take("fix", place, attempt, prompt, marks, lead=RED_AGAIN)

    async def conflict(self, place: Place, attempt: Attempt, conflict: Contradiction) -> TurnEnd:
        """A turn at the conflict between what the attempt left and what came before it."""
        marks = self._marks("conflict", attempt.label.removeprefix("fix "), attempt, place)
        prompt = self._job.prompts.conflict(conflict, self._found(), where=in_words(marks))
        return await self._take("conflict", place, attempt, prompt, marks, lead=CONFLICT)

    async def validate(self, place: Place, attempt: Attempt, inquiry: Inquiry) -> TurnEnd:
        """A turn at what the spec asks for."""
        marks = self._marks("validate", attempt.label, attempt, place)
        prompt = self._job.prompts.validate(inquiry, where=in_words(marks))
        return await self._take("validate", place, attempt, prompt, marks)

    def _marks(self, kind: Kind, name: str, attempt: Attempt, place: Place) -> dict[str, str]:
        """What the contract promises every agent in its environment."""
        directory = self._job.reading.feature.directory.relative_to(self._job.root)
        stem = _stem(kind, name, attempt.number, attempt.slot)
        return {
            MARKER: self._folder.id,
            "SIXFOLD_KIND": kind,
            "SIXFOLD_TASK": name,
            "SIXFOLD_ATTEMPT": str(attempt.number),
            "SIXFOLD_SLOT": str(attempt.slot),
            "SIXFOLD_FEATURE_DIR": str(place.root / directory),
            "SIXFOLD_RESULT": str(place.results / f"{stem}.json"),
        }

    async def _take(
        self,
        kind: Kind,
        place: Place,
        attempt: Attempt,
        prompt: str,
        marks: Mapping[str, str],
        *,
        lead: str = "",
    ) -> TurnEnd:
        """`lead` stands before the prompt where it goes on in a session of before."""
        result = Path(marks["SIXFOLD_RESULT"])
        turn = Turn(
            prompt=prompt,
            cwd=place.root,
            env={
                **_GIT,
                **self._job.env,
                **marks,
                "GIT_CEILING_DIRECTORIES": str(place.root.parent),
            },
            result=result,
            transcript=self._folder.transcripts / f"{result.stem}.log",
            masks=self._job.masks,
            again=f"{lead} Work in `{place.root}` and nowhere else.\n\n{prompt}" if lead else "",
        )
        async with self._walls.around(place, attempt.slot) as before:
            return await self._sittings.take(kind, attempt, turn, before)


def in_words(marks: Mapping[str, str]) -> list[str]:
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


def foretold(reading: Reading, task: Task) -> list[str]:
    """What a first attempt at a task would be told of its environment, as far as it is known."""
    directory = reading.feature.directory.relative_to(reading.root)
    slot = next((slot for slot, role in SLOT_ROLES.items() if role == task.role), 1)
    return in_words(
        {
            MARKER: "RUN",
            "SIXFOLD_KIND": "task",
            "SIXFOLD_TASK": task.id,
            "SIXFOLD_ATTEMPT": "1",
            "SIXFOLD_SLOT": str(slot),
            "SIXFOLD_FEATURE_DIR": f"WORKTREE/{directory}",
            "SIXFOLD_RESULT": "a file below WORKTREE",
        }
    )


def transcript(folder: RunFolder, kind: Kind, name: str, attempt: int, slot: int) -> Path:
    """Where everything that an agent printed in an attempt is."""
    return folder.transcripts / f"{_stem(kind, name, attempt, slot)}.log"


def _stem(kind: Kind, name: str, attempt: int, slot: int) -> str:
    """The name of an attempt's files. Ids may change hands, so the slot is a part of it."""
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:80]
    front = "" if kind in {"task", "validate"} else f"{kind}-"
    return f"{front}{safe}-{attempt}.{slot}"
