import pytest

from sixfold.feature.model import TasksFile
from sixfold.feature.tasks import read


def lines(*items: str) -> TasksFile:
    return read("\n".join(["# Tasks", "", "## Phase 1: Setup", "", *items]).encode())


def told(found: TasksFile) -> list[tuple[str, int]]:
    return [(warning.code, warning.line) for warning in found.warnings]


def test_an_id_on_two_lines_is_told_with_both_and_neither_is_run() -> None:
    found = lines("- [ ] T001 a", "- [X] T002 b", "- [ ] T001 c")
    assert told(found) == [("duplicate-id", 7)]
    assert "line 5" in found.warnings[0].message
    assert "line 7" in found.warnings[0].message
    assert [task.runnable for task in found.tasks] == [False, True, False]


def test_ids_that_differ_in_a_suffix_are_no_duplicates() -> None:
    assert not lines("- [ ] T001 a", "- [ ] T001a b", "- [ ] T001.1 c").warnings


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("T005-T010 x", "T005-T010"),
        ("T005–T010 x", "T005–T010"),
        ("T005-010 x", "T005-010"),
        ("T005..T010 x", "T005..T010"),
        ("T005 to T010 x", "T005-T010"),
        ("T005, T006 x", "T005,T006"),
        ("T005/T006: x", "T005/T006"),
        ("**T005**-**T010** x", "T005-T010"),
    ],
)
def test_one_box_for_several_tasks_is_not_run(text: str, name: str) -> None:
    found = lines(f"- [ ] {text}")
    assert told(found) == [("range-id", 5)]
    assert [(task.id, task.title, task.runnable) for task in found.tasks] == [(name, "x", False)]


@pytest.mark.parametrize("name", ["T00X", "TXXX", "T0XX", "Txxx", "TNNN"])
def test_a_placeholder_is_not_run_and_no_duplicate_of_another(name: str) -> None:
    found = lines(f"- [ ] {name} a", f"- [ ] {name} b")
    assert told(found) == [("placeholder-id", 5), ("placeholder-id", 6)]
    assert not any(task.runnable for task in found.tasks)


@pytest.mark.parametrize(
    "line", ["- [x] T001 [x] T001 [US4] a", "- [ ] T001 a [x] T002 b", "- [ ] T001 a [x]"]
)
def test_two_boxes_on_a_line_are_not_run(line: str) -> None:
    found = lines(line)
    assert told(found) == [("double-box", 5)]
    assert not found.tasks[0].runnable


@pytest.mark.parametrize(
    "line",
    [
        "- [x] T001 [ ] [US1] a",
        "- [ ] **T001** [X] [Cassius] a",
        "- [ ] T001 write `- [x] T003`",
        "- [ ] T001 prefer [x] over [ ] here",
    ],
)
def test_brackets_that_are_labels_code_or_prose_are_no_second_box(line: str) -> None:
    found = lines(line)
    assert not found.warnings
    assert found.tasks[0].runnable


LOST = """## Phase 1: A
```bash
go test
## Phase 2: B
- [ ] T001 a
- [ ] T002 b
- [ ] T003 c
```text
sample
```
## Phase 3: C
- [ ] T004 d
"""


def test_a_fence_that_swallows_tasks_is_told_and_they_are_not_run() -> None:
    found = read(LOST.encode())
    assert told(found) == [("lost-fence", 2)]
    assert "T001 to T003" in found.warnings[0].message
    assert [(task.id, task.phase, task.runnable) for task in found.tasks] == [
        ("T001", 1, False),
        ("T002", 1, False),
        ("T003", 1, False),
        ("T004", 2, True),
    ]


def test_a_fence_without_an_end_that_hides_a_task_is_lost() -> None:
    found = read(b"- [ ] T001 a\n```\n- [ ] T002 b\n")
    assert told(found) == [("lost-fence", 2)]
    assert [(task.id, task.runnable) for task in found.tasks] == [("T001", True), ("T002", False)]


@pytest.mark.parametrize(
    "sample",
    [
        "- [ ] T001 a\n- [ ] T001 b\n- [ ] T001 c",
        "- [ ] T020 a\n- [ ] T021 b",
        "Task: T020\nTask: T021\nTask: T022",
        "# Phase 2: comment\ngo test",
    ],
)
def test_a_fence_that_shows_real_ids_or_few_is_a_sample(sample: str) -> None:
    found = read(f"- [ ] T001 a\n\n```\n{sample}\n```\n".encode())
    assert [task.id for task in found.tasks] == ["T001"]
    assert not found.warnings


