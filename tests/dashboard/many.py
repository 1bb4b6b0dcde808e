"""A large run: ten phases of fifty tasks each, six agents that talk, in the middle of the fifth."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from dashboard.scripted import BEGIN, PLAN, say, task
from sixfold import events as ev
from sixfold.model import Need, Phase

PHASES, TASKS, MIDDLE = 10, 50, 20
COMMAND = ["go", "test", "-race", "-json", "./..."]


def _id(phase: int, place: int) -> str:
    return f"T{(phase - 1) * TASKS + place + 1:03}"


def _needs(phase: int, place: int) -> list[Need]:
    return [Need(_id(phase, place - 1), "order")] if place % 7 == 3 else []


MANY = structs.replace(
    PLAN,
    phases=[
        Phase(
            number,
            f"Story {number}: all of package {number}",
            number * 60,
            "story",
            f"US{number}",
            [_id(number, place) for place in range(TASKS)],
            [number - 1] if number > 1 else [],
        )
        for number in range(1, PHASES + 1)
    ],
    tasks=[
        task(
            _id(phase, place),
            phase,
            f"Write part {place} of package {phase} in internal/pkg{phase}/part{place}.go",
            *_needs(phase, place),
        )
        for phase in range(1, PHASES + 1)
        for place in range(TASKS)
    ],
    critical_path=[_id(phase, place) for phase in range(1, PHASES + 1) for place in (2, 3)],
    warnings=[],
)


def large_run() -> Iterator[ev.Message]:
    """Four phases passed, a task that failed, six at work."""
    yield BEGIN[0]
    yield ev.PlanLoaded(plan=MANY)
    yield from _judged(1, 0)
    for phase in range(1, 5):
        yield from _phase(phase, TASKS)
        yield from _judged(phase + 1, phase)
        yield ev.PhaseEnded(phase=phase)
    yield from _phase(5, MIDDLE)


def _judged(number: int, phase: int) -> Iterator[ev.Message]:
    cause = "phase" if phase else "baseline"
    yield ev.GateStarted(gate=number, cause=cause, phase=phase, command=COMMAND)  # type: ignore[arg-type]
    yield ev.GateEnded(
        gate=number,
        cause=cause,  # type: ignore[arg-type]
        phase=phase,
        verdict="green",
        passed=900 + phase,
        seconds=9.0,
    )


def _phase(phase: int, count: int) -> Iterator[ev.Message]:
    yield ev.PhaseStarted(phase=phase, title=MANY.phases[phase - 1].title)
    at_work: dict[int, str] = {}
    for place in range(count):
        slot, name = place % 6 + 1, _id(phase, place)
        if slot in at_work:
            yield _end(at_work.pop(slot), slot)
        yield ev.TaskStarted(task=name, slot=slot, attempt=1, agent="mine")
        yield say(
            slot,
            name,
            ("say", f"I look at {name} and what it needs before I write it."),
            ("do", "go test ./internal/..."),
            ("do", f"edit internal/pkg{phase}/part{place}.go"),
        )
        at_work[slot] = name
    if count == TASKS:
        for slot, name in at_work.items():
            yield _end(name, slot)


def _end(name: str, slot: int) -> ev.TaskEnded:
    if name == "T207":
        return ev.TaskEnded(task=name, slot=slot, attempt=1, outcome="failed", reason="no tests")
    return ev.TaskEnded(task=name, slot=slot, attempt=1, outcome="done", commit="c0ffee" * 6)
