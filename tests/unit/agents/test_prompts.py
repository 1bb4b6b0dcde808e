"""What agents are told: our templates, a repository's own, and what is wrong with those."""

from pathlib import Path

import pytest
from msgspec import structs

from sixfold.agents.prompts.about import Brief, Contradiction
from sixfold.agents.prompts.prompts import KINDS, Prompts, write_out
from sixfold.config import ConfigError
from sixfold.events import GateEnded
from sixfold.feature import tasks
from sixfold.model import Failure, Phase, Plan, Suspect, Task
from sixfold.plan import graph

TASKS = """\
## Phase 1: Setup

- [X] T001 Make the module in go.mod

## Phase 2: User Story 1 - Count (Priority: P1)

**Goal**: words are counted

- [ ] T002 [P] [US1] Test counting in count/count_test.go
  with three files
- [ ] T003 [US1] Count in count/count.go (depends on T001, T002)
"""
SPEC = """\
### User Story 1 - Count words (Priority: P1)

A writer counts.

**Acceptance Scenarios**:

1. **Given** a file, **When** it is counted, **Then** the number is right
"""
BRIEF = Brief(
    context="Count the words of a book.",
    feature_dir="specs/001-x",
    documents=["specs/001-x/plan.md: technology", "specs/001-x/contracts/cli.md: interfaces"],
    spec=SPEC,
    plan="## Summary\n\nOne package.",
    contracts="### contracts/cli.md\n\nprints a number",
    gate="go test -race ./...",
)
FOUND = tasks.read(TASKS.encode())


def the_plan() -> Plan:
    return graph.build(
        FOUND,
        feature_dir="specs/001-x",
        branch="001-x",
        tasks_file="specs/001-x/tasks.md",
        stories="one-by-one",
        slots=6,
        roles="prefer",
    )


def work(name: str) -> tuple[Task, Phase]:
    plan = the_plan()
    task = next(task for task in plan.tasks if task.id == name)
    return task, plan.phases[task.phase - 1]


def told(prompts: Prompts, name: str = "T003", before: str = "") -> str:
    return prompts.task(*work(name), FOUND, before=before, where=["attempt: 1 ($SIXFOLD_ATTEMPT)"])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    return folder


def test_a_task_is_told_with_all_that_stands_around_it() -> None:
    text = told(Prompts(BRIEF), before="it did not build")
    assert text.startswith("# Task T003\n\nYou implement one task of phase 2, User Story 1 - Count")
    for part in (
        "- [ ] T003 [US1] Count in count/count.go (depends on T001, T002)",
        "- count/count.go",
        "US1: Count words\n\nA writer counts.",
        "1. Given a file, When it is counted, Then the number is right",
        "**Goal**: words are counted",
        "- T002 (somebody else's) Test counting in count/count_test.go",
        "- T003 (yours) Count in count/count.go",
        "- T001 Make the module in go.mod",
        "## Why the attempt before this one did not count\n\nit did not build",
        "Count the words of a book.",
        "- specs/001-x/contracts/cli.md: interfaces",
        "## Its contracts\n\n### contracts/cli.md\n\nprints a number",
        "## From the plan\n\n## Summary\n\nOne package.",
        "Tests first.",
        "Do not edit tasks.md",
        "$SIXFOLD_RESULT",
        "- attempt: 1 ($SIXFOLD_ATTEMPT)",
    ):
        assert part in text
    assert "T001 (" not in text, "it is of another phase"


def test_lines_below_a_task_are_a_part_of_it() -> None:
    assert "count/count_test.go\n  with three files" in told(Prompts(BRIEF), "T002")


def test_what_is_not_there_leaves_no_heading() -> None:
    bare = structs.replace(BRIEF, context="", documents=[], spec="", plan="", contracts="")
    text = told(Prompts(bare))
    for heading in ("## Its story", "## The feature", "## Its documents", "## From the plan"):
        assert heading not in text
    assert "\n\n\n\n" not in text


def test_a_fix_is_told_what_fails_who_may_be_to_blame_and_what_changed() -> None:
    failures = [
        Failure("m/a", "TestX", "race", "a.go", 3, "data race", "WARNING: DATA RACE"),
        Failure("m/b", "", "build", message="undefined: y", old=True),
    ]
    gate = GateEnded(
        gate=2,
        cause="phase",
        phase=2,
        verdict="red",
        reason="1 test failed",
        failures=failures,
        suspects=[Suspect("T003", "0123456789abcdef", "T003: Count", ["count/count.go"])],
    )
    _, phase = work("T003")
    text = Prompts(BRIEF).fix(phase, gate, "+a\n", where=["kind of work: fix"])
    for part in (
        "`go test -race ./...` is not green after phase 2",
        "### m/a TestX: race (a.go:3)\n\ndata race",
        "````\nWARNING: DATA RACE\n````",
        "It failed before this run began, too.",
        "- 0123456789 T003: Count (count/count.go)",
        "````diff\n+a\n````",
        "- kind of work: fix",
    ):
        assert part in text


