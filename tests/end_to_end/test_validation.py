"""The end of a run: a last gate, then a verdict on what the spec asks for, with evidence."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from repository import MET, ONE, Repository, end_of, leftovers, of, wait_for
from sixfold import events as ev
from sixfold.state import fold

TASKS = "# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Write it\n- [ ] T002 Test it\n"
SPEC = """\
# Spec

## Requirements

- **FR-001**: it MUST work
- **FR-002**: it MUST be tested
"""
GO = "package m\n\nfunc Two() int { return 2 }\n"
GO_TEST = """\
package m

import "testing"

func TestTwo(t *testing.T) {
	t.Run("a case", func(t *testing.T) {
		if Two() != 2 {
			t.Error("not two")
		}
	})
}
"""
ISOLATION = pytest.mark.parametrize("isolation", ["worktree", "shared"])


def verdict(name: str, evidence: list[Any], told: str = "met") -> dict[str, Any]:
    return {"id": name, "verdict": told, "evidence": evidence}


def repository(root: Path, isolation: str = "worktree", **settings: Any) -> Repository:
    return Repository(root, TASKS, spec=ONE, isolation=isolation, **settings)


def judged(events: list[ev.AnyEvent]) -> dict[str, str]:
    return {one.requirement: one.verdict for one in of(events, ev.RequirementJudged)}


@ISOLATION
def test_a_run_ends_with_a_gate_of_the_whole_and_a_verdict(tmp_path: Path, isolation: str) -> None:
    repo = repository(tmp_path, isolation)
    code, events = repo.run()
    assert code == 0
    assert end_of(events).outcome == "finished"
    assert of(events, ev.GateEnded)[-1].cause == "final"
    assert judged(events) == {"FR-001": "met"}
    (ended,) = of(events, ev.ValidationEnded)
    assert (ended.outcome, ended.met, ended.total) == ("passed", 1, 1)
    info = json.loads((tmp_path / "artifacts/implement_info").read_text())
    assert info["validation"]["outcome"] == "passed"
    assert [one["verdict"] for one in info["requirements"]] == ["met"]
    status = json.loads(repo.sixfold("status", "--json").stdout)
    assert status["requirements"] == info["requirements"]
    assert leftovers(repo.store.runs()[0].id) == []


def test_tests_of_the_last_gate_are_evidence(tmp_path: Path) -> None:
    repo = repository(tmp_path, gate={"command": ["env", "A=1", "go", "test", "./..."]})
    repo.write("specs/001-x/spec.md", SPEC)
    repo.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    repo.write("m.go", GO)
    repo.write("m_test.go", GO_TEST)
    repo.git("add", ".")
    repo.git("commit", "-qm", "two")
    good = [{"test": "example.com/m.TestTwo/a case"}, {"file": "m.go", "line": 3}]
    bad: list[Any] = [
        {"test": "example.com/m.TestThree"},
        {"file": "m.go", "line": 4},
        {"file": "gone.go", "line": 1},
        {"file": "../m.go", "line": 1},
        {"file": "/etc/passwd", "line": 1},
        {"wrong": "shape"},
        "no shape",
    ]
    repo.play({}, validate=[{"judge": [verdict("FR-001", good), verdict("FR-002", bad)]}])
    code, events = repo.run()
    assert code == 1
    assert of(events, ev.GateStarted)[-1].command == [
        *("env", "A=1", "go", "test", "-count=1", "./..."),
    ]
    assert judged(events) == {"FR-001": "met", "FR-002": "unproven"}
    last = of(events, ev.RequirementJudged)[-1]
    assert len([one for one in last.evidence if one.flaw]) == len(bad)
    assert "1 of 2 requirements is not met: FR-002" in end_of(events).reason
    assert len(of(events, ev.ValidationStarted)) == 2, "what is unproven is asked for once more"
    assert of(events, ev.ValidationStarted)[1].asked == ["FR-002"]


@pytest.mark.parametrize(
    "steps",
    [
        [{"no_change": "all is well"}],
        [{"judge": []}],
        [{"judge": [{"id": "FR-009", "verdict": "met"}]}],
        [{"judge": [{"id": "FR-001", "verdict": "met"}]}],
        [{"run": 'echo \'{"requirements": [{"id": 3}, 4]}\' > $SIXFOLD_RESULT'}],
    ],
    ids=["silent", "nothing", "another", "no evidence", "malformed"],
)
def test_what_nobody_proves_is_not_met(tmp_path: Path, steps: list[Any]) -> None:
    repo = repository(tmp_path)
    repo.play({}, validate=steps)
    code, events = repo.run()
    assert code == 1
    assert judged(events) == {"FR-001": "unproven"}
    assert end_of(events).outcome == "failed"


def test_who_leaves_something_open_is_asked_for_the_rest(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.write("specs/001-x/spec.md", SPEC)
    repo.git("commit", "-qam", "two")
    second = [verdict("FR-002", [{"file": "specs/001-x/spec.md", "line": 6}])]
    repo.play({}, validate={1: [{"judge": MET}], 2: [{"judge": second}]})
    code, events = repo.run()
    assert code == 0
    assert [one.asked for one in of(events, ev.ValidationStarted)] == [
        ["FR-001", "FR-002"],
        ["FR-002"],
    ]
    assert [one.again for one in of(events, ev.ValidationEnded)] == [True, False]


@pytest.mark.parametrize(
    "spec",
    ["", "# Nothing\n\nwith an id\n", "\0\xff" * 1000, None],
    ids=["empty", "prose", "binary", "missing"],
)
def test_where_nothing_is_asked_for_there_is_nothing_to_validate(
    tmp_path: Path, spec: str | None
) -> None:
    repo = repository(tmp_path)
    if spec is None:
        repo.git("rm", "-q", "specs/001-x/spec.md")
    else:
        repo.write("specs/001-x/spec.md", spec)
    repo.git("commit", "-qam", "two")
    code, events = repo.run()
    assert code == 0
    (ended,) = of(events, ev.ValidationEnded)
    assert ended.reason.startswith("nothing to validate")
    assert not of(events, ev.ValidationStarted)


@ISOLATION
def test_a_validator_changes_nothing(tmp_path: Path, isolation: str) -> None:
    repo = repository(tmp_path, isolation)
    repo.play({}, validate=[{"write": {"path": "mine.txt", "text": "x"}}, {"judge": MET}])
    code, events = repo.run()
    assert code == 0
    (notice,) = [one for one in of(events, ev.Notice) if "mine.txt" in one.text]
    if isolation == "worktree":
        assert not (tmp_path / "mine.txt").exists()
        assert "sixfold/" not in repo.git("branch", "--list", "*validation*")
        assert notice.level == "info"
    else:
        assert notice.level == "warning"


def test_another_agent_judges_than_the_one_that_wrote(tmp_path: Path) -> None:
    agents = {
        "default": "canned",
        "canned": {"protocol": "scripted", "playbook": "playbook.yaml"},
        "other": {"protocol": "scripted", "playbook": "playbook.yaml"},
    }
    repo = repository(tmp_path, agents=agents)
    _, events = repo.run()
    assert {one.agent for one in of(events, ev.TaskStarted)} == {"canned"}
    assert of(events, ev.ValidationStarted)[0].agent == "other"


def test_a_validator_that_cannot_judge_fails_the_run(tmp_path: Path) -> None:
    repo = repository(tmp_path, attempts=2)
    repo.play({}, validate=[{"fail": "no idea"}])
    code, events = repo.run()
    assert code == 1
    assert [one.outcome for one in of(events, ev.ValidationEnded)] == ["error", "error"]
    assert "no idea" in end_of(events).reason


def test_a_last_gate_that_is_red_is_mended_like_any_other(tmp_path: Path) -> None:
    count = tmp_path / "count"
    third_fails = f"n=$(cat {count} || echo 0); echo $((n+1)) > {count}; test $n -ne 2"
    root = tmp_path / "repository"
    repo = repository(root, gate={"command": ["sh", "-c", third_fails], "format": "lines"})
    code, events = repo.run()
    assert code == 0
    assert [(one.cause, one.verdict) for one in of(events, ev.GateEnded)] == [
        ("baseline", "green"),
        ("phase", "green"),
        ("final", "red"),
        ("final", "green"),
    ]
    assert len(of(events, ev.FixEnded)) == 1


@ISOLATION
def test_unmet_requirements_become_tasks(tmp_path: Path, isolation: str) -> None:
    repo = repository(tmp_path, isolation)
    unmet = {"id": "FR-001", "verdict": "unmet", "reason": "cmd/main.go is missing"}
    repo.play({}, validate={1: [{"judge": [unmet]}], 2: [{"judge": MET}]})
    code, events = repo.run("--revalidate", "1")
    assert code == 0, events
    (returned,) = of(events, ev.RequirementsReturned)
    assert (returned.requirements, returned.tasks) == (["FR-001"], ["T003"])
    text = repo.tasks.read_text()
    assert "## Phase 2: Unmet requirements\n\n- [X] T003 Meet FR-001: it MUST work\n" in text
    assert [one.cause for one in of(events, ev.GateEnded)].count("final") == 2
    assert end_of(events).outcome == "finished"
    assert fold(events).met == 1


def returning(root: Path, isolation: str = "worktree", **steps: Any) -> Repository:
    """A repository whose validator is content the second time only."""
    repo = repository(root, isolation)
    unmet = {"id": "FR-001", "verdict": "unmet"}
    repo.play(steps, validate={1: [{"judge": [unmet]}], 2: [{"judge": MET}]})
    return repo


def committed(repo: Repository, commit: str = "HEAD") -> str:
    return repo.git("show", f"{commit}:specs/001-x/tasks.md")


def test_tasks_that_come_back_and_their_boxes_are_in_the_runs_commits(tmp_path: Path) -> None:
    repo = returning(tmp_path)
    code, events = repo.run("--revalidate", "1")
    assert code == 0, events
    assert repo.git("status", "--porcelain", "specs") == ""
    assert committed(repo) == repo.tasks.read_text()
    (done,) = [one for one in of(events, ev.TaskEnded) if one.task == "T003"]
    assert "- [ ] T003 Meet FR-001" in committed(repo, f"{done.commit}^")
    assert "- [X] T003 Meet FR-001" in committed(repo, done.commit)
    assert not [one for one in of(events, ev.PlanChanged) if one.edited or one.removed]


def test_a_persons_edit_stays_theirs_where_tasks_come_back(tmp_path: Path) -> None:
    edit = f"echo 'A note' >> {tmp_path}/specs/001-x/tasks.md; echo > two.txt"
    repo = returning(tmp_path, T002=[{"run": edit}])
    code, events = repo.run("--revalidate", "1")
    assert code == 0, events
    changed = [
        line
        for line in repo.git("diff", "--unified=0", "HEAD", "--", "specs").splitlines()
        if line.startswith(("+", "-")) and not line.startswith(("+++", "---"))
    ]
    assert changed == ["+A note"]
    assert "- [X] T003 Meet FR-001" in committed(repo)


def test_in_a_shared_tree_tasks_that_come_back_are_ticked_in_it(tmp_path: Path) -> None:
    repo = returning(tmp_path, "shared")
    code, events = repo.run("--revalidate", "1")
    assert code == 0, events
    assert "- [X] T003 Meet FR-001" in repo.tasks.read_text()
    assert repo.git("rev-list", "--count", "HEAD") == "1\n", "the person commits"


@ISOLATION
def test_a_run_that_goes_on_sends_back_what_was_not_met(tmp_path: Path, isolation: str) -> None:
    repo = repository(tmp_path, isolation)
    repo.play({}, validate=[{"judge": [{"id": "FR-001", "verdict": "unmet"}]}])
    assert repo.run()[0] == 1
    unmet = {"id": "FR-001", "verdict": "unmet"}
    repo.play({}, validate={2: [{"judge": [unmet]}], 3: [{"judge": MET}]})
    code, events = repo.run("--resume", "--revalidate", "1")
    assert code == 0, events
    assert of(events, ev.RequirementsReturned)[0].tasks == ["T003"]
    assert end_of(events).outcome == "finished"


def test_unmet_requirements_become_tasks_only_so_often(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.play({}, validate=[{"judge": [{"id": "FR-001", "verdict": "unmet"}]}])
    code, events = repo.run("--revalidate", "1")
    assert code == 1
    assert len(of(events, ev.RequirementsReturned)) == 1
    assert judged(events) == {"FR-001": "unmet"}


def test_a_person_sends_back_what_is_not_met(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.play({}, validate={1: [{"judge": []}], 3: [{"judge": MET}]})
    process = repo.start("run", "--headless", "--json", "--wait")
    blocked = repo.wait_for_event(ev.RunBlocked)
    assert blocked.options == ["revalidate", "gate", "stop"]
    assert repo.sixfold("revalidate").returncode == 0
    out, _ = process.communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    assert process.returncode == 0
    assert judged(events) == {"FR-001": "met"}
    assert "- [X] T003 Meet FR-001" in committed(repo) == repo.tasks.read_text()
    assert repo.sixfold("revalidate").returncode == 2


def test_a_gate_judges_again_what_a_person_has_mended(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.play({}, validate={1: [{"judge": []}], 3: [{"judge": MET}]})
    process = repo.start("run", "--headless", "--json", "--wait")
    repo.wait_for_event(ev.RunBlocked)
    assert repo.sixfold("gate").returncode == 0
    process.communicate(timeout=60)
    assert process.returncode == 0


@ISOLATION
def test_a_run_killed_while_it_validates_goes_on(tmp_path: Path, isolation: str) -> None:
    repo = repository(tmp_path, isolation)
    repo.play({}, validate={1: [{"wait": 600}], 2: [{"judge": MET}]})
    process = repo.start("run", "--headless")
    repo.wait_for_event(ev.ValidationStarted)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    code, events = repo.run("--resume")
    assert code == 0
    assert events
    whole = repo.store.runs()[0].events()
    assert [one.outcome for one in of(whole, ev.ValidationEnded)] == ["cancelled", "passed"]
    assert repo.git("branch", "--list", "*validation*") == ""
    assert leftovers(repo.store.runs()[0].id) == []


def test_a_validator_that_is_cancelled_leaves_the_run_waiting(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.play({}, validate={1: [{"wait": 600}], 2: [{"judge": MET}]})
    process = repo.start("run", "--headless", "--json", "--wait")
    repo.wait_for_event(ev.ValidationStarted)
    assert repo.sixfold("cancel", "validation").returncode == 0
    repo.wait_for_event(ev.RunBlocked)
    assert repo.sixfold("gate").returncode == 0
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_what_a_person_commits_at_the_end_is_validated_too(tmp_path: Path) -> None:
    repo = repository(tmp_path)
    repo.play(
        {},
        validate=[{"run": f"while test ! -e {tmp_path}/go; do sleep 0.1; done"}, {"judge": MET}],
    )
    process = repo.start("run", "--headless", "--json")
    repo.wait_for_event(ev.ValidationStarted)
    repo.git("commit", "-q", "--allow-empty", "-m", "a person's")
    (tmp_path / "go").touch()
    out, _ = process.communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    assert process.returncode == 0
    assert len(of(events, ev.ValidationStarted)) == 2
    assert wait_for(lambda: of(events, ev.RunEnded), 1)
