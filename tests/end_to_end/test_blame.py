"""Red gates in worktrees, with the real go toolchain: blame, setting aside, guard, undo."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import yaml

from repository import Repository, end_of, of, wait_for
from sixfold import events as ev
from sixfold.commands.control import send
from sixfold.state import fold

STORIES = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Write `go.mod`

## Phase 2: Core

- [ ] T002 Write `calc/add.go`
- [ ] T003 Write `calc/add_test.go`
- [ ] T004 Write `calc/twice.go`

## Phase 3: Polish

- [ ] T005 Write `notes.txt`
"""
ADD = "package calc\n\nfunc Add(a, b int) int { return a + b }\n"
WRONG = ADD.replace("a + b", "a - b")
TEST = """\
package calc

import "testing"

func TestAdd(t *testing.T) {
	if got := Add(1, 2); got != 3 {
		t.Errorf("got %d, want 3", got)
	}
}
"""
TWICE = "package calc\n\nfunc Twice(a int) int { return Add(a, a) }\n"


def write(path: str, text: str) -> dict[str, Any]:
    return {"write": {"path": path, "text": text}}


def calculator(root: Path, fix: Any, *, add: str = ADD, wait: float = 0, **gate: Any) -> Repository:
    settings = {"command": ["go", "test", "-race", "./..."], "fix_attempts": 1, **gate}
    repository = Repository(root, STORIES, isolation="worktree", gate=settings)
    book = {
        "tasks": {
            "T001": [write("go.mod", "module example.com/calc\n\ngo 1.22\n")],
            "T002": [write("calc/add.go", add)],
            "T003": [write("calc/add_test.go", TEST)],
            "T004": [write("calc/twice.go", TWICE)],
            "T005": [{"wait": wait}, write("notes.txt", "notes\n")],
        },
        "fix": {"2": fix},
    }
    repository.write("playbook.yaml", yaml.safe_dump(book))
    return repository


def test_the_commit_that_made_a_gate_red_is_named_and_can_be_set_aside(tmp_path: Path) -> None:
    repository = calculator(tmp_path, [write("calc/more.go", "package calc\n")], add=WRONG)
    process = repository.start("run", "--headless", "--wait")
    blocked = repository.wait_for_event(ev.RunBlocked, 120)
    assert blocked.options == ["gate", "set-aside T002", "stop"]
    red = of(repository.live().events(), ev.GateEnded)[-1]
    assert [(failure.test, failure.old, failure.flaky) for failure in red.failures] == [
        ("TestAdd", False, False)
    ]
    assert {suspect.task for suspect in red.suspects} >= {"T002", "T003", "T004"}
    refused = repository.sixfold("set-aside", "T002")
    assert refused.returncode == 0, refused.stderr
    aside = repository.wait_for_event(ev.TaskSetAside)
    assert repository.git("show", f"{aside.branch}:calc/add.go") == WRONG
    undone = {event.task for event in of(repository.live().events(), ev.TaskUndone)}
    assert undone == {"T003", "T004"}
    assert not (tmp_path / "calc/add.go").exists()
    assert "- [ ] T002" in repository.tasks.read_text()
    wait_for(lambda: fold(repository.live().events()).tasks["T004"].state == "halted")
    book = yaml.safe_load((tmp_path / "playbook.yaml").read_text())
    book["tasks"]["T002"] = [write("calc/add.go", ADD)]
    repository.write("playbook.yaml", yaml.safe_dump(book))
    retried = repository.sixfold("retry", "T002")
    assert retried.returncode == 0, retried.stderr
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (tmp_path / "calc/add.go").read_text() == ADD


@pytest.mark.parametrize("guard", ["ask", "off"])
def test_a_fix_that_weakens_tests_needs_a_persons_leave(tmp_path: Path, guard: str) -> None:
    weaker = TEST.replace("got != 3", "got == 0")
    fix = [write("calc/add_test.go", weaker)]
    repository = calculator(tmp_path, fix, add=WRONG, guard_tests=guard)
    code, events = repository.run()
    if guard == "off":
        assert code == 0, events[-1]
        assert not of(events, ev.PermissionAsked)
        assert (tmp_path / "calc/add_test.go").read_text() == weaker
        return
    assert code == 1
    asked = of(events, ev.PermissionAsked)[0]
    assert "TestAdd" in asked.text
    assert of(events, ev.PermissionAnswered)[0].option == "no"
    ended = of(events, ev.FixEnded)[0]
    assert (ended.outcome, ended.commit) == ("failed", "")
    assert repository.git("show", f"{ended.branch}:calc/add_test.go") == weaker
    assert (tmp_path / "calc/add_test.go").read_text() == TEST


