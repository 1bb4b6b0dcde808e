"""The events of a run as a test wants them: numbered, and stamped so many seconds apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import structs

from sixfold import events as ev
from sixfold.model import Failure, Phase, Plan, PlanWarning, Task, Usage

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(*story: ev.AnyEvent | tuple[float, ev.AnyEvent], apart: float = 10) -> list[ev.AnyEvent]:
    """Events in order; one in a tuple comes so many seconds after the start, the rest `apart`."""
    found: list[ev.AnyEvent] = []
    now = -apart
    for seq, one in enumerate(story, 1):
        now, event = one if isinstance(one, tuple) else (now + apart, one)
        found.append(structs.replace(event, seq=seq, at=at(now)))
    return found


def task(name: str, title: str = "", phase: int = 1) -> Task:
    return Task(
        id=name,
        line=int(name[1:]),
        phase=phase,
        state="pending",
        parallel=False,
        story=None,
        title=title or f"do {name}",
        files=[],
        role="core",
        runnable=True,
        needs=[],
    )


def plan(*tasks: Task, warnings: Sequence[PlanWarning] = ()) -> Plan:
    numbers = sorted({one.phase for one in tasks})
    return Plan(
        version=1,
        feature_dir="specs/001-x",
        branch="001-x",
        tasks_file="specs/001-x/tasks.md",
        phases=[
            Phase(n, f"Phase of {n}", n, "other", None, [one.id for one in tasks if one.phase == n])
            for n in numbers
        ],
        tasks=list(tasks),
        warnings=list(warnings),
        critical_path=[],
        speedup=1.0,
    )


RUN = ev.RunStarted(run="r1", repository="/r", branch="b", commit="c", agent="a", slots=6, pid=1)


def begins(name: str, slot: int = 1, attempt: int = 1, agent: str = "a") -> ev.TaskStarted:
    return ev.TaskStarted(task=name, slot=slot, attempt=attempt, agent=agent)


def ends(name: str, slot: int = 1, attempt: int = 1, **how: object) -> ev.TaskEnded:
    return ev.TaskEnded(task=name, slot=slot, attempt=attempt, **{"outcome": "done", **how})  # type: ignore[arg-type]


def spends(name: str, tokens: int, cost: float, slot: int = 1) -> ev.UsageReported:
    usage = Usage(input_tokens=tokens, cost=cost)
    return ev.UsageReported(slot=slot, task=name, attempt=1, agent="a", usage=usage)


def gate(number: int, phase: int, **how: object) -> tuple[ev.GateStarted, ev.GateEnded]:
    verdict = {"verdict": "green", "passed": 3, "seconds": 4.0, **how}
    cause = "phase" if phase else "baseline"
    return (
        ev.GateStarted(gate=number, cause=cause, phase=phase, command=["go", "test"]),  # type: ignore[arg-type]
        ev.GateEnded(gate=number, cause=cause, phase=phase, **verdict),  # type: ignore[arg-type]
    )


FAILURE = Failure(package="m/a", test="TestA", kind="fail", file="a_test.go", line=3, message="no")
