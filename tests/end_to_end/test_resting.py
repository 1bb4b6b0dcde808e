"""Turns that are cut short and taken up again; agents that take over; what a person says."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import Popen

import pytest

from repository import Repository, begin, end_of, events_of, leftovers, of, outcomes
from sixfold import events as ev
from sixfold.runner.archive import Archive

TASKS = """\
## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
"""
SLOW = {
    "run": "if [ -e begun ]; then echo 1 >> work-$SIXFOLD_TASK.txt; else touch begun; sleep 60; fi"
}
CANNED = {"protocol": "scripted", "playbook": "playbook.yaml"}


def told(repository: Repository, *words: str) -> None:
    done = repository.sixfold(*words)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("isolation", ["worktree", "shared"])
def test_a_pause_now_cuts_turns_short_and_they_are_taken_up_again(
    tmp_path: Path, processes: list[Popen[str]], isolation: str
) -> None:
    repository = Repository(tmp_path, TASKS, isolation=isolation)
    repository.play({"T001": [SLOW]})
    process = begin(repository, processes)
    run = repository.live()
    repository.wait_for_event(ev.TaskStarted, task="T001")
    repository.wait_for_event(ev.TaskEnded, task="T002")
    told(repository, "pause")
    told(repository, "pause", "--now")
    held = repository.wait_for_event(ev.TurnHeld, task="T001")
    assert held.reason == "paused"
    assert not [one for one in leftovers(run.id) if "sleep" in one.name()]
    refused = repository.sixfold("pause", "--now")
    assert "cut short already" in refused.stderr
    told(repository, "resume")
    events = events_of(process)
    assert outcomes(events) == {"T001": "done", "T002": "done"}
    assert [(one.task, one.attempt) for one in of(events, ev.TurnBegan)] == [("T001", 1)]
    assert end_of(events).outcome == "finished"
    assert not leftovers(run.id)


def test_a_run_can_be_stopped_while_its_turns_rest(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = Repository(tmp_path, TASKS, isolation="worktree")
    repository.play({"T001": [SLOW]})
    process = begin(repository, processes)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    told(repository, "pause", "--now")
    repository.wait_for_event(ev.TurnHeld, task="T001")
    told(repository, "stop")
    events = events_of(process)
    assert end_of(events).outcome == "stopped"
    assert outcomes(events)["T001"] == "cancelled"


def test_what_a_person_says_comes_at_the_end_of_the_turn(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    keep = "cat > prompt-$(ls | wc -l).txt; echo 1 >> work-T001.txt"
    command = ["sh", "-c", f"{keep}; until [ -e go ]; do sleep 0.05; done"]
    repository = Repository(
        tmp_path, TASKS, agents={"mine": {"protocol": "command", "command": command}}
    )
    process = begin(repository, processes, "--slots", "1")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    told(repository, "tell", "T001", "use a map\nor two")
    promise = "T001 is told at the end of its turn: use a map\nor two"
    repository.wait_for_event(ev.Notice, text=promise, level="info")
    run = repository.live()
    refused = repository.sixfold("tell", "T002", "hello")
    assert "nobody is at work on T002" in refused.stderr
    repository.write("go", "")
    assert outcomes(events_of(process))["T001"] == "done"
    prompts = [path.read_text() for path in sorted(repository.root.glob("prompt-*.txt"))]
    assert [text.count("# Task T001") for text in prompts[:2]] == [1, 1]
    assert sum("## A person adds\n\nuse a map" in text for text in prompts) == 1
    answer = Archive(run).answer(ev.Transcript(task="T001", attempt=1, slot=1))
    said = [line.text for line in answer.said if line.kind == "note"]
    at = said.index("a person adds: use a map")
    assert said[at + 1] == "or two"


def test_a_task_is_retried_with_another_agent(tmp_path: Path, processes: list[Popen[str]]) -> None:
    other = {"protocol": "command", "command": ["sh", "-c", "echo 1 > work-$SIXFOLD_TASK.txt"]}
    missing = {"protocol": "command", "command": ["no-such-agent"]}
    repository = Repository(
        tmp_path,
        TASKS,
        agents={"default": "canned", "canned": CANNED, "other": other, "missing": missing},
    )
    repository.play({"T001": [{"fail": "no"}]})
    process = begin(repository, processes, "--wait")
    repository.wait_for_event(ev.RunBlocked)
    for name, why in (("nobody", "not configured"), ("missing", "not on PATH")):
        refused = repository.sixfold("retry", "T001", "--agent", name)
        assert (refused.returncode, why in refused.stderr) == (1, True)
    told(repository, "retry", "T001", "--agent", "other")
    events = events_of(process)
    assert end_of(events).outcome == "finished"
    agents = [one.agent for one in of(events, ev.TaskStarted) if one.task == "T001"]
    assert agents == ["canned", "other"]


def test_slots_and_kinds_have_agents_of_their_own(tmp_path: Path) -> None:
    def writer(name: str) -> dict[str, object]:
        script = f"echo {name} > work-$SIXFOLD_KIND-$SIXFOLD_TASK.txt"
        return {"protocol": "command", "command": ["sh", "-c", script]}

    repository = Repository(
        tmp_path,
        TASKS,
        agents={
            "default": "one",
            "by_slot": {2: "two"},
            "kinds": {"fix": "mender"},
            "one": writer("one"),
            "two": writer("two"),
            "mender": writer("mender"),
        },
        gate={"command": ["test", "-e", "work-fix-1.txt"], "format": "lines"},
    )
    code, events = repository.run()
    assert code == 0
    started = {one.slot: one.agent for one in of(events, ev.TaskStarted)}
    assert started == {1: "one", 2: "two"}
    assert [one.agent for one in of(events, ev.FixStarted)] == ["mender"]
    assert (repository.root / "work-fix-1.txt").read_text() == "mender\n"


def test_the_agent_of_the_command_line_does_all_the_work(tmp_path: Path) -> None:
    agents = {"default": "canned", "by_slot": {1: "other"}, "canned": CANNED, "other": CANNED}
    repository = Repository(tmp_path, TASKS, agents=agents)
    _, events = repository.run("--agent", "canned")
    assert {one.agent for one in of(events, ev.TaskStarted)} == {"canned"}


def test_a_status_says_what_was_spent(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TASKS)
    repository.run()
    status = json.loads(repository.sixfold("status", "--json").stdout)
    assert status["usage"] == {"input_tokens": 0, "output_tokens": 0, "cost": 0.0}
    assert status["tasks"][0]["usage"]["cost"] == 0.0
