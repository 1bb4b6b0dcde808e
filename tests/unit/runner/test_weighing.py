"""What a validator said, weighed."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

import pytest

from sixfold import events as ev
from sixfold.model import Requirement
from sixfold.runner.weighing import MOST_EVIDENCE, weigh

FILES = {"a.go": 12, "b/c.go": 1}
RAN = {"example.com/m.TestA", "example.com/m.TestA/a_case"}


def judge(*entries: object) -> dict[str, ev.RequirementJudged]:
    async def lines(file: str) -> int:
        return FILES.get(file, 0)

    async def passed(tests: Collection[str]) -> set[str]:
        return RAN & set(tests)

    asked = [Requirement("FR-001", 3, "count"), Requirement("FR-002", 4, "sort")]
    told = asyncio.run(weigh(entries, asked, round=1, root="/r", lines=lines, passed=passed))
    return {one.requirement: one for one in told}


def met(*evidence: object) -> ev.RequirementJudged:
    return judge({"id": "FR-001", "verdict": "met", "evidence": list(evidence)})["FR-001"]


@pytest.mark.parametrize(
    "evidence",
    [
        {"file": "a.go", "line": 1},
        {"file": "a.go", "line": 12},
        {"file": "./a.go", "line": "12"},
        {"file": "b/../a.go", "line": 2},
        {"file": "a.go:12"},
        {"file": "/r/a.go", "line": 2},
        {"file": "/r/.sixfold/worktrees/run1/validation.1/b/c.go", "line": 1},
        {"test": "example.com/m.TestA"},
        {"test": "example.com/m.TestA/a case"},
        {"file": "a.go", "line": 1, "test": "example.com/m.TestA", "note": "more"},
    ],
)
def test_evidence_that_exists_proves(evidence: object) -> None:
    assert met(evidence).verdict == "met"


@pytest.mark.parametrize(
    "evidence",
    [
        {"file": "a.go", "line": 13},
        {"file": "a.go", "line": 0},
        {"file": "a.go", "line": -1},
        {"file": "a.go"},
        {"file": "gone.go", "line": 1},
        {"file": "../a.go", "line": 1},
        {"file": "/a.go", "line": 1},
        {"file": "..", "line": 1},
        {"file": "a.go\0", "line": 1},
        {"test": "example.com/m.TestB"},
        {"test": "TestA"},
        {"file": "a.go", "line": 1, "test": "example.com/m.TestB"},
        {},
        "a.go:12",
        None,
        {"file": 3, "line": []},
    ],
)
def test_evidence_that_does_not_exist_proves_nothing(evidence: object) -> None:
    told = met(evidence)
    assert told.verdict == "unproven"
    assert told.evidence[0].flaw
    assert told.reason


def test_one_piece_that_exists_is_enough() -> None:
    assert met({"file": "gone.go", "line": 1}, {"file": "a.go", "line": 1}).verdict == "met"


def test_met_without_evidence_is_unproven() -> None:
    assert met().verdict == "unproven"
    assert met(*[{}] * 100).evidence[MOST_EVIDENCE - 1 :] == [met({}).evidence[0]]


def test_other_verdicts_stand_as_they_are() -> None:
    told = judge(
        {"id": "**FR\u2011001**", "verdict": "Unmet", "reason": "two\nlines"},
        {"id": "FR-002", "verdict": "perhaps"},
    )
    assert (told["FR-001"].verdict, told["FR-001"].reason) == ("unmet", "two lines")
    assert (told["FR-002"].verdict, told["FR-002"].reason) == ("unclear", "perhaps")


def test_what_is_malformed_spoils_no_other_entry() -> None:
    good = {"id": "FR-001", "verdict": "met", "evidence": [{"file": "a.go", "line": 1}]}
    told = judge(None, 3, [], {"verdict": "met"}, {"id": []}, {"id": "FR-009"}, good)
    assert {name: one.verdict for name, one in told.items()} == {"FR-001": "met"}
