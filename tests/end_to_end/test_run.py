"""Whole runs, headless: real processes, real git, scripted agents."""

import json
import os
import signal
import stat
import sys
from pathlib import Path

import pytest

from repository import PATIENCE, Repository, end_of, leftovers, of, outcomes, wait_for
from sixfold import events as ev

TWO_PHASES = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Write one
- [ ] T002 [P] Write two
- [ ] T003 [P] Write three
- [ ] T004 Write four (depends on T002)

## Phase 2: Polish

- [ ] T005 Write five
"""

STORIES = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Write one

## Phase 2: User Story 1 - First

- [ ] T002 [P] [US1] Write two
- [ ] T003 [P] [US1] Write three
- [ ] T004 [US1] Write four (depends on T002)

## Phase 3: User Story 2 - Second

- [ ] T005 [P] [US2] Write five
- [ ] T006 [US2] Write six

## Phase 4: Polish

- [ ] T007 Write seven
"""
RED_UNTIL_FIXED = {"command": ["sh", "-c", "test -e fixed || { echo not fixed; exit 1; }"]}


def lines(**settings: object) -> dict[str, object]:
    return {"format": "lines", **settings}


def test_a_run_ticks_every_box_and_ends_with_zero(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    before = repository.tasks.read_bytes()
    code, events = repository.run("count it")
    assert code == 0
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[0], ev.RunStarted)
    assert events[0].context == "count it"
    assert len(of(events, ev.RunEnded)) == 1
    end = end_of(events)
    assert (end.outcome, end.done, end.total) == ("finished", 5, 5)
    assert set(outcomes(events).values()) == {"done"}
    assert repository.tasks.read_bytes() == before.replace(b"- [ ]", b"- [X]")
    run = repository.store.find()
    assert run
    assert run.events() == events
    assert leftovers(run.id) == []


def test_the_gate_comes_first_and_after_every_phase(tmp_path: Path) -> None:
    _, events = Repository(tmp_path, TWO_PHASES).run()
    order = [
        event
        for event in events
        if isinstance(event, ev.GateEnded | ev.PhaseStarted | ev.PhaseEnded)
    ]
    assert [(type(event).__name__, event.phase) for event in order] == [
        ("GateEnded", 0),
        ("PhaseStarted", 1),
        ("GateEnded", 1),
        ("PhaseEnded", 1),
        ("PhaseStarted", 2),
        ("GateEnded", 2),
        ("PhaseEnded", 2),
        ("GateEnded", 0),
    ]


def test_what_the_run_leaves_is_private_and_ignored_by_git(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.run()
    assert ".sixfold" not in repository.git("status", "--porcelain")
    for path in repository.store.path.rglob("*"):
        if path.name in {"journal.jsonl", "run.sock", "lock"}:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(repository.store.path.stat().st_mode) == 0o700
    info = json.loads((tmp_path / "artifacts/implement_info").read_text())
    assert (info["outcome"], info["counts"]["done"], info["gate"]["verdict"]) == (
        "finished",
        5,
        "green",
    )


def test_a_failed_task_halts_what_needs_it_and_nothing_else(tmp_path: Path) -> None:
    repository = Repository(tmp_path, STORIES)
    repository.play({"T002": [{"fail": "no idea"}]})
    code, events = repository.run()
    assert code == 1
    assert outcomes(events) == {
        "T001": "done",
        "T002": "failed",
        "T003": "done",
        "T005": "done",
        "T006": "done",
    }
    assert {(event.task, event.because) for event in of(events, ev.TaskHalted)} == {
        ("T004", "T002"),
        ("T007", "T002"),
    }
    assert end_of(events).outcome == "failed"
    assert "- [ ] T002" in repository.tasks.read_text()
    assert "- [X] T003" in repository.tasks.read_text()


def test_a_task_is_tried_again_before_it_counts_as_failed(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES, attempts=2)
    good = [{"write": {"path": "one.txt", "text": "1"}}]
    repository.play({"T001": {1: [{"exit": 1}], 2: good}})
    code, events = repository.run()
    attempts = [event for event in of(events, ev.TaskEnded) if event.task == "T001"]
    assert code == 0
    assert [(a.attempt, a.outcome, a.again) for a in attempts] == [
        (1, "failed", True),
        (2, "done", False),
    ]


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([{"say": "all done!"}], "nothing changed"),
        ([{"exit": 3}], "exit code 3"),
        ([{"fail": "cannot"}], "cannot"),
        ([{"run": "kill -9 $$"}], ""),
    ],
)
def test_an_agent_that_only_says_so_is_not_done(
    tmp_path: Path, steps: list[dict[str, object]], said: str
) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write one\n")
    repository.play({"T001": steps})
    code, events = repository.run()
    (ended,) = of(events, ev.TaskEnded)
    assert (code, ended.outcome) == (1, "failed")
    assert said in ended.reason
    assert repository.tasks.read_text() == "- [ ] T001 Write one\n"


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write the parser in internal/parser.go\n")
    _, events = repository.run()
    (ended,) = of(events, ev.TaskEnded)
    assert (ended.outcome, ended.reason) == ("failed", "internal/parser.go does not exist")


