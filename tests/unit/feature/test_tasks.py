"""Miniatures: one line, or one small file, for each form that real files have."""

import pytest

from sixfold.feature.model import ReadTask, TasksFile
from sixfold.feature.tasks import read


def lines(*items: str) -> TasksFile:
    return read("\n".join(["# Tasks", "", "## Phase 1: Setup", "", *items]).encode())


def only(line: str) -> ReadTask:
    (task,) = lines(line).tasks
    return task


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("- [ ] T001 Create x", "T001"),
        ("- [ ] T001a Create x", "T001a"),
        ("- [ ] T035B Create x", "T035B"),
        ("- [ ] T067n Create x", "T067n"),
        ("- [ ] T001.1 Create x", "T001.1"),
        ("- [ ] T142.16 Create x", "T142.16"),
        ("- [ ] T1.1 Create x", "T1.1"),
        ("- [ ] T-1.1.1 Create x", "T-1.1.1"),
        ("- [ ] T-026 Create x", "T-026"),
        ("- [ ] T-IDX-001 Create x", "T-IDX-001"),
        ("- [ ] T-W01 Create x", "T-W01"),
        ("- [ ] T005-TEST Create x", "T005-TEST"),
        ("- [ ] T081-1 Create x", "T081-1"),
        ("- [ ] T1 Create x", "T1"),
        ("- [ ] T3201 Create x", "T3201"),
        ("- [ ] WP01 Create x", "WP01"),
        ("- [ ] afd20ca6-T001 Create x", "afd20ca6-T001"),
        ("- [ ] Task 1.1: Create x", "Task 1.1"),
        ("- [ ] Task T001: Create x", "T001"),
        ("- [ ] TASK-0-1 Create x", "TASK-0-1"),
        ("- [ ] **T001** Create x", "T001"),
        ("- [ ] **T001**: Create x", "T001"),
        ("- [ ] **T001:** Create x", "T001"),
        ("- [ ] **T001 Create x**", "T001"),
        ("- [ ] [T001] Create x", "T001"),
        ("- [ ] ~~T001~~ Create x", "T001"),
        ("- [ ] `T001` Create x", "T001"),
        ("- [ ] T001: Create x", "T001"),
        ("- [ ] T001. Create x", "T001"),
        ("- [ ] T001 - Create x", "T001"),
        ("- [ ] T001- Create x", "T001"),
        ("- [ ] T001 — Create x", "T001"),
        ("- [ ] 🔴 T001 Create x", "T001"),
        ("- [ ]\tT001\tCreate x", "T001"),
        ("- [ ]T001 Create x", "T001"),
        ("* [ ] T001 Create x", "T001"),
        ("+ [ ] T001 Create x", "T001"),
        ("1. [ ] T001 Create x", "T001"),
        ("  - [ ] T001 Create x", "T001"),
    ],
)
def test_an_id_is_the_longest_opaque_word_without_its_decoration(line: str, name: str) -> None:
    task = only(line)
    assert (task.id, task.title) == (name, "Create x")


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("1.1 Create x", "1.2 Create y", ["1.1", "1.2"]),
        ("1.1. Create x", "1.10. Create y", ["1.1", "1.10"]),
        ("1. Create x", "2. Create y", ["1", "2"]),
        ("2.1: Create x", "2.2: Create y", ["2.1", "2.2"]),
        ("S001 Create x", "S002 Create y", ["S001", "S002"]),
        ("A1. Create x", "C2. Create y", ["A1", "C2"]),
        ("AUTH-0007 Create x", "API-0008 Create y", ["AUTH-0007", "API-0008"]),
        ("Item 1.1: Create x", "Item 1.2: Create y", ["Item 1.1", "Item 1.2"]),
    ],
)
def test_a_doubtful_form_is_an_id_where_others_share_it(
    first: str, second: str, names: list[str]
) -> None:
    found = lines(f"- [ ] {first}", f"- [ ] {second}").tasks
    assert [task.id for task in found] == names
    assert [task.title for task in found] == ["Create x", "Create y"]


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] AES-128-CBC support",
        "- [ ] HTTP2 support",
        "- [ ] 3.11 Python",
        "- [ ] FR-001: words",
        "- [ ] SC-002 words",
        "- [ ] NFR-003 words",
        "- [ ] C-1 words",
        "- [ ] CHK001 words",
        "- [ ] US1: words",
        "- [ ] no id at all",
        "- [P] tasks = different files, no dependencies",
        "- [P] frontend/src/app.ts",
        "- [Story] label maps task to story",
        "- [US1] Backend",
        "- [TEST] = a test",
        "- [x](link.md)",
        "- [Data model](data-model.md)",
        "- [ ] [ID] [P?] [Story] Description",
        "- [ ] `T### [P?] [US?] words`",
        "> - [ ] T002 quoted",
        "T002 [x] words",
        "| T002 | [ ] | words |",
    ],
)
def test_what_only_looks_like_a_task_beside_one_is_none(line: str) -> None:
    assert [task.id for task in lines("- [ ] T001 Create x", "", line).tasks] == ["T001"]


