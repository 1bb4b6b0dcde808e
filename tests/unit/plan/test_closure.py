from __future__ import annotations

from planning import parallel, plan, task
from sixfold.model import Plan
from sixfold.plan.closure import expand_phase_needs

KINDS = ["setup", "other", "US1", "US2", "polish"]
TASKS = [
    task("A"),
    parallel("B"),
    parallel("C"),
    task("D", 3),
    task("E", 3),
    task("F", 4),
    task("G", 5),
]


def shown(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    return {task.id: [(n.task, n.because) for n in task.needs] for task in plan.tasks}


def test_first_tasks_of_a_phase_need_the_last_of_the_phases_it_needs() -> None:
    made = shown(expand_phase_needs(plan(KINDS, TASKS)))

    assert made["A"] == []
    assert made["B"] == made["C"] == [("A", "order")]
    assert made["D"] == [("B", "phase"), ("C", "phase")]
    assert made["E"] == [("D", "order")]
    assert made["F"] == [("B", "phase"), ("C", "phase")], "it follows story 1, and needs it not"
    assert made["G"] == [("E", "phase"), ("F", "phase")]


def test_every_earlier_phase_is_in_the_closure() -> None:
    made = shown(expand_phase_needs(plan(KINDS, TASKS)))
    above = {"G"}
    for _ in TASKS:
        above |= {need for name in above for need, _ in made[name]}

    assert above == {task.id for task in TASKS}


def test_what_stands_before_any_heading_is_needed_by_the_first_phase() -> None:
    made = shown(expand_phase_needs(plan(["core"], [task("A", 0), task("B", 1)])))

    assert made["B"] == [("A", "phase")]


def test_a_stated_edge_is_not_told_twice() -> None:
    tasks = [task("T001"), task("T002", 2, title="depends on T001")]

    assert shown(expand_phase_needs(plan(["setup", "core"], tasks)))["T002"] == [("T001", "stated")]


def test_an_id_that_stands_twice_gets_its_edges_once() -> None:
    tasks = [task("A"), task("B", 2, runnable=False), task("B", 2, runnable=False)]
    made = expand_phase_needs(plan(["setup", "core"], tasks))

    assert [[n.task for n in t.needs] for t in made.tasks] == [[], ["A"], []]
