"""How the cost of a plan grows, and how near its schedule is to the best possible.

Run with `python tests/bench/bench_plan.py`. The first part reads, plans and schedules generated
files; the second takes every plan of the corpus (where it is) with all tasks open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import mean
from typing import TypeVar

from msgspec.structs import replace

from sixfold.feature import tasks
from sixfold.feature.model import TasksFile
from sixfold.model import Plan, Stories
from sixfold.plan.forecast import forecast
from sixfold.plan.graph import build
from sixfold.plan.schedule import Schedule

CORPUS = Path(__file__).parents[2] / "../shared/corpus/tasks"
SLOTS = 6
T = TypeVar("T")


def template(count: int) -> str:
    """A file like those of the template: ten stories, every tenth line states a dependency."""
    lines = ["# Tasks: bench", "", "## Phase 1: Setup", ""]
    each = count // 12
    story = 0
    for n in range(1, count + 1):
        if n > 1 and n % each == 1 and story < 11:
            story += 1
            title = "Foundational" if story == 1 else f"User Story {story - 1} - part {story}"
            lines += ["", f"## Phase {story + 1}: {title} (Priority: P{story})", ""]
        mark = f" [US{story - 1}]" if story > 1 else ""
        parallel = " [P]" if n % 3 else ""
        needs = f" (depends on T{n - 1:05})" if n % 10 == 0 else ""
        path = f"internal/part{story}/file{n % 977}.go"
        lines.append(f"- [ ] T{n:05}{parallel}{mark} Implement piece {n} in {path}{needs}")
    lines += ["", "## Dependencies", ""]
    lines += [f"- T{n:05} depends on T{n - 2:05}, T{n - 1:05}" for n in range(3, count, 20)]
    return "\n".join(lines) + "\n"


def wide(count: int) -> str:
    """Ten phases of parallel tasks."""
    lines = ["# Tasks: wide", ""]
    each = count // 10
    for phase in range(10):
        lines += ["", f"## Phase {phase + 1}: Part {phase + 1}", ""]
        for n in range(phase * each + 1, (phase + 1) * each + 1):
            lines.append(f"- [ ] T{n:05} [P] Write part {n} in internal/p{n}.go")
    return "\n".join(lines) + "\n"


def run(plan: Plan) -> None:
    """Every task once, on six slots, one at a time as in a run."""
    schedule = Schedule(plan, slots=SLOTS)
    free = set(range(1, SLOTS + 1))
    running: list[tuple[str, int]] = []
    while not schedule.over:
        for one in schedule.start(free):
            free.remove(one.slot)
            running.append((one.task, one.slot))
        if running:
            task, slot = running.pop(0)
            schedule.finish(task)
            free.add(slot)
        for phase in schedule.due():
            schedule.pass_gate(phase)


def planned(file: TasksFile, stories: Stories = "one-by-one") -> Plan:
    return build(file, feature_dir="specs/001-x", branch="001-x", tasks_file="t", stories=stories)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """The best of three, in seconds, and the result."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


def growth(name: str, make: Callable[[int], str]) -> None:
    """Print the cost of each step for a small and a large file, and their ratio."""
    costs = []
    for count in (1_000, 10_000):
        data = make(count).encode()
        reading, file = timed(partial(tasks.read, data))
        planning, plan = timed(partial(planned, file))
        running, _ = timed(partial(run, plan))
        total = reading + planning + running
        costs.append(total / len(plan.tasks))
        print(
            f"{name:9} {len(plan.tasks):6} tasks  {costs[-1] * 1e6:7.1f} us a task"
            f"  read {reading / total:4.0%}  plan {planning / total:4.0%}"
            f"  schedule {running / total:4.0%}"
        )
    print(f"{name:9} ratio {costs[1] / costs[0]:.2f} (goal: at most 1.5)")


def opened(file: TasksFile) -> TasksFile:
    return replace(
        file, tasks=tuple(replace(t, state="pending", box=" ", runnable=True) for t in file.tasks)
    )


def batches(plan: Plan) -> int:
    """Steps of the usual way: phase by phase, runs of [P] in batches of six, others alone."""
    steps = run_length = 0
    phase = None
    for task in sorted(plan.tasks, key=lambda task: task.phase):
        if task.parallel and task.phase == phase and run_length % SLOTS:
            run_length += 1
        else:
            steps += 1
            run_length = 1 if task.parallel else 0
        phase = task.phase
    return steps


def quality() -> None:
    files = [opened(tasks.read(path.read_bytes())) for path in sorted(CORPUS.glob("*.md"))]
    orders: tuple[Stories, ...] = ("one-by-one", "parallel")
    for stories in orders:
        plans = [plan for file in files if (plan := planned(file, stories)).tasks]
        ours = list(ratios(plans))
        print(
            f"{stories:10} {len(plans)} plans: length / bound {mean(r for r, _ in ours):.4f}"
            f" (worst {max(r for r, _ in ours):.2f}, goal: mean at most 1.05);"
            f" batches with a barrier {mean(b for _, b in ours):.2f}"
        )


def ratios(plans: list[Plan]) -> Iterator[tuple[float, float]]:
    """Our length and that of fixed batches, over the lower bound."""
    for plan in plans:
        seen = forecast(plan)
        count = sum(map(len, seen.waves))
        bound = max(len(seen.critical_path), count / SLOTS)
        yield len(seen.waves) / bound, batches(plan) / bound


if __name__ == "__main__":
    growth("template", template)
    growth("wide", wide)
    if CORPUS.is_dir():
        quality()
    else:
        print("no corpus here: the schedule's quality was not measured")
