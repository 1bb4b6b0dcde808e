from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from planning import boxed, parallel, plan, prose, task, tasks_file
from sixfold.feature import tasks
from sixfold.feature.model import ReadTask
from sixfold.model import Plan, PlanWarning, Stories
from sixfold.plan.graph import build

CORPUS = Path(__file__).parents[3] / "../shared/corpus/tasks"
TEMPLATE = ("setup", "foundational", "US1", "US2", "US3", "polish")


def needs(plan: Plan, name: str) -> dict[str, str]:
    """Why the task needs what it needs."""
    found = next(task for task in plan.tasks if task.id == name)
    return {need.task: need.because for need in found.needs}


def codes(plan: Plan) -> list[str]:
    return [warning.code for warning in plan.warnings]


def barriers(plan: Plan) -> list[tuple[list[int], list[int]]]:
    return [(phase.needs, phase.follows) for phase in plan.phases]


def test_a_run_of_parallel_tasks_shares_what_it_needs_and_what_needs_it() -> None:
    made = plan(["core"], [task("A"), parallel("B"), parallel("C"), task("D"), task("E")])

    assert needs(made, "A") == {}
    assert needs(made, "B") == needs(made, "C") == {"A": "order"}
    assert needs(made, "D") == {"B": "order", "C": "order"}
    assert needs(made, "E") == {"D": "order"}


def test_tasks_that_name_one_file_never_overlap() -> None:
    tasks = [parallel(name, files=("a.go",)) for name in ("A", "B", "C")]
    made = plan(["core"], tasks)

    assert needs(made, "B") == {"A": "file"}
    assert needs(made, "C") == {"B": "file"}
    assert made.warnings == [
        PlanWarning(
            12,
            "parallel-same-file",
            "A, B and C are all [P] and write a.go: one after the other",
        )
    ]


def test_two_that_conflict_are_told_as_a_pair() -> None:
    tasks = [parallel("T014", files=("internal/a.go",)), parallel("T015", files=("internal/a.go",))]
    message = "T014 and T015 are both [P] and write internal/a.go: one after the other"

    assert [warning.message for warning in plan(["core"], tasks).warnings] == [message]


def test_go_mod_and_go_sum_are_one_file() -> None:
    made = plan(["core"], [parallel("A", files=("x/go.mod",)), parallel("B", files=("x/go.sum",))])

    assert needs(made, "B") == {"A": "file"}


@pytest.mark.parametrize(
    "files",
    [("internal/",), ("internal/*.go",), ("internal",), ("specs/001-x/spec.md", "new.go")],
    ids=["directory", "glob", "directory by another path", "document of the spec"],
)
def test_a_place_or_a_document_serialises_nothing(files: tuple[str, ...]) -> None:
    tasks = [
        parallel("A", files=files),
        parallel("B", files=(files[0], "internal/store.go")),
    ]

    assert needs(plan(["core"], tasks), "B") == {}


def test_a_document_is_written_by_a_task_that_names_nothing_else() -> None:
    tasks = [parallel(name, files=("quickstart.md",)) for name in ("A", "B")]

    assert needs(plan(["polish"], tasks), "B") == {"A": "file"}


def test_files_part_tasks_of_stories_that_stand_side_by_side() -> None:
    tasks = [task("A", 3, files=("a.go",)), task("B", 4, files=("a.go",)), task("C", 5)]

    assert needs(plan(TEMPLATE, tasks, stories="parallel"), "B") == {"A": "file"}
    assert needs(plan(TEMPLATE, tasks), "B") == {}, "the order of the stories parts them"


def test_stories_one_by_one_follow_but_do_not_need_one_another() -> None:
    tasks = [task(f"T{n}", n) for n in range(1, 7)]

    assert barriers(plan(TEMPLATE, tasks)) == [
        ([], []),
        ([1], []),
        ([2], []),
        ([2], [3]),
        ([2], [4]),
        ([3, 4, 5], []),
    ]


def test_stories_side_by_side_need_the_foundation_alone() -> None:
    tasks = [task(f"T{n}", n) for n in range(1, 7)]
    made = plan(TEMPLATE, tasks, stories="parallel")

    assert barriers(made)[2:] == [([2], []), ([2], []), ([2], []), ([3, 4, 5], [])]


