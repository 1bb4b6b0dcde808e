"""From a file that was read to a plan: every edge with its reason, every defect told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from sixfold.feature.model import ReadPhase, ReadTask, TasksFile
from sixfold.model import Need, Phase, PhaseKind, Plan, PlanWarning, Role, Roles, Stories, Task
from sixfold.plan import edges, stated
from sixfold.plan.claims import checked_phases, checked_tasks
from sixfold.plan.forecast import with_forecast
from sixfold.plan.phases import Barrier, barriers, blocks
from sixfold.plan.schedule import Schedule
from sixfold.plan.tests_first import speaks_of_tests, tests_first, writes_only_tests

_PHASE_ROLES: Final[dict[PhaseKind, Role]] = {
    "setup": "setup",
    "foundational": "setup",
    "tests": "tests",
    "integration": "polish",
    "polish": "polish",
}


def build(
    tasks: TasksFile,
    *,
    feature_dir: str,
    branch: str,
    tasks_file: str,
    stories: Stories = "one-by-one",
    slots: int = 6,
    roles: Roles = "prefer",
) -> Plan:
    """The plan of a `tasks.md`. Never fails: what cannot be used is told in `warnings`.

    Every edge points backward: to a task of an earlier phase, or to one before it in the same
    phase. So there is no cycle.
    """
    draft = _Draft(tasks, stories)
    plan = Plan(
        version=1,
        feature_dir=feature_dir,
        branch=branch,
        tasks_file=tasks_file,
        phases=draft.phases(),
        tasks=[draft.task(task) for task in tasks.tasks],
        warnings=draft.warnings,
        critical_path=[],
        speedup=1.0,
        stories=stories,
        slots=slots,
    )
    warnings = sorted([*plan.warnings, *_told_before_the_start(plan)], key=lambda w: w.line)
    return with_forecast(replace(plan, warnings=warnings), roles)


class _Draft:
    """The edges of one file, as they are found. The first reason for an edge is the one kept."""

    def __init__(self, tasks: TasksFile, stories: Stories) -> None:
        self._file = tasks
        self._by_phase: dict[int, list[ReadTask]] = defaultdict(list)
        self._needs: dict[str, dict[str, Need]] = {}
        for task in tasks.tasks:
            if task.id not in self._needs:
                # A later box with the same id is told as a defect; it is no node of the graph.
                self._needs[task.id] = {}
                self._by_phase[task.phase].append(task)
        self._nodes = [t for _, members in sorted(self._by_phase.items()) for t in members]
        self._rank = {task.id: rank for rank, task in enumerate(self._nodes)}
        self.warnings = list(tasks.warnings)
        statements = stated.read(tasks)
        phase_claims = checked_phases(statements.phases, self.warnings)
        self._barriers = barriers(tasks.phases, set(self._by_phase), phase_claims, stories)
        self._block = blocks(tasks.phases, set(self._by_phase)) if stories == "parallel" else {}
        for claim in checked_tasks(statements.tasks, self._rank, self.warnings):
            self._add(claim.task, Need(claim.needs, "stated", claim.detail, claim.line))
        self._add_files()
        for members in self._by_phase.values():
            self._add_tests_first(members)
            for task, earlier in edges.order(members):
                self._add(task.id, Need(earlier.id, "order"))

    def phases(self) -> list[Phase]:
        """The phases with their barriers."""
        return [
            _phase(phase, self._by_phase[phase.number], barrier)
            for phase, barrier in zip(self._file.phases, self._barriers, strict=True)
        ]

    def task(self, task: ReadTask) -> Task:
        """The task with what it needs, in file order."""
        first = self._nodes[self._rank[task.id]] is task
        needs = self._needs[task.id].values() if first else ()
        phase = self._file.phases[task.phase - 1] if task.phase else None
        return Task(
            id=task.id,
            line=task.line,
            phase=task.phase,
            state=task.state,
            parallel=task.parallel,
            story=task.story,
            title=task.title,
            files=list(task.files),
            role=_role(task, phase),
            runnable=task.runnable,
            needs=sorted(needs, key=lambda need: self._rank[need.task]),
            text=task.text,
        )

    def _add(self, task: str, need: Need) -> None:
        self._needs[task].setdefault(need.task, need)

    def _may_overlap(self, one: int, other: int) -> bool:
        block = self._block.get(one)
        return one == other or (block is not None and block == self._block.get(other))

    def _add_files(self) -> None:
        shared: dict[tuple[int, str], list[ReadTask]] = defaultdict(list)
        for task, earlier, path in edges.same_file(self._nodes, self._may_overlap):
            self._add(task.id, Need(earlier.id, "file", path))
            if task.parallel and earlier.parallel and task.phase == earlier.phase:
                group = shared[task.phase, path]
                group += [t for t in (earlier, task) if t not in group[-1:]]
        told: set[tuple[str, ...]] = set()
        for (_, path), group in shared.items():
            ids = tuple(task.id for task in group)
            if ids not in told:
                told.add(ids)
                self.warnings.append(_parallel_same_file(group, path))

    def _add_tests_first(self, members: Sequence[ReadTask]) -> None:
        by_story: dict[str, list[ReadTask]] = defaultdict(list)
        for task in members:
            phase = self._file.phases[task.phase - 1] if task.phase else None
            story = task.story or (phase.story if phase else None)
            if story:
                by_story[story].append(task)
        for story_tasks in by_story.values():
            for task, test, name in tests_first(story_tasks):
                self._add(task.id, Need(test.id, "test first", name))


def _phase(phase: ReadPhase, members: Iterable[ReadTask], barrier: Barrier) -> Phase:
    return Phase(
        number=phase.number,
        title=phase.title,
        line=phase.line,
        kind=phase.kind,
        story=phase.story,
        tasks=[task.id for task in members],
        needs=barrier[0],
        follows=barrier[1],
    )


def _role(task: ReadTask, phase: ReadPhase | None) -> Role:
    if phase is not None and phase.kind in _PHASE_ROLES:
        return _PHASE_ROLES[phase.kind]
    spoken = speaks_of_tests(task.title) or speaks_of_tests(task.group)
    return "tests" if spoken or writes_only_tests(task) else "core"


def _parallel_same_file(group: Sequence[ReadTask], path: str) -> PlanWarning:
    names = [task.id for task in group]
    all_of = "both" if len(names) == 2 else "all"
    listed = f"{', '.join(names[:-1])} and {names[-1]}"
    message = f"{listed} are {all_of} [P] and write {path}: one after the other"
    return PlanWarning(group[1].line, "parallel-same-file", message)


def _told_before_the_start(plan: Plan) -> list[PlanWarning]:
    """For each ambiguous task that is open: what is not run because of it."""
    halted: dict[str, list[str]] = defaultdict(list)
    for halt in Schedule(plan).halts:
        halted[halt.because].append(halt.task)
    codes = {warning.line: warning.code for warning in reversed(plan.warnings)}
    return [
        PlanWarning(
            task.line,
            codes.get(task.line, "duplicate-id"),
            f"line {task.line}: {task.id} is not run, nor is what needs it: "
            f"{_list(halted[task.id])}; mend its line",
        )
        for task in {task.id: task for task in reversed(plan.tasks)}.values()
        if halted[task.id]
    ]


def _list(names: Sequence[str], most: int = 8) -> str:
    more = len(names) - most
    shown = ", ".join(names[:most])
    return f"{shown} and {more} more" if more > 0 else shown