def test_a_task_that_rightly_changes_nothing_says_why(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Check it\n")
    repository.play({"T001": [{"no_change": "it holds"}]})
    code, events = repository.run()
    (ended,) = of(events, ev.TaskEnded)
    assert (code, ended.outcome, ended.reason) == (0, "done", "it holds")


def test_a_red_gate_is_fixed_before_the_next_phase(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES, gate=lines(**RED_UNTIL_FIXED))
    fix = [{"write": {"path": "fixed", "text": ""}}]
    repository.play({}, fix={"1": {1: [{"say": "no luck"}], 2: fix}})
    code, events = repository.run()
    assert code == 0
    story = [
        (type(event).__name__, getattr(event, "verdict", getattr(event, "outcome", "")))
        for event in events
        if isinstance(event, ev.GateEnded | ev.FixEnded | ev.PhaseEnded)
    ]
    assert story == [
        ("GateEnded", "red"),
        ("GateEnded", "red"),
        ("FixEnded", "done"),
        ("GateEnded", "red"),
        ("FixEnded", "done"),
        ("GateEnded", "green"),
        ("PhaseEnded", ""),
        ("GateEnded", "green"),
        ("PhaseEnded", ""),
        ("GateEnded", "green"),
    ]
    assert of(events, ev.FixStarted)[0].slot == 5
    assert of(events, ev.GateEnded)[1].failures[0].old


def test_when_the_fixes_are_spent_the_run_is_blocked_and_says_so(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES, gate=lines(**RED_UNTIL_FIXED, fix_attempts=1))
    code, events = repository.run()
    (blocked,) = of(events, ev.RunBlocked)
    assert code == 1
    assert "the gate after phase 1 is red after 1 fix attempts" in blocked.reason
    assert blocked.options == ["gate", "stop"]
    assert end_of(events).outcome == "failed"
    assert "T005" not in outcomes(events)


def test_the_first_sigint_lets_those_at_work_finish_and_starts_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({"T001": [{"run": "until [ -e go ]; do sleep 0.02; done; echo 1 > a.txt"}]})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted)
    process.send_signal(signal.SIGINT)
    repository.wait_for_event(ev.RunPaused)
    (tmp_path / "go").touch()
    out, err = process.communicate(timeout=30)
    events = ev.decode_journal(out.encode().splitlines())
    assert (process.returncode, err) == (130, "")
    assert outcomes(events) == {"T001": "done"}
    assert end_of(events).outcome == "stopped"
    assert any("once more ends it now" in notice.text for notice in of(events, ev.Notice))
    assert "- [X] T001" in repository.tasks.read_text()
    assert repository.sixfold("run", "--headless", "--resume").returncode == 0


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["twice", "once"]
)
def test_a_signal_ends_the_run_and_all_its_processes(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({"T001": [{"run": "setsid sleep 60 & sleep 60"}]})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted)
    run = repository.live()
    wait_for(lambda: len(leftovers(run.id)) >= 2)
    process.send_signal(number)
    if number == signal.SIGINT:
        repository.wait_for_event(ev.RunPaused)
        process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (code, "")
    events = ev.decode_journal(out.encode().splitlines())
    assert end_of(events).outcome == "stopped"
    assert outcomes(events) == {"T001": "cancelled"}
    assert leftovers(run.id) == []
    assert repository.tasks.read_text() == TWO_PHASES


