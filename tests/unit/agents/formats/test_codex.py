"""Codex's stream: what it says, spends, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from headless import Event, Heard, heard, lines, recorded
from sixfold.agents.agent import TurnEnd
from sixfold.agents.totals import Totals
from sixfold.model import Usage

THREAD = {"type": "thread.started", "thread_id": "t-1"}
TURN = {"type": "turn.started"}


def done(came: int = 0, went: int = 0) -> Event:
    usage = {"input_tokens": came, "cached_input_tokens": 3, "output_tokens": went}
    return {"type": "turn.completed", "usage": usage}


def item(when: str, kind: str, **more: Any) -> Event:
    return {"type": f"item.{when}", "item": {"id": "i1", "type": kind, **more}}


def command(when: str, words: str, **more: Any) -> Event:
    return item(when, "command_execution", command=words, **more)


def test_messages_thoughts_and_commands_are_lines() -> None:
    script = "/bin/bash -lc 'cd /home/dev/wt/x/a && go test'"
    turn = heard(
        "codex",
        THREAD,
        TURN,
        item("completed", "reasoning", text="**Hm**"),
        command("started", script, status="in_progress", exit_code=None),
        command(
            "completed", script, status="failed", exit_code=1, aggregated_output="\nFAIL x\nmore"
        ),
        command("completed", "ls 'unclosed", status="declined", exit_code=None),
        item("completed", "agent_message", text="One.\nTwo."),
        item("completed", "error", message="an old model"),
        done(),
    )
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("think", "note") == ["**Hm**", "an old model"]
    assert turn.said("say") == ["One.", "Two."]
    assert turn.said("do") == ["run cd a && go test", "run ls 'unclosed"]
    assert turn.said("error") == [
        "run cd a && go test: exit code 1: FAIL x",
        "run ls 'unclosed: it was not allowed",
    ]
    assert turn.ear.sessions == ["t-1"]


def test_edits_tools_and_lists_are_lines() -> None:
    changes = [
        {"path": "/home/dev/wt/x/a.go", "kind": "add"},
        {"path": "b.go", "kind": {"type": "update", "move_path": None}},
    ]
    points = [{"text": "one", "completed": False}, {"text": "two", "completed": False}]
    turn = heard(
        "codex",
        item("completed", "file_change", changes=changes, status="completed"),
        item("started", "mcp_tool_call", server="docs", tool="find", arguments={"query": "x"}),
        item(
            "completed", "mcp_tool_call", server="docs", tool="find", arguments={"query": "x"},
            status="failed", error={"message": "no server"}, result=None,
        ),
        item("completed", "web_search", query="go race", action={"type": "search"}),
        item("started", "todo_list", items=points),
        item("updated", "todo_list", items=[{**points[0], "completed": True}, points[1]]),
        item("completed", "hologram", beauty=3),
        done(),
    )  # fmt: skip
    assert turn.said("do") == ["add a.go, update b.go", "docs find x", "search go race"]
    assert turn.said("error") == ["docs find x: no server"]
    assert turn.said("plan") == ["[ ] one", "[ ] two", "[x] one"]


def test_the_tokens_are_the_threads_so_that_earlier_turns_are_taken_off() -> None:
    totals = Totals()
    first = Heard("codex", lines([THREAD, TURN, done(100, 10)]), totals=totals)
    second = Heard("codex", lines([THREAD, TURN, done(150, 12)]), totals=totals)
    other = {"type": "thread.started", "thread_id": "t-2"}
    third = Heard("codex", lines([other, TURN, done(150, 12)]), totals=totals)
    usages = [turn.usage for turn in (first, second, third)]
    assert usages == [Usage(100, 10), Usage(50, 2), Usage(150, 12)]


def test_trouble_that_passes_is_no_failure() -> None:
    trouble = {"type": "error", "message": "Reconnecting... 1/5 (429 Too Many Requests)"}
    turn = heard("codex", THREAD, TURN, trouble, done())
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("error") == [trouble["message"]]


def test_a_turn_that_failed_says_why() -> None:
    why = {"message": "stream disconnected"}
    assert heard("codex", TURN, {"type": "turn.failed", "error": why}).end == TurnEnd(
        ok=False, reason="stream disconnected"
    )
    assert heard("codex", TURN, {"type": "error", "message": "no more"}).end.reason == "no more"
    assert heard("codex", TURN, {"type": "turn.failed", "error": 3}).end.reason == "it failed"


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ("exceeded retry limit, last status: 429 Too Many Requests", None),
        ("Rate limit reached for gpt-5. Please try again in 1.5s.", 1.5),
        ("You've hit your usage limit. Try again in 2 days 3 hours 4 minutes.", 183840),
    ],
)
def test_a_rate_limit_says_for_how_long(message: str, seconds: float | None) -> None:
    limit = heard("codex", TURN, {"type": "turn.failed", "error": {"message": message}}).end.limit
    assert limit
    assert limit.seconds == seconds


def test_the_recordings_of_turns_that_went_well() -> None:
    assert recorded("codex-ok").end == TurnEnd(ok=True)
    turn = recorded("codex-danger")
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("do") == ["run cat > hello.go <<'EOF' …"]
    assert turn.usage == Usage(2400, 68)
    assert recorded("codex-net").said("do")[0].startswith("run curl -sS -m 3 ")
    assert recorded("codex-ws-outside").end == TurnEnd(ok=True)


def test_the_recording_of_a_thread_that_goes_on() -> None:
    totals = Totals()
    assert recorded("codex-ws-opt", totals=totals).usage == Usage(2400, 68)
    turn = recorded("codex-resume", totals=totals)
    assert turn.usage == Usage(1200, 34)
    assert turn.ear.sessions == ["01a20365-6423-76b1-ba2b-2b0adfcd5d8c"]


def test_the_recordings_of_a_rate_limit_and_of_signals() -> None:
    assert recorded("codex-429", code=1).end.limit
    assert recorded("sig-codex-SIGINT", code=-2).end.reason == "killed by signal 2 in mid-turn"
    assert not recorded("sig-codex-SIGTERM", code=-15).end.ok
