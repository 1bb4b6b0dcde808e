from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import prose, task, tasks_file
from sixfold.feature.model import TasksFile
from sixfold.plan import stated

TASKS = [task(f"T{n:03}") for n in range(1, 31)]
AFTER = "Can start after Foundational (Phase 2)"
STORIES = ("setup", "foundational", "US1", "US2", "US3", "polish")


def edges(file: TasksFile) -> str:
    """`T003<T001,T002 T004<T003`, sorted."""
    found: dict[str, set[str]] = {}
    for claim in stated.read(file).tasks:
        found.setdefault(claim.task, set()).add(claim.needs)
    return " ".join(f"{one}<{','.join(sorted(needs))}" for one, needs in sorted(found.items()))


def said(line: str, section: str = "Dependencies") -> str:
    return edges(tasks_file(["setup"], TASKS, prose(line, section=[section])))


@pytest.mark.parametrize(
    ("title", "needs"),
    [
        ("Build the store in a.go (depends on T012, T013)", "T012,T013"),
        ("Build the store [depends on T012]", "T012"),
        ("Build the store after T003", "T003"),
        ("Build the store *(Depends on **T003** and `T004`)*", "T003,T004"),
        ("Build the store, requires T003", "T003"),
        ("Build the store; needs: T003", "T003"),
        ("Build the store (blocked by T003)", "T003"),
        ("Build the store, waits for T003", "T003"),
        ("Build the store (depends on tasks T003-T005)", "T003,T004,T005"),
        ("Build the store (depends on T003–T005)", "T003,T004,T005"),
        ("Build the store (depends on T003..T005)", "T003,T004,T005"),
        ("Build the store (depends on T003…T005)", "T003,T004,T005"),
        ("Build the store (depends on T003~T005)", "T003,T004,T005"),
        ("Build the store (depends on T003 through T005)", "T003,T004,T005"),
        ("Build the store (depends on T003 to T005)", "T003,T004,T005"),
        ("Build the store (depends on T003-05)", "T003,T004,T005"),
        ("Tell the world once T003 complete", "T003"),
        ("T003, T004 の後にストアを実装", "T003,T004"),
        ("ストアを実装（依存: T003）", "T003"),
        ("实现存储（依赖 T003、T004）", "T003,T004"),
        ("저장소 구현 (의존: T003)", "T003"),
        ("Construir el almacén (depende de T003)", "T003"),
    ],
)
def test_a_task_line_states_what_stands_next_to_the_keyword(title: str, needs: str) -> None:
    tasks = [*TASKS, task("T040", title=title)]

    assert edges(tasks_file(["setup"], tasks)) == f"T040<{needs}"


@pytest.mark.parametrize(
    "title",
    [
        "Verify T005–T007 pass",
        "Update the README (superseded by T076)",
        "Extend the table (already done in T002)",
        "Make T003 pass",
        "Remove the block (keyframes extracted in T012)",
        "Run the suite after the T016 rewrite",
        "Does not depend on T003",
        "Add the code block from T003",
        "Store depends on the cache of US1",
    ],
)
def test_a_task_line_that_tells_of_another_task_states_nothing(title: str) -> None:
    assert edges(tasks_file(["setup"], [*TASKS, task("T040", title=title)])) == ""


def test_a_task_line_may_bind_others() -> None:
    tasks = [task("T040", title="Migrate. This MUST be deployed before T003"), *TASKS]

    assert edges(tasks_file(["setup"], tasks)) == "T003<T040"