def test_killing_the_runner_leaves_no_process_and_status_tells(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({"T001": [{"run": "setsid sleep 60 & sleep 60"}]})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted)
    run = repository.live()
    wait_for(lambda: len(leftovers(run.id)) >= 2)
    process.kill()
    process.communicate()
    wait_for(lambda: not leftovers(run.id), 5)
    status = repository.sixfold("status", "--json")
    found = json.loads(status.stdout)
    assert (status.returncode, found["live"], found["state"]) == (0, False, "stopped")
    assert found["reason"] == "its runner died"
    assert repository.tasks.read_text() == TWO_PHASES


def test_killing_an_agent_fails_only_its_task_and_what_needs_it(tmp_path: Path) -> None:
    repository = Repository(tmp_path, STORIES)
    repository.play({"T002": [{"say": "here"}, {"wait": 60}]})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T002")

    def agent() -> int:
        run = repository.live()
        for child in leftovers(run.id):
            if child.environ().get("SIXFOLD_TASK") == "T002":
                return child.pid
        return 0

    os.kill(wait_for(agent), signal.SIGKILL)
    out, _ = process.communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    failed = [event for event in of(events, ev.TaskEnded) if event.outcome != "done"]
    assert [(event.task, event.reason) for event in failed] == [("T002", "killed by signal 9")]
    assert {event.task for event in of(events, ev.TaskHalted)} == {"T004", "T007"}
    assert process.returncode == 1