def test_a_fence_below_a_format_heading_is_a_sample_however_long() -> None:
    found = read(b"## Format\n```\n- [ ] T7 a\n- [ ] T8 b\n- [ ] T9 c\n```\n## Tasks\n- [ ] T001 a")
    assert [task.id for task in found.tasks] == ["T001"]


def test_a_comment_without_an_end_that_hides_tasks_is_told() -> None:
    found = read(b"- [ ] T001 a\n\n<!-- note\n- [ ] T002 b\n")
    assert told(found) == [("lost-fence", 3)]


@pytest.mark.parametrize(
    "line",
    [
        "- [x] T001 [DEFERRED] a",
        "- [x] T001 a (skipped: no access)",
        "- [X] T001 a — **superseded by T009**",
        "- [x] T001 a - deferred to v2",
        "- [x] T001 CANCELLED a",
    ],
)
def test_a_ticked_task_that_says_it_was_not_done_is_told(line: str) -> None:
    found = lines(line)
    assert told(found) == [("state-says-done-text-says-not", 5)]
    assert found.tasks[0].runnable


@pytest.mark.parametrize(
    "line",
    [
        "- [x] T001 remove deferred queue and cancelled orders",
        "- [x] T001 print `SKIPPED` (skip when empty)",
        "- [ ] T001 a (skipped: no access)",
        "- [-] T001 [SKIPPED] a",
    ],
)
def test_words_that_describe_the_work_contradict_no_state(line: str) -> None:
    assert not lines(line).warnings


def test_an_open_task_whose_label_says_blocked_is_not_run() -> None:
    found = lines("- [ ] T001 [BLOCKED by ops] a")
    assert told(found) == [("state-says-done-text-says-not", 5)]
    assert not found.tasks[0].runnable


def test_an_open_task_that_is_struck_out_is_not_run() -> None:
    found = lines("- [ ] ~~T001 a~~", "- [ ] T002 ~~b~~ c")
    assert told(found) == [("state-says-done-text-says-not", 5)]
    assert [task.runnable for task in found.tasks] == [False, True]


def test_an_open_task_that_shouts_blocked_is_told_and_run() -> None:
    found = lines("- [ ] T001 a", "  ⛔ CROSS-BRANCH-BLOCKED (waits for `DEFERRED`)")
    assert told(found) == [("state-says-done-text-says-not", 5)]
    assert found.tasks[0].runnable


@pytest.mark.parametrize(
    "line",
    [
        "### T002 [P] — Create y",
        "- T002 [P] Create y",
        "-[ ] T002 create y",
        "[ ] T002 y",
        "- ⬜ T002 Y",
    ],
)
def test_a_task_without_a_box_is_told_and_not_read(line: str) -> None:
    found = lines("- [ ] T001 Create x", "", line)
    assert told(found) == [("id-outside-checkbox", 7)]
    assert [task.id for task in found.tasks] == ["T001"]


@pytest.mark.parametrize("box", ["", "  ", "x ", " x"])
def test_brackets_of_a_wrong_width_are_told_and_neither_open_nor_done(box: str) -> None:
    found = lines(f"- [{box}] T001 a")
    assert told(found) == [("id-outside-checkbox", 5)]
    assert [(task.state, task.runnable) for task in found.tasks] == [("parked", False)]


@pytest.mark.parametrize(
    "line",
    [
        "## Dependencies\n- T002 Create y",
        "### T001 in detail",
        "- T002 can run with T003",
        "- T002-T004 come first",
        "T002 is gone",
    ],
)
def test_lines_that_talk_about_tasks_define_none(line: str) -> None:
    assert not lines("- [ ] T001 Create x", "", line).warnings


def test_headings_that_own_tasks_are_not_tasks_without_a_box() -> None:
    assert not lines("### T001: Create", "- [ ] T001.1 x", "- [ ] T001.2 y").warnings


def test_a_forgotten_id_among_tasks_is_told() -> None:
    found = lines("- [ ] T001 a", "- [ ] forgotten", "- [x] noted")
    assert told(found) == [("no-ids", 6)]
    assert [task.id for task in found.tasks] == ["T001"]


@pytest.mark.parametrize("data", [b"", b"# Tasks\n", b"\xff\xfe\x00", b"- [P] tasks = x"])
def test_a_file_without_tasks_is_told(data: bytes) -> None:
    found = read(data)
    assert told(found) == [("no-tasks", 1)]
    assert found.tasks == ()


def test_every_warning_says_what_to_do() -> None:
    found = read((LOST + "- [ ] T004 e\n- [ ] T00X f\n- [ ] T7-T9 g\n- [] T010 h\n").encode())
    assert len(found.warnings) >= 4
    for warning in found.warnings:
        assert "; " in warning.message
        assert f"line {warning.line}" in warning.message
