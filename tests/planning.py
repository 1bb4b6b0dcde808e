"""A `TasksFile` from a few words, for the tests of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from sixfold.feature.model import Prose, ReadPhase, ReadTask, TasksFile
from sixfold.model import BoxState, Plan, Roles, Stories
from sixfold.plan.graph import build


def task(name: str, phase: int = 1, **more: Any) -> ReadTask:
    fields: dict[str, Any] = {
        "id": name,
        "line": 0,
        "phase": phase,
        "box": " ",
        "state": "pending",
        "parallel": False,
        "story": None,
        "labels": (),
        "title": f"Do {name}",
        "text": f"Do {name}",
        "group": "",
        "files": (),
        "acceptance": (),
        "continuation": (),
        "runnable": True,
    }
    return ReadTask(**(fields | more))


def parallel(name: str, phase: int = 1, **more: Any) -> ReadTask:
    return task(name, phase, parallel=True, **more)


def boxed(state: BoxState, name: str, phase: int = 1, **more: Any) -> ReadTask:
    box = {"pending": " ", "done": "X", "parked": "-"}[state]
    return task(name, phase, state=state, box=box, **more)


def phases(*kinds: str) -> tuple[ReadPhase, ...]:
    """Phases by kind; `US1` stands for a phase of that story."""
    made = []
    for number, kind in enumerate(kinds, 1):
        story = kind if kind.startswith("US") else None
        heading = f"Phase {number}: {kind}"
        made.append(
            ReadPhase(
                number=number,
                title=kind,
                heading=heading,
                line=0,
                kind="story" if story else kind,  # type: ignore[arg-type]  # a kind by its name
                story=story,
                text="",
            )
        )
    return tuple(made)


def prose(
    *lines: str,
    section: Sequence[str] = ("Dependencies",),
    line: int = 1001,
    fence: str | None = None,
) -> tuple[Prose, ...]:
    """Lines below a heading, from line 1001 on."""
    return tuple(
        Prose(line=line + n, text=text, section=tuple(section), phase=0, fence=fence)
        for n, text in enumerate(lines)
    )


def tasks_file(
    kinds: Sequence[str], tasks: Sequence[ReadTask], said: Sequence[Prose] = ()
) -> TasksFile:
    """Tasks get their lines by their place, from 11 on."""
    numbered = [replace(t, line=t.line or 11 + place) for place, t in enumerate(tasks)]
    return TasksFile(phases(*kinds), tuple(numbered), tuple(said), ())


def plan(
    kinds: Sequence[str],
    tasks: Sequence[ReadTask],
    said: Sequence[Prose] = (),
    *,
    stories: Stories = "one-by-one",
    slots: int = 6,
    roles: Roles = "prefer",
) -> Plan:
    return build(
        tasks_file(kinds, tasks, said),
        feature_dir="specs/001-x",
        branch="001-x",
        tasks_file="specs/001-x/tasks.md",
        stories=stories,
        slots=slots,
        roles=roles,
    )
