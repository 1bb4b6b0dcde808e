"""Whole runs in worktrees: real git, real processes, scripted agents."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from repository import TASKS, Repository, end_of, leftovers, of, outcomes, wait_for
from sixfold import events as ev

ONE_BY_ONE = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Write `a.txt`
- [ ] T002 Write `b.txt`

## Phase 2: Polish

- [ ] T003 Write `c.txt`
"""
SIDE_BY_SIDE = """\
# Tasks

## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
- [ ] T003 [P] Write three
"""


def apart(root: Path, tasks: str, **settings: Any) -> Repository:
    return Repository(root, tasks, isolation="worktree", **settings)


def end(process: subprocess.Popen[str]) -> int:
    process.communicate(timeout=60)
    return process.returncode


def writes(**files: str) -> list[dict[str, Any]]:
    return [
        {"write": {"path": name.replace("_", "."), "text": text}} for name, text in files.items()
    ]


def test_every_task_is_one_commit_with_its_box_on_the_branch(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play({f"T00{n}": writes(**{f"{c}_txt": c}) for n, c in enumerate("abc", 1)})
    repository.git("commit", "-qam", "playbook")
    start = repository.git("rev-parse", "HEAD").strip()
    code, events = repository.run()
    assert code == 0, events[-1]
    assert repository.git("status", "--porcelain").split() == ["??", "artifacts/implement_info"]
    assert "- [ ]" not in repository.tasks.read_text()
    log = repository.git("log", "--reverse", "--format=%H %s", f"{start}..HEAD").splitlines()
    assert [line.split(" ", 1)[1] for line in log] == [
        "T001: Write `a.txt`",
        "T002: Write `b.txt`",
        "T003: Write `c.txt`",
    ]
    ended = of(events, ev.TaskEnded)
    assert [event.commit for event in ended] == [line.split()[0] for line in log]
    trailers = repository.git("log", "-1", "--format=%(trailers)", ended[0].commit)
    assert "Sixfold-Task: T001" in trailers
    assert f"Sixfold-Run: {events[0].run}" in trailers  # type: ignore[union-attr]
    assert "Sixfold-Agent: canned" in trailers
    assert "Sixfold-Attempt: 1" in trailers
    boxes = repository.git("show", f"{ended[0].commit}:{TASKS}")
    assert "- [X] T001" in boxes
    assert "- [ ] T002" in boxes
    assert repository.git("branch", "--list", "sixfold/*") == ""
    assert repository.git("worktree", "list").count("\n") == 1
    assert leftovers(events[0].run) == []  # type: ignore[union-attr]


def test_agents_do_not_see_each_other_at_work(tmp_path: Path) -> None:
    repository = apart(tmp_path, SIDE_BY_SIDE)
    alone = {
        "run": "ls | grep -c '^work' > seen-$SIXFOLD_TASK.txt; sleep 0.4; touch work-$SIXFOLD_TASK"
    }
    repository.play({name: [alone] for name in ("T001", "T002", "T003")})
    code, events = repository.run()
    assert code == 0, events[-1]
    assert {(tmp_path / f"seen-T00{n}.txt").read_text() for n in (1, 2, 3)} == {"0\n"}


def test_a_tree_with_uncommitted_changes_is_refused(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.write("specs/001-x/plan.md", "mine\n")
    done = repository.sixfold("run", "--headless")
    assert done.returncode == 2
    assert "specs/001-x/plan.md" in done.stderr
    assert "--allow-dirty" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert repository.store.runs() == []


def test_with_leave_a_dirty_checkout_is_left_alone(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play({f"T00{n}": writes(**{f"{c}_txt": c}) for n, c in enumerate("abc", 1)})
    repository.write("specs/001-x/plan.md", "mine\n")
    head = repository.git("rev-parse", "HEAD")
    code, events = repository.run("--allow-dirty")
    assert code == 0
    assert repository.git("rev-parse", "HEAD") == head
    assert (tmp_path / "specs/001-x/plan.md").read_text() == "mine\n"
    assert not (tmp_path / "a.txt").exists()
    command = end_of(events).command
    assert "merge" in command
    repository.git("stash")
    os.system(command)  # noqa: S605 - what the person is told to type
    assert (tmp_path / "c.txt").read_text() == "c"


def test_an_agent_that_delivers_nothing_has_failed(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play({"T001": [{"say": "done!"}], "T002": writes(b_txt="b")})
    code, events = repository.run()
    assert code == 1
    assert outcomes(events)["T001"] == "failed"
    assert "nothing changed" in of(events, ev.TaskEnded)[0].reason


def test_a_named_file_that_is_missing_is_a_failure_and_the_work_is_kept(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play({"T001": writes(other_txt="x")})
    _, events = repository.run()
    ended = of(events, ev.TaskEnded)[0]
    assert ended.outcome == "failed"
    assert "a.txt does not exist" in ended.reason
    assert repository.git("show", f"{ended.branch}:other.txt") == "x"
    assert not (tmp_path / "other.txt").exists()


def test_a_task_that_changes_nothing_and_says_why_is_done(tmp_path: Path) -> None:
    repository = apart(tmp_path, SIDE_BY_SIDE)
    repository.play({"T001": [{"no_change": "it is there"}]})
    code, events = repository.run()
    assert code == 0
    ended = next(event for event in of(events, ev.TaskEnded) if event.task == "T001")
    assert (ended.outcome, ended.reason) == ("done", "it is there")
    changed = repository.git("show", "--format=", "--name-only", ended.commit)
    assert changed.split() == [TASKS]


def test_edits_of_the_list_by_agents_are_dropped_and_told(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    cheat = {"run": f"sed -i 's/\\[ \\]/[X]/' {TASKS}; echo x > a.txt"}
    repository.play({"T001": [cheat], "T002": writes(b_txt="b"), "T003": writes(c_txt="c")})
    code, events = repository.run()
    assert code == 0
    ended = next(event for event in of(events, ev.TaskEnded) if event.task == "T001")
    assert ended.left_out == [TASKS]
    assert "- [ ] T002" in repository.git("show", f"{ended.commit}:{TASKS}")


def test_a_conflict_goes_to_the_attempts_own_agent(tmp_path: Path) -> None:
    repository = apart(tmp_path, SIDE_BY_SIDE)
    same = "sleep 0.2; echo $SIXFOLD_TASK > same.txt"
    book = {
        "tasks": {name: [{"run": same}] for name in ("T001", "T002", "T003")},
        "conflict": {
            name: [{"run": "grep -v '^[<|=>]' same.txt | sort -u > new; mv new same.txt"}]
            for name in ("T001", "T002", "T003")
        },
    }
    repository.write("playbook.yaml", yaml.safe_dump(book))
    repository.git("commit", "-qam", "playbook")
    code, events = repository.run()
    assert code == 0, events[-1]
    assert of(events, ev.ConflictFound)
    assert (tmp_path / "same.txt").read_text().split() == ["T001", "T002", "T003"]


def test_a_conflict_that_nobody_resolves_fails_with_the_work_kept(tmp_path: Path) -> None:
    repository = apart(tmp_path, SIDE_BY_SIDE)
    same = [{"run": "sleep 0.3; echo $SIXFOLD_TASK > same.txt"}]
    repository.play(dict.fromkeys(("T001", "T002", "T003"), same))
    code, events = repository.run()
    assert code == 1
    lost = [event for event in of(events, ev.TaskEnded) if event.outcome == "failed"]
    assert len(lost) == 2
    kept = {repository.git("show", f"{event.branch}~1:same.txt").strip() for event in lost}
    assert kept | {(tmp_path / "same.txt").read_text().strip()} == {"T001", "T002", "T003"}


def test_a_commit_that_a_person_makes_meanwhile_is_taken_in(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play(
        {f"T00{n}": [{"wait": 0.5}, *writes(**{f"{c}_txt": c})] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T002")
    repository.write("mine.txt", "mine\n")
    repository.git("add", "mine.txt")
    repository.git("commit", "-qm", "my own")
    assert end(process) == 0
    changed = repository.git("status", "--porcelain").split()
    assert changed == ["M", "playbook.yaml", "??", "artifacts/implement_info"]
    assert (tmp_path / "mine.txt").read_text() == "mine\n"
    assert (tmp_path / "c.txt").read_text() == "c"
    assert "my own" in repository.git("log", "--format=%s")


def test_edits_in_the_way_hold_the_checkout_and_not_the_run(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.write("a.txt", "old\n")
    repository.git("add", "a.txt")
    repository.git("commit", "-qm", "a")
    repository.play(
        {f"T00{n}": [{"wait": 0.5}, *writes(**{f"{c}_txt": c})] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    repository.write("a.txt", "my edit\n")
    assert end(process) == 0
    run = repository.store.find()
    assert run
    events = run.events()
    held = of(events, ev.CheckoutHeld)
    assert "a.txt" in held[0].reason
    assert (tmp_path / "a.txt").read_text() == "my edit\n"
    assert not (tmp_path / "c.txt").exists()
    assert end_of(events).command
    repository.git("checkout", "a.txt")
    os.system(end_of(events).command)  # noqa: S605 - what the person is told to type
    assert (tmp_path / "c.txt").read_text() == "c"


def test_an_uncommitted_edit_of_the_list_keeps_its_text_and_gets_the_ticks(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play(
        {f"T00{n}": [{"wait": 0.7}, *writes(**{f"{c}_txt": c})] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    text = repository.tasks.read_text()
    repository.tasks.write_text(text + "- [ ] T004 Write more\n\nMy note.\n")
    repository.wait_for_event(ev.PlanChanged)
    assert end(process) == 0
    assert repository.tasks.read_text() == (text + "- [ ] T004 Write more\n\nMy note.\n").replace(
        "[ ]", "[X]"
    )
    assert "T004" not in repository.git("show", f"HEAD:{TASKS}")
    assert "- [ ]" not in repository.git("show", f"HEAD:{TASKS}")
    assert (tmp_path / "work-T004.txt").exists()


def test_a_killed_run_is_gone_on_with(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play(
        {f"T00{n}": [*writes(**{f"{c}_txt": c}), {"wait": 0.7}] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless")
    started = repository.wait_for_event(ev.TaskStarted, task="T002")
    worktree = tmp_path / ".sixfold/worktrees" / repository.live().id / "T002.1"
    wait_for((worktree / "b.txt").exists)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    done = repository.sixfold("run", "--headless", "--resume")
    assert done.returncode == 0, done.stderr
    run = repository.store.find()
    assert run
    events = run.events()
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert len(of(events, ev.RunContinued)) == 1
    assert len(repository.store.runs()) == 1
    cut = next(event for event in of(events, ev.TaskEnded) if event.outcome == "cancelled")
    assert (cut.task, cut.branch) == ("T002", started.branch)
    assert repository.git("show", f"{cut.branch}:b.txt") == "b"
    assert (tmp_path / "c.txt").read_text() == "c"
    assert "- [ ]" not in repository.tasks.read_text()


@pytest.mark.parametrize("isolation", ["worktree", "shared"])
def test_a_stopped_run_is_gone_on_with(tmp_path: Path, isolation: str) -> None:
    repository = Repository(tmp_path, ONE_BY_ONE, isolation=isolation)
    repository.play(
        {f"T00{n}": [*writes(**{f"{c}_txt": c}), {"wait": 0.7}] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless")
    repository.wait_for_event(ev.TaskStarted, task="T002")
    process.send_signal(signal.SIGINT)
    assert end(process) == 130
    done = repository.sixfold("run", "--headless", "--resume")
    assert done.returncode == 0, done.stderr
    assert "- [ ]" not in repository.tasks.read_text()


def test_a_finished_run_has_nothing_to_go_on_with(tmp_path: Path) -> None:
    repository = apart(tmp_path, SIDE_BY_SIDE)
    assert repository.run()[0] == 0
    info = tmp_path / "artifacts/implement_info"
    written = info.read_bytes()
    info.unlink()
    done = repository.sixfold("run", "--headless", "--resume")
    assert done.returncode == 0
    assert "finished" in done.stderr
    assert info.read_bytes() == written


def test_another_branch_that_a_person_goes_to_is_no_edit_of_the_list(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.git("commit", "-qam", "playbook", "--allow-empty")
    repository.git("branch", "other")
    repository.play(
        {f"T00{n}": [{"wait": 1}, *writes(**{f"{c}_txt": c})] for n, c in enumerate("abc", 1)}
    )
    repository.git("switch", "-q", "other")
    done = repository.tasks.read_text().replace("- [ ]", "- [X]")
    repository.tasks.write_text(done)
    repository.git("commit", "-qm", "all done", "--", TASKS)
    repository.git("switch", "-q", "001-x")
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    repository.git("switch", "-q", "other")
    assert end(process) == 0
    run = repository.store.find()
    assert run
    events = run.events()
    assert not of(events, ev.PlanChanged)
    assert [event.task for event in of(events, ev.TaskStarted)] == ["T001", "T002", "T003"]
    assert repository.tasks.read_text() == done
    assert repository.git("show", "001-x:c.txt") == "c"
    assert repository.git("symbolic-ref", "--short", "HEAD").strip() == "other"


def test_a_commit_that_a_person_makes_during_the_last_gate_is_judged_too(tmp_path: Path) -> None:
    held = f"test ! -e c.txt || until test -e {tmp_path}/.sixfold/go; do sleep 0.1; done"
    gate = {"command": ["sh", "-c", f"{held}; test ! -e bad.txt"]}
    repository = apart(tmp_path, ONE_BY_ONE, gate={"format": "lines", **gate})
    repository.play({f"T00{n}": writes(**{f"{c}_txt": c}) for n, c in enumerate("abc", 1)})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.GateStarted, cause="phase", phase=2)
    repository.write("bad.txt", "bad\n")
    repository.git("add", "bad.txt")
    repository.git("commit", "-qm", "bad")
    repository.write(".sixfold/go", "")
    assert end(process) == 1
    run = repository.store.find()
    assert run
    assert of(run.events(), ev.GateEnded)[-1].verdict == "red"
    assert end_of(run.events()).outcome == "failed"


def test_a_box_that_cannot_be_ticked_is_no_finished_run(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    repository.play(
        {f"T00{n}": [{"wait": 1.5}, *writes(**{f"{c}_txt": c})] for n, c in enumerate("abc", 1)}
    )
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T002")
    wait_for(lambda: "- [X] T001" in repository.tasks.read_text())
    line = "- [ ] T001 Write `a.txt`\n"
    repository.tasks.write_text(
        repository.tasks.read_text().replace(line.replace(" ]", "X]"), 2 * line)
    )
    repository.git("commit", "-qm", "twice", "--", TASKS)
    assert end(process) == 1
    run = repository.store.find()
    assert run
    ended = end_of(run.events())
    assert (ended.outcome, ended.reason) == ("failed", "boxes not ticked: T001")


def test_an_undo_during_the_last_gate_is_no_finished_run(tmp_path: Path) -> None:
    held = f"test ! -e c.txt || until test -e {tmp_path}/.sixfold/go; do sleep 0.1; done"
    gate = {"command": ["sh", "-c", held], "format": "lines"}
    repository = apart(tmp_path, ONE_BY_ONE, gate=gate)
    repository.play({f"T00{n}": writes(**{f"{c}_txt": c}) for n, c in enumerate("abc", 1)})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.GateStarted, cause="phase", phase=2)
    undo = repository.start("undo", "T003")
    with pytest.raises(subprocess.TimeoutExpired):
        undo.wait(4)  # it waits for the gate
    repository.write(".sixfold/go", "")
    assert end(undo) == 0
    assert end(process) == 0
    run = repository.store.find()
    assert run
    attempts = [event.task for event in of(run.events(), ev.TaskStarted)]
    assert attempts == ["T001", "T002", "T003", "T003"]
    assert (tmp_path / "c.txt").read_text() == "c"
    assert "- [ ]" not in repository.tasks.read_text()


def test_a_task_whose_words_are_replaced_while_it_runs_is_done_anew(tmp_path: Path) -> None:
    repository = apart(tmp_path, ONE_BY_ONE)
    slow = [{"wait": 2}, *writes(a_txt="old")]
    repository.play(
        {
            "T001": {1: slow, 2: writes(z_txt="new")},
            "T002": writes(b_txt="b"),
            "T003": writes(c_txt="c"),
        }
    )
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    text = repository.tasks.read_text()
    other = text.replace("Write `a.txt`", "Describe the whole thing in `z.txt` instead")
    repository.tasks.write_text(other)
    repository.wait_for_event(ev.PlanChanged)
    end(process)
    run = repository.store.find()
    assert run
    first = next(event for event in of(run.events(), ev.TaskEnded) if event.task == "T001")
    assert first.outcome != "done" or first.attempt != 1 or not first.commit
    assert not (tmp_path / "a.txt").exists()
