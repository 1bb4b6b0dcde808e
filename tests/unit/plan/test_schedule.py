from __future__ import annotations

import pytest

from planning import boxed, parallel, plan, prose, task
from sixfold.model import Plan, Roles, TaskState
from sixfold.plan.schedule import Assignment, Halt, Schedule, slot_role

TEMPLATE = ("setup", "foundational", "US1", "US2", "polish")
SIX = range(1, 7)


def one_each(**more: str) -> Plan:
    return plan(TEMPLATE, [task(f"T{n}", n) for n in range(1, 6)], **more)  # type: ignore[arg-type]  # stories


def started(schedule: Schedule) -> list[str]:
    return [assignment.task for assignment in schedule.start(SIX)]


def advance(schedule: Schedule, *tasks: str) -> None:
    """Start what can start, finish these, and pass every gate that is due."""
    schedule.start(SIX)
    for name in tasks:
        schedule.finish(name)
    for phase in schedule.due():
        schedule.pass_gate(phase)


def test_a_phase_starts_when_the_gate_before_it_is_green() -> None:
    schedule = Schedule(one_each())

    assert started(schedule) == ["T1"]
    schedule.finish("T1")
    assert (schedule.ready, schedule.due()) == ([], [1])
    schedule.pass_gate(1)
    assert (schedule.ready, schedule.due()) == (["T2"], [])


def test_longest_remaining_path_first_then_file_order() -> None:
    tasks = [
        parallel("A"),
        parallel("B"),
        parallel("C", files=("c.go",)),
        parallel("D", files=("c.go",)),
    ]
    schedule = Schedule(plan(["core"], tasks))

    assert schedule.ready == ["C", "A", "B"]
    assert [a.task for a in schedule.start([1, 2])] == ["C", "A"]


def test_tasks_prefer_slots_of_their_role_and_take_others() -> None:
    tasks = [parallel(f"A{n}") for n in range(3)]
    tasks += [parallel("B", title="Write tests"), parallel("C")]
    schedule = Schedule(plan(["core"], tasks))

    assert schedule.start(SIX) == [
        Assignment("A0", 3),
        Assignment("A1", 4),
        Assignment("A2", 1),
        Assignment("B", 5),
        Assignment("C", 2),
    ]


def test_strict_roles_wait_for_their_slot() -> None:
    tasks = [parallel("A"), parallel("B"), parallel("C"), parallel("D", title="Write tests")]
    schedule = Schedule(plan(["core"], tasks), roles="strict")

    assert schedule.start(SIX) == [
        Assignment("A", 3),
        Assignment("B", 4),
        Assignment("D", 5),
    ]
    assert schedule.start([1, 2, 6]) == []


def test_a_role_without_a_slot_takes_any_slot_even_strictly() -> None:
    schedule = Schedule(plan(["core"], [parallel("A"), parallel("B")]), slots=2, roles="strict")

    assert schedule.start([1, 2]) == [Assignment("A", 1), Assignment("B", 2)]


def test_beyond_six_slots_the_roles_repeat() -> None:
    assert [slot_role(n) for n in (1, 6, 7, 11, 12)] == [
        "setup",
        "polish",
        "setup",
        "tests",
        "polish",
    ]


def test_a_failure_halts_what_needs_it_and_nothing_else() -> None:
    tasks = [
        task("A", 1),
        parallel("B", 2, files=("b.go",)),
        parallel("C", 2, files=("b.go",)),
        parallel("D", 2),
        task("E", 3),
        task("F", 4),
    ]
    schedule = Schedule(plan(["setup", "US1", "US2", "polish"], tasks))
    advance(schedule, "A")

    assert started(schedule) == ["B", "D"]
    assert schedule.fail("B") == [Halt("C", "B"), Halt("F", "B")]
    schedule.finish("D")
    assert schedule.due() == [2]
    schedule.pass_gate(2)
    advance(schedule, "E")
    assert schedule.over
    states = {name: schedule.state(name) for name in "BCDEF"}
    assert states == {"B": "failed", "C": "halted", "D": "done", "E": "done", "F": "halted"}


def test_a_stated_story_is_halted_with_the_one_it_needs() -> None:
    said = prose("- US2 depends on US1")
    schedule = Schedule(plan(TEMPLATE, [task(f"T{n}", n) for n in range(1, 6)], said))
    advance(schedule, "T1")
    advance(schedule, "T2")
    schedule.start(SIX)

    assert schedule.fail("T3") == [Halt("T4", "T3"), Halt("T5", "T3")]


def test_retry_reopens_a_task_and_all_it_halted() -> None:
    schedule = Schedule(plan(["core", "polish"], [task("A"), task("B"), task("C", 2)]))
    schedule.start(SIX)
    schedule.fail("A")

    assert schedule.over is False, "the gate of what was attempted is due"
    assert schedule.retry("A") == ["A", "B", "C"]
    assert (schedule.state("A"), schedule.due()) == ("ready", [])


def test_retry_of_a_halted_task_changes_nothing() -> None:
    schedule = Schedule(plan(["core"], [task("A"), task("B")]))
    schedule.start(SIX)
    schedule.fail("A")

    assert schedule.retry("B") == []
    assert schedule.state("B") == "halted"


def test_what_two_failures_halted_waits_for_both() -> None:
    schedule = Schedule(plan(["core"], [parallel("A"), parallel("B"), task("C")]))
    schedule.start(SIX)

    assert schedule.fail("A") == [Halt("C", "A")]
    assert schedule.fail("B") == []
    assert schedule.retry("A") == ["A"]
    assert schedule.skip("B") == ["C"]


