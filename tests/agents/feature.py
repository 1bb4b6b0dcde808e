"""The feature that real agents implement: its tasks, and what the model has them do."""

from __future__ import annotations

import json
from typing import Any

SPEC = """# Feature Specification: Words

## User Scenarios & Testing

### User Story 1 - Look at a list of words (Priority: P1)

A developer looks at a list of words: how many there are, how long, in which order.

**Acceptance Scenarios**:

1. **Given** two words, **When** they are counted, **Then** the answer is two.

## Requirements

- **FR-001**: The package MUST count, join, reverse and measure a list of words.
"""
PLAN = "# Plan\n\n## Summary\n\nOne package of the standard library alone, one file a function.\n"
TASKS = """# Tasks: Words

## Phase 1: Setup

- [ ] T001 Initialise the module in go.mod, its package in words/doc.go

## Phase 2: Foundational

- [ ] T002 Declare the list of words in words/list.go

## Phase 3: User Story 1 - Look at a list of words (P1)

- [ ] T003 [P] [US1] Count the words in words/count.go
- [ ] T004 [P] [US1] Join the words in words/join.go
- [ ] T005 [P] [US1] Reverse the words in words/reverse.go
- [ ] T006 [P] [US1] Tell the first word in words/first.go
- [ ] T007 [P] [US1] Find the longest word in words/longest.go
- [ ] T008 [P] [US1] Find the shortest word in words/shortest.go
- [ ] T009 [US1] Test all of it in words/list_test.go

## Phase 4: Polish

- [ ] T010 Review the names of all functions
"""
IDS = [f"T{number:03}" for number in range(1, 11)]

_LONGEST = """package words

// Longest is the first of the longest words.
func (l List) Longest() string {
	longest := ""
	for _, word := range l {
		if len(word) > len(longest) {
			longest = word
		}
	}
	return longest
}
"""
_FILES = {
    "T001": {
        "go.mod": "module example.com/words\n\ngo 1.22\n",
        "words/doc.go": "// Package words looks at lists of words.\npackage words\n",
    },
    "T002": {
        "words/list.go": """package words

// List is a list of words.
type List []string
"""
    },
    "T003": {
        "words/count.go": """package words

// Count is how many words there are.
func (l List) Count() int { return len(l) }
"""
    },
    "T004": {
        "words/join.go": """package words

import "strings"

// Join puts the words together.
func (l List) Join() string { return strings.Join(l, " ") }
"""
    },
    "T005": {
        "words/reverse.go": """package words

// Reverse is the list, the last word first.
func (l List) Reverse() List {
	reversed := List{}
	for _, word := range l {
		reversed = append(List{word}, reversed...)
	}
	return reversed
}
"""
    },
    "T006": {
        "words/first.go": """package words

// First is the first word.
func (l List) First() string { return l[0] }
"""
    },
    "T007": {"words/longest.go": _LONGEST.replace("word) > len(", "word) < len(")},
    "T008": {
        "words/shortest.go": """package words

// Shortest is the first of the shortest words.
func (l List) Shortest() string {
	shortest := l[0]
	for _, word := range l {
		if len(word) < len(shortest) {
			shortest = word
		}
	}
	return shortest
}
"""
    },
    "T009": {
        "words/list_test.go": """package words

import "testing"

var list = List{"cherry", "fig"}

func same(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCount(t *testing.T) {
	if got := list.Count(); got != 2 {
		t.Errorf("got %d, want 2", got)
	}
}

func TestOrder(t *testing.T) {
	same(t, list.Join(), "cherry fig")
	same(t, list.Reverse().Join(), "fig cherry")
	same(t, list.First(), "cherry")
	same(t, list.Shortest(), "fig")
}

func TestLongest(t *testing.T) { same(t, list.Longest(), "cherry") }
"""
    },
}
_MET = {"id": "FR-001", "verdict": "met", "evidence": [{"file": "words/count.go", "line": 1}]}
_VET = {"run": "go vet ./...", "escalate": True}


def scenes() -> list[dict[str, Any]]:
    """What the model answers to each prompt, for `model_server.py`.

    T001 meets a rate limit, T007 is done wrongly, so that a fix is due, T010 changes
    nothing, and in the end the one requirement is judged.
    """
    found = [
        {"when": f"# Task {task}", "moves": [*_writes(files), _VET], "limits": int(task == "T001")}
        for task, files in _FILES.items()
    ]
    review = {"write": "RESULT", "text": json.dumps({"no_change": "all names are good"})}
    found.append({"when": "# Task T010", "moves": [review]})
    mended = {"words/longest.go": _LONGEST}
    found.append({"when": "# Make the tests pass", "moves": [*_writes(mended), _VET]})
    judged = {"write": "RESULT", "text": json.dumps({"requirements": [_MET]})}
    return [*found, {"when": "# Judge whether the feature", "moves": [judged]}]


def _writes(files: dict[str, str]) -> list[dict[str, Any]]:
    return [{"write": name, "text": text} for name, text in files.items()]
