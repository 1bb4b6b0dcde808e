"""A whole run with agents that speak the Agent Client Protocol."""

import asyncio
import json
import sys
from pathlib import Path

import acp_agent
from noisy import AGENTS, noisy, numbers, talk
from repository import Repository, leftovers, outcomes
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
