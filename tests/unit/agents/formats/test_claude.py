"""Claude Code's stream: what it says, spends, and how it ends."""

from __future__ import annotations

import time
from typing import Any

import pytest

from headless import Event, heard, recorded
from sixfold.agents.agent import TurnEnd
from sixfold.model import Usage

INIT = {"type": "system", "subtype": "init", "session_id": "s-1", "tools": ["Write"]}
GOOD = {"type": "result", "subtype": "success", "is_error": False, "result": "Done."}


def answer(*blocks: Event, **more: Any) -> Event:
    message = {"id": "m1", "role": "assistant", "content": blocks, **more.pop("message", {})}
    return {"type": "assistant", "message": message, **more}


def call(name: str, number: str, **parameters: Any) -> Event:
    return answer({"type": "tool_use", "id": number, "name": name, "input": parameters})


def outcome(number: str, content: object, *, error: bool = False) -> Event:
    block = {
        "type": "tool_result",
        "tool_use_id": number,
        "content": content,
        "is_error": error,
    }
    return {"type": "user", "message": {"role": "user", "content": [block]}}


def result(**more: Any) -> Event:
    return {**GOOD, **more}


def test_messages_thoughts_and_tool_calls_are_lines() -> None:
    turn = heard(
        "claude",
        INIT,
        answer({"type": "thinking", "thinking": "hm,\nwell"}),
        answer({"type": "text", "text": "I will write\n\nit."}),
        call("Write", "1", file_path="/home/dev/wt/x/a/b.go", content="package b\n\nvar x = 1\n"),
        outcome("1", "created"),
        call("Edit", "2", file_path="b.go", old_string="a\nb\n", new_string="a\nc\nd\n"),
        outcome("2", "<tool_use_error>String to replace not found</tool_use_error>", error=True),
        call("Bash", "3", command="go test ./...\ngo vet", description="Test"),
        outcome("3", [{"type": "text", "text": "Exit code 1\nFAIL"}], error=True),
        call("Grep", "4", pattern="func New"),
        GOOD,
    )
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("think") == ["hm,", "well"]
    assert turn.said("say") == ["I will write", "it."]
    assert turn.said("do") == [
        "Write a/b.go (3 lines)",
        "Edit b.go (+2 -1)",
        "run go test ./... …",
        "Grep func New",
    ]
    assert turn.said("error") == [
        "Edit b.go (+2 -1): String to replace not found",
        "run go test ./... …: Exit code 1",
    ]
    assert turn.ear.sessions == ["s-1"]


def test_what_a_helper_says_is_a_note() -> None:
    turn = heard("claude", answer({"type": "text", "text": "x"}, parent_tool_use_id="1"), GOOD)
    assert (turn.said("note"), turn.said("say")) == (["x"], [])


def test_a_message_is_counted_once_and_the_result_has_the_last_word() -> None:
    counts = {"input_tokens": 10, "cache_read_input_tokens": 90, "output_tokens": 1}
    block = {"type": "text", "text": "x"}
    half = [INIT, *(answer(block, message={"usage": counts}) for _ in range(3))]
    assert heard("claude", *half).usage == Usage(100, 1)
    model = {"inputTokens": 30, "cacheReadInputTokens": 100, "outputTokens": 40, "costUSD": 1}
    more = {"modelUsage": {"a": model, "b": model}, "total_cost_usd": 0.25}
    assert heard("claude", *half, result(**more)).usage == Usage(260, 80, 0.25)
    plain = {"input_tokens": 110, "output_tokens": 7}
    assert heard("claude", *half, result(usage=plain, total_cost_usd=1)).usage == Usage(110, 7, 1)
    lost = result(usage={"input_tokens": 0}, modelUsage={}, total_cost_usd=0)
    assert heard("claude", *half, lost).usage == Usage(100, 1)
    odd = result(usage=[1], modelUsage={"a": 3}, total_cost_usd="much")
    assert heard("claude", *half, odd).usage == Usage(100, 1)


