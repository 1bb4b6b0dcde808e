"""What it costs to have tasks done apart and joined, and whether that grows with their number.

Run it: `python tests/bench/bench_isolation.py [TASKS...]`, 20, 60 and 200 where none are named.
Each task writes one Go file. Printed are the steps of a task taken one after another, beside the
bare git and go commands for the same work; then whole runs with six agents; then tasks in a
repository of 20,000 files. Ratios mean something, and those of processor time most.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory

from sixfold import events as ev
from sixfold.feature import tasks
from sixfold.gate import toolchain
from sixfold.gate.touched import build
from sixfold.model import Task
from sixfold.plan import graph
from sixfold.runner.boxes import Boxes
from sixfold.runner.store import Store
from sixfold.state import RunState
from sixfold.workspace.checkout import Checkout
from sixfold.workspace.delivery import collect
from sixfold.workspace.git import git, paths
from sixfold.workspace.history import message
from sixfold.workspace.trunk import Trunk
from sixfold.workspace.worktrees import Worktrees, attempt_name

COUNTS = (20, 60, 200)
EDGE = 20
"""Tasks at the beginning and at the end whose cost is compared."""
FEW, MANY_FILES = 6, 20_000
FEATURE = "specs/001-x"
LIST = f"{FEATURE}/tasks.md"
AGENT = 'mkdir -p "p/$SIXFOLD_TASK" && echo "package p" > "p/$SIXFOLD_TASK/p.go"'
SETTINGS = f"""\
agents:
  default: shell
  shell: {{protocol: command, command: [sh, -c, {AGENT!r}, "{{prompt_file}}"]}}
