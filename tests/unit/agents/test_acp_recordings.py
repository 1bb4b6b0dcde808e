"""What real agents were seen to do: their side of recorded conversations, played again.

The recordings stand beside the repository; where they do not, our miniatures of them do.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from acp_stage import PROGRAM, Stage
from sixfold.agents.acp import adapter
from sixfold.agents.agent import TurnEnd
from sixfold.agents.permissions import Request

FOLDERS = (Path(__file__).parent / "recordings", Path(__file__).parents[3] / "../shared/acp")

ASKING = ("claude", "copilot", "gemini", "opencode")


def recordings(*patterns: str) -> list[Any]:
    """Their paths, named for the eye."""
    found = (
        path
        for folder in FOLDERS
        for name in patterns
        for path in sorted(folder.glob(f"{name}.jsonl"))
    )
    return [pytest.param(path, id=path.stem) for path in found]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


async def replay(stage: Stage, recording: Path) -> TurnEnd:
    return await stage.take(sys.executable, PROGRAM, "--replay", str(recording))


def messages(recording: Path) -> list[tuple[str, dict[str, Any]]]:
    """Direction and message of all that was said over the protocol."""
    entries = map(json.loads, recording.read_text(encoding="utf-8").splitlines())
    return [(one["dir"], one["msg"]) for one in entries if one["dir"] in {"->", "<-"}]


def first_turn(recording: Path) -> list[dict[str, Any]]:
    """The updates of the first turn, up to where it was cancelled or ended."""
    updates: list[dict[str, Any]] = []
    turns = 0
    for direction, message in messages(recording):
        method = message.get("method")
        turns += method == "session/prompt"
        if turns > 1 or method == "session/cancel":
            break
        if turns and direction == "<-" and method == "session/update":
            updates.append(message["params"]["update"])
    return updates


def here(text: str, stage: Stage, recording: Path) -> str:
    """A text of the recording with the stage's folder in the place of the one it was made in."""
    params = (message.get("params", {}) for _, message in messages(recording))
    return text.replace(next(one["cwd"] for one in params if "cwd" in one), str(stage.folder))


def heard_in_order(stage: Stage, recording: Path) -> None:
    """Speech whole and in order, calls in the order in which they became known."""
    updates = first_turn(recording)
    for kind, chunk in (("say", "agent_message_chunk"), ("think", "agent_thought_chunk")):
        pieces = (u["content"]["text"] for u in updates if u["sessionUpdate"] == chunk)
        spoken = "".join("".join(pieces).split())
        assert "".join("".join(stage.said(kind)).split()) == here(spoken, stage, recording)
    calls = [u["toolCallId"] for u in updates if u["sessionUpdate"].startswith("tool_call")]
    told = [line.call for line in stage.heard if line.kind == "do"]
    assert told == [call for call in dict.fromkeys(calls) if call in told]
    assert "not as agreed" not in str(stage.said("note"))


@pytest.mark.parametrize("recording", recordings("e2e-*"))
async def test_a_feature_is_written_and_all_of_it_is_told(stage: Stage, recording: Path) -> None:
    assert await replay(stage, recording) == TurnEnd(ok=True)
    heard_in_order(stage, recording)
    assert stage.said("say")[-1] == "Done: the file is written and the task is complete."
    assert any("hello.go" in line for line in stage.said("do"))
    began = next(line for line in stage.heard if line.kind == "do")
    ended = next(line for line in stage.heard if line.kind == "did")
    assert began.call == ended.call
    if not began.text.startswith("run"):
        assert "\n+package main\n" in ended.detail
        assert "+++ b/hello.go" in ended.detail or "/hello.go" in ended.detail
    assert stage.ear.usage.tokens > 0


def test_the_miniature_tells_of_all_there_is() -> None:
    kinds = {update["sessionUpdate"] for update in first_turn(FOLDERS[0] / "e2e-small.jsonl")}
    assert {"plan", "agent_thought_chunk", "usage_update", "tool_call_update"} <= kinds


@pytest.mark.parametrize("recording", recordings("resume1-*", "ctl-cancelperm-codex*"))
async def test_a_first_session_ends_well(stage: Stage, recording: Path) -> None:
    assert (await replay(stage, recording)).ok
    heard_in_order(stage, recording)
    assert stage.ear.sessions


@pytest.mark.parametrize("recording", recordings("resume2-[!g]*"))
async def test_a_session_of_before_goes_on(stage: Stage, recording: Path) -> None:
    stage.session = "any"
    assert (await replay(stage, recording)).ok
    heard_in_order(stage, recording)
    assert stage.ear.sessions == ["any"]
    assert stage.said("do", "think") == []


@pytest.mark.parametrize("recording", recordings("resume2-gemini"))
async def test_a_session_that_is_gone_is_no_failure_by_itself(
    stage: Stage, recording: Path
) -> None:
    stage.session, stage.timeout = "any", 1.5
    end = await replay(stage, recording)
    assert end.reason == "no end after 1.5 s"  # it waits for the new session, which is not recorded


@pytest.mark.parametrize("recording", recordings("ctl-ratelimit-[!g]*"))
async def test_a_rate_limit_is_seen_in_each_of_its_shapes(stage: Stage, recording: Path) -> None:
    end = await replay(stage, recording)
    assert (end.ok, end.reason[:12], bool(end.limit)) == (False, "rate limit: ", True)
    heard_in_order(stage, recording)


@pytest.mark.parametrize(
    "recording", recordings("ctl-ratelimit-gemini", "ctl-cancelslow-*", "ctl-canceltool-*")
)
async def test_an_agent_that_gets_nowhere_is_cancelled(
    stage: Stage, recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "CANCEL_SECONDS", 1.0)
    turn = asyncio.create_task(replay(stage, recording))
    last = [json.dumps(update) for update in first_turn(recording)[-1:]]
    await stage.until(here(last[0], stage, recording) if last else '"sessionId"')
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    ended = '"session/cancel"' in recording.read_text(encoding="utf-8")
    assert (b'"stopReason": "cancelled"' in stage.transcript) == ended
    heard_in_order(stage, recording)


@pytest.mark.parametrize("recording", recordings(*(f"ctl-cancelperm-{name}*" for name in ASKING)))
async def test_an_agent_is_cancelled_while_it_asks(stage: Stage, recording: Path) -> None:
    async def permit(_: Request) -> str | None:
        turn.cancel()
        await asyncio.sleep(60)
        return "yes"

    stage.permit = permit
    turn = asyncio.create_task(replay(stage, recording))
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert [line.endswith("x.go") for line in stage.said("ask")] == [True]
    assert b'"stopReason": "cancelled"' in stage.transcript
