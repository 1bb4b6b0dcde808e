"""What is read of `spec.md`: requirements, and the scenarios of its stories."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sixfold.feature.requirements import LONGEST_TEXT, canonical, read
from sixfold.feature.spec_text import LONGEST

CORPUS = Path(__file__).parents[3] / "../shared/corpus/specs"
LABELS = Path(__file__).with_name("requirements_labels.tsv")


def ids(text: str) -> list[str]:
    return [one.id for one in read(text).requirements]


def listed(line: str) -> list[str]:
    return ids(f"## Requirements\n\n{line}\n")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("- **FR-001**: System MUST count", "FR-001"),
        ("- **FR-001:** System MUST count", "FR-001"),
        ("* FR-001: System MUST count", "FR-001"),
        ("1. **FR-001** System MUST count", "FR-001"),
        ("- FR-001 System MUST count", "FR-001"),
        ("- [ ] **FR-001**: System MUST count", "FR-001"),
        ("- **[FR-001]** System MUST count", "FR-001"),
        ("- `FR-001`: System MUST count", "FR-001"),
        ("- **FR-001** `[Simplicity]`: System MUST count", "FR-001"),
        ("- **FR-001 Counting**: System MUST count", "FR-001"),
        ("- **FR-001 (MUST)**: count", "FR-001"),
        ("- **FR\u2011001**: System MUST count", "FR-001"),
        ("- **FR-001a**: System MUST count", "FR-001a"),
        ("- **FR-010.1**: System MUST count", "FR-010.1"),
        ("- **FR1**: System MUST count", "FR1"),
        ("- **FR-TEST-001**: System MUST count", "FR-TEST-001"),
        ("- **SC-TEST-001**: counted in a second", "SC-TEST-001"),
        ("- **NFR-001**: in a second", "NFR-001"),
        ("- **SC-001**: in a second", "SC-001"),
        ("- **C-001**: no dependency", "C-001"),
        ("- **CE-001**: an empty file", "CE-001"),
        ("- **US-001**: As a writer I count", "US-001"),
        ("#### FR-001: Counting", "FR-001"),
        ("#### FR-001 Counting", "FR-001"),
        ("**FR-001**: System MUST count", "FR-001"),
        ("| ID | What |\n|---|---|\n| FR-001 | count |", "FR-001"),
        ("| ID | What |\n|---|---|\n| **FR-001** | count |", "FR-001"),
        ("| # | ID | What |\n|---|---|---|\n| 1 | FR-001 | count |", "FR-001"),
    ],
)
def test_a_requirement_is_known_by_the_id_that_opens_it(line: str, found: str) -> None:
    assert listed(line) == [found]


@pytest.mark.parametrize(
    "line",
    [
        "As FR-001 says, it counts.",
        "FR-001 is what counts here",
        "- see FR-001: it counts",
        "- **FR-001**, **FR-002**: both are tested",
        "- **FR-001** and **FR-002** contradict each other",
        "- **FR-001 - FR-004**: the counting ones",
        "- **FR-001** to **FR-004**: the counting ones",
        "- FR-001/FR-002: the counting ones",
        "```\n- **FR-001**: a sample\n```",
        "~~~markdown\n- **FR-001**: a sample\n~~~",
        "<!-- - **FR-001**: a comment -->",
        "<!--\n- **FR-001**: a comment\n-->",
        "> - **FR-001**: quoted",
        "- **T001**: a task\n- **T002**: another",
        "- **SHA-256**: for sums",
        "- **Note**: FR-001",
        "### User Story 1 - US1 counts",
    ],
)
def test_a_mere_mention_defines_nothing(line: str) -> None:
    assert listed(line) == []


def test_what_stands_below_belongs_to_it() -> None:
    spec = """\
## Requirements

- **FR-001**: System MUST count
  the words <!-- all of them --> of a file
  - in lower case
  - **FR-001a**: and in upper case
- **FR-002**: next
  ```
  - **FR-009**: sample
  ```

#### FR-003: Errors

The error names the file.

- and its line

#### Others

