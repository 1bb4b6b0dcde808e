"""A headless run as a step of a pipeline: what it leaves, and whom it needs to listen."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

from repository import Repository, end_of
from sixfold import events as ev

TASKS = "## Phase 1: Setup\n\n- [ ] T001 Write one\n- [ ] T002 Write two\n"
SIXFOLD = shlex.join([sys.executable, "-m", "sixfold"])


def info(repository: Repository) -> dict[str, Any]:
    text = (repository.root / "artifacts/implement_info").read_text()
    found: dict[str, Any] = json.loads(text)
    return found


def shell(repository: Repository, command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", command],
        cwd=repository.root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    "closed", ["2>&-", "--json >&-", "--json >&- 2>&-", "<&- >&- 2>&-", "--json | true"]
)
def test_a_run_needs_nobody_to_listen(tmp_path: Path, closed: str) -> None:
    repository = Repository(tmp_path, TASKS)
    done = shell(repository, f"{SIXFOLD} run --headless {closed}")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert info(repository)["outcome"] == "finished"
    run = repository.store.find()
    assert run
    assert [event.seq for event in run.events()] == list(range(1, len(run.events()) + 1))


def test_a_refusal_needs_nobody_to_listen_either(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TASKS)
    assert shell(repository, f"{SIXFOLD} run --headless --config none 2>&-").returncode == 2
    assert shell(repository, f"{SIXFOLD} status >&- 2>&-").returncode == 2


def test_a_failed_run_leaves_what_the_next_step_needs(tmp_path: Path) -> None:
    repository = Repository(tmp_path, TASKS)
    repository.play({"T001": [{"exit": 3}]})
    code, events = repository.run()
    assert (code, end_of(events).outcome) == (1, "failed")
    left = info(repository)
    assert (left["outcome"], left["counts"]["failed"]) == ("failed", 1)
    assert left["feature_dir"] == "specs/001-x"


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["stop", "drain"]
)
def test_a_run_that_is_interrupted_leaves_what_the_next_step_needs(
    tmp_path: Path, processes: list[Popen[str]], number: signal.Signals, code: int
) -> None:
    repository = Repository(tmp_path, TASKS)
    repository.play({"T001": [{"run": "until [ -e go ]; do sleep 0.05; done; echo 1 > one.txt"}]})
    process = repository.start("run", "--headless", "--json")
    processes.append(process)
    repository.wait_for_event(ev.TaskStarted, task="T001")
    process.send_signal(number)
    if number == signal.SIGINT:
        repository.wait_for_event(ev.RunPaused)
    repository.write("go", "")
    out, err = process.communicate(timeout=60)
    assert process.returncode == code, err
    assert end_of(ev.decode_journal(out.encode().splitlines())).outcome == "stopped"
    left = info(repository)
    assert left["outcome"] == "stopped"
    assert left["counts"].get("done", 0) == (number == signal.SIGINT)


def test_lines_on_stderr_cannot_drive_a_terminal(tmp_path: Path) -> None:
    wild = "\x1b]0;x\x07\x1b[2J\u202e\r"
    repository = Repository(tmp_path, TASKS.replace("Write one", f"Write {wild}one"))
    repository.play({"T001": [{"say": wild}, {"run": "printf '\\033[2Jno\\r' >&2; exit 1"}]})
    done = repository.sixfold("run", "--headless")
    assert done.returncode == 1
    assert done.stderr.replace("\n", "").replace("\t", "").isprintable()
    assert done.stdout == ""
