"""The program of `notify:`, called by whole headless runs."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from end_to_end.test_permissions import RUN, asking
from repository import Repository, end_of, leftovers, of, wait_for
from sixfold import events as ev

TASK = "## Phase 1: Setup\n\n- [ ] T001 Write one\n"
KEEP = """
import json, os, sys
names = ("RUN", "EVENT", "TITLE", "TEXT", "OUTCOME")
told = {name: os.environ["SIXFOLD_" + name] for name in names}
told |= {"words": sys.argv[2:], "event": json.load(sys.stdin)}
told["info"] = os.path.exists("artifacts/implement_info")
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(told) + "\\n")
"""
RED = {"command": ["sh", "-c", "echo half done; exit 1"], "format": "lines", "fix_attempts": 0}


def keeping(folder: Path) -> tuple[list[str], Path]:
    """A program that keeps what it is told, and where."""
    script, log = folder / "keep.py", folder / "told.jsonl"
    script.write_text(KEEP)
    return [sys.executable, str(script), str(log), "{title}", "--{event}", "{text}"], log


def told(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def test_a_run_that_is_blocked_and_ends_calls_the_program(tmp_path: Path) -> None:
    command, log = keeping(tmp_path)
    repository = Repository(tmp_path / "r", TASK, gate=RED, notify=command)
    code, events = repository.run()
    assert code == 1
    blocked, ended = sorted(told(log), key=lambda one: one["event"]["seq"])
    assert (blocked["EVENT"], blocked["OUTCOME"]) == ("blocked", "")
    assert blocked["TEXT"] == of(events, ev.RunBlocked)[0].reason
    assert blocked["words"] == ["sixfold 001-x: blocked", "--blocked", blocked["TEXT"]]
    assert (ended["EVENT"], ended["OUTCOME"]) == ("ended", "failed")
    assert ended["TITLE"] == "sixfold 001-x: failed"
    assert ended["event"]["type"] == "run_ended"
    assert ended["event"]["seq"] == events[-1].seq
    assert ended["info"], "what the next step reads is there by then"
    run = repository.store.find()
    assert run
    assert {one["RUN"] for one in (blocked, ended)} == {run.id}


def test_a_question_that_waits_for_a_person_is_told_while_it_waits(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    command, log = keeping(tmp_path)
    repository = asking(tmp_path, RUN, notify={"command": command, "timeout": "20s"})
    processes.append(repository.start("run", "--headless", "--json", "--wait"))
    wait_for(lambda: len(told(log)) == 2, 60)
    assert {one["TEXT"].partition(": ")[0] for one in told(log)} == {"T001 asks", "T002 asks"}
    assert all(one["event"]["command"] == "make gen" for one in told(log))
    for one in told(log):
        assert repository.sixfold("answer", one["event"]["request"], "allow").returncode == 0
    _, err = processes[0].communicate(timeout=60)
    assert processes[0].returncode == 0, err
    assert [one["EVENT"] for one in told(log)] == ["asks", "asks", "ended"]


def test_what_is_answered_at_once_calls_nobody(tmp_path: Path) -> None:
    command, log = keeping(tmp_path)
    repository = asking(tmp_path, RUN, notify=command)
    _, events = repository.run("--yes")
    assert len(of(events, ev.PermissionAsked)) == 2
    assert [one["EVENT"] for one in told(log)] == ["ended"]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["no-such-program"], "no-such-program cannot be called"),
        (["sh", "-c", "echo no screen >&2; exit 3"], "sh ended with 3: no screen"),
    ],
    ids=["a program that is not there", "a program that fails"],
)
def test_a_program_that_fails_is_a_warning_and_hurts_nothing(
    tmp_path: Path, processes: list[Popen[str]], command: list[str], said: str
) -> None:
    repository = Repository(tmp_path / "r", TASK, gate=RED, notify=command)
    processes.append(repository.start("run", "--headless", "--json", "--wait"))
    repository.wait_for_event(ev.RunBlocked)
    notice = repository.wait_for_event(ev.Notice, level="warning")
    assert said in notice.text
    repository.sixfold("gate")
    run = repository.live()
    wait_for(lambda: len(of(run.events(), ev.RunBlocked)) == 2)
    assert repository.sixfold("stop").returncode == 0
    out, err = processes[0].communicate(timeout=60)
    events = ev.decode_journal(out.encode().splitlines())
    assert end_of(events).outcome == "stopped"
    assert [event.text for event in of(events, ev.Notice) if "notify" in event.text] == [
        notice.text
    ]
    assert said in err, "the end's failure is told where there is no journal any more"
    assert "Traceback" not in err


def test_a_program_that_hangs_delays_nothing_but_the_end_and_is_ended_then(tmp_path: Path) -> None:
    hanging = ["sh", "-c", "trap '' TERM; sleep 600 & wait; sleep 600"]
    notify = {"command": hanging, "timeout": "2s"}
    repository = Repository(tmp_path / "r", TASK, notify=notify)
    done = repository.sixfold("run", "--headless")
    assert done.returncode == 0
    assert "sh was ended after 2 s" in done.stderr
    run = repository.store.find()
    assert run
    assert leftovers(run.id) == []


def test_a_signal_ends_a_program_that_hangs_at_the_end(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    hanging = ["sh", "-c", f"touch {tmp_path}/called; exec sleep 600"]
    repository = Repository(tmp_path / "r", TASK, notify={"command": hanging, "timeout": "10m"})
    process = repository.start("run", "--headless")
    processes.append(process)
    wait_for((tmp_path / "called").exists, 60)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 0, "the run had finished by then"
    assert "Traceback" not in err