def test_only_so_many_failures_are_told() -> None:
    failures = [Failure("m/a", f"Test{n}", "fail") for n in range(25)]
    gate = GateEnded(gate=1, cause="phase", phase=1, verdict="red", failures=failures)
    text = Prompts(BRIEF).fix(work("T001")[1], gate, "", where=[])
    assert text.count("### m/a") == 20
    assert "... and 5 more" in text


def test_a_conflict_is_told_from_both_sides() -> None:
    sides = Contradiction("T003", ["a.go"], ["b.png"], ["T002: Test"], "+mine\n", "+theirs\n")
    text = Prompts(BRIEF).conflict(sides, FOUND, where=[])
    for part in ("- a.go", "`git rm FILE`\n\n- b.png", "- T002: Test", "+mine", "+theirs"):
        assert part in text
    assert "- [ ] T003 [US1] Count in count/count.go" in text


def test_what_is_filled_in_is_data() -> None:
    hostile = "- [ ] T001 Say {{ 7 * 7 }} {% include 'x' %} {# gone #} in a.go\n"
    found = tasks.read(f"## Phase 1: Setup\n\n{hostile}".encode())
    task = Task("T001", 3, 1, "pending", False, None, "{{ 1 }}", ["a.go"], "setup", True, [])
    text = Prompts(BRIEF).task(task, None, found, before="{{ boom }}", where=[])
    assert "Say {{ 7 * 7 }} {% include 'x' %} {# gone #} in a.go" in text
    assert "{{ boom }}" in text


def test_a_template_of_the_repository_comes_before_ours_and_may_build_on_it(own: Path) -> None:
    (own / "task.md.j2").write_text("House rules.\n\n{% include 'sixfold/task.md.j2' %}\n")
    (own / "rules.md.j2").write_text("\n## Rules\n\n{% include '_tone.md.j2' %}\n")
    (own / "_tone.md.j2").write_text("Be kind in {{ brief.feature_dir }}.")
    prompts = Prompts(BRIEF, own.parent / "prompts")
    text = told(prompts)
    assert text.startswith("House rules.\n\n# Task T003")
    assert "## Rules\n\nBe kind in specs/001-x." in text
    assert "## Rules\n\nBe kind in specs/001-x." in prompts.sample("fix")
    assert "Do not edit tasks.md" not in text


@pytest.mark.parametrize(
    ("text", "where", "said"),
    [
        ("one\n{{ nothing }}\n", "fix.md.j2:2", "'nothing' is undefined in fix"),
        ("one\n\n{% if %}\n", "fix.md.j2:3", "Expected an expression"),
        ("{{ ''.__class__.__mro__ }}", "fix.md.j2:1", "unsafe"),
        ("{{ phase.__init__.__globals__ }}", "fix.md.j2:1", "unsafe"),
        ("{% include '../secret' %}", "fix.md.j2", "secret"),
        ("{% include 'none.md.j2' %}", "fix.md.j2", "none.md.j2"),
        ("{{ phase.number // 0 }}", "fix.md.j2:1", "zero"),
    ],
    ids=["undefined", "syntax", "class", "globals", "outside", "missing", "arithmetic"],
)
def test_a_broken_template_is_told_with_file_and_line_at_once(
    own: Path, text: str, where: str, said: str
) -> None:
    (own.parent / "secret").write_text("secret")
    (own / "fix.md.j2").write_text(text)
    with pytest.raises(ConfigError) as caught:
        Prompts(BRIEF, own)
    assert where in caught.value.where
    assert said in caught.value.what


def test_an_undefined_name_is_told_with_those_that_are_known(own: Path) -> None:
    (own / "rules.md.j2").write_text("{{ task.id }}")
    with pytest.raises(ConfigError) as caught:
        Prompts(BRIEF, own)
    assert "'task' is undefined in fix" in caught.value.what
    assert "known are brief, diff, failures, gate, phase, suspects, where" in caught.value.hint


def test_a_template_that_nobody_would_read_is_an_error(own: Path) -> None:
    (own / "tasks.md.j2").write_text("typo")
    with pytest.raises(ConfigError, match="no prompt has this name"):
        Prompts(BRIEF, own)


def test_a_template_that_is_not_utf8_is_an_error(own: Path) -> None:
    (own / "task.md.j2").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="utf-8"):
        Prompts(BRIEF, own)


def test_ours_can_be_written_out_and_say_the_same_there(own: Path) -> None:
    target = own / "new"
    names = {path.name for path in write_out(target)}
    assert {f"{kind}.md.j2" for kind in KINDS} <= names
    mine, ours = Prompts(BRIEF, target), Prompts(BRIEF)
    assert [mine.sample(kind) for kind in KINDS] == [ours.sample(kind) for kind in KINDS]


def test_writing_out_overwrites_nothing(own: Path) -> None:
    (own / "task.md.j2").write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        write_out(own)
    assert [path.name for path in own.iterdir()] == ["task.md.j2"]