def test_phases_of_one_story_need_one_another() -> None:
    tasks = [task(f"T{n}", n) for n in range(1, 4)]
    made = plan(["setup", "US1", "US1"], tasks, stories="parallel")

    assert barriers(made)[2] == ([1, 2], [])


def test_a_story_needs_a_story_that_is_stated() -> None:
    tasks = [task(f"T{n}", n) for n in range(1, 7)]
    said = prose("- **User Story 2 (P2)**: Depends on User Story 1")

    assert barriers(plan(TEMPLATE, tasks, said))[3] == ([2, 3], [])
    assert barriers(plan(TEMPLATE, tasks, said, stories="parallel"))[3] == ([2, 3], [])


def test_a_phase_without_tasks_parts_nothing() -> None:
    made = plan(["setup", "US1", "other", "US2"], [task("A"), task("B", 2), task("C", 4)])

    assert barriers(made) == [([], []), ([1], []), ([], []), ([1], [2])]


def test_tests_come_before_the_implementation_they_name() -> None:
    tasks = [
        parallel("A", 1, files=("count/store_test.go",)),
        parallel("B", 1, title="Contract test for `ParseLine` in b"),
        parallel("C", 1, files=("other/store.go",)),
        parallel("D", 1, files=("count/store.go",)),
        parallel("E", 1, title="Implement ParseLine and `ParseLine`"),
        parallel("F", 1, files=("count/cache.go",)),
    ]
    made = plan(["US1"], tasks)

    assert needs(made, "D") == {"A": "test first"}
    assert needs(made, "E") == {"B": "test first"}
    assert needs(made, "C") == needs(made, "F") == {}


def test_a_test_that_stands_after_the_implementation_stays_there() -> None:
    tasks = [parallel("A", files=("store.go",)), parallel("B", files=("store_test.go",))]
    made = plan(["US1"], tasks)

    assert needs(made, "A") == needs(made, "B") == {}


def test_outside_stories_tests_have_no_precedence() -> None:
    tasks = [parallel("A", files=("store_test.go",)), parallel("B", files=("store.go",))]

    assert needs(plan(["core"], tasks), "B") == {}


def test_a_stated_edge_keeps_its_line_and_words() -> None:
    made = plan(["core"], [parallel("T001"), parallel("T002", title="Wire (depends on T001)")])
    (need,) = made.tasks[1].needs

    assert (need.task, need.because, need.line, need.detail) == (
        "T001",
        "stated",
        12,
        "depends on T001",
    )


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("- T002 depends on T009", "unknown-dependency"),
        ("- T001 depends on T002", "backward-dependency"),
        ("- T001 depends on T001", "dependency-cycle"),
        ("- T001 depends on T002; T002 depends on T003; T003 depends on T001", "dependency-cycle"),
        ("- Phase 1 depends on Phase 2", "backward-dependency"),
    ],
)
def test_what_cannot_be_used_is_told_and_dropped(line: str, code: str) -> None:
    tasks = [parallel("T001"), parallel("T002"), parallel("T003"), task("T004", 2)]
    made = plan(["core", "polish"], tasks, prose(line))

    assert set(codes(made)) == {code}
    assert made.warnings[0].line == 1001
    assert needs(made, "T001") == {}


def test_ambiguous_tasks_are_told_with_all_that_needs_them() -> None:
    tasks = [task("A"), task("B", runnable=False), task("C"), task("D", 2)]
    (warning,) = plan(["core", "polish"], tasks).warnings

    assert warning.line == 12
    assert "B is not run, nor is what needs it: C, D" in warning.message


def test_an_ambiguous_task_that_is_done_stops_nobody() -> None:
    tasks = [boxed("done", "A", runnable=False), task("B")]

    assert plan(["core"], tasks).warnings == []


def test_an_id_that_stands_twice_makes_no_cycle() -> None:
    tasks = [task("A", runnable=False), task("B"), task("A", runnable=False), task("C")]
    made = plan(["core"], tasks)

    assert [t.id for t in made.tasks] == ["A", "B", "A", "C"]
    assert needs(made, "B") == {"A": "order"}
    assert made.tasks[2].needs == []