@pytest.mark.parametrize(
    ("box", "state"),
    [(" ", "pending"), ("\u3000", "pending"), ("x", "done"), ("X", "done")]
    + [(mark, "parked") for mark in ("-", "~", "/", "!", "N/A", "SKIP", "⚠️", "⏭️", "skipped")],
)
def test_a_box_is_open_done_or_parked_and_kept_verbatim(box: str, state: str) -> None:
    task = only(f"- [{box}] T001 Create x")
    assert (task.box, task.state) == (box, state)


@pytest.mark.parametrize(
    "line",
    [
        "- [ ] T001 [P] Create x",
        "- [ ] [P] T001 Create x",
        "- [P] [ ] T001 Create x",
        "- [ ] T001[P] Create x",
        "- [ ] T001: [P] Create x",
        "- [ ] T001 **[P]** Create x",
        "- [ ] T001 `[P]` Create x",
        "- [ ] **T001** [US1] [P] Create x",
        "- [ ] T001 [P][US1] Create x",
        "- [ ] T001 Create x [P]",
        "- [ ] T001 Create x `[P]`",
    ],
)
def test_the_parallel_mark_may_stand_anywhere_around_the_description(line: str) -> None:
    task = only(line)
    assert task.parallel
    assert task.title == "Create x"


@pytest.mark.parametrize(
    "label", ["P1", "P?", "TEST", "USER", "Cassius", "deps:T004,T006", "X", " ", "-"]
)
def test_an_unknown_label_is_kept_and_is_no_parallel_mark(label: str) -> None:
    task = only(f"- [x] T001 [{label}] [US2] Create x")
    assert not task.parallel
    assert (task.labels, task.story, task.title) == ((label,), "US2", "Create x")


@pytest.mark.parametrize(
    ("label", "story"),
    [
        ("US1", "US1"),
        ("US-1", "US1"),
        ("US01", "US1"),
        ("US1b", "US1b"),
        ("US1.5", "US1.5"),
        ("US-HOST", "US-HOST"),
        ("US2, US5", "US2"),
        ("US-2,US-3", "US2"),
        ("US2+US3", "US2"),
        ("US2/US3", "US2"),
        ("Story 2", "US2"),
    ],
)
def test_a_story_label_has_many_spellings(label: str, story: str) -> None:
    assert only(f"- [ ] T001 [{label}] Create x").story == story


def test_links_and_brackets_in_the_description_stay_in_it() -> None:
    assert only("- [ ] T001 [spec](spec.md) of [y]").title == "[spec](spec.md) of [y]"
    assert only("- [ ] T002 fill `[P]` into x").title == "fill `[P]` into x"


def test_lines_indented_below_a_task_belong_to_it() -> None:
    found = lines(
        "- [ ] T001 Create x",
        "  in `internal/x.go`,",
        "",
        "  - with tests in x_test.go",
        "  - [ ] it builds",
        "  ```go",
        "  // sample.go",
        "  ```",
        "",
        "Prose again",
    )
    (task,) = found.tasks
    assert [line for line, _ in task.continuation] == [6, 8, 9, 10, 11, 12]
    assert task.text.startswith("- [ ] T001 Create x\n  in `internal/x.go`,")
    assert task.files == ("internal/x.go", "x_test.go")
    assert task.acceptance == ("it builds",)
    assert [prose.text for prose in found.prose] == ["Prose again"]


