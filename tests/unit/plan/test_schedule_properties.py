"""Random plans with random outcomes, run to their end."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from planning import boxed, plan
from sixfold.feature.model import ReadTask
from sixfold.model import Plan, Roles, TaskState
from sixfold.plan.edges import folders, written
from sixfold.plan.schedule import SATISFIED, Schedule

KINDS = ["setup", "foundational", "US1", "US2", "US3", "core", "polish"]
FILES = ["a.go", "b.go", "c.go", "c_test.go"]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
    phases = sorted(draw(st.lists(st.integers(0, len(kinds)), max_size=16)))
    tasks: list[ReadTask] = []
    for n, phase in enumerate(phases):
        needed = draw(st.one_of(st.none(), st.integers(0, n)))
        tasks.append(
            boxed(
                draw(st.sampled_from(["pending"] * 8 + ["done", "parked"])),
                f"T{n:03}",
                phase,
                parallel=draw(st.booleans()),
                files=tuple(draw(st.lists(st.sampled_from(FILES), max_size=1))),
                title="" if needed is None else f"depends on T{needed:03}",
                runnable=draw(st.sampled_from([True] * 9 + [False])),
            )
        )
    return plan(
        kinds,
        tasks,
        stories=draw(st.sampled_from(["one-by-one", "parallel"])),
        slots=draw(st.integers(1, 8)),
    )


Failing = st.sets(st.integers(0, 15), max_size=3)


class Run:
    """Drives a schedule; tasks end in random order, some of them failing."""

    def __init__(self, plan: Plan, roles: Roles, failing: set[int], data: st.DataObject) -> None:
        self.plan = plan
        self.schedule = Schedule(plan, slots=plan.slots, roles=roles)
        self.by_id = {task.id: task for task in plan.tasks}
        self.failing = {f"T{n:03}" for n in failing}
        self.data = data
        self.free = set(range(1, plan.slots + 1))
        self.running: dict[str, int] = {}
        self.started: list[str] = []
        self.passed: set[int] = set()

    def go(self, watch: Callable[[Run], None]) -> None:
        for _ in range(4 * len(self.plan.tasks) + 4 * len(self.plan.phases) + 8):
            if self.schedule.over:
                return
            self._start(watch)
            if self.running:
                self._end()
            for phase in self.schedule.due():
                self.schedule.pass_gate(phase)
                self.passed.add(phase)
        raise AssertionError("the run does not end")

    def _start(self, watch: Callable[[Run], None]) -> None:
        for one in self.schedule.start(self.free):
            assert one.slot in self.free
            self.free.remove(one.slot)
            self.running[one.task] = one.slot
            self.started.append(one.task)
            watch(self)

    def steer(self) -> None:
        """A person skips or retries a task, or ticks it in the file."""
        name = self.data.draw(st.sampled_from(sorted(self.by_id)))
        what = self.data.draw(st.sampled_from(["skip", "retry", "tick"]))
        if what == "skip":
            self.schedule.skip(name)
        elif what == "retry":
            self.schedule.retry(name)
        elif name not in self.running:
            self.schedule.finish(name)

    def _end(self) -> None:
        name = self.data.draw(st.sampled_from(sorted(self.running)))
        self.free.add(self.running.pop(name))
        if name in self.failing:
            self.schedule.fail(name)
        else:
            self.schedule.finish(name)

    def states(self) -> dict[str, TaskState]:
        return {name: self.schedule.state(name) for name in self.by_id}

    def needed(self, phase: int) -> list[int]:
        """Phases a phase needs, those before any heading included."""
        first = [0] if any(task.phase == 0 for task in self.plan.tasks) else []
        return (list(self.plan.phases[phase - 1].needs) or first) if phase else []


def halted_by(run: Run, bad: set[str]) -> set[str]:
    """All that transitively needs one of these, the slow and plain way."""
    found: set[str] = set()
    ill: set[int] = set()
    while True:
        before = (len(found), len(ill))
        for number in range(len(run.plan.phases) + 1):
            tasks = [task for task in run.plan.tasks if task.phase == number]
            members = {task.id for task in tasks if task.state == "pending"}
            if members & (bad | found) or ill.intersection(run.needed(number)):
                ill.add(number)
        for task in run.plan.tasks:
            needs = {need.task for need in task.needs}
            if needs & (bad | found) or ill.intersection(run.needed(task.phase)):
                found.add(task.id)
        if before == (len(found), len(ill)):
            return found - bad


def never_too_soon(run: Run) -> None:
    task = run.by_id[run.started[-1]]
    states = run.states()
    assert task.runnable
    above = [task]
    for one in above:
        assert all(states[need.task] in SATISFIED for need in one.needs)
        above += [run.by_id[n.task] for n in one.needs if run.by_id[n.task] not in above]
    for number in run.needed(task.phase):
        members = [t for t in run.plan.tasks if t.phase == number]
        assert all(states[t.id] in SATISFIED for t in members)
        assert number in run.passed or all(t.state != "pending" for t in members)
    if task.phase:
        for number in run.plan.phases[task.phase - 1].follows:
            members = [t for t in run.plan.tasks if t.phase == number]
            assert all(states[t.id] in {*SATISFIED, "failed", "halted"} for t in members)


def never_on_one_file(run: Run) -> None:
    places = folders(())
    busy = [path for name in run.running for path in _files(run, name, places)]
    assert len(busy) == len(set(busy))


def _files(run: Run, name: str, places: set[str]) -> list[str]:
    task = run.by_id[name]
    return written(boxed("pending", name, files=tuple(task.files)), places)


@given(plans(), st.sampled_from(["prefer", "strict"]), Failing, st.data())
def test_no_task_starts_before_all_it_needs_is_done(
    plan: Plan, roles: Roles, failing: set[int], data: st.DataObject
) -> None:
    Run(plan, roles, failing, data).go(never_too_soon)


@given(plans(), Failing, st.data())
def test_tasks_that_name_one_file_never_run_at_once(
    plan: Plan, failing: set[int], data: st.DataObject
) -> None:
    Run(plan, "prefer", failing, data).go(never_on_one_file)


@given(plans(), Failing, st.data())
def test_no_slot_idles_while_a_task_is_ready(
    plan: Plan, failing: set[int], data: st.DataObject
) -> None:
    run = Run(plan, "prefer", failing, data)
    schedule = run.schedule
    while not schedule.over:
        run._start(lambda _: None)
        assert not (run.free and schedule.ready)
        if run.running:
            run._end()
        for phase in schedule.due():
            schedule.pass_gate(phase)


@given(plans(), st.sampled_from(["prefer", "strict"]), Failing, st.data())
def test_a_failure_halts_exactly_what_needs_it_and_the_rest_goes_on(
    plan: Plan, roles: Roles, failing: set[int], data: st.DataObject
) -> None:
    run = Run(plan, roles, failing, data)
    run.go(lambda _: None)
    states = run.states()
    ambiguous = {t.id for t in plan.tasks if t.state == "pending" and not t.runnable}
    failed = {name for name, state in states.items() if state == "failed"}
    halted = {name for name, state in states.items() if state == "halted"}
    open_tasks = {t.id for t in plan.tasks if t.state == "pending"}

    assert halted == (halted_by(run, failed | ambiguous) & open_tasks | ambiguous)
    assert failed == run.failing & open_tasks - halted
    assert {name for name, state in states.items() if state == "done"} >= (
        open_tasks - halted - failed
    )


@given(plans(), st.sampled_from(["prefer", "strict"]), Failing, st.data())
def test_after_retry_everything_is_done(
    plan: Plan, roles: Roles, failing: set[int], data: st.DataObject
) -> None:
    run = Run(plan, roles, failing, data)
    run.go(lambda _: None)
    ambiguous = [t.id for t in plan.tasks if t.state == "pending" and not t.runnable]
    for name in ambiguous:
        run.schedule.skip(name)
    run.failing = set()
    for name, state in run.states().items():
        if state == "failed":
            assert run.schedule.retry(name)[:1] in ([name], [])
    for _ in plan.tasks:
        for name, state in run.states().items():
            if state == "failed":
                run.schedule.retry(name)
    run.go(never_on_one_file)

    assert set(run.states().values()) <= SATISFIED
    assert run.schedule.due() == []


@given(plans(), Failing, st.data())
def test_a_run_that_people_steer_keeps_files_apart_and_ends(
    plan: Plan, failing: set[int], data: st.DataObject
) -> None:
    run = Run(plan, "prefer", failing, data)
    for _ in range(data.draw(st.integers(0, 12)) if plan.tasks else 0):
        run.steer()
        run._start(never_on_one_file)
        ends: bool = data.draw(st.booleans())
        if run.running and ends:
            run._end()
        for phase in run.schedule.due():
            run.schedule.pass_gate(phase)
    run.go(never_on_one_file)


@given(plans(), Failing, st.data())
def test_a_schedule_made_anew_from_the_states_goes_on_alike(
    plan: Plan, failing: set[int], data: st.DataObject
) -> None:
    run = Run(plan, "prefer", failing, data)
    for _ in range(data.draw(st.integers(0, 8))):
        run._start(lambda _: None)
        if run.running:
            run._end()
        for phase in run.schedule.due():
            run.schedule.pass_gate(phase)
            run.passed.add(phase)
    again = Schedule(plan, slots=plan.slots, states=run.states(), passed=run.passed)

    assert {name: again.state(name) for name in run.by_id} == run.states()
    assert again.due() == run.schedule.due()
    assert sorted(again.ready) == sorted(run.schedule.ready)