- no requirement
"""
    found = {one.id: (one.line, one.text) for one in read(spec).requirements}
    assert found == {
        "FR-001": (3, "System MUST count\nthe words  of a file\nin lower case"),
        "FR-001a": (6, "and in upper case"),
        "FR-002": (7, "next"),
        "FR-003": (12, "Errors\nThe error names the file.\nand its line"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "- ~~**FR-001**: count~~",
        "- **~~FR-001~~**: count",
        "- **FR-001**: ~~count~~",
        "- **FR-001** *(Removed - see plan)*",
        "- **FR-001**: [DEPRECATED] count",
        "- **FR-001**: Withdrawn.",
        "- **FR-001** — Superseded by FR-002",
    ],
)
def test_what_is_withdrawn_is_not_asked_for(line: str) -> None:
    found = read(f"## Requirements\n\n{line}\n")
    if "Superseded" in line:  # only a bracket tells it from "Superseded versions MUST be kept"
        assert [one.id for one in found.requirements] == ["FR-001"]
    else:
        assert found.withdrawn == ("FR-001",)
        assert not found.requirements


@pytest.mark.parametrize("text", ["Removed files MUST be kept", "Deprecated flags are warned of"])
def test_a_requirement_may_be_about_what_is_removed(text: str) -> None:
    assert listed(f"- **FR-001**: {text}") == ["FR-001"]


def test_what_needs_clarification_is_told() -> None:
    spec = "## Requirements\n\n- **FR-001**: log in by [NEEDS CLARIFICATION: how]\n"
    found = read(spec)
    assert found.requirements[0].open
    assert found.notes == ("line 3: FR-001 needs clarification",)


def test_an_id_defined_twice_asks_for_both() -> None:
    spec = "## Requirements\n\n- **FR-001**: count\n- **FR-001**: sort\n"
    found = read(spec)
    assert [one.text for one in found.requirements] == ["count\nsort"]
    assert found.notes == ("lines 3, 4: FR-001 is defined more than once; all of it is asked for",)


def test_lists_that_only_trace_requirements_define_none() -> None:
    spec = """\
## Requirements

- **FR-001**: count

## Notes

- **FR-001**: T004 does it

## Traceability

| FR | Task |
|----|------|
| FR-001 | T004 |
| FR-002 | T005 |

## Out of Scope

- **FR-009**: sort
"""
    found = read(spec)
    assert [(one.id, one.text) for one in found.requirements] == [("FR-001", "count")]
    assert not found.notes


def test_other_prefixes_count_where_requirements_are_listed() -> None:
    spec = """\
## Requirements

- **UX-001**: a table
- **UX-002**: a legend

### Key Entities

- **A-001**: a file
- **A-002**: a word
"""
    assert ids(spec) == ["UX-001", "UX-002"]


def test_a_template_that_nobody_filled_in_asks_for_nothing() -> None:
    spec = """\
### User Story 1 - [Brief Title] (Priority: P1)

1. **Given** [initial state], **When** [action], **Then** [expected outcome]

### Functional Requirements

- **FR-001**: System MUST [specific capability, e.g., "allow users to create accounts"]

*Example of marking unclear requirements:*

- **FR-006**: System MUST authenticate users via [NEEDS CLARIFICATION: auth method not specified]

### Measurable Outcomes

- **SC-001**: [Measurable metric, e.g., "Users can complete account creation in under 2 minutes"]
- **SC-004**: [Business metric, e.g., "Reduce support tickets related to [X] by 50%"]
"""
    found = read(spec)
    assert (found.judged, found.scenarios) == ((), ())


def test_an_example_in_a_requirement_leaves_it_one() -> None:
    assert listed("- **FR-001**: It MUST take names (e.g., `a.txt`) and [flags]") == ["FR-001"]


STORIES = """\
## User Scenarios & Testing

### User Story 1 - Count (Priority: P1)

A writer counts.

**Acceptance Scenarios**:

1. **Given** a file, **When** counted,
   **Then** a number
2. **Given** none, **When** counted, **Then** an error

**Notes**:

- no scenario

### Story 2: Sort

- **Given** words
- **When** sorted
- **Then** in order

#### Scenario: two words

- Given two
- When sorted
- Then both

#### Acceptance Criteria

- [ ] the longest first
  - of equal ones the first

### Edge Cases