def test_a_nested_task_is_its_own_and_takes_its_lines_with_it() -> None:
    outer, inner = lines("- [ ] T001 Create x", "  - [ ] T002 Create y", "    more", "  rest").tasks
    assert [text for _, text in inner.continuation] == ["    more"]
    assert [text for _, text in outer.continuation] == ["  rest"]


@pytest.mark.parametrize(
    "heading",
    [
        "Validation Checklist",
        "Success Metrics",
        "验收检查清单",
        "Acceptance Criteria",
        "Verification",
    ],
)
def test_boxes_without_an_id_are_no_tasks_in_a_file_with_ids(heading: str) -> None:
    found = lines("- [ ] T001 Create x", "", f"## {heading}", "", "- [ ] all good", "- [ ] 1. fast")
    assert [task.id for task in found.tasks] == ["T001"]
    assert not found.warnings


def test_a_checklist_that_repeats_ids_defines_none() -> None:
    found = lines("- [ ] T001 Create x", "## Validation Checklist", "- [ ] T001 is done")
    assert [(task.id, task.line) for task in found.tasks] == [("T001", 5)]
    assert not found.warnings


def test_without_ids_the_outer_boxes_are_tasks_by_their_place() -> None:
    found = lines(
        "- [ ] make a.go",
        "  - [ ] part of it",
        "- [x] [P] [US1] make b.go",
        "",
        "**Acceptance**:",
        "",
        "- [ ] it works",
        "",
        "### Success Criteria",
        "- [ ] it is fast",
        "## Phase 2: Rest",
        "1. [ ] make c.go",
        "## Future Work",
        "- [ ] dream",
    )
    assert [(task.id, task.title, task.phase) for task in found.tasks] == [
        ("#1", "make a.go", 1),
        ("#2", "make b.go", 1),
        ("#3", "make c.go", 2),
    ]
    assert found.tasks[0].acceptance == ("part of it",)
    assert found.tasks[1].parallel
    assert [(warning.code, warning.line) for warning in found.warnings] == [("no-ids", 5)]


def test_fences_comments_and_front_matter_hold_no_tasks() -> None:
    text = """---
title: x
- item: y
---
<!--
- [ ] T090 hidden
-->
## Phase 1: Setup
```text
- [ ] T001 sample
## Phase 9: sample
```
~~~~
- [ ] T091 sample
~~~
~~~~
- [ ] T001 real <!-- note -->
"""
    found = read(text.encode())
    assert [(task.id, task.line, task.phase) for task in found.tasks] == [("T001", 17, 1)]
    assert not found.warnings


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    assert [task.id for task in read(b"---\n- [ ] T001 x\n---\n- [ ] T002 y\n").tasks] == [
        "T001",
        "T002",
    ]


def test_bytes_that_are_no_utf8_a_mark_and_crlf_do_not_disturb() -> None:
    found = read(b"\xef\xbb\xbf- [ ] T001 a\xff\r\n\r\n## Phase 1: B\r\n- [X] T002 c")
    assert [(task.id, task.line, task.title) for task in found.tasks] == [
        ("T001", 1, "a\ufffd"),
        ("T002", 4, "c"),
    ]


def test_prose_keeps_its_sections_its_phase_and_its_fence() -> None:
    found = lines(
        "**Purpose**: start",
        "- [ ] T001 x",
        "**Checkpoint**: fine",
        "---",
        "## Dependencies",
        "### Order",
        "- T001 first",
        "```mermaid",
        "T001 --> T002",
        "```",
    )
    assert found.phases[0].text == "**Purpose**: start"
    told = [(prose.line, prose.phase, prose.fence) for prose in found.prose]
    assert (5, 1, None) in told
    assert (11, 0, None) in told
    assert told[-1] == (13, 0, "mermaid")
    assert found.prose[-1].section == ("Tasks", "Dependencies", "Order")
