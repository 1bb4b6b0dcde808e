"""What agents ask to be allowed: answered by rules, by a person, or by nobody."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import Popen
from typing import Any

import pytest

import acp_agent
from repository import Repository, begin, end_of, events_of, of, outcomes, wait_for
from sixfold import events as ev

TASKS = """\
## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
"""
OPTIONS = [
    {"optionId": "always", "kind": "allow_always", "name": "Always"},
    {"optionId": "yes", "kind": "allow_once", "name": "Yes"},
    {"optionId": "no", "kind": "reject_once", "name": "No"},
]
RUN = {
    "toolCallId": "1",
    "title": "make gen",
    "kind": "execute",
    "rawInput": {"command": "make gen"},
}
EDIT = {
    "toolCallId": "2",
    "title": "Edit",
    "kind": "edit",
    "locations": [{"path": "/etc/hosts"}],
    "content": [{"type": "diff", "path": "/etc/hosts", "oldText": "a\n", "newText": "b\n"}],
}


def asking(folder: Path, *calls: Any, **settings: Any) -> Repository:
    """Both tasks ask for these tool calls, then do their work."""
    steps = [{"ask": {"toolCall": call, "options": OPTIONS}} for call in calls]
    write = {"write": {"path": "work-$SIXFOLD_TASK.txt", "text": "done\n"}}
    script = folder / "script.json"
    script.write_text(json.dumps({"steps": [*steps, write]}))
    command = [sys.executable, acp_agent.__file__, str(script)]
    agents = {"x": {"protocol": "acp", "command": command}}
    return Repository(folder / "r", TASKS, isolation="worktree", agents=agents, **settings)


def said(repository: Repository, task: str) -> str:
    """What the agent at a task was answered."""
    (log,) = (repository.root / ".sixfold/runs").glob(f"*/transcripts/{task}-*.log")
    return log.read_text()


def answer(repository: Repository, task: str, option: str) -> None:
    asked = repository.wait_for_event(ev.PermissionAsked, task=task)
    done = repository.sixfold("answer", asked.request, option)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_person_allows_one_and_rejects_another_and_neither_waits_for_the_other(
    tmp_path: Path, processes: list[Popen[str]]
) -> None:
    repository = asking(tmp_path, RUN)
    process = begin(repository, processes, "--wait")
    asked = repository.wait_for_event(ev.PermissionAsked, task="T001")
    assert (asked.text, asked.kind, asked.command) == ("run make gen", "execute", "make gen")
    assert asked.options == ["allow", "always", "reject", "never"]
    answer(repository, "T002", "reject")
    repository.wait_for_event(ev.TaskEnded, task="T002", outcome="done")
    refused = repository.sixfold("answer", asked.request, "maybe")
    assert "answer allow or always or reject or never" in refused.stderr
    status = json.loads(repository.sixfold("status", "--json").stdout)
    assert [one["request"] for one in status["asked"]] == [asked.request]
    answer(repository, "T001", "allow")
    events = events_of(process)
    assert outcomes(events) == {"T001": "done", "T002": "done"}
    assert r"\"optionId\": \"yes\"" in said(repository, "T001")
    assert r"\"optionId\": \"no\"" in said(repository, "T002")


@pytest.mark.parametrize(("option", "chosen"), [("always", "yes"), ("never", "no")])
def test_an_answer_for_the_whole_run_is_an_answer_to_all_who_ask_the_same(
    tmp_path: Path, processes: list[Popen[str]], option: str, chosen: str
) -> None:
    repository = asking(tmp_path, RUN, RUN)
    process = begin(repository, processes, "--wait")
    for task in ("T001", "T002"):
        repository.wait_for_event(ev.PermissionAsked, task=task)
    answer(repository, "T001", option)
    events = events_of(process)
    assert len(of(events, ev.PermissionAsked)) == 2
    for task in ("T001", "T002"):
        assert said(repository, task).count(rf"\"optionId\": \"{chosen}\"") == 2


def test_the_change_is_shown_with_the_question_and_nobody_to_answer_means_no(
    tmp_path: Path,
) -> None:
    repository = asking(tmp_path, EDIT)
    code, events = repository.run()
    assert code == 0
    first = of(events, ev.PermissionAsked)[0]
    assert (first.kind, first.diff.splitlines()[-2:]) == ("edit", ["-a", "+b"])
    assert {one.option for one in of(events, ev.PermissionAnswered)} == {"reject"}
    assert r"\"optionId\": \"no\"" in said(repository, "T001")


@pytest.mark.parametrize(
    ("permissions", "chosen"),
    [
        ({"allow": [{"command": "make *"}]}, "yes"),
        ({"allow": [{"command": "make"}]}, None),
        ({"allow": [{"kind": "execute"}]}, "yes"),
        ({"deny": [{"command": "make gen"}], "allow": [{"command": "make *"}]}, "no"),
        ({"ask": [{"kind": ["execute", "fetch"]}], "allow": [{"command": "make *"}]}, None),
    ],
)
def test_rules_of_the_config_answer_first(
    tmp_path: Path, permissions: Any, chosen: str | None
) -> None:
    repository = asking(tmp_path, RUN, permissions=permissions)
    _, events = repository.run()
    assert bool(of(events, ev.PermissionAsked)) == (chosen is None)
    assert rf"\"optionId\": \"{chosen or 'no'}\"" in said(repository, "T001")


def test_what_is_asked_is_allowed_where_a_person_said_yes_beforehand(tmp_path: Path) -> None:
    repository = asking(tmp_path, RUN, EDIT, permissions={"deny": [{"kind": "edit"}]})
    _, events = repository.run("--yes")
    assert {one.text for one in of(events, ev.PermissionAsked)} == {"run make gen"}
    assert {one.option for one in of(events, ev.PermissionAnswered)} == {"allow"}
    answers = said(repository, "T001")
    assert r"\"optionId\": \"yes\"" in answers
    assert r"\"optionId\": \"no\"" in answers, "what is denied stays denied"


def test_a_question_is_withdrawn_with_its_turn(tmp_path: Path, processes: list[Popen[str]]) -> None:
    repository = asking(tmp_path, RUN)
    process = begin(repository, processes, "--wait")
    asked = repository.wait_for_event(ev.PermissionAsked, task="T001")
    repository.sixfold("cancel", "T001")
    told = repository.wait_for_event(ev.PermissionAnswered, request=asked.request)
    assert told.option == "withdrawn"
    answer(repository, "T002", "allow")
    repository.wait_for_event(ev.TaskEnded, task="T002", outcome="done")
    repository.sixfold("stop")
    assert end_of(events_of(process)).outcome == "stopped"
    assert wait_for(lambda: repository.store.live() is None)