- no scenario either
"""


def test_scenarios_are_known_by_their_story() -> None:
    found = [(one.id, one.line, one.text) for one in read(STORIES).scenarios]
    assert found == [
        ("US1.1", 9, "Given a file, When counted, Then a number"),
        ("US1.2", 11, "Given none, When counted, Then an error"),
        ("US2.1", 19, "Given words When sorted Then in order"),
        ("US2.2", 23, "Scenario: two words Given two When sorted Then both"),
        ("US2.3", 31, "the longest first of equal ones the first"),
    ]


def test_a_withdrawn_scenario_keeps_its_number() -> None:
    spec = """\
### User Story 1 - Count

**Acceptance Scenarios**:

1. **Given** a file, **When** counted, **Then** a number
2. *(Removed)*
3. **Given** none, **When** counted, **Then** an error
"""
    assert [one.id for one in read(spec).scenarios] == ["US1.1", "US1.3"]


def test_scenarios_outside_of_stories_are_read_too() -> None:
    spec = """\
### Acceptance Scenarios
1. **Given** a file, **When** counted, **Then** a number

## Requirements
"""
    assert [one.id for one in read(spec).scenarios] == ["AS-1"]


@pytest.mark.parametrize(
    "line",
    [
        "1. **假设** 有文件，**当** 计数，**那么** 显示",
        "1. **Dado** un archivo, **Cuando** se cuenta, **Entonces** un número",
        "1. **Дано** файл, **Когда** считают, **Тогда** число",
    ],
)
def test_scenarios_are_read_in_other_languages(line: str) -> None:
    assert len(read(f"### User Story 1 - x\n\n{line}\n").scenarios) == 1


def test_scenarios_are_judged_where_no_function_has_an_id() -> None:
    outcomes = f"{STORIES}\n## Success Criteria\n\n- **SC-001**: fast\n"
    functions = f"{outcomes}\n## Requirements\n\n- **FR-001**: count\n"
    told = [one.id for one in read(outcomes).judged]
    assert told == ["US1.1", "US1.2", "US2.1", "US2.2", "US2.3", "SC-001"]
    assert [one.id for one in read(functions).judged] == ["SC-001", "FR-001"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\x1b[2J\ufffd",
        ">" * 50_000,
        "- " * 50_000,
        "- **FR-001**" + " " * 200_000 + "x",
        "- **FR-001**" + " [a" * 50_000,
        "**FR-001**" * 50_000,
        "|" * 50_000 + "\n" + "|-" * 50_000,
        "- **FR-001**: " + "(" * 100_000,
        "---\nFR-001: x\n",
    ],
    ids=["empty", "binary", "quotes", "lists", "blanks", "tags", "ids", "table", "open", "front"],
)
def test_any_text_is_read_in_a_moment(text: str) -> None:
    begun = time.monotonic()
    read(text)
    assert time.monotonic() - begun < 5


def test_of_a_book_the_first_part_is_read() -> None:
    spec = "## Requirements\n\n- **FR-001**: " + "x" * (LONGEST + 10) + "\n- **FR-002**: y\n"
    found = read(spec).requirements
    assert [one.id for one in found] == ["FR-001"]
    assert len(found[0].text) == LONGEST_TEXT


def test_ids_are_compared_as_people_write_them() -> None:
    assert canonical(" **FR\u2011001**: ") == "FR-001"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's specs is not here")
def test_the_labelled_lines_of_the_corpus_are_read_as_labelled() -> None:
    """Precision and recall are both 1 on 170 lines labelled by hand."""
    wrong = []
    readings = {path.name: read(path.read_text(encoding="utf-8")) for path in CORPUS.iterdir()}
    for row in LABELS.read_text(encoding="utf-8").splitlines():
        name, line, label = row.split("\t")
        found = readings[name]
        here = {one.line: one.id for one in found.requirements}
        here |= {one.line: "scenario" for one in found.scenarios}
        wanted = "" if label == "withdrawn" else label
        if here.get(int(line), "") != wanted:
            wrong.append((name, line, label, here.get(int(line), "")))
    assert not wrong


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of other people's specs is not here")
def test_no_spec_of_the_corpus_is_without_requirements_and_scenarios() -> None:
    for path in CORPUS.iterdir():
        found = read(path.read_text(encoding="utf-8"))
        assert len(found.requirements) > 10
        assert len(found.scenarios) > 4
