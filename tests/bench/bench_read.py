"""How the cost of reading `tasks.md` grows, and which step takes what share of it.

Run with `python tests/bench/bench_read.py`; it fails where a long file costs too much a task.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import process_time

from sixfold.feature.boxes import boxes_in, tasks_in
from sixfold.feature.defects import judge
from sixfold.feature.gather import gather
from sixfold.feature.structure import structure, text_of
from sixfold.feature.tasks import read

SMALL, LARGE = 1_000, 10_000
RUNS = 3
GOAL = 1.5


def template(count: int) -> bytes:
    """A file of `count` tasks in phases of fifty, every tenth with a line below it."""
    lines = ["# Tasks: bench", ""]
    for n in range(count):
        story = n // 50 + 1
        if n % 50 == 0:
            lines += ["", f"## Phase {story}: User Story {story} - Part", "", "**Purpose**: go", ""]
        lines.append(f"- [ ] T{n:05} [P] [US{story}] Create model in `src/models/m{n}.go` and docs")
        if n % 10 == 0:
            lines.append(f"  - with tests in src/models/m{n}_test.go")
    return "\n".join(lines).encode()


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of a few runs."""
    best = float("inf")
    for _ in range(RUNS):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best


def growth() -> float:
    """Cost of a task in a long file over that in a short one."""
    small, large = template(SMALL), template(LARGE)
    few = seconds(lambda: read(small)) / SMALL
    many = seconds(lambda: read(large)) / LARGE
    print(f"{few * 1e6:.0f} us a task of {SMALL}, {many * 1e6:.0f} us a task of {LARGE}")
    return many / few


def shares() -> None:
    """What each step takes of the whole."""
    data = template(SMALL)
    whole = seconds(lambda: read(data))
    seen = structure(text_of(data))
    boxes = boxes_in(seen)
    ids = tasks_in(boxes)
    bodies, loose = gather(boxes, ids)
    steps = {
        "structure": seconds(lambda: structure(text_of(data))),
        "boxes": seconds(lambda: tasks_in(boxes_in(seen))),
        "gather": seconds(lambda: gather(boxes, ids)),
        "defects": seconds(lambda: judge(boxes, bodies, loose)),
    }
    steps["phases and files"] = whole - sum(steps.values())
    for step, cost in steps.items():
        print(f"{step:18}{cost / whole:5.0%}")


if __name__ == "__main__":
    ratio = growth()
    shares()
    if ratio > GOAL:
        sys.exit(f"a task of {LARGE} costs {ratio:.2f} times one of {SMALL}; goal: {GOAL}")
