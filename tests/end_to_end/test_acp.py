"""A whole run with agents that speak the Agent Client Protocol."""

import json
import sys
from pathlib import Path

import acp_agent
from repository import Repository, leftovers, outcomes

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