def test_a_person_may_let_a_fix_weaken_tests(tmp_path: Path) -> None:
    weaker = TEST.replace("got != 3", "got == 0")
    repository = calculator(tmp_path, [write("calc/add_test.go", weaker)], add=WRONG)
    process = repository.start("run", "--headless", "--wait")
    asked = repository.wait_for_event(ev.PermissionAsked, 120)
    assert repository.sixfold("answer", asked.request, "perhaps").returncode == 1
    assert repository.sixfold("answer", asked.request, "yes").returncode == 0
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (tmp_path / "calc/add_test.go").read_text() == weaker


def test_a_flaky_test_is_judged_again_and_nobody_is_sent_to_fix_it(tmp_path: Path) -> None:
    repository = calculator(tmp_path, [write("never.txt", "")])
    flaky = f"""\
package calc

import (
	"os"
	"testing"
)

func TestAdd(t *testing.T) {{
	name := "{tmp_path}/.sixfold/seen"
	if _, err := os.Stat(name); err != nil {{
		os.WriteFile(name, nil, 0o600)
		t.Error("not seen before")
	}}
}}
"""
    book = yaml.safe_load((tmp_path / "playbook.yaml").read_text())
    book["tasks"]["T003"] = [write("calc/add_test.go", flaky)]
    repository.write("playbook.yaml", yaml.safe_dump(book))
    code, events = repository.run()
    assert code == 0, events[-1]
    red = [gate for gate in of(events, ev.GateEnded) if gate.verdict == "red"]
    assert [failure.flaky for gate in red for failure in gate.failures] == [True]
    assert not of(events, ev.FixStarted)


def test_a_finished_task_is_undone_with_what_was_built_on_it(tmp_path: Path) -> None:
    repository = calculator(tmp_path, [], wait=6)
    process = repository.start("run", "--headless")
    repository.wait_for_event(ev.TaskStarted, 120, task="T005")
    refused = repository.sixfold("undo", "T003")
    assert refused.returncode == 1
    assert "T004" in refused.stderr
    assert repository.sixfold("undo", "T003", "--dependents").returncode == 0
    run = repository.live()
    undone = of(run.events(), ev.TaskUndone)
    assert [event.task for event in undone] == ["T004", "T003"]
    process.communicate(timeout=120)
    assert process.returncode == 0
    attempts = [event.task for event in of(run.events(), ev.TaskStarted)]
    assert attempts == ["T001", "T002", "T003", "T004", "T005", "T003", "T004"]
    subjects = repository.git("log", "--format=%s").splitlines()
    assert sum(line.startswith("Revert") for line in subjects) == 2
    assert "- [ ]" not in repository.tasks.read_text()
    assert (tmp_path / "calc/twice.go").read_text() == TWICE
    assert end_of(run.events()).outcome == "finished"


def test_a_diff_is_of_the_attempt_at_work_or_of_its_commit(tmp_path: Path) -> None:
    repository = calculator(tmp_path, [])
    book = yaml.safe_load((tmp_path / "playbook.yaml").read_text())
    book["tasks"]["T002"] += [{"wait": 4}]
    repository.write("playbook.yaml", yaml.safe_dump(book))
    process = repository.start("run", "--headless")
    repository.wait_for_event(ev.TaskStarted, 120, task="T002")
    run = repository.live()
    tree = tmp_path / ".sixfold/worktrees" / run.id / "T002.1/calc/add.go"
    wait_for(tree.exists)
    assert "+func Add" in asyncio.run(send(run.socket, ev.Diff(task="T002"))).text
    assert "+module" in asyncio.run(send(run.socket, ev.Diff(task="T001"))).text
    assert "+module" in asyncio.run(send(run.socket, ev.Diff())).text
    process.communicate(timeout=120)
    assert process.returncode == 0
