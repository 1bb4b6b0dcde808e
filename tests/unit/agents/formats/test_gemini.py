"""Gemini CLI's stream: what it says, spends, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from headless import Event, heard, recorded
from sixfold.agents.agent import TurnEnd
from sixfold.model import Usage

INIT = {"type": "init", "timestamp": "2026-11-22T13:13:21.797Z", "session_id": "g-1", "model": "m"}
GOOD = {"type": "result", "status": "success", "stats": {"input_tokens": 5, "output_tokens": 2}}


def piece(text: str, **more: Any) -> Event:
    return {"type": "message", "role": "assistant", "content": text, "delta": True, **more}


def test_pieces_become_lines_and_tool_calls_stand_between_them() -> None:
    turn = heard(
        "gemini",
        INIT,
        {"type": "message", "role": "user", "content": "the prompt"},
        piece("I will "),
        piece("write\n\nit"),
        {
            "type": "tool_use",
            "tool_name": "write_file",
            "tool_id": "1",
            "parameters": {"file_path": "/home/dev/wt/x/a.go", "content": "package a\n"},
        },
        {"type": "tool_result", "tool_id": "1", "status": "success", "output": "ok"},
        {
            "type": "tool_use",
            "tool_name": "run_shell_command",
            "tool_id": "2",
            "parameters": {"command": "go vet"},
        },
        {
            "type": "tool_result",
            "tool_id": "2",
            "status": "error",
            "error": {"type": "x", "message": "denied by policy"},
        },
        {"type": "tool_result", "tool_id": "9", "status": "error", "output": "lost"},
        {"type": "error", "severity": "warning", "message": "Loop detected"},
        piece("whole", delta=False),
        GOOD,
    )
    assert turn.end == TurnEnd(ok=True)
    assert [(one.kind, one.text) for one in turn.ear.heard] == [
        ("say", "I will write"),
        ("say", "it"),
        ("do", "write_file a.go (1 line)"),
        ("do", "run go vet"),
        ("error", "run go vet: denied by policy"),
        ("error", "a tool: lost"),
        ("note", "Loop detected"),
        ("say", "whole"),
    ]
    assert turn.ear.sessions == ["g-1"]
    assert turn.usage == Usage(5, 2)


def test_thoughts_are_in_the_total_alone() -> None:
    stats = {"total_tokens": 40, "input_tokens": 20, "output_tokens": 10, "cached": 5}
    assert heard("gemini", {**GOOD, "stats": stats}).usage == Usage(30, 10)


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([{"type": "result", "status": "error", "error": {"message": "no key"}}], "no key"),
        (
            [
                {"type": "error", "severity": "error", "message": "an empty answer"},
                {"type": "result", "status": "error"},
            ],
            "an empty answer",
        ),
        ([{"type": "result", "status": "error"}], "its result is: error"),
    ],
)
def test_a_result_that_is_an_error_says_why(events: list[Event], reason: str) -> None:
    assert heard("gemini", INIT, *events).end == TurnEnd(ok=False, reason=reason)


def test_a_quota_that_is_used_up_is_a_rate_limit_wherever_it_is_told() -> None:
    why = "You have exhausted your capacity on this model. Your quota will reset after 1h49m8s."
    told = {"type": "result", "status": "error", "error": {"type": "x", "message": why}}
    stack = f"TerminalQuotaError: {why}\n    at classify (file:///a.js:1:2)\n"
    for turn in (heard("gemini", INIT, told), heard("gemini", INIT, err=stack, code=1)):
        assert turn.end.limit
        assert turn.end.limit.seconds == 6548


def test_the_recordings() -> None:
    turn = recorded("gemini-ok")
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("say", "do") == [
        "I will call write_file.",
        "write_file hello.go (7 lines)",
        "Done: the file is written and the task is complete.",
    ]
    assert turn.usage == Usage(3600, 102)
    assert turn.ear.sessions == ["58d33a85-084f-4fb0-b962-b39b7e5faf6f"]
    assert recorded("gemini-deny").end == TurnEnd(ok=True)
