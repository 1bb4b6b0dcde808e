"""Sessions that are gone on with, what they cost, what a person says, limits and stalls."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from acp_stage import PROGRAM, Stage, Step
from client import Ear
from sixfold.agents.acp.adapter import AcpAgent
from sixfold.agents.acp.spending import Spending
from sixfold.agents.acp.starts import Starts
from sixfold.agents.agent import Turn
from sixfold.agents.endings import seconds
from sixfold.model import Usage

RECORDINGS = Path(__file__).parents[3] / "../shared/acp"
RESUME = {"sessionCapabilities": {"resume": {}}, "loadSession": True}
LOAD = {"loadSession": True}


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def test_a_session_that_can_be_gone_on_with_is_made_known(stage: Stage) -> None:
    await stage.play({"say": "x"}, able=RESUME)
    assert stage.ear.sessions == ["session-1"]
    await stage.play({"say": "x"})
    assert stage.ear.sessions == []


@pytest.mark.parametrize(("able", "method"), [(RESUME, "resume"), (LOAD, "load")])
async def test_a_session_of_before_goes_on_without_its_past(
    stage: Stage, able: dict[str, Any], method: str
) -> None:
    stage.session = "session-1"
    end = await stage.play({"say": "first"}, able=able, later=[{"say": "so"}], past=["old"])
    assert end.ok
    assert stage.said("say") == ["told go on", "so"]
    assert f"session/{method}".encode() not in stage.transcript  # it is the agent's side
    assert b"old" in stage.transcript


async def test_an_agent_that_closed_its_session_is_not_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sixfold.agents.acp.adapter.LEAVE_SECONDS", 600)
    able: dict[str, Any] = {"sessionCapabilities": {"close": {}}}
    end = await asyncio.wait_for(stage.play({"say": "x\n"}, able=able, ignore=["eof"]), 60)
    assert end.ok
    assert stage.said("say") == ["x", 'session/close {"sessionId": "session-1"}']


async def test_a_session_that_cannot_be_closed_is_left(stage: Stage) -> None:
    able: dict[str, Any] = {"sessionCapabilities": {"close": {}}}
    refuse = {"session/close": {"code": -32603, "message": "Internal error"}}
    assert (await stage.play({"say": "x"}, able=able, refuse=refuse)).ok


async def test_a_session_that_is_no_longer_there_begins_afresh(stage: Stage) -> None:
    stage.session = "session-0"
    gone = {"code": -32603, "message": "Internal error"}
    end = await stage.play(
        {"say": "first"}, able=LOAD, refuse={"session/load": gone}, past=["old"], later=[]
    )
    assert end.ok
    assert stage.said("say") == ["told # Task T1 café", "first"]


async def test_what_a_person_says_is_said_in_the_same_session(stage: Stage) -> None:
    stage.ear = Ear(words=["use a map", "and a lock"])
    assert (await stage.play({"say": "first"}, later=[{"say": "so"}])).ok
    assert stage.said("say", "note") == [
        "told # Task T1 café",
        "first",
        "you: use a map",
        "told use a map",
        "so",
        "you: and a lock",
        "told and a lock",
        "so",
    ]


async def test_a_turn_that_failed_hears_nothing_more(stage: Stage) -> None:
    stage.ear = Ear(words=["use a map"])
    assert not (await stage.play(prompt={"result": {"stopReason": "refusal"}})).ok
    assert stage.ear.words == ["use a map"]


def cost(amount: float) -> Step:
    money = {"amount": amount, "currency": "USD"}
    return {"update": {"sessionUpdate": "usage_update", "used": 1, "size": 2, "cost": money}}


async def test_what_a_turn_costs_is_counted_once(stage: Stage) -> None:
    used = {"inputTokens": 1200, "outputTokens": 34, "cachedReadTokens": 200, "totalTokens": 1234}
    prompt = {"result": {"stopReason": "end_turn", "usage": used}}
    await stage.play(cost(0.25), cost(0.5), able=RESUME, prompt=prompt)
    assert stage.ear.usage == Usage(1200, 34, 0.5)
    stage.session = "session-1"
    await stage.play(able=RESUME, later=[cost(0.75)], prompt=prompt)
    assert stage.ear.usage == Usage(1200, 34, 0.25)


async def test_what_is_spent_is_told_while_the_turn_goes_on(stage: Stage) -> None:
    turn = asyncio.create_task(stage.play(cost(0.25), {"say": "x"}, {"wait": 60}))
    await stage.until('"text": "x"')
    assert stage.ear.usage == Usage(cost=0.25)
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert stage.ear.usage == Usage(cost=0.25)


def test_totals_that_fall_are_those_of_a_new_process() -> None:
    spending = Spending()
    assert spending.cost("a", 0.5).cost == 0.5
    assert spending.cost("a", 0.5).cost == 0
    assert spending.cost("a", 0.125).cost == 0.125
    assert spending.cost("b", 1.0).cost == 1.0


@pytest.mark.parametrize(
    ("response", "tokens"),
    [
        ({"usage": {"inputTokens": 1000, "outputTokens": 34, "cachedReadTokens": 200}}, (1200, 34)),
        ({"_meta": {"quota": {"token_count": {"input_tokens": 7, "output_tokens": 3}}}}, (7, 3)),
        ({"usage": None, "_meta": {"quota": {"token_count": None}}}, (0, 0)),
        ({"usage": {"inputTokens": "x", "outputTokens": -1}}, (0, 0)),
        ({}, (0, 0)),
    ],
)
def test_tokens_are_counted_however_they_are_told(
    response: dict[str, Any], tokens: tuple[int, int]
) -> None:
    assert Spending().tokens(response) == Usage(*tokens)


@pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")
@pytest.mark.parametrize(
    ("name", "tokens", "dollars"),
    [
        ("claude-agent-acp", (2400, 68), 0.01416),
        ("codex-acp", (2400, 68), 0),
        ("copilot", (2400, 68), 0),
        ("gemini", (2400, 68), 0),
        ("opencode", (1200, 34), 0.00702),
    ],
)
async def test_what_real_agents_spend(
    stage: Stage, name: str, tokens: tuple[int, int], dollars: float
) -> None:
    await stage.take(sys.executable, PROGRAM, "--replay", str(RECORDINGS / f"e2e-{name}.jsonl"))
    spent = stage.ear.usage
    assert (spent.input_tokens, spent.output_tokens) == tokens
    assert spent.cost == pytest.approx(dollars)


@pytest.mark.skipif(not RECORDINGS.exists(), reason="no recordings here")
@pytest.mark.parametrize("name", ["claude-agent-acp", "codex-acp", "copilot", "opencode"])
async def test_real_agents_go_on_in_a_session_of_before(stage: Stage, name: str) -> None:
    recording = RECORDINGS / f"resume2-{name}.jsonl"
    stage.session = "any"
    end = await stage.take(sys.executable, PROGRAM, "--replay", str(recording))
    assert end.ok
    assert stage.ear.sessions == ["any"]
    assert stage.ear.usage.tokens == 1234
    assert len(stage.said("say", "do")) <= 3


LIMITED = {"code": -32603, "message": "Rate limit", "data": {"errorKind": "rate_limit"}}


async def test_a_rate_limit_is_told_apart_from_a_failure(stage: Stage) -> None:
    end = await stage.play(prompt={"error": LIMITED})
    assert end.limit
    assert (end.ok, end.limit.seconds) == (False, None)
    told = {**LIMITED, "data": {"errorKind": "rate_limit", "retryAfter": 7}}
    end = await stage.play(prompt={"error": told})
    assert end.limit
    assert end.limit.seconds == 7
    end = await stage.play(prompt={"error": {"code": -32603, "message": "broken"}})
    assert (end.ok, end.limit) == (False, None)
    end = await stage.play(prompt={"result": {"stopReason": "max_tokens"}})
    assert (end.ok, end.limit) == (False, None)


def test_the_time_until_a_limit_is_over_is_read_from_its_fields() -> None:
    now = time.time()
    assert seconds({"details": [{"@type": "RetryInfo", "retryDelay": "34s"}]}) == 34
    assert seconds({"headers": {"retry-after": "2.5"}}) == 2.5
    assert seconds({"info": {"resets_at": now + 60}}) == pytest.approx(60, abs=2)
    assert seconds({"resetsAt": now - 60}) == 0
    assert seconds({"retry_after": "Wed, 21 Oct 2015 07:28:00 GMT"}) is None
    assert seconds(None) is None


async def test_an_agent_that_stalls_is_warned_of_and_may_recover(stage: Stage) -> None:
    stage.stall_timeout = 0.8
    assert (await stage.play({"say": "a\n"}, {"wait": 1.0}, {"say": "b\n"}, {"wait": 0.7})).ok
    first, second = stage.ear.stalls
    assert 0.8 <= first < 1.2
    assert second == 0


async def test_six_noisy_agents_are_heard_in_order(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"steps": [{"flood": 3000}]}))
    ears = [Ear() for _ in range(6)]
    starts = Starts()

    async def take(number: int, ear: Ear) -> bool:
        command = [sys.executable, PROGRAM, str(script)]
        agent = AcpAgent("x", command, env={}, timeout=60, stall_timeout=60, starts=starts)
        folder = tmp_path / str(number)
        folder.mkdir()
        turn = Turn(
            prompt="x", cwd=folder, env={}, result=folder / "r", transcript=folder / "x.log"
        )
        return (await agent.take(turn, ear)).ok

    ends = await asyncio.gather(*(take(number, ear) for number, ear in enumerate(ears)))
    assert all(ends)
    for ear in ears:
        assert [line.text for line in ear.heard] == [str(number) for number in range(3000)]


async def test_agents_start_one_after_the_other() -> None:
    starts, at_once, most = Starts(), 0, 0

    async def begin() -> None:
        nonlocal at_once, most
        async with starts.one() as start:
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(0.01)
            at_once -= 1
            start.end()
            start.end()

    await asyncio.gather(*(begin() for _ in range(8)))
    places = starts._places._value
    assert most == places >= 1