def test_labels_and_continuation_lines_belong_to_their_task() -> None:
    tasks = [
        *TASKS,
        task("T040", labels=("deps:T004,T006",)),
        task("T041", continuation=((90, "  - **Dependencies**: T001, T002"),)),
    ]
    file = tasks_file(["setup"], tasks)

    assert edges(file) == "T040<T004,T006 T041<T001,T002"
    assert {claim.line for claim in stated.read(file).tasks if claim.task == "T041"} == {90}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- T005 depends on T002 (uses types)", "T005<T002"),
        ("- T009, T010 depend on T007, T008", "T009<T007,T008 T010<T007,T008"),
        ("- T017, T018 depend on T015, T016 respectively", "T017<T015 T018<T016"),
        ("- T014 (main.rs) depends on T008 (io.rs) and T009 (dispatch.rs)", "T014<T008,T009"),
        ("- T001 blocks T005, T006 (the header comes first).", "T005<T001 T006<T001"),
        ("- T008 before T009 before T011", "T009<T008 T011<T009"),
        ("- README template (T004-T005) before generation (T006)", "T006<T004,T005"),
        ("- T003 (trait) must precede T004 (mock) and T005 (store)", "T004<T003 T005<T003"),
        ("- T007 requires T001–T003 complete.", "T007<T001,T002,T003"),
        ("- T019 after T014/T016 (needs final annotations).", "T019<T014,T016"),
        ("- After T003 is done, T004 and T005 can start", "T004<T003 T005<T003"),
        ("- US2 (T013–T014) → depends on the validator (T008) and the wiring (T011).",
         "T013<T008,T011 T014<T008,T011"),
        ("- T3 は何もしない。T013, T014 は T011 の後", "T013<T011 T014<T011"),
        ("- T011: T010 に依存", "T011<T010"),
        ("T004→T006→T007; T004→T005", "T005<T004 T006<T004 T007<T006"),
        ("Phase 1 → Phase 2 (T004→T006; T008→T009) → Phase 3 (T012)", "T006<T004 T009<T008"),
        ("T001 -> T002 --> T003 ⇒ T004", "T002<T001 T003<T002 T004<T003"),
        ("T001 → [P] T002, T003 → T004", "T002<T001 T003<T001 T004<T002,T003"),
        ("T010 ← depends on T008", "T010<T008"),
        ("T009 ←── T006 + T008", "T009<T006,T008"),
        ("Tests (T004-T005) → Code (T006)", "T006<T004,T005"),
        ("T024, T025, T026 and T027 start once T024-T026 complete", "T027<T024,T025,T026"),
        ("- Tests run in parallel; T008 depends on T007", "T008<T007"),
    ],
)  # fmt: skip
def test_a_section_on_dependencies_states(line: str, expected: str) -> None:
    assert said(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "- T002, T003 can run in parallel",
        "- T005 and T006 can run in parallel once T004 establishes the shape",
        "- Tests (T003, T004) before implementation.",
        'Task: "T012 after T011"',
        "- Setup (T001–T002): no dependencies",
        "- T003 does not depend on T002",
        "- T011 is independent of T008/T009",
        "- **Phase 3** (T009-T016): Depends on Phase 2 (T005 must exist)",
        "- Commit after each group (after T020, after T030)",
        "1. T001 + T002 → helper ready",
        "- T003 and T004 touch one file",
    ],
)
def test_listings_samples_and_parallel_lines_state_nothing(line: str) -> None:
    assert said(line) == ""


def test_arrows_tell_of_order_only_where_the_section_is_about_order() -> None:
    assert said("T001 → T002", "Single Developer Strategy") == ""
    assert said("T001 → T002", "Critical Path") == "T002<T001"


def test_a_line_without_a_subject_speaks_of_the_task_in_its_heading() -> None:
    assert said("- **依存**: T004, T011", "T014: コピー&ペースト") == "T014<T004,T011"


def test_a_table_with_a_column_on_dependencies() -> None:
    rows = ("| Task | What | Depends on |", "|---|---|---|", "| T003 | x | T001, T002 |",
            "| T004 | needs T009 | - |", "| T005 | y | none |")  # fmt: skip

    assert edges(tasks_file(["setup"], TASKS, prose(*rows))) == "T003<T001,T002"


def test_a_table_on_something_else() -> None:
    rows = ("| Task | Requirement |", "|---|---|", "| T003 | FR-001, T001 |")

    assert edges(tasks_file(["setup"], TASKS, prose(*rows))) == ""


def test_a_mermaid_graph() -> None:
    lines = (
        "graph TD",
        "  A[T001: init] --> B[T002: types]",
        "  B -->|then| T003 & T004",
        "  C(T005 wire)",
        "  C --> D[T006]",
    )

    found = edges(tasks_file(["setup"], TASKS, prose(*lines, fence="mermaid")))

    assert found == "T002<T001 T003<T002 T004<T002 T006<T005"


