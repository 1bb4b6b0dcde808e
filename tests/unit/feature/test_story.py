"""What a prompt takes from `spec.md` and `plan.md`."""

from __future__ import annotations

from sixfold.feature.story import GOAL, SECTION, Story, plan_parts, sections, story

SPEC = """\
# Feature Specification: Word count

## User Scenarios & Testing *(mandatory)*

<!-- ### User Story 1 - The template's own (Priority: P1) -->

### User Story 1 - Count one file (Priority: P1) 🎯 MVP

A writer counts the words of a file.

**Why this priority**: nothing works without it.

**Independent Test**: `wc a.txt` prints a number.

**Acceptance Scenarios**:

1. **Given** a file, **When** it is counted,
   **Then** the number is printed
2. **Given** no file, **When** it is counted, **Then** the error names it

---

### User Story 2 — Count many files

**Goal**: many at once

#### Acceptance Criteria

- [ ] six files in the time of two

### Edge Cases

- an empty file
"""

PLAN = """\
# Implementation Plan: Word count

## Summary

Count words in Go.

```text
## Summary of a fence
```

## Technical Context

**Language**: Go 1.22

## Constitution Check

Fine.

## Project Structure

### Source Code

count/count.go
"""


def test_a_story_has_title_goal_and_scenarios() -> None:
    found = story(SPEC, "US1")
    assert found == Story(
        label="US1",
        title="Count one file",
        goal="A writer counts the words of a file.\n\n"
        "**Why this priority**: nothing works without it.\n\n"
        "**Independent Test**: `wc a.txt` prints a number.",
        scenarios=(
            "Given a file, When it is counted, Then the number is printed",
            "Given no file, When it is counted, Then the error names it",
        ),
    )


def test_scenarios_may_stand_under_a_heading_as_boxes() -> None:
    found = story(SPEC, "US2")
    assert found
    assert found.title == "Count many files"
    assert found.goal == "**Goal**: many at once"
    assert found.scenarios == ("six files in the time of two",)


def test_a_story_that_the_spec_does_not_have_is_none() -> None:
    assert story(SPEC, "US3") is None
    assert story("", "US1") is None
    assert story(SPEC, "no number") is None


def test_a_long_story_is_cut_between_words() -> None:
    found = story(f"## Story 1\n\n{'word ' * 2000}", "US1")
    assert found
    assert len(found.goal) <= GOAL + 6
    assert found.goal.endswith("word [...]")


def test_the_plan_gives_its_relevant_sections_alone() -> None:
    found = plan_parts(PLAN)
    assert [section.title for section in sections(found)] == [
        "Summary",
        "Technical Context",
        "Project Structure",
        "Source Code",
    ]
    assert "count/count.go" in found
    assert "Constitution" not in found


def test_a_long_plan_is_bounded() -> None:
    assert len(plan_parts("## Summary\n\n" + "word " * 10_000)) < SECTION + 50