isolation: {{check: [["true"]]}}
gate: {{command: ["true"], format: lines}}
"""
SCRIPT = """\
#!/bin/sh
echo '{"FEATURE_DIR":"'$PWD'/specs/001-x","AVAILABLE_DOCS":[]}'
"""


class Costs:
    """What each step of each task took, in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: defaultdict[str, list[float]] = defaultdict(list)
        """Seconds on the wall."""
        self.used: list[float] = []
        """Seconds of processors that each task took, child processes included."""

    @contextmanager
    def task(self) -> Iterator[None]:
        """What goes on inside is a task."""
        before = processors()
        yield
        self.used.append(processors() - before)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """What goes on inside is a step of a task."""
        start = time.perf_counter()
        yield
        self.steps[name].append(time.perf_counter() - start)

    def show(self) -> None:
        """A line: a task's cost, its split, its growth from the first tasks to the last."""
        parts = {name: mean(each) * 1e3 for name, each in self.steps.items()}
        split = "  ".join(f"{name} {part:.0f}" for name, part in parts.items())
        edge = min(EDGE, len(self.used) // 2)
        growth = mean(self.used[-edge:]) / mean(self.used[:edge])
        print(
            f"  {self.name:8} {sum(parts.values()):6.0f} ms a task: {split}; of processors"
            f" {mean(self.used) * 1e3:.0f} ms, last / first tasks {growth:.2f}"
        )


def processors() -> float:
    """Seconds of processors that this process and its children have taken."""
    return sum(os.times()[:4])


def call(root: Path, *words: str) -> None:
    """Run a command that must succeed."""
    subprocess.run(words, cwd=root, check=True, capture_output=True)


@contextmanager
def repository(count: int, files: int = 0) -> Iterator[Path]:
    """A repository with a list of parallel tasks, and files that have nothing to do with them."""
    with TemporaryDirectory(prefix="sixfold-bench-") as folder:
        root = Path(folder).resolve()
        lines = [f"- [ ] T{n:03} [P] Write p/T{n:03}/p.go" for n in range(1, count + 1)]
        texts = {
            LIST: "\n".join(["# Tasks", "", "## Phase 1: All", "", *lines, ""]),
            f"{FEATURE}/spec.md": "# Spec\n",
            f"{FEATURE}/plan.md": "# Plan\n",
            "artifacts/spec_info": f'{{"feature_dir": "{FEATURE}"}}\n',
            "sixfold.yaml": SETTINGS,
            "go.mod": "module example.com/bench\n\ngo 1.21\n",
            ".specify/scripts/bash/check-prerequisites.sh": SCRIPT,
        }
        texts |= {f"data/{n // 100}/{n}.txt": f"{n}\n" for n in range(files)}
        for name, text in texts.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        call(root, "git", "init", "-q", "-b", "001-x")
        call(root, "git", "config", "user.email", "a@example.com")
        call(root, "git", "config", "user.name", "A")
        call(root, "git", "add", ".")
        call(root, "git", "commit", "-qm", "start")
        yield root


def write(root: Path, task: str) -> None:
    """What an agent does."""
    place = root / "p" / task
    place.mkdir(parents=True)
    (place / "p.go").write_text("package p\n")


def environment() -> dict[str, str]:
    """With go in front."""
    return toolchain.find(Path.cwd()).environment(os.environ)


class Isolation:
    """One task after another through the parts that the runner uses."""

    def __init__(self, root: Path) -> None:
        self.costs = Costs("sixfold")
        found = tasks.read((root / LIST).read_bytes())
        plan = graph.build(found, feature_dir=FEATURE, branch="001-x", tasks_file=LIST)
        state = RunState()
        state.apply(ev.PlanLoaded(plan=plan))
        self.tasks = plan.tasks
        self._root, self._boxes, self._env = root, Boxes(state), environment()
        self._trees, self._trunk = Worktrees(root, "bench", []), Trunk(root, "bench", LIST)
        self._checkout = Checkout(root, "001-x", LIST)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """From the run's branch to its end."""
        await self._trunk.open((await git(self._root, "rev-parse", "HEAD")).strip())
        yield
        await self._trunk.close(drop=True)

    async def do(self, task: Task) -> None:
        """A task, from its worktree to the person's checkout."""
        step, trunk = self.costs.step, self._trunk
        with step("worktree"):
            tree = await self._trees.add(attempt_name(task.id, 1), trunk.tip)
        write(tree.path, task.id)
        with step("commit"):
            delivery = await collect(tree, tasks_file=LIST, message=task.title)
        with step("merge"):
            await self._checkout.theirs(trunk.tip)
            merge = await trunk.merge(delivery.commit)
            await trunk.stage(merge.tree)
            words = ("diff-tree", "-r", "-z", "--name-only", trunk.tip, merge.tree)
            changed = paths(await git(self._root, *words))
        with step("check"):
            wrong = await build(trunk.path, changed, env=self._env, timeout=60)
        with step("join"):
            self._boxes.land(task.id)
            text = message(task.title, task=task.id, run="bench", attempt=1)
            joined = await trunk.commit(merge.tree, text, rewrite=self._boxes.rewrite)
        with step("follow"):
            held = await self._checkout.follow(trunk.tip, self._boxes.rewrite)
        with step("remove"):
            await self._trees.drop(tree.name)
        assert joined
        assert not wrong, wrong
        assert not held, held


class Bare:
    """The same work by git's and go's own commands."""

    def __init__(self, root: Path) -> None:
        self.costs = Costs("bare")
        self._root, self._env = root, environment()

    def do(self, task: str) -> None:
        """A task, from its worktree to the branch."""
        step, root, tree = self.costs.step, self._root, self._root / ".trees" / task
        with step("worktree"):
            call(root, "git", "worktree", "add", "-q", "-b", f"bare/{task}", str(tree))
        write(tree, task)
        with step("commit"):
            call(tree, "git", "add", "-A")
            call(tree, "git", "commit", "-qm", task)
        with step("merge"):
            call(root, "git", "merge", "-q", "--no-ff", "-m", task, f"bare/{task}")
        with step("check"):
            for verb in (["build", "-o", os.devnull], ["vet"]):
                words = ["go", *verb, f"./p/{task}"]
                subprocess.run(words, cwd=root, check=True, capture_output=True, env=self._env)
        with step("remove"):
            call(root, "git", "worktree", "remove", "--force", str(tree))
            call(root, "git", "branch", "-qD", f"bare/{task}")


async def apart(count: int, files: int = 0) -> float:
    """Both ways, task by task in turns, so that the machine's moods hit both.

    Seconds of processors that a task of ours takes.
    """
    with repository(count, files) as ours, repository(count, files) as theirs:
        isolation, bare = Isolation(ours), Bare(theirs)
        async with isolation.opened():
            for task in isolation.tasks:
                with isolation.costs.task():
                    await isolation.do(task)
                with bare.costs.task():
                    bare.do(task.id)
    isolation.costs.show()
    bare.costs.show()
    used = mean(isolation.costs.used)
    print(f"  ratio {used / mean(bare.costs.used):.2f}")
    return used


def whole(count: int, files: int = 0) -> float:
    """A run with six agents, its check and its gate cheap; seconds of processors a task."""
    with repository(count, files) as root:
        words = (sys.executable, "-m", "sixfold", "run", "--headless", "-C", str(root))
        begun = processors()
        call(root, *words)
        used = (processors() - begun) / count
        events = Store(root).runs()[-1].events()
    started = times(events, ev.TaskStarted)
    joining = times(events, ev.IntegrationStarted)
    ended = times(events, ev.TaskEnded)
    order = sorted(ended.values())
    edge = min(EDGE, count // 2)
    growth = (order[-1] - order[-edge]) / (order[edge - 1] - order[0])
    took = (order[-1] - min(started.values())) / count
    turn = mean(joining[name] - started[name] for name in started)
    join = mean(ended[name] - joining[name] for name in started)
    print(
        f"  run      {took * 1e3:6.0f} ms a task: each is {turn * 1e3:.0f} on its own and"
        f" {join * 1e3:.0f} in the queue; of processors {used * 1e3:.0f} ms,"
        f" last / first tasks {growth:.2f} (by the clock)"
    )
    return used


def times(
    events: Sequence[ev.AnyEvent],
    kind: type[ev.TaskStarted | ev.IntegrationStarted | ev.TaskEnded],
) -> dict[str, float]:
    """When each task had an event of this kind, in seconds."""
    return {
        event.task: event.at.timestamp()
        for event in events
        if isinstance(event, kind) and isinstance(event.at, datetime)
    }


def main() -> None:
    """All of it."""
    counts = tuple(map(int, sys.argv[1:])) or COUNTS
    steps, runs = [], []
    for count in counts:
        print(f"{count} tasks")
        steps.append(asyncio.run(apart(count)))
        runs.append(whole(count))
    print(f"{counts[-1]} tasks against {counts[0]}, a task")
    print(f"  steps {steps[-1] / steps[0]:.2f}, run {runs[-1] / runs[0]:.2f} (goal: at most 1.2)")
    print(f"{FEW} tasks beside {MANY_FILES:,} files")
    asyncio.run(apart(FEW, MANY_FILES))
    whole(FEW, MANY_FILES)


if __name__ == "__main__":
    main()