@pytest.mark.parametrize(
    ("kind", "made", "role"),
    [
        ("setup", task("A"), "setup"),
        ("foundational", task("A"), "setup"),
        ("US1", task("A", title="Contract test for /users"), "tests"),
        ("US1", task("A", files=("a_test.go",)), "tests"),
        ("US1", task("A", group="Tests for User Story 1"), "tests"),
        ("US1", task("A", files=("a.go",)), "core"),
        ("tests", task("A"), "tests"),
        ("polish", task("A"), "polish"),
        ("integration", task("A"), "polish"),
        ("core", task("A", title="Show the latest contest"), "core"),
    ],
)
def test_roles(kind: str, made: ReadTask, role: str) -> None:
    assert plan([kind], [made]).tasks[0].role == role


def test_a_plan_without_tasks_is_a_plan() -> None:
    made = plan([], [])

    assert (made.tasks, made.critical_path, made.speedup) == ([], [], 1.0)


FILES = st.sampled_from(["a.go", "b.go", "b_test.go", "x/", "go.mod", "go.sum", "spec.md"])
TITLES = st.sampled_from(["", "depends on T{0:03}", "after T{0:03}-T{1:03}", "blocks T{0:03}"])


@st.composite
def drawn(draw: st.DrawFn) -> tuple[list[str], list[ReadTask]]:
    kinds = draw(st.lists(st.sampled_from([*TEMPLATE, "US1", "core"]), max_size=6))
    made = []
    for n in range(draw(st.integers(0, 14))):
        numbers = draw(st.tuples(st.integers(0, 15), st.integers(0, 15)))
        made.append(
            boxed(
                draw(st.sampled_from(["pending", "pending", "pending", "done", "parked"])),
                draw(st.sampled_from([f"T{n:03}", f"T{n:03}", f"T{n:03}", "T002"])),
                draw(st.integers(0, len(kinds))),
                parallel=draw(st.booleans()),
                files=tuple(draw(st.lists(FILES, max_size=2, unique=True))),
                title=draw(TITLES).format(*numbers),
                runnable=draw(st.sampled_from([True, True, True, False])),
                story=draw(st.sampled_from([None, "US1"])),
            )
        )
    return kinds, made


@given(drawn(), st.sampled_from(["one-by-one", "parallel"]))
def test_every_edge_points_backward(
    parts: tuple[list[str], list[ReadTask]], order: Stories
) -> None:
    made = plan(*parts, stories=order)
    place: dict[str, tuple[int, int]] = {}
    for n, one in enumerate(made.tasks):
        place.setdefault(one.id, (one.phase, n))

    for one in made.tasks:
        assert all(place[need.task] < place[one.id] for need in one.needs)
        assert len({need.task for need in one.needs}) == len(one.needs)
    for phase in made.phases:
        assert all(earlier < phase.number for earlier in [*phase.needs, *phase.follows])


@given(drawn(), st.sampled_from(["one-by-one", "parallel"]))
def test_the_same_input_makes_the_same_plan(
    parts: tuple[list[str], list[ReadTask]], order: Stories
) -> None:
    assert plan(*parts, stories=order) == plan(*parts, stories=order)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real tasks.md files is not here")
def test_every_real_file_makes_a_plan_without_a_claim_of_a_cycle() -> None:
    for path in sorted(CORPUS.glob("*.md")):
        made = build(
            tasks.read(path.read_bytes()),
            feature_dir="specs/001-x",
            branch="001-x",
            tasks_file="specs/001-x/tasks.md",
        )
        assert "dependency-cycle" not in codes(made), path.name


def test_lines_of_warnings_come_in_order() -> None:
    file = tasks_file(["core"], [parallel("T001"), parallel("T002", title="depends on T077")])
    early = PlanWarning(3, "no-ids", "early")
    made = build(
        replace(file, warnings=(PlanWarning(99, "no-ids", "late"), early)),
        feature_dir="",
        branch="",
        tasks_file="",
    )

    assert [warning.line for warning in made.warnings] == [3, 12, 99]
