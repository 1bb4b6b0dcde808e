import pytest

from sixfold.feature.tasks import read


@pytest.mark.parametrize(
    ("heading", "title", "kind", "story"),
    [
        ("Phase 1: Setup (Shared Infrastructure)", "Setup (Shared Infrastructure)", "setup", None),
        (
            "Phase 2 - Foundational (blocks US1, US2)",
            "Foundational (blocks US1, US2)",
            "foundational",
            None,
        ),
        ("Phase 2 — Core", "Core", "core", None),
        ("Phase 3.1: Setup", "Setup", "setup", None),
        (
            "Phase 3: User Story 1 - Count (Priority: P1)",
            "User Story 1 - Count (Priority: P1)",
            "story",
            "US1",
        ),
        ("Phase 4: Resilience (US3 + US4)", "Resilience (US3 + US4)", "story", "US3"),
        ("Phase 8a: Failing tests", "Failing tests", "tests", None),
        ("Phase A - Skeleton", "Skeleton", "other", None),
        (
            "Phase N: Polish & Cross-Cutting Concerns",
            "Polish & Cross-Cutting Concerns",
            "polish",
            None,
        ),
        ("Final Phase: Polish", "Polish", "polish", None),
        ("Phase: Integration", "Integration", "integration", None),
        ("Stage 2: Foundational", "Foundational", "foundational", None),
        ("Step 3 - Integration", "Integration", "integration", None),
        ("Milestone 1: Core", "Core", "core", None),
        ("Wave 2 - Docs", "Docs", "polish", None),
        ("Section 4: Testing", "Testing", "tests", None),
        ("Sub-phase F — Signals", "Signals", "other", None),
        ("Work Package WP01: Tooling (Priority: P1)", "Tooling (Priority: P1)", "other", None),
        ("WP02 — Hotfix", "Hotfix", "other", None),
        ("Epic 1: API", "API", "other", None),
        ("フェーズ 1: セットアップ", "セットアップ", "setup", None),
        ("第一阶段：基础设施搭建", "基础设施搭建", "foundational", None),
        ("阶段 2: 测试", "测试", "tests", None),
        ("Fase 3: Historia de Usuario 2 - X", "Historia de Usuario 2 - X", "story", "US2"),
        ("Этап 4. Тесты", "Тесты", "tests", None),
        ("2단계: 구현", "구현", "core", None),
        ("1. Setup", "Setup", "setup", None),
        ("Polish", "Polish", "polish", None),
        ("Tasks", "Tasks", "other", None),
        ("User Story 2 - Find", "User Story 2 - Find", "story", "US2"),
        ("Phase 2 (6/6) ✅", "Phase 2", "other", None),
        ("Phase 1: Build ✅ COMPLETE", "Build", "other", None),
        ("✅ Phase 1: Build - DONE", "Build", "other", None),
        ("**Phase 1**: Build [COMPLETE]", "Build", "other", None),
        ("Phase 1: Make it Complete", "Make it Complete", "other", None),
    ],
)
def test_a_heading_of_any_form_is_a_phase(
    heading: str, title: str, kind: str, story: str | None
) -> None:
    (phase,) = read(f"# Tasks\n\n## {heading}\n\n- [ ] T001 x\n".encode()).phases
    assert (phase.title, phase.kind, phase.story) == (title, kind, story)
    assert (phase.heading, phase.line, phase.number) == (heading, 3, 1)


def phases(text: str) -> list[tuple[str, list[str]]]:
    found = read(text.encode())
    return [
        (phase.heading, [task.id for task in found.tasks if task.phase == phase.number])
        for phase in found.phases
    ]


def test_sub_headings_are_groups_within_their_phase() -> None:
    found = read(
        b"## Phase 1: A\n### Tests for User Story 1\n- [ ] T001 x\n### User Story 1\n- [ ] T002 y"
    )
    assert [(task.phase, task.group) for task in found.tasks] == [
        (1, "Tests for User Story 1"),
        (1, "User Story 1"),
    ]


def test_the_nearest_phase_heading_wins() -> None:
    text = "## Phase 8: All\n### Phase 8a: Red\n- [ ] T001 x\n### Phase 8b: Green\n- [ ] T002 y"
    assert phases(text) == [("Phase 8a: Red", ["T001"]), ("Phase 8b: Green", ["T002"])]


def test_story_headings_are_phases_where_none_stands_above() -> None:
    text = "## Stories\n### User Story 1 - A\n- [ ] T001 x\n### US2: B\n- [ ] T002 y"
    assert phases(text) == [("User Story 1 - A", ["T001"]), ("US2: B", ["T002"])]


def test_a_section_that_only_contains_phases_is_none() -> None:
    text = "## Tasks\n### Setup\n- [ ] T001 x\n### Polish\n- [ ] T002 y"
    assert phases(text) == [("Setup", ["T001"]), ("Polish", ["T002"])]


def test_headings_that_own_no_task_are_no_phases() -> None:
    text = "## Phase 1: A\n- [ ] T001 x\n## Dependencies\n### Phase 2: waits\n- Phase 2 after 1"
    assert phases(text) == [("Phase 1: A", ["T001"])]


@pytest.mark.parametrize("above", ["", "# Tasks\n", "## Format: `[ID] [P?] Description`\n"])
def test_tasks_before_any_phase_heading_are_in_phase_zero(above: str) -> None:
    found = read(f"{above}- [ ] T001 x\n## Phase 1: A\n- [ ] T002 y".encode())
    assert [task.phase for task in found.tasks] == [0, 1]


def test_a_rule_below_a_line_of_prose_makes_no_heading() -> None:
    text = "## Phase 1: A\n- [ ] T001 x\n\n**Checkpoint**: fine\n---\n- [ ] T002 y"
    assert phases(text) == [("Phase 1: A", ["T001", "T002"])]


def test_a_phase_whose_tasks_all_name_one_story_is_that_story() -> None:
    (phase,) = read(b"## Phase 1: Count\n- [ ] T001 [US4] x\n- [ ] T002 [US4] y").phases
    assert (phase.kind, phase.story) == ("story", "US4")
