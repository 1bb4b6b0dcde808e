"""Any bytes at all: `SIXFOLD_EXAMPLES=10000` tries more of them."""

import os
from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sixfold.feature.marking import MarkError, mark
from sixfold.feature.structure import decode, encode
from sixfold.feature.tasks import read

EXAMPLES = int(os.environ.get("SIXFOLD_EXAMPLES", "150"))
many = settings(max_examples=EXAMPLES, suppress_health_check=[HealthCheck.too_slow])

ID = st.sampled_from(
    [
        "T001",
        "T002",
        "T001a",
        "T001.1",
        "**T003**",
        "[T004]",
        "1.1",
        "1.2",
        "Task 2",
        "T00X",
        "T005-T007",
        "T008/T009",
        "~~T010~~",
        "FR-001",
        "A1.",
        "#1",
        "",
        "T",
        "`T011`",
        "T-1.1",
    ]
)
BOX = st.sampled_from(
    [
        "[ ]",
        "[x]",
        "[X]",
        "[-]",
        "[]",
        "[P] [ ]",
        "[x ]",
        "[N/A]",
        "[P]",
        "[\u3000]",
        "[ ] [x]",
        "[",
    ]
)
LABEL = st.sampled_from(
    ["", "[P]", "[US1]", "[US1, US2]", "**[P]**", "[ ]", "[X]", "[a](b)", "`[P]`"]
)
WORDS = st.sampled_from(
    [
        "Create a.go",
        "in `src/{a,b}.go`",
        "x",
        "",
        "é 日本",
        "[x] T002",
        "<!-- c -->",
        "a\tb",
        "\x00\r",
    ]
)
TASK = st.builds(
    "{}{} {} {} {} {}".format,
    st.sampled_from(["", "  ", "    ", "\t", " "]),
    st.sampled_from(["-", "*", "+", "1.", "- -", ">", "-\t"]),
    BOX,
    ID,
    LABEL,
    WORDS,
)
OTHER = st.sampled_from(
    [
        "",
        "# Tasks",
        "## Phase 1: Setup",
        "### User Story 2",
        "## Validation Checklist",
        "---",
        "===",
        "```",
        "```go",
        "~~~~",
        "<!--",
        "-->",
        "<details>",
        "**Acceptance**:",
        "prose",
        "| T001 | x |",
        "  indented",
        "> quote",
        "\ufeff",
        "- T001 x",
        "### T009 y",
        "    ```",
        "\u2028",
        "\x0c",
    ]
)
LINES = st.lists(st.tuples(TASK | OTHER, st.sampled_from(["\n", "\r\n", "\n\n"])), max_size=25)
FILE = LINES.map(lambda lines: "".join(line + end for line, end in lines).encode())


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A likely file with some of its bytes lost, doubled or replaced."""
    data = draw(FILE)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=3)) + data[at + draw(st.integers(0, 3)) :]
    return data


@many
@given(st.binary(max_size=200) | mutated())
def test_no_bytes_are_lost_or_raise(data: bytes) -> None:
    assert encode(decode(data)) == data
    found = read(data)
    count = data.count(b"\n") + 1
    assert [task.line for task in found.tasks] == sorted({task.line for task in found.tasks})
    assert all(1 <= task.line <= count for task in found.tasks)
    assert all(0 <= task.phase <= len(found.phases) for task in found.tasks)
    assert all(1 <= warning.line <= count for warning in found.warnings)
    assert [phase.number for phase in found.phases] == list(range(1, len(found.phases) + 1))
    assert {task.phase for task in found.tasks} - {0} == {phase.number for phase in found.phases}


@many
@given(mutated())
def test_what_was_read_can_be_written_as_json(data: bytes) -> None:
    for task in read(data).tasks:
        task.text.encode()
        "".join([task.title, *task.labels, *task.files, *task.acceptance]).encode()


@many
@given(FILE)
def test_no_two_runnable_tasks_share_an_id(data: bytes) -> None:
    ids = Counter(task.id for task in read(data).tasks)
    assert all(ids[task.id] == 1 for task in read(data).tasks if task.runnable)


@many
@given(mutated())
def test_ticking_changes_one_character_or_refuses(data: bytes) -> None:
    for task in read(data).tasks:
        try:
            after = mark(data, task.id, task.title)
        except MarkError:
            continue
        old, new = decode(data), decode(after)
        changed = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        assert len(changed) == (task.state == "pending")
        assert task.runnable or task.state == "done"
        for at in changed:
            assert old[at].isspace()
            assert new[at] in "xX"
            assert old.count("\n", 0, at) + 1 == task.line
