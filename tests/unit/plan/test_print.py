from __future__ import annotations

import pytest

from planning import boxed, parallel, plan, prose, task
from sixfold.model import Plan, Stories
from sixfold.plan.print import overview, why

KINDS = ["setup", "US1", "US2", "polish"]


def made(stories: Stories = "one-by-one") -> Plan:
    tasks = [
        boxed("done", "T001", title="Create the module", files=("go.mod",)),
        task("T002"),
        parallel("T003", 2, title="Test of the store", files=("count/store_test.go",)),
        parallel("T004", 2, title="Write the store", files=("count/store.go",)),
        parallel("T005", 2, title="Extend the store", files=("count/store.go",)),
        task("T006", 3, title="Wire it all " * 9),
        task("T007", 4, runnable=False),
        task("T008", 4),
    ]
    return plan(KINDS, tasks, prose("- T006 depends on T002 and T077"), stories=stories)


def text(stories: Stories = "one-by-one") -> str:
    other: Stories = "parallel" if stories == "one-by-one" else "one-by-one"
    return "\n".join(overview(made(stories), made(other)))


def test_it_fits_eighty_columns() -> None:
    assert max(len(line) for line in text().splitlines()) <= 80


def test_it_counts_and_lists_phases_and_tasks() -> None:
    seen = text()

    assert "8 tasks in 4 phases: 7 open, 1 done" in seen
    assert "Phase 3  US2\n  story US2, needs phase 1, comes after phase 2" in seen
    assert "  [X] T001 Create the module\n        files go.mod\n" in seen
    assert "  [ ] T003 [P] Test of the store\n" in seen
    assert "(not run) Do T007" in seen


def test_needs_come_with_their_reasons() -> None:
    seen = text()

    assert "needs T001 (order)" in seen
    assert "needs T003 (test first: count/store_test.go)" in seen
    assert "needs T004 (file count/store.go)" in seen
    assert "needs T002 (stated on line 1001)" in seen


def test_waves_width_critical_path_and_speed_up_of_both_orders() -> None:
    seen = text()

    assert "    1  T002\n    2  T003\n    3  T004\n" in seen
    assert "Critical path  5 tasks: T002 > T003 > T004 > T005 > T006" in seen
    assert "1.00  5 tasks in 5 steps, stories one by one  (this plan)" in seen
    assert "1.25  5 tasks in 4 steps, stories side by side" in seen
    assert "stories side by side  (this plan)" in text("parallel")


def test_conflicts_stand_apart_from_other_warnings() -> None:
    seen = text()

    assert "Conflicts (1)\n  line 15: T004 and T005 are both [P] and write count/store.go" in seen
    assert "Warnings (2)\n  line 17: T007 is not run, nor is what needs it: T008" in seen
    assert "  line 1001: T077 is no task of this file: ignored" in seen


def test_why_goes_back_to_the_start_and_quotes_what_states_it() -> None:
    assert why(made("parallel"), "T006") == [
        f"T006  {'Wire it all ' * 9}"[:59] + "…  (line 16, pending)",
        '  needs T002: stated; line 1001 says "T006 depends on T002 and T077"',
        "T002  Do T002  (line 12, pending)",
        "  needs T001: order; without [P] on both, the one above comes first",
        "T001  Create the module  (line 11, done)",
        "  and that can start at once",
    ]


def test_why_follows_files_tests_and_barriers() -> None:
    seen = why(made(), "T005")

    assert "  needs T004: file; both name count/store.go" in seen
    assert "  needs T003: test first; T003 is the test, by count/store_test.go" in seen
    assert "  phase 2 needs phase 1, which ends with T002" in seen


def test_why_tells_what_comes_before_any_heading() -> None:
    seen = why(plan(["core"], [task("A", 0), task("B", 1)]), "B")

    assert seen[1] == "  comes after what stands before any phase, which ends with A"


def test_why_of_an_unknown_task_is_an_error() -> None:
    with pytest.raises(KeyError):
        why(made(), "T099")


def test_a_plan_without_tasks_can_be_shown() -> None:
    empty = plan([], [])

    assert "0 tasks in 0 phases: 0 open, 0 done" in overview(empty, empty)
