"""opencode's stream: what it says, spends, and how it ends."""

from __future__ import annotations

from typing import Any

import pytest

from headless import Event, heard, recorded
from sixfold.agents.agent import TurnEnd
from sixfold.model import Usage

ID = {"timestamp": 1, "sessionID": "ses_1"}
START = {"type": "step_start", **ID, "part": {"type": "step-start"}}


def part(kind: str, **more: Any) -> Event:
    return {"type": kind, **ID, "part": more}


def finish(reason: str, **more: Any) -> Event:
    return part("step_finish", reason=reason, **more)


def trouble(name: str, **data: Any) -> Event:
    return {"type": "error", **ID, "error": {"name": name, "data": data}}


def test_messages_thoughts_and_tool_calls_are_lines() -> None:
    good = {
        "status": "completed",
        "input": {"filePath": "/home/dev/wt/x/a.go", "oldString": "a", "newString": "b\nc"},
    }
    bad = {"status": "error", "input": {"command": "go test"}, "error": "rejected\nby rule"}
    turn = heard(
        "opencode",
        START,
        part("reasoning", text="hm"),
        part("text", text="One.\nTwo."),
        part("tool_use", tool="edit", state=good),
        finish("tool-calls"),
        START,
        part("tool_use", tool="bash", state=bad),
        finish("stop"),
    )
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("think") == ["hm"]
    assert turn.said("say") == ["One.", "Two."]
    assert turn.said("do") == ["edit a.go (+2 -1)", "run go test"]
    assert turn.said("error") == ["run go test: rejected"]
    assert turn.ear.sessions == ["ses_1"]


def test_every_step_is_counted() -> None:
    cache = {"read": 20, "write": 3}
    tokens = {"input": 100, "output": 10, "reasoning": 5, "cache": cache}
    step = {"tokens": tokens, "cost": 0.25}
    turn = heard("opencode", START, finish("tool-calls", **step), START, finish("stop", **step))
    assert turn.usage == Usage(246, 30, 0.5)
    odd = finish("stop", tokens=3, cost="x")
    assert heard("opencode", odd).usage == Usage()


@pytest.mark.parametrize(
    ("events", "reason"),
    [
        ([START, finish("tool-calls")], "it ended in mid-turn with exit code 0"),
        ([finish("stop"), START], "it ended in mid-turn with exit code 0"),
        ([finish("length")], "its answer ran into the token limit"),
        ([finish("content-filter")], "it refused"),
        ([finish("other")], "it stopped for an unknown reason: other"),
        ([trouble("ProviderAuthError", message="no key")], "ProviderAuthError: no key"),
        ([{"type": "error", **ID, "error": "odd"}], "error: odd"),
        ([{"type": "error", **ID}], "error: error"),
    ],
)
def test_only_a_last_step_that_stopped_is_a_good_end(events: list[Event], reason: str) -> None:
    assert heard("opencode", *events).end == TurnEnd(ok=False, reason=reason)


def test_a_rate_limit_says_for_how_long() -> None:
    headers = {"retry-after": "34"}
    limit = heard(
        "opencode", trouble("APIError", message="slow", statusCode=429, responseHeaders=headers)
    ).end.limit
    assert limit
    assert (limit.reason, limit.seconds) == ("rate limit: slow", 34)


def test_the_recordings() -> None:
    turn = recorded("opencode-ok")
    assert turn.end == TurnEnd(ok=True)
    assert turn.usage == Usage(2400, 68, 0.00702)
    assert turn.ear.sessions == ["ses_dfc9c1c41ffe46SzcQ1FGCndAc"]
    assert turn.said("do") == ['write hello.go" (7 lines)']
    limit = recorded("opencode-429").end.limit
    assert limit
    assert limit.seconds == 1
