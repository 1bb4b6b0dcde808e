"""More tasks at the end of a `tasks.md`, in its own style."""

from __future__ import annotations

from pathlib import Path

import pytest

from sixfold.feature.append import NewTask, append, append_too
from sixfold.feature.marking import MarkError
from sixfold.feature.tasks import read

CORPUS = Path(__file__).parents[3] / "../shared/corpus/tasks"
TITLE = "Unmet requirements"
TEXTS = [NewTask("Meet FR-001: count"), NewTask("Meet SC-002: in a second")]


def added(text: str) -> list[str]:
    data = text.encode()
    after = append(data, TITLE, TEXTS)
    assert after.startswith(data.rstrip())
    return after.decode()[len(text.rstrip()) :].split("\n")


@pytest.mark.parametrize(
    ("text", "heading", "first", "second"),
    [
        (
            "## Phase 1: Setup\n\n- [ ] T001 a\n\n## Phase 2: Polish\n\n- [X] T009 b\n",
            "## Phase 3: Unmet requirements",
            "- [ ] T010 Meet FR-001: count",
            "- [ ] T011 Meet SC-002: in a second",
        ),
        (
            "### Phase 4 - Polish\n\n* [x] **T-026** a\n* [x] **T-027** b",
            "### Phase 5 - Unmet requirements",
            "* [ ] **T-028** Meet FR-001: count",
            "* [ ] **T-029** Meet SC-002: in a second",
        ),
        (
            "## Stage 2. Polish\n\n- [ ] [T001a]: a\n- [ ] [T001b]: b\n",
            "## Stage 3. Unmet requirements",
            "- [ ] [T002]: Meet FR-001: count",
            "- [ ] [T003]: Meet SC-002: in a second",
        ),
        (
            "# Tasks\n\n- [ ] write it\n- [ ] test it\n",
            "## Unmet requirements",
            "- [ ] Meet FR-001: count",
            "- [ ] Meet SC-002: in a second",
        ),
    ],
)
def test_heading_ids_and_bullets_are_the_files_own(
    text: str, heading: str, first: str, second: str
) -> None:
    lines = [line for line in added(text) if line]
    assert lines == [heading, first, second]


def test_line_endings_stay() -> None:
    data = b"## Phase 1: Setup\r\n\r\n- [ ] T001 a\r\n"
    after = append(data, TITLE, TEXTS)
    assert after.count(b"\n") == after.count(b"\r\n")
    assert after.startswith(data)


def test_what_follows_the_last_phase_stays_where_it_is() -> None:
    text = "## Phase 1: Setup\n\n- [ ] T001 a\n\n## Dependencies\n\n- none\n"
    found = read(append(text.encode(), TITLE, TEXTS))
    assert [(task.id, task.phase) for task in found.tasks] == [
        ("T001", 1),
        ("T002", 2),
        ("T003", 2),
    ]
    assert [phase.title for phase in found.phases] == ["Setup", TITLE]


def test_details_are_no_paths_and_no_dependencies() -> None:
    text = "## Phase 1: Setup\n\n- [ ] T001 a\n- [ ] T002 b\n"
    details = "```\nwrite cmd/main.go, depends on T002"
    after = append(text.encode(), TITLE, [NewTask("Meet FR-001", details), NewTask("Meet FR-002")])
    *_, first, second = read(after).tasks
    assert (first.id, first.files, second.id) == ("T003", (), "T004")
    assert "depends on T002" in first.text


@pytest.mark.parametrize("text", ["", "# Tasks\n", "## Phase 1\n\n- [ ] T001 a\n\n```\nopen"])
def test_where_tasks_cannot_be_added_it_is_said(text: str) -> None:
    with pytest.raises(MarkError):
        append(text.encode(), TITLE, TEXTS)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's files is not here")
def test_most_files_of_the_corpus_take_more_tasks() -> None:
    files = sorted(CORPUS.glob("*.md"))[:80]
    refused = []
    for path in files:
        try:
            append(path.read_bytes(), TITLE, TEXTS)
        except MarkError:
            refused.append(path.name)
    assert len(refused) <= len(files) // 20, refused


BEFORE = b"## Phase 1: Setup\n\n- [X] T001 a\n- [ ] T002 b\n\nA note of mine\n"


@pytest.mark.parametrize(
    "other",
    [
        BEFORE,
        b"## Phase 1: Setup\n\n- [X] T001 a\n- [X] T002 b\n",
        b"## Phase 1: Setup\n\n- [ ] T001 a",
        b"\xef\xbb\xbf## Setup\n\n- [ ] T002 b\n- [ ] T001 a\n\n\n",
    ],
)
def test_what_was_added_to_one_text_is_added_to_another_and_only_once(other: bytes) -> None:
    after = append(BEFORE, TITLE, TEXTS)
    more = append_too(other, BEFORE, after)
    assert more.startswith(other.rstrip())
    assert more[len(other.rstrip()) :] == after[len(BEFORE.rstrip()) :]
    assert append_too(more, BEFORE, after) == more
    assert append_too(BEFORE, BEFORE, after) == after


@pytest.mark.parametrize(
    "other", [b"- [ ] T001 a\n- [ ] T003 another\n", b"- [ ] T001 a\n\n```\nfence\n"]
)
def test_what_would_read_otherwise_there_is_not_added(other: bytes) -> None:
    after = append(BEFORE, TITLE, TEXTS)
    with pytest.raises(MarkError, match="too different"):
        append_too(other, BEFORE, after)