def test_totals_of_a_second_result_are_of_the_whole_process() -> None:
    first = result(usage={"input_tokens": 5}, total_cost_usd=0.5)
    second = result(usage={"input_tokens": 9}, total_cost_usd=0.75)
    assert heard("claude", INIT, first, INIT, second).usage == Usage(9, 0, 0.75)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"is_error": True, "result": "API Error: 400 bad", "api_error_status": 400}, "400 bad"),
        (
            {"is_error": True, "result": "API Error: 401 rate limit key", "api_error_status": 401},
            "401",
        ),
        ({"subtype": "error_max_turns", "result": None}, "it ran into its limit of turns"),
        ({"subtype": "error_during_execution", "result": None, "errors": ["boom"]}, "boom"),
        ({"subtype": "error_during_execution", "result": None}, "error_during_execution"),
        ({"is_error": True, "terminal_reason": "aborted_streaming"}, "it was interrupted"),
        ({"stop_reason": "refusal"}, "it refused"),
        ({"stop_reason": "max_tokens"}, "token limit"),
    ],
)
def test_a_result_that_is_an_error_is_a_failure(more: Event, reason: str) -> None:
    end = heard("claude", INIT, result(**more)).end
    assert (end.ok, end.limit) == (False, None)
    assert reason in end.reason


def test_a_rate_limit_says_when_it_ends() -> None:
    rejected = {"status": "rejected", "resetsAt": time.time() + 60, "rateLimitType": "five_hour"}
    why = {"is_error": True, "result": "You've hit your limit", "api_error_status": 429}
    event = {"type": "rate_limit_event", "rate_limit_info": rejected}
    limit = heard("claude", INIT, event, result(**why)).end.limit
    assert limit
    assert limit.seconds == pytest.approx(60, abs=5)
    assert limit.reason == "rate limit: You've hit your limit"


def test_a_rate_limit_is_seen_in_every_version() -> None:
    said = answer({"type": "text", "text": "no more"}, error="rate_limit")
    by_message = heard("claude", INIT, said, result(is_error=True))
    assert by_message.end.limit
    assert by_message.said("error") == ["no more"]
    stamp = int(time.time()) + 60
    old = result(is_error=True, result=f"Claude AI usage limit reached|{stamp}")
    limit = heard("claude", INIT, old).end.limit
    assert limit
    assert limit.seconds == pytest.approx(60, abs=5)


def test_a_provider_that_takes_more_is_no_limit() -> None:
    allowed = {"status": "allowed_warning", "resetsAt": time.time() + 60}
    event = {"type": "rate_limit_event", "rate_limit_info": allowed}
    assert heard("claude", INIT, event, GOOD).end == TurnEnd(ok=True)


def test_asking_again_is_told() -> None:
    retry = {
        "type": "system",
        "subtype": "api_retry",
        "attempt": 2,
        "max_retries": 10,
        "error": "rate_limit",
    }
    turn = heard("claude", INIT, retry, GOOD)
    assert turn.said("note") == ["the provider is asked again (2 of 10): rate_limit"]


def test_work_that_goes_on_after_a_result_needs_another() -> None:
    end = heard("claude", INIT, GOOD, INIT, code=1).end
    assert (end.ok, end.reason) == (False, "it ended in mid-turn with exit code 1")


def test_the_recording_of_a_turn_that_went_well() -> None:
    turn = recorded("claude-ok")
    assert turn.end == TurnEnd(ok=True)
    assert turn.usage == Usage(2400, 68, 0.00944)
    assert turn.ear.sessions == ["24ecca2e-ff74-4683-8960-d3fed2e677d7"]
    assert turn.said("do") == ["Write hello.go (7 lines)"]
    assert turn.said("say")[-1] == "Done: the file is written and the task is complete."


def test_the_recording_of_a_tool_that_was_not_allowed() -> None:
    turn = recorded("claude-deny")
    assert turn.end == TurnEnd(ok=True)
    assert turn.said("error")[0].startswith("Write hello.go (7 lines): Claude requested perm")


def test_the_recording_of_a_rate_limit() -> None:
    turn = recorded("claude-429")
    assert turn.end.limit
    assert turn.usage == Usage()


def test_the_recordings_of_signals() -> None:
    polite = recorded("sig-claude-SIGINT", code=0)
    assert polite.end.reason == "it was interrupted"
    assert polite.usage == Usage(1200, 67, 0.00538)
    assert recorded("sig-claude-SIGTERM", code=143).end.reason.endswith("with exit code 143")
