"""Runs whose agents are held by the real bubblewrap: what they can do, and what they cannot."""

from __future__ import annotations

import json
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import acp_agent
from held import needs_bwrap, running, sleeper
from repository import Repository, of, outcomes, wait_for
from sixfold import events as ev

TASKS = "- [ ] T001 Write the package\n"
WORK = r"""
test "$SIXFOLD_KIND" = task || exit 0
try() { if (eval "$2") >/dev/null 2>&1; then echo "$1 done"; else echo "$1 refused"; fi; }
runs=$ROOT/.sixfold/runs/$SIXFOLD_RUN
printf 'module example.com/m\n\ngo 1.21\n' > go.mod
printf 'package m\n' > m.go
printf 'package m\n\nimport "testing"\n\nfunc TestM(t *testing.T) { t.TempDir() }\n' > m_test.go
{
  try build 'go build ./... && go test ./...'
  try status 'test -n "$(git status --short)"'
  try commit 'git add go.mod m.go m_test.go && git commit -m mine'
  try home 'echo x > ~/.mine/x'
  try tmp 'echo x > /tmp/x && test "$TMPDIR" = /tmp && mktemp'
  git update-ref refs/heads/sixfold/$SIXFOLD_RUN/run HEAD
  try prompt 'grep -q T001 "$PROMPT"'
  try checkout 'echo x > $ROOT/stolen'
  try edit 'echo x >> $ROOT/specs/001-x/tasks.md'
  try worktree 'echo x > $ROOT/.sixfold/worktrees/$SIXFOLD_RUN/run/x'
  try bashrc 'echo x >> ~/.bashrc'
  try hook 'echo x > $ROOT/.git/hooks/pre-commit'
  try config 'git config a.b c'
  try branch 'git update-ref refs/heads/001-x HEAD'
  try journal 'echo x >> $runs/journal.jsonl'
  try read 'cat $runs/journal.jsonl'
  try socket "$PYTHON -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"$runs/run.sock\")'"
  try kill 'kill -0 $RUNNER'
} > report.txt
"""
ALLOWED = ("build", "status", "commit", "home", "tmp", "prompt")


def shell(folder: Path, text: str) -> list[str]:
    """A program that takes its prompt as a file."""
    path = folder / "agent.sh"
    path.write_text(f"PROMPT=$1\n{text}")
    return ["bash", str(path), "{prompt_file}"]


def speaking(folder: Path, text: str) -> list[str]:
    """An agent of the protocol that runs the same."""
    path = folder / "script.json"
    command = [*shell(folder, text)[:2], "$PROMPT_FILE"]
    line = f"PROMPT_FILE=$(ls $ROOT/.sixfold/runs/*/transcripts/T001*.md) {' '.join(command)}"
    line = line.replace(" bash ", "; bash ", 1)
    path.write_text(json.dumps({"steps": [{"run": line}]}))
    return [sys.executable, acp_agent.__file__, str(path)]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a shell's settings in it; go keeps its cache where it is."""
    monkeypatch.setenv("XDG_CACHE_HOME", os.environ.get("XDG_CACHE_HOME", f"{Path.home()}/.cache"))
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text("# mine\n")
    monkeypatch.setenv("HOME", str(home))
    return home


def repository(folder: Path, protocol: str, command: list[str], **settings: Any) -> Repository:
    root = folder / "repository"
    env = {"ROOT": str(root), "PYTHON": sys.executable, "RUNNER": str(os.getpid())}
    agent = {"protocol": protocol, "command": command, "env": env, "writable": ["~/.mine"]}
    given = {"isolation": "worktree", **settings}
    return Repository(root, TASKS, agents={"mine": agent}, **given)


@needs_bwrap
@pytest.mark.parametrize("protocol", ["command", "acp"])
def test_an_agent_works_in_its_worktree_and_reaches_nothing_else(
    tmp_path: Path, home: Path, protocol: str
) -> None:
    make = shell if protocol == "command" else speaking
    work = repository(tmp_path, protocol, make(tmp_path, WORK))
    settings = (work.root / ".git/config").read_text()
    code, events = work.run()
    (started,) = of(events, ev.RunStarted)
    assert (code, started.sandbox, outcomes(events)) == (0, "bwrap", {"T001": "done"})
    told = dict(line.split() for line in (work.root / "report.txt").read_text().splitlines())
    assert {name for name, how in told.items() if how == "done"} == set(ALLOWED)
    assert len(told) == len(ALLOWED) + 11
    assert (home / ".mine/x").exists()
    assert (home / ".bashrc").read_text() == "# mine\n"
    assert (work.root / ".git/config").read_text() == settings
    assert not (work.root / ".git/hooks/pre-commit").exists()
    assert not (work.root / "stolen").exists()


@needs_bwrap
def test_in_a_shared_tree_the_run_and_its_rules_are_out_of_reach(
    tmp_path: Path, home: Path
) -> None:
    work = repository(tmp_path, "command", shell(tmp_path, WORK), isolation="shared")
    code, _ = work.run()
    told = dict(line.split() for line in (work.root / "report.txt").read_text().splitlines())
    may = {*ALLOWED, "checkout", "edit", "branch"}
    assert {name for name, how in told.items() if how == "done"} <= may
    assert not [*(work.root / ".sixfold/runs").glob("*/cells/*")]
    assert {*ALLOWED, "checkout"} <= {name for name, how in told.items() if how == "done"}
    assert (code, (home / ".bashrc").read_text()) == (0, "# mine\n")


