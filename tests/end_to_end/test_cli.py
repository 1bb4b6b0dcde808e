"""Wrong input is one line on stderr, exit code 2, and nothing is started."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from repository import SCRIPT, TASKS, Repository
from sixfold import events as ev
from sixfold.runner.store import Store

ONE = "## Phase 1: Setup\n\n- [ ] T001 [P] Write a in a.txt\n- [ ] T002 [P] Write b in b.txt\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "--headless", "--slots", "9"], "usage: argument --slots"),
        (["run", "--headless", "--slots", "0"], "usage: argument --slots"),
        (["fly"], "usage:"),
        (["retry"], "usage:"),
        (["demo", "--speed", "0"], "usage: argument --speed"),
        (["run", "--headless", "-C", "/no/such/place"], "no such directory"),
        (["run", "--headless", "--agent", "nobody"], "agent nobody: not configured"),
        (["run", "--headless", "--config", "none.yaml"], "none.yaml: no such file"),
        (["run", "--headless", "--feature", "specs/009-none"], "specs/009-none"),
        (["run", "--headless", "--spec-info", "none"], "none"),
        (["run"], "a dashboard needs one; try `sixfold run --headless`"),
        (["attach"], "no run has been started here"),
        (["status"], "no run has been started here"),
        (["stop"], "no run is live here"),
        (["plan", "--why", "T999"], "there is no task T999"),
    ],
)
def test_wrong_words_are_one_line_and_two(tmp_path: Path, words: list[str], said: str) -> None:
    done = Repository(tmp_path, ONE).sixfold(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("sixfold: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert not (tmp_path / ".sixfold/runs").exists()


def test_who_names_a_run_that_is_not_there_is_told_the_last_one(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    last = Store(tmp_path).create()
    last.journal.touch()
    said = repository.sixfold("attach", "nosuch").stderr
    assert f"no run nosuch; the last one is {last.id}" in said


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("sixfold.yaml", "gate:\n  colour: red\n", "sixfold.yaml:2: gate.colour: unknown key"),
        ("artifacts/spec_info", '{"feature_dir": "../out"}', "spec_info"),
        (TASKS, "", "it is empty"),
        (TASKS, "# nothing to do\n", "there is no task in it"),
        (SCRIPT, "echo 'ERROR: plan.md not found' >&2; exit 1\n", "plan.md not found"),
        (SCRIPT, "echo no json\n", "JSON"),
        (
            "sixfold.yaml",
            "agents: {a: {protocol: command, command: [sh]}}\ngate: {command: [no-such]}\n",
            "no-such cannot be started",
        ),
        ("playbook.yaml", "tasks: {T001: [{fly: 1}]}\n", "playbook.yaml"),
    ],
)
def test_a_broken_file_is_named_before_anything_starts(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    repository = Repository(tmp_path, ONE)
    repository.write(name, text)
    done = repository.sixfold("run", "--headless")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("sixfold: ")
    assert done.stderr.count("\n") == 1
    assert said in done.stderr
    assert not (tmp_path / ".sixfold/runs").exists()


def test_outside_of_git_there_is_nothing_to_run(tmp_path: Path) -> None:
    repository = Repository(tmp_path / "repo", ONE)
    done = repository.sixfold("run", "--headless", "-C", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.count("not a git repository") == 1


def test_open_checklists_stop_a_run_only_when_asked(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE, checklists="stop")
    repository.write("specs/001-x/checklists/ux.md", "- [x] one\n- [ ] two\n")
    done = repository.sixfold("run", "--headless")
    assert done.returncode == 2
    assert "checklists/ux.md: 1 of 2 boxes are open" in done.stderr


def test_the_plan_is_printed_as_the_contract_says(tmp_path: Path) -> None:
    done = Repository(tmp_path, ONE).sixfold("plan", "--json")
    plan = json.loads(done.stdout)
    assert done.returncode == 0
    assert plan["version"] == 1
    assert (plan["feature_dir"], plan["tasks_file"]) == ("specs/001-x", TASKS)
    assert plan["phases"][0]["tasks"] == ["T001", "T002"]
    assert plan["tasks"][0] | {"needs": []} == {
        "text": "- [ ] T001 [P] Write a in a.txt",
        "id": "T001",
        "line": 3,
        "phase": 1,
        "state": "pending",
        "parallel": True,
        "story": None,
        "title": "Write a in a.txt",
        "files": ["a.txt"],
        "role": "setup",
        "runnable": True,
        "needs": [],
    }
    assert plan["speedup"] == 2.0
    assert not (tmp_path / ".sixfold").exists()


def test_doctor_says_what_is_in_use_and_how_to_mend_the_rest(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    done = repository.sixfold("doctor")
    assert done.returncode == 0, done.stdout
    for name in ("git", "go", "c compiler", "config", "agent", "feature"):
        assert f"ok    {name}" in done.stdout
    (tmp_path / "playbook.yaml").unlink()
    done = repository.sixfold("doctor")
    assert done.returncode == 2
    assert "MEND  agent" in done.stdout
    assert "-> write the playbook" in done.stdout


def test_the_gate_alone_prints_lines_and_judges(tmp_path: Path) -> None:
    gate = {"command": ["sh", "-c", "echo looking; exit 1"], "format": "lines"}
    done = Repository(tmp_path, ONE, gate=gate).sixfold("test")
    assert done.returncode == 1
    assert "looking\n" in done.stdout
    assert "red" in done.stdout


def test_a_folder_that_cannot_be_used_is_told_before_anything_starts(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    (tmp_path / ".sixfold").write_text("in the way")
    done = repository.sixfold("run", "--headless")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert ".sixfold: is no folder: remove it" in done.stderr


def test_a_run_whose_report_cannot_be_written_is_finished_all_the_same(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write one\n")
    (tmp_path / "artifacts/implement_info").mkdir()
    done = repository.sixfold("run", "--headless")
    assert done.returncode == 0
    assert "implement_info: not written" in done.stderr


def test_a_reader_that_has_seen_enough_ends_nothing_in_a_traceback(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    shell = (
        f"{sys.executable} -m sixfold plan | true; {sys.executable} -m sixfold run --json | true"
    )
    done = subprocess.run(
        ["sh", "-c", shell], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert repository.store.find()


def test_a_reader_that_stalls_does_not_keep_a_run_alive(tmp_path: Path) -> None:
    many = "".join(f"- [ ] T{n:03} [P] Write it {'x' * 500}\n" for n in range(200))
    repository = Repository(tmp_path, many)
    repository.play({}, wait=60)
    process = repository.start("run", "--headless", "--json")  # nobody reads
    repository.wait_for_event(ev.TaskStarted)
    process.terminate()
    assert process.wait(10) == 143
    process.communicate()
