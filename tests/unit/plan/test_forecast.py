from __future__ import annotations

from planning import boxed, parallel, plan, prose, task
from sixfold.plan.forecast import forecast


def test_waves_are_the_steps_of_the_schedule() -> None:
    tasks = [task("A"), *(parallel(f"B{n}") for n in range(8)), task("C")]
    seen = forecast(plan(["core"], tasks))

    assert seen.waves == [["A"], [f"B{n}" for n in range(6)], ["B6", "B7"], ["C"]]
    assert seen.width == 8
    assert seen.critical_path == ["A", "B0", "C"]
    assert seen.speedup == 2.5


def test_the_critical_path_crosses_barriers_and_stories_that_follow() -> None:
    tasks = [task("A", 1), task("B", 2), task("C", 2), task("D", 3), task("E", 4)]
    kinds = ["setup", "US1", "US2", "polish"]

    assert forecast(plan(kinds, tasks)).critical_path == ["A", "B", "C", "D", "E"]
    assert forecast(plan(kinds, tasks, stories="parallel")).critical_path == ["A", "B", "C", "E"]


def test_the_critical_path_passes_a_phase_without_tasks() -> None:
    tasks = [task("A", 0), task("B", 2), task("C", 3)]
    made = plan(["setup", "US1", "US2"], tasks, prose("- US2 depends on Phase 1"))

    assert forecast(made).critical_path == ["A", "B", "C"]


def test_done_tasks_take_no_time() -> None:
    seen = forecast(
        plan(["core"], [boxed("done", "A"), task("B"), boxed("parked", "C"), task("D")])
    )

    assert seen.waves == [["B"], ["D"]]
    assert seen.critical_path == ["B", "D"]


def test_what_cannot_run_is_in_no_wave() -> None:
    seen = forecast(plan(["core"], [task("A"), task("B", runnable=False), task("C")]))

    assert seen.waves == [["A"]]
    assert seen.critical_path == ["A"]


def test_stories_side_by_side_are_the_gain() -> None:
    kinds = ["setup", "US1", "US2", "US3"]
    tasks = [task("A"), *(task(f"B{n}{m}", n) for n in (2, 3, 4) for m in range(3))]

    assert plan(kinds, tasks).speedup == 1.0
    assert plan(kinds, tasks, stories="parallel").speedup == 2.5


def test_one_slot_runs_one_task_at_a_time() -> None:
    made = plan(["core"], [parallel("A"), parallel("B")], slots=1, roles="strict")

    assert forecast(made, "strict").waves == [["A"], ["B"]]