def test_a_second_run_in_the_repository_is_refused_with_three(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({}, wait=30)
    first = repository.start("run", "--headless")
    repository.live()
    second = repository.sixfold("run", "--headless")
    assert second.returncode == 3
    assert "is live in this repository" in second.stderr
    assert repository.sixfold("stop").returncode == 0
    first.communicate(timeout=PATIENCE)
    assert first.returncode == 1


def test_any_program_that_reads_the_prompt_can_do_the_work(tmp_path: Path) -> None:
    agent = tmp_path / "agent.py"
    repository = Repository(
        tmp_path,
        STORIES,
        agents={"mine": {"protocol": "command", "command": [sys.executable, str(agent)]}},
    )
    agent.write_text(
        "import os, pathlib, sys\n"
        "prompt = sys.stdin.read()\n"
        "task = os.environ['SIXFOLD_TASK']\n"
        "assert f'# Task {task}' in prompt and 'Write' in prompt\n"
        "for name in ('RUN', 'KIND', 'ATTEMPT', 'SLOT', 'FEATURE_DIR', 'RESULT'):\n"
        "    assert os.environ[f'SIXFOLD_{name}'] in prompt, name\n"
        "pathlib.Path(f'{task}.md').write_text(prompt)\n"
    )
    code, events = repository.run("the context")
    assert code == 0, outcomes(events)
    prompt = (tmp_path / "T002.md").read_text()
    assert "the context" in prompt
    assert "Two files." in prompt
    assert "Rules of conduct" in prompt


def test_a_person_who_edits_the_tasks_meanwhile_is_heard(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({"T001": [{"run": "until [ -e go ]; do sleep 0.05; done; echo 1 > one.txt"}]})
    process = repository.start("run", "--headless", "--json")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    edited = TWO_PHASES.replace("- [ ] T003", "- [x] T003").replace("five", "five, and well")
    repository.tasks.write_text(edited + "- [ ] T006 Write six\n")
    changed = repository.wait_for_event(ev.PlanChanged)
    assert (changed.added, changed.ticked, changed.edited) == (["T006"], ["T003"], ["T005"])
    repository.write("go", "")
    out, _ = process.communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    assert process.returncode == 0
    assert set(outcomes(events)) == {"T001", "T002", "T004", "T005", "T006"}
    assert "- [ ]" not in repository.tasks.read_text()


def test_an_agent_that_ticks_its_own_box_and_fails_has_it_opened_again(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write one\n- [ ] T002 [P] Write two\n")
    tick = "sed -i 's/\\[ \\] T001/[X] T001/' specs/001-x/tasks.md; exit 1"
    repository.play({"T001": [{"run": tick}]})
    code, events = repository.run()
    assert (code, outcomes(events)) == (1, {"T001": "failed"})
    assert repository.tasks.read_text().startswith("- [ ] T001")


def test_ticks_that_an_agent_makes_are_no_proof(tmp_path: Path) -> None:
    named = TWO_PHASES.replace("Write five", "Write five in five.txt")
    repository = Repository(tmp_path, named)
    tick = "sed -i 's/\\[ \\] T/[X] T/' specs/001-x/tasks.md; until [ -e go ]; do sleep 0.05; done"
    repository.play({"T001": [{"run": f"{tick}; exit 1"}], "T005": [{"run": "echo 5 > five.txt"}]})
    process = repository.start("run", "--headless", "--json")
    changed = repository.wait_for_event(ev.PlanChanged)
    assert changed.ticked == ["T002", "T003", "T004"]
    repository.write("go", "")
    out, _ = process.communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    assert [event.phase for event in of(events, ev.GateStarted)][:2] == [0, 1]
    notices = [event.text for event in of(events, ev.Notice)]
    assert any("T005 was ticked, and stays open: five.txt" in text for text in notices)
    assert "- [ ] T001" in repository.tasks.read_text()
    assert (process.returncode, end_of(events).outcome) == (1, "failed")


@pytest.mark.parametrize("harm", ["rm specs/001-x/tasks.md", ": > specs/001-x/tasks.md"])
def test_a_list_of_tasks_that_an_agent_destroys_is_put_back(tmp_path: Path, harm: str) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({"T002": [{"run": f"{harm}; echo 2 > two.txt"}]})
    code, events = repository.run()
    assert (code, end_of(events).outcome) == (0, "finished")
    assert repository.tasks.read_text() == TWO_PHASES.replace("- [ ]", "- [X]")


def test_stories_side_by_side_are_judged_when_the_tree_is_at_rest(tmp_path: Path) -> None:
    gate = {"command": ["sh", "-c", "! test -e half || { echo half done; exit 1; }"]}
    repository = Repository(tmp_path, STORIES, stories="parallel", gate=lines(**gate))
    repository.play(
        {
            "T002": [{"run": "touch half; sleep 1"}],
            "T004": [{"run": "rm half; echo 4 > four.txt"}],
        }
    )
    code, events = repository.run()
    assert code == 0
    assert {event.verdict for event in of(events, ev.GateEnded)} == {"green"}
    assert len(of(events, ev.PhaseEnded)) == 4


def test_what_a_stop_cut_short_is_open_again_in_the_status(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TWO_PHASES)
    repository.play({}, wait=60)
    process = repository.start("run", "--headless")
    repository.wait_for_event(ev.TaskStarted)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    status = json.loads(repository.sixfold("status", "--json").stdout)
    assert {task["state"] for task in status["tasks"]} == {"pending"}
    assert status["state"] == "stopped"
