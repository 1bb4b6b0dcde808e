"""What Sixfold says about a defect of `tasks.md`: what is wrong, where, and what to do.

Lines are 1-based.
"""

from __future__ import annotations

from collections.abc import Sequence

from sixfold.model import PlanWarning


def duplicate(task: str, line: int, first: int) -> PlanWarning:
    """Two boxes with one id."""
    message = (
        f"{task} stands on line {first} and on line {line}: neither is run;"
        " give one of them an id of its own"
    )
    return PlanWarning(line, "duplicate-id", message)


def several(task: str, line: int) -> PlanWarning:
    """One box for several tasks."""
    message = f"line {line}: one box for {task} is not run; write one box for each task"
    return PlanWarning(line, "range-id", message)


def placeholder(task: str, line: int) -> PlanWarning:
    """An id that a template left to be filled in."""
    message = f"line {line}: {task} is a placeholder and is not run; give the task a number"
    return PlanWarning(line, "placeholder-id", message)


def two_boxes(task: str, line: int) -> PlanWarning:
    """Two boxes on one line."""
    message = (
        f"line {line}: {task} shares its line with another box and is not run;"
        " write one box on a line"
    )
    return PlanWarning(line, "double-box", message)


def lost_fence(first: int, last: int | None, tasks: Sequence[str]) -> PlanWarning:
    """A code fence that swallows tasks; `last` is None where nothing closes it."""
    held = f"{tasks[0]} to {tasks[-1]}" if len(tasks) > 1 else tasks[0]
    end = f"line {last}" if last else "the end of the file"
    message = (
        f"the code fence of line {first} runs to {end} and swallows {held}: not run;"
        " close it before them"
    )
    return PlanWarning(first, "lost-fence", message)


def lost_comment(first: int, task: str) -> PlanWarning:
    """A comment that hides tasks to the end of the file."""
    message = f"the comment of line {first} is never closed and hides {task}; write --> before it"
    return PlanWarning(first, "lost-fence", message)


def ticked_but(task: str, line: int, words: str) -> PlanWarning:
    """A ticked box whose text says otherwise."""
    message = (
        f'line {line}: {task} is ticked, yet says "{words}": it counts as done;'
        " untick it if work is left"
    )
    return PlanWarning(line, "state-says-done-text-says-not", message)


def open_but(task: str, line: int, words: str) -> PlanWarning:
    """An open box whose label says that it shall not be worked on."""
    message = (
        f'line {line}: {task} is open, yet labelled "{words}": not run;'
        " take the label away, or park it with [-]"
    )
    return PlanWarning(line, "state-says-done-text-says-not", message)


def run_though(task: str, line: int, words: str) -> PlanWarning:
    """An open box whose text shouts that it shall wait."""
    message = (
        f'line {line}: {task} is open and will be run, yet says "{words}";'
        " park it with [-] if it shall wait"
    )
    return PlanWarning(line, "state-says-done-text-says-not", message)


def no_box(task: str, line: int) -> PlanWarning:
    """A task that is a heading, a plain list item, or has brackets that are no box."""
    message = f"line {line}: {task} has no box and is not run; write `- [ ] {task} ...`"
    return PlanWarning(line, "id-outside-checkbox", message)


def no_ids(line: int, tasks: int) -> PlanWarning:
    """A file whose tasks have no ids."""
    message = (
        f"no task has an id: the {tasks} are called #1 to #{tasks} by their place;"
        " write `- [ ] T001 ...` for names that last"
    )
    return PlanWarning(line, "no-ids", message)


def some_without_id(lines: Sequence[int]) -> PlanWarning:
    """Open boxes without an id among tasks that have one."""
    named = ", ".join(map(str, lines[:5])) + (" and more" if len(lines) > 5 else "")
    boxes = "an open box" if len(lines) == 1 else f"{len(lines)} open boxes"
    message = f"{boxes} without an id (line {named}) not run; give each an id if it is a task"
    return PlanWarning(lines[0], "no-ids", message)


def no_tasks() -> PlanWarning:
    """A file without a task."""
    message = "no task found: a task is a line such as `- [ ] T001 Create go.mod`"
    return PlanWarning(1, "no-tasks", message)
