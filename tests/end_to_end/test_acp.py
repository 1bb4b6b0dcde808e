"""A whole run with agents that speak the Agent Client Protocol."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import acp_agent
from noisy import AGENTS, noisy, numbers, talk
from repository import Repository, end_of, leftovers, of, outcomes
from sixfold import events as ev
from sixfold.link import Link

TASKS = """\
# Tasks

## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
"""
OPTIONS = [
    {"optionId": "yes", "kind": "allow_once", "name": "Yes"},
    {"optionId": "no", "kind": "reject_once", "name": "No"},
]


def test_agents_of_the_protocol_do_a_feature_and_leave_nothing_behind(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    tool = {"toolCallId": "1", "title": "Write", "kind": "edit", "locations": [{"path": "x.txt"}]}
    steps = [
        {"ask": {"toolCall": tool, "options": OPTIONS}},
        {"write": {"path": "work-$SIXFOLD_TASK.txt", "text": "done\n"}},
        {"child": 60},
        {"noise": 100_000},
    ]
    script.write_text(json.dumps({"steps": steps}))
    command = [sys.executable, acp_agent.__file__, str(script)]
    repository = Repository(
        tmp_path / "repository",
        TASKS,
        isolation="worktree",
        agents={"x": {"protocol": "acp", "command": command, "stall_timeout": "1m"}},
    )
    code, events = repository.run()
    assert code == 0
    assert outcomes(events) == {"T001": "done", "T002": "done"}
    assert (repository.root / "work-T002.txt").read_text() == "done\n"
    logs = list((repository.root / ".sixfold/runs").glob("*/transcripts/T*.log"))
    answered = r"\"optionId\": \"yes\""
    assert [answered in log.read_text() for log in logs] == [True, True]
    assert not leftovers(logs[0].parents[1].name)


def speaking(folder: Path, script: dict[str, Any], **settings: Any) -> Repository:
    """A repository whose agents speak the protocol by a script."""
    path = folder / "script.json"
    path.write_text(json.dumps(script))
    command = [sys.executable, acp_agent.__file__, str(path)]
    agents = {"x": {"protocol": "acp", "command": command}}
    return Repository(folder / "repository", TASKS, isolation="worktree", agents=agents, **settings)


def test_a_second_fix_goes_on_in_the_session_of_the_first(tmp_path: Path) -> None:
    work = [{"write": {"path": "$SIXFOLD_KIND-$SIXFOLD_TASK-$SIXFOLD_ATTEMPT.txt", "text": "x"}}]
    script = {"steps": work, "later": work, "able": {"loadSession": True}, "past": ["of before"]}
    gate = {"command": ["test", "-e", "fix-1-2.txt"], "format": "lines"}
    repository = speaking(tmp_path, script, gate=gate)
    code, events = repository.run()
    assert code == 0
    assert [one.outcome for one in of(events, ev.FixEnded)] == ["done", "done"]
    folder = repository.root / ".sixfold/runs"
    (first,) = folder.glob("*/transcripts/fix-1-1.*.log")
    (second,) = folder.glob("*/transcripts/fix-1-2.*.log")
    assert "of before" not in first.read_text()
    assert "told # " in first.read_text()
    assert "of before" in second.read_text()
    assert "told Tests fail still, or again." in second.read_text()


def test_nothing_starts_once_the_budget_is_spent_and_it_is_said(tmp_path: Path) -> None:
    used = {"inputTokens": 900, "outputTokens": 100, "totalTokens": 1000}
    script = {
        "steps": [{"write": {"path": "work-$SIXFOLD_TASK.txt", "text": "x"}}],
        "prompt": {"result": {"stopReason": "end_turn", "usage": used}},
    }
    repository = speaking(tmp_path, script, budget={"tokens": 1000})
    code, events = repository.run("--slots", "1")
    assert code == 1
    assert outcomes(events) == {"T001": "done"}
    (blocked,) = of(events, ev.RunBlocked)
    assert blocked.reason == "the budget of 1,000 tokens is spent (1,000)"
    assert end_of(events).reason == blocked.reason


def test_a_question_is_withdrawn_when_the_agent_dies(tmp_path: Path) -> None:
    tool = {"toolCallId": "1", "title": "Push", "kind": "execute", "rawInput": {"command": "x"}}
    asks = {"pose": {"toolCall": tool, "options": OPTIONS}}
    repository = speaking(tmp_path, {"steps": [asks, {"wait": 3}, {"die": 9}]})
    process = repository.start("run", "--headless", "--json", "--wait", "--slots", "1")
    try:
        asked = repository.wait_for_event(ev.PermissionAsked)
        told = repository.wait_for_event(ev.PermissionAnswered, request=asked.request)
        ended = repository.wait_for_event(ev.TaskEnded)
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert told.option == "withdrawn"
    assert (ended.outcome, ended.reason) == ("failed", "killed by signal 9 in mid-turn")


def test_six_agents_that_talk_all_the_time_are_heard_in_order_and_whole(tmp_path: Path) -> None:
    repository = noisy(tmp_path, rate=500, seconds=2)
    process = repository.start("run", "--headless", "--slots", str(AGENTS))
    run = repository.live()
    heard = asyncio.run(everything(run.socket))
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    wanted = list(range(1000))
    assert [numbers(log) == wanted for log in talk(run)] == [True] * AGENTS
    assert {slot: said == wanted for slot, said in heard.items()} == dict.fromkeys(
        range(1, 7), True
    )


async def everything(socket: Path) -> dict[int, list[int]]:
    """What a viewer hears of each slot until the run is over."""
    heard: dict[int, list[int]] = {}
    link = await Link.connect(socket)
    async for batch in link.messages():
        for message in batch:
            if isinstance(message, ev.AgentOutput):
                said = (int(line.text) for line in message.lines if line.kind == "say")
                heard.setdefault(message.slot, []).extend(said)
    await link.close()
    return heard