@pytest.mark.parametrize(
    ("drawing", "expected"),
    [
        (
            """
T001 ─┬─> T002 ─┬─> T003
      │         └─> T004
      └─> T005
""",
            "T002<T001 T003<T002 T004<T002 T005<T001",
        ),
        (
            """
T001 ─┐
T002 ─┼─> T004 (needs models)
T003 ─┘
""",
            "T004<T001,T002,T003",
        ),
        (
            """
T001 ─▶ T002 ─▶ T003 ─┬▶ T004 [P]
                      └▶ T005 ─▶ T006 ─▶ T007
                                      └▶ T008 [P]
T010 [P] anytime; T011 after T008+T009
""",
            "T002<T001 T003<T002 T004<T003 T005<T003 T006<T005 T007<T006 T008<T006 T011<T008,T009",
        ),
    ],
)
def test_a_drawing_with_rails(drawing: str, expected: str) -> None:
    lines = prose(*drawing.strip("\n").split("\n"), fence="text")

    assert edges(tasks_file(["setup"], TASKS, lines)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("- **User Story 2 (P2)**: Depends on User Story 1", {(4, 3)}),
        ("- **Phase 5**: Depends on Phase 3", {(5, 3)}),
        ("- US3 depends on US1 AND US2", {(5, 3), (5, 4)}),
        ("- US3 (P2) → Depends on US2 (extends it)", {(5, 4)}),
        (f"- **User Story 2 (P2)**: {AFTER} - No dependencies on other stories", {(4, 2)}),
        (f"- **User Story 3 (P3)**: {AFTER} - May integrate with US1", {(5, 2)}),
        ("- **Foundational (Phase 2)**: Depends on Setup - BLOCKS all stories", {(2, 1)}),
        ("- **Polish**: Depends on all desired user stories being complete", set()),
        ("- Foundational → US1 → US2", {(3, 2), (4, 3)}),
        ("- **Deployments**: 2 (after US1, after US2)", set()),
    ],
)  # fmt: skip
def test_phases_and_stories_that_need_one_another(
    line: str, expected: set[tuple[int, int]]
) -> None:
    found = stated.read(tasks_file(STORIES, TASKS, prose(line))).phases

    assert {(claim.phase, claim.needs) for claim in found} == expected


def test_opaque_ids_are_matched_whole() -> None:
    tasks = [task(name) for name in ("T001", "T001a", "T001.1", "T-026", "AUTH-0007", "2.1")]
    line = "- T001a needs T001; T001.1 needs T001a; AUTH-0007 needs T-026; 2.1 depends on T001.1"

    found = edges(tasks_file(["setup"], tasks, prose(line)))

    assert found == "2.1<T001.1 AUTH-0007<T-026 T001.1<T001a T001a<T001"


def test_a_range_covers_what_exists_between_its_ends() -> None:
    names = ("T001", "T002", "T002a", "T004", "T090", "T005", "T010")
    tasks = [task(name) for name in names]

    found = edges(tasks_file(["setup"], tasks, prose("- T010 depends on T001-T005")))

    assert found == "T010<T001,T002,T002a,T004,T005"


def test_a_claim_tells_its_line_and_its_words() -> None:
    title = "Build the store (depends on T001)"
    found = stated.read(tasks_file(["setup"], [task("T001"), task("T002", title=title)])).tasks

    assert [(claim.line, claim.detail) for claim in found] == [(12, "depends on T001")]


TEXTS = (
    *("T001", "T002-T004", "T009", "9" * 5000, "US1", "Phase 2", "setup", "\u0660", "\u017fetup"),
    *("→", "-->", "←", "├", "└─>", "─┬", "(", ")", "[", "]", ",", ";", ". ", "|", "`", '"', "~"),
    *("depends on", "after", "before", "blocks", "の後", "and", "..", "A[", "--", "not"),
)
WORDS = st.sampled_from(TEXTS)


@given(
    st.lists(st.lists(WORDS, max_size=9).map(" ".join), max_size=5),
    st.sampled_from([None, "", "mermaid", "text"]),
)
def test_no_line_is_an_error(lines: list[str], fence: str | None) -> None:
    tasks = [*TASKS, task("T040", title=" ".join(lines), continuation=((99, "".join(lines)),))]
    told = {*range(11, 42), 99, *range(1001, 1007)}

    for claim in stated.read(tasks_file(STORIES, tasks, prose(*lines, fence=fence))).tasks:
        assert claim.line in told
        assert claim.detail


def test_sample_data_in_a_task_states_nothing() -> None:
    title = 'Parse `- [ ] T001 (depends on T002)` and print "waiting for T003"'

    assert edges(tasks_file(["setup"], [*TASKS, task("T040", title=title)])) == ""