@needs_bwrap
def test_a_link_that_it_leaves_leads_no_later_turn_out_of_its_walls(
    tmp_path: Path, home: Path
) -> None:
    text = f"""
    case "$SIXFOLD_TASK $SIXFOLD_KIND" in
    "T002 task") echo one > same.txt; until test -e ~/.mine/T001; do sleep 0.1; done ;;
    "T001 task") echo two > same.txt; rm -rf .sixfold; ln -s {home} .sixfold
                 ln -s {home} results; touch ~/.mine/T001
                 until test -e $ROOT/same.txt; do sleep 0.1; done ;;
    *) echo both > same.txt; rm -f results; echo x >> {home}/.bashrc || echo x > $ROOT/stolen ;;
    esac; true
    """
    work = repository(tmp_path, "command", shell(tmp_path, text))
    work.tasks.write_text("- [ ] T001 [P] Write\n- [ ] T002 [P] Write\n")
    work.git("commit", "-qam", "two tasks")
    _, events = work.run()
    assert of(events, ev.ConflictFound)
    assert outcomes(events) == {"T001": "done", "T002": "done"}
    assert (home / ".bashrc").read_text() == "# mine\n"
    assert not (work.root / "stolen").exists()
    assert not [*(work.root / ".sixfold/runs").glob("*/cells/*")]


@needs_bwrap
@pytest.mark.parametrize("who", ["nobody", "agent", "sandbox", "runner"])
def test_whoever_dies_the_agents_processes_die_with_it(
    tmp_path: Path, home: Path, who: str
) -> None:
    assert home
    sleep = [sleeper(number) for number in range(3)]
    marked, bare, last = (shlex.join(words) for words in sleep)
    end = "echo done > done.txt" if who == "nobody" else f"exec {last}"
    script = f"setsid {marked} & env -i setsid {bare} & {end}"
    work = repository(tmp_path, "command", shell(tmp_path, script), attempts=1)
    process = work.start("run", "--headless", "--json")
    if who != "nobody":
        wait_for(lambda: all(running(*words) for words in sleep))
    if who == "agent":
        running(*sleep[2])[0].kill()
    if who == "sandbox":
        child = running(*sleep[2])[0]
        next(one for one in child.parents() if one.ppid() == process.pid).kill()
    if who == "runner":
        process.kill()
    process.communicate(timeout=60)
    wait_for(lambda: not any(running(*words) for words in sleep), 10)
    if who == "agent":
        events = work.store.runs()[0].events()
        assert [one.reason for one in of(events, ev.TaskEnded)] == ["killed by signal 9"]


def test_without_bubblewrap_a_run_says_so_once_or_does_not_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "bin"
    broken.mkdir()
    (broken / "bwrap").write_text("#!/bin/sh\necho not allowed >&2; exit 1\n")
    (broken / "bwrap").chmod(0o755)
    monkeypatch.setenv("PATH", f"{broken}{os.pathsep}{os.environ['PATH']}")
    work = repository(tmp_path, "command", shell(tmp_path, "echo x > x.txt; echo x > $ROOT/y"))
    code, events = work.run()
    told = [one.text for one in of(events, ev.Notice) if "bubblewrap" in one.text]
    assert len(told) == 1
    assert "does not work here: not allowed" in told[0]
    assert (code, of(events, ev.RunStarted)[0].sandbox) == (0, "off")
    said = work.sixfold("doctor")
    assert "sandbox        off: agents can write whatever you can" in said.stdout
    assert (said.returncode, "allow unprivileged user namespaces" in said.stdout) == (0, True)
    strict = tmp_path / "strict.yaml"
    strict.write_text((work.root / "sixfold.yaml").read_text() + "sandbox: bwrap\n")
    refused = work.sixfold("run", "--headless", "--allow-dirty", "--config", str(strict))
    assert refused.returncode == 2
    assert refused.stderr.startswith("sixfold: sandbox: bubblewrap does not work here")
    assert len(refused.stderr.splitlines()) == 1


@needs_bwrap
@pytest.mark.parametrize(
    ("settings", "sandbox"), [({}, "off"), ({"sandbox": "auto"}, "bwrap")], ids=["", "auto"]
)
def test_a_program_that_nobody_knows_is_held_where_the_config_says_so(
    tmp_path: Path, home: Path, settings: dict[str, str], sandbox: str
) -> None:
    assert home
    notes = tmp_path / "notes"
    command = shell(tmp_path, f"echo a > a.txt; echo $SIXFOLD_TASK >> {notes} || true")
    agents = {"mine": {"protocol": "command", "command": command}}
    work = Repository(tmp_path / "r", TASKS, isolation="worktree", agents=agents, **settings)
    code, events = work.run()
    assert (code, of(events, ev.RunStarted)[0].sandbox) == (0, sandbox)
    assert notes.exists() == (sandbox == "off")


@needs_bwrap
def test_doctor_starts_agents_inside(tmp_path: Path, home: Path) -> None:
    inside = tmp_path / "inside.json"
    inside.write_text(json.dumps({}))
    script = f"echo x >> {home}/.bashrc || exec {sys.executable} {acp_agent.__file__} {inside}"
    work = repository(tmp_path, "acp", ["sh", "-c", script])
    said = work.sixfold("doctor", "--agents").stdout
    assert "mine (default), protocol acp, opens a session" in said
    assert "agents write only where they work" in said
    assert (home / ".bashrc").read_text() == "# mine\n"


@needs_bwrap
def test_a_polite_signal_reaches_the_agent_inside(tmp_path: Path, home: Path) -> None:
    assert home
    sleep = sleeper(9)
    script = f"trap 'echo x > ~/.mine/polite; exit 0' TERM; {shlex.join(sleep)} & wait"
    work = repository(tmp_path, "command", shell(tmp_path, script))
    process = work.start("run", "--headless", "--json")
    wait_for(lambda: running(*sleep))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert (home / ".mine/polite").exists()
    assert not running(*sleep)