def test_skip_lets_dependents_run() -> None:
    schedule = Schedule(plan(["core"], [task("A"), task("B"), task("C")]))

    assert schedule.skip("A") == []
    assert schedule.ready == ["B"]
    schedule.start(SIX)
    schedule.fail("B")
    assert schedule.skip("B") == ["C"]
    assert schedule.ready == ["C"]


def test_running_and_done_tasks_are_neither_skipped_nor_retried() -> None:
    schedule = Schedule(plan(["core"], [task("A"), task("B")]))
    schedule.start(SIX)

    assert (schedule.skip("A"), schedule.retry("A"), schedule.state("A")) == ([], [], "running")
    schedule.finish("A")
    assert (schedule.skip("A"), schedule.retry("A"), schedule.state("A")) == ([], [], "done")


def test_a_retry_after_the_gate_asks_for_the_gate_again() -> None:
    schedule = Schedule(plan(["US1", "polish"], [parallel("A"), parallel("B"), task("C", 2)]))
    schedule.start(SIX)
    schedule.finish("A")
    schedule.fail("B")
    schedule.pass_gate(1)
    assert schedule.over

    assert schedule.retry("B") == ["B", "C"]
    advance(schedule)
    schedule.finish("B")
    assert (schedule.ready, schedule.due()) == ([], [1])
    schedule.pass_gate(1)
    assert schedule.ready == ["C"]


def test_a_phase_done_from_the_start_needs_no_gate() -> None:
    tasks = [boxed("done", "A"), boxed("parked", "B"), task("C", 2)]
    schedule = Schedule(plan(["setup", "core"], tasks))

    assert (schedule.due(), schedule.ready) == ([], ["C"])


def test_a_done_phase_opens_nothing_before_what_it_needs() -> None:
    tasks = [task("A", 1), boxed("done", "B", 2), task("C", 3)]
    schedule = Schedule(plan(["setup", "core", "polish"], tasks))

    assert schedule.ready == ["A"]
    advance(schedule, "A")
    assert schedule.ready == ["C"]


def test_a_phase_in_which_nothing_could_run_is_not_due_and_holds_up_no_story() -> None:
    tasks = [task("A", 1, runnable=False), task("B", 1), task("C", 2), task("D", 3)]
    schedule = Schedule(plan(["US1", "US2", "polish"], tasks))

    assert schedule.halts == [Halt("B", "A"), Halt("D", "A")]
    assert (schedule.due(), schedule.ready) == ([], ["C"])


def test_a_person_may_skip_an_ambiguous_task() -> None:
    schedule = Schedule(plan(["core"], [task("A", runnable=False), task("B")]))

    assert schedule.retry("A") == []
    assert schedule.skip("A") == ["B"]
    assert schedule.ready == ["B"]


def test_tasks_before_any_heading_come_first_and_have_a_gate() -> None:
    schedule = Schedule(plan(["US1", "US2"], [task("A", 0), task("B", 1), task("C", 2)]))

    assert schedule.ready == ["A"]
    schedule.start(SIX)
    schedule.finish("A")
    assert schedule.due() == [0]
    schedule.pass_gate(0)
    assert schedule.ready == ["B"]


def test_an_earlier_state_is_taken_over() -> None:
    states: dict[str, TaskState] = {"T1": "done", "T2": "done", "T3": "failed", "T5": "halted"}
    schedule = Schedule(one_each(), states=states, passed=[1])

    assert schedule.due() == [2]
    assert schedule.halts == [Halt("T5", "T3")]
    schedule.pass_gate(2)
    assert schedule.due() == [3]
    schedule.pass_gate(3)
    assert schedule.ready == ["T4"]


def test_a_gate_passed_before_new_tasks_came_is_due_again() -> None:
    schedule = Schedule(one_each(), states={"T1": "done"}, passed=[1, 2])

    assert schedule.ready == ["T2"]


def test_a_persons_tick_counts_as_done() -> None:
    schedule = Schedule(plan(["core"], [task("A"), task("B")]))
    schedule.start(SIX)
    schedule.fail("A")

    assert schedule.finish("A") == ["B"]
    assert schedule.ready == ["B"]


@pytest.mark.parametrize("roles", ["prefer", "strict"])
def test_a_plan_without_tasks_is_over(roles: Roles) -> None:
    schedule = Schedule(plan(["setup"], []), roles=roles)

    assert schedule.over
    assert schedule.idle
    assert schedule.start(SIX) == []


def test_an_unknown_task_is_an_error() -> None:
    with pytest.raises(KeyError):
        Schedule(one_each()).state("T9")


@pytest.mark.parametrize("again", ["retry", "skip"])
def test_stories_halted_together_come_one_by_one_again(again: str) -> None:
    schedule = Schedule(one_each(stories="one-by-one"))
    advance(schedule, "T1")
    schedule.start(SIX)
    assert [halt.task for halt in schedule.fail("T2")] == ["T3", "T4", "T5"]
    for phase in schedule.due():
        schedule.pass_gate(phase)

    if again == "retry":
        schedule.retry("T2")
        advance(schedule, "T2")
    else:
        schedule.skip("T2")
    assert schedule.ready == ["T3"]
    advance(schedule, "T3")
    assert schedule.ready == ["T4"]


def test_a_story_that_has_begun_goes_on_when_the_one_before_it_is_reopened() -> None:
    tasks = [task("A", 1), task("B", 2), task("C", 2)]
    schedule = Schedule(plan(("US1", "US2"), tasks, stories="one-by-one"))
    schedule.start(SIX)
    schedule.fail("A")
    for phase in schedule.due():
        schedule.pass_gate(phase)
    advance(schedule, "B")
    schedule.retry("A")
    assert set(schedule.ready) == {"A", "C"}
