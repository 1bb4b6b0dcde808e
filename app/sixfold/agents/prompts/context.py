"""What stands around a task: its text whole, its phase and who does the rest of it, its story."""

from __future__ import annotations

from collections.abc import Sequence

from sixfold.feature import story
from sixfold.feature.model import ReadPhase, ReadTask, TasksFile
from sixfold.model import Phase, Task

MOST_AROUND = 30
"""Tasks of a phase that are named beside the one in question."""
LONGEST_PROSE = 1500
"""Characters of what `tasks.md` says of a phase."""


def text_of(found: TasksFile, name: str) -> str:
    """The task called `name` whole, as `tasks.md` has it; empty where it has none of that name."""
    return next((read.text for read in found.tasks if read.id == name), "")


def phase_prose(found: TasksFile, phase: Phase | None) -> str:
    """What `tasks.md` says of the phase before its first task: purpose, goal, independent test."""
    read = next((one for one in found.phases if phase and one.line == phase.line), None)
    return _cut(read) if read else ""


def around(found: TasksFile, task: Task) -> list[str]:
    """The tasks of its phase in order, a line each: those nearest to it where there are many."""
    beside = [read for read in found.tasks if read.phase == task.phase]
    place = next((n for n, read in enumerate(beside) if read.id == task.id), 0)
    first = max(0, min(place - MOST_AROUND // 2, len(beside) - MOST_AROUND))
    shown = beside[first : first + MOST_AROUND]
    lines = [_line(read, task) for read in shown]
    return lines if len(lines) > 1 else []


def story_of(spec: str, label: str | None) -> str:
    """The goal of a story and its acceptance scenarios; empty where the spec does not tell it."""
    found = story.story(spec, label) if label else None
    if found is None:
        return ""
    scenarios = "\n".join(f"{n}. {line}" for n, line in enumerate(found.scenarios, 1))
    accepted = f"\n\nAcceptance scenarios:\n\n{scenarios}" if scenarios else ""
    return f"{found.label}: {found.title}\n\n{found.goal}{accepted}"


def needed(found: TasksFile, task: Task) -> Sequence[str]:
    """The tasks that it rests on, a line each."""
    titles = {read.id: read.title for read in found.tasks}
    names = dict.fromkeys(need.task for need in task.needs)
    return [f"{name} {titles[name]}" for name in names if name in titles]


def _line(read: ReadTask, task: Task) -> str:
    if read.id == task.id:
        return f"{read.id} (yours) {read.title}"
    done = "done" if read.state == "done" else "somebody else's"
    return f"{read.id} ({done}) {read.title}"


def _cut(read: ReadPhase) -> str:
    text = read.text.strip()
    return text if len(text) <= LONGEST_PROSE else f"{text[:LONGEST_PROSE].rstrip()} [...]"
