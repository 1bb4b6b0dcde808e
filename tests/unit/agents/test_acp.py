"""Agents that speak the protocol, with all that real ones do wrong."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from acp_stage import Stage, Step
from sixfold.agents import pipes
from sixfold.agents.acp import adapter
from sixfold.agents.acp.hearing import piece
from sixfold.agents.acp.wire import read
from sixfold.agents.agent import TurnEnd
from sixfold.agents.permissions import Request
from sixfold.agents.pipes import Lines
from sixfold.agents.roster import enlist
from sixfold.config import parse
from sixfold.events import Utterance
from sixfold.masking import Masks

OPTIONS = [
    {"optionId": "always", "kind": "allow_always", "name": "Always"},
    {"optionId": "yes", "kind": "allow_once", "name": "Yes"},
    {"optionId": "no", "kind": "reject_once", "name": "No"},
]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "CANCEL_SECONDS", 0.3)
    monkeypatch.setattr(adapter, "LEAVE_SECONDS", 0.3)


async def test_a_turn_ends_well_and_its_messages_are_joined_to_lines(stage: Stage) -> None:
    end = await stage.play(
        {"say": {"pieces": ["I will ", "write\n\nit", "."], "every": 0.01}},
        {"update": {"sessionUpdate": "usage_update", "used": 3, "size": 9}},
        {"say": " Now."},
        {"think": "hm, "},
        {"think": "well"},
        {"write": {"path": "a.go", "text": "package a\n"}},
    )
    assert end == TurnEnd(ok=True)
    assert stage.heard == [
        Utterance("say", "I will write"),
        Utterance("say", "it. Now."),
        Utterance("think", "hm, well"),
    ]
    assert (stage.folder / "a.go").exists()
    assert (stage.folder / "T1-1.prompt.md").read_text() == "# Task T1 café\n"
    assert b'"stopReason": "end_turn"' in stage.transcript


async def test_a_secret_in_pieces_does_not_come_to_rest_in_the_transcript(stage: Stage) -> None:
    stage.masks = Masks(["s3cret-value"])
    usage = {"sessionUpdate": "usage_update", "used": 3, "size": 9}
    title = {"sessionUpdate": "session_info_update", "title": "work"}
    await stage.play(
        {"say": {"pieces": ["the key is s3", "cret-", "val"], "every": 0.01}},
        {"update": usage},
        {"say": "ue, and\nghp_0123456789abcdef"},
        {"update": title},
        {"say": "ABCDEF01234567 too"},
        {"think": "now s3cr"},
        {"think": "et-value"},
        {"print": "no frame, s3cret-value"},
        {"say": "s3cret-v"},
        {"say": "alue"},
        {"die": 9},
    )
    log = stage.transcript.decode()
    assert log.count("***") == 5
    assert '"text": "the key is ***, and\\n"' in log
    assert '"text": "*** too"' in log
    assert [word for word in ("s3cr", "val", "ue,", "ghp_", "ABCDEF") if word in log] == []
    assert '"usage_update"' in log


async def test_a_text_in_pieces_is_in_the_transcript_whole_and_once(stage: Stage) -> None:
    pieces = [str(number % 10) * (number % 7) + "\n" * (number % 11 == 0) for number in range(500)]
    big = ["x" * 50_000, "y" * 50_000, " z" * 40_000, "the end"]
    await stage.play({"say": {"pieces": [*pieces, *big], "every": 0}})
    texts = [
        found.text
        for line in stage.transcript.splitlines()
        if (message := read(line)) and (found := piece(message))
    ]
    assert "".join(texts) == "".join([*pieces, *big])
    assert max(map(len, texts)) < 200_000


async def test_tool_calls_are_told_once_they_are_known_and_when_they_fail(stage: Stage) -> None:
    path = f"{stage.folder}/count/a.go"
    call = {"sessionUpdate": "tool_call", "kind": "edit", "title": "Preparing…", "rawInput": {}}
    change = {"sessionUpdate": "tool_call_update"}
    known = {"title": "Change", "rawInput": {"x": 1}, "locations": [{"path": path}]}
    run = {"kind": "execute", "title": "run it", "rawInput": {"command": "go test\nls"}}
    wrong = [{"type": "content", "content": {"type": "text", "text": "```\nno such file\n```"}}]
    end = await stage.play(
        {"update": {**call, "toolCallId": "1", "status": "pending"}},
        {"update": {**change, "toolCallId": "1", **known}},
        {"update": {**change, "toolCallId": "1", "status": "completed"}},
        {"update": {**call, "toolCallId": "2", **run}},
        {"update": {**change, "toolCallId": "2", "status": "failed", "content": wrong}},
        {"update": {**change, "toolCallId": "3", "title": "Gone", "status": "failed"}},
    )
    assert end.ok
    assert stage.heard == [
        Utterance("do", "edit Change count/a.go", "1"),
        Utterance("did", "edit Change count/a.go", "1"),
        Utterance("do", "run go test …", "2"),
        Utterance("error", "run go test …: no such file", "2", "no such file"),
        Utterance("do", "Gone", "3"),
        Utterance("error", "Gone failed", "3"),
    ]


CHANGE = "--- a/count/a.go\n+++ b/count/a.go\n@@ -1 +1 @@\n-old\n+new\n"
WRITE = {"filePath": "PLACE", "oldString": "old\n", "newString": "new\n"}


@pytest.mark.parametrize(
    ("begun", "ended", "detail"),
    [
        (
            {"kind": "edit", "content": [{"type": "diff", "oldText": "old\n", "newText": "new\n"}]},
            {"rawOutput": "written"},
            f"{CHANGE}\nwritten",
        ),
        ({"kind": "edit", "rawInput": WRITE}, {}, CHANGE),
        ({"kind": "edit"}, {"rawOutput": {"metadata": {"diff": CHANGE}}}, CHANGE),
        ({"kind": "edit", "rawInput": {"diff": CHANGE}}, {"rawOutput": {"output": ""}}, CHANGE),
        ({"kind": "execute"}, {"rawOutput": {"output": "ok\n", "exit": 0}}, "ok"),
        ({"kind": "read"}, {"content": [{"content": {"text": "```go\nx\ny\n```"}}]}, "x\ny"),
        ({"kind": "read"}, {"rawOutput": [1], "content": [{"content": None}, 3]}, ""),
    ],
)
async def test_a_tool_call_has_its_change_and_its_output_to_unfold(
    stage: Stage, begun: Step, ended: Step, detail: str
) -> None:
    path = f"{stage.folder}/count/a.go"
    call = {"sessionUpdate": "tool_call", "toolCallId": "1", "status": "in_progress", **begun}
    for block in call.get("content", []):
        block["path"] = path
    done = {"sessionUpdate": "tool_call_update", "toolCallId": "1", "status": "completed", **ended}
    await stage.play(
        {"update": {**call, "title": "x", "locations": [{"path": path}]}}, {"update": done}
    )
    do, did = stage.heard
    assert (do.kind, do.call, did.kind, did.call, did.detail) == ("do", "1", "did", "1", detail)
    assert do.detail in {"", CHANGE}


async def test_what_there_is_to_unfold_is_bounded_and_keeps_its_end(stage: Stage) -> None:
    out = {"toolCallId": "1", "status": "completed", "rawOutput": "begin" + "x" * 10**6 + "end"}
    await stage.play({"update": {"sessionUpdate": "tool_call", "title": "x", **out}})
    detail = stage.heard[-1].detail
    assert len(detail) < 9000
    assert (detail[:5], detail[-3:]) == ("begin", "end")
    assert "993,342 characters left out" in detail


async def test_a_call_is_told_when_its_command_is_known_and_leaves_speech_whole(
    stage: Stage,
) -> None:
    call = {"toolCallId": "1", "kind": "execute", "title": "bash", "locations": [{"path": "/x"}]}
    known = {"title": "go test", "rawInput": {"command": "go test"}}
    progress = {"sessionUpdate": "tool_call_update", "toolCallId": "1", "status": "in_progress"}
    await stage.play(
        {"update": {"sessionUpdate": "tool_call", "status": "pending", **call}},
        {"say": "one "},
        {"update": {**progress, **known}},
        {"say": "two "},
        {"update": progress},
        {"say": "three"},
    )
    assert stage.said("say", "do") == ["one", "run go test", "two three"]


async def test_a_plan_is_told_by_what_changed(stage: Stage) -> None:
    one, two = {"content": "one", "status": "pending"}, {"content": "two", "status": "pending"}
    await stage.play(
        {"update": {"sessionUpdate": "plan", "entries": [one, two]}},
        {"update": {"sessionUpdate": "plan", "entries": [{**one, "status": "completed"}, two]}},
    )
    assert stage.said("plan") == ["[ ] one", "[ ] two", "[x] one"]


async def test_garbage_and_odd_updates_are_told_and_skipped(stage: Stage) -> None:
    end = await stage.play(
        {"print": "warming up"},
        {"print": "[1, 2]"},
        {"print": '{"id": {}, "result": 1}'},
        {"print": '{"id": 99, "error": "text"}'},
        {"print": ""},
        {"update": {"sessionUpdate": "agent_message_chunk", "content": None}},
        {"update": {"sessionUpdate": "from_the_future", "content": 3}},
        {"say": "half \ud83d"},
        {"say": "\ude00 a character\n"},
    )
    assert end.ok
    notes = stage.said("note")
    assert notes[:2] == ["warming up", "[1, 2]"]
    assert "not as agreed" in notes[4]
    assert stage.said("say") == ["half 😀 a character"]


async def test_a_message_of_ten_megabytes_is_one_line_for_people(stage: Stage) -> None:
    end = await stage.play({"big": 10_000_000}, {"say": "after"})
    assert end.ok
    assert [len(text) for text in stage.said("say")] == [4000, 5]
    assert len(stage.transcript) > 10_000_000


async def test_a_frame_that_is_too_long_is_skipped(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipes, "LONGEST_FRAME", 1 << 20)
    end = await stage.play({"big": 3_000_000}, {"say": "after"})
    assert end.ok
    assert stage.said("say", "note") == ["(a line of more than 1 MiB)", "after"]


async def test_much_on_stderr_blocks_nobody_and_is_in_the_transcript(stage: Stage) -> None:
    end = await stage.play({"noise": 300_000}, {"say": "after"})
    assert end.ok
    assert stage.transcript.count(b"x" * 1000) >= 299
    assert stage.said("say") == ["after"]


async def test_a_flood_of_updates_is_heard_in_order(stage: Stage) -> None:
    end = await stage.play({"flood": 5000})
    assert end.ok
    assert stage.said("say") == [str(number) for number in range(5000)]


@pytest.mark.parametrize(
    ("path", "command", "outcome"),
    [("a.go", None, "yes"), ("/etc/passwd", None, "no"), (None, "go vet ./...", "yes")],
)
async def test_what_an_agent_asks_is_answered_by_the_rules(
    stage: Stage, path: str | None, command: str | None, outcome: str
) -> None:
    tool = {
        "toolCallId": "1",
        "title": "Do",
        "kind": "edit",
        "locations": [{"path": path}] if path else [],
        "rawInput": {"command": ["bash", "-lc", command]} if command else {},
    }
    end = await stage.play({"ask": {"toolCall": tool, "options": OPTIONS}})
    assert end.ok
    assert len(stage.said("ask")) == 1
    assert stage.said("say") == [f'outcome {{"outcome": "selected", "optionId": "{outcome}"}}']
    assert stage.said("note") == [f"answered: {outcome.title()}"]


@pytest.mark.parametrize(
    "tool",
    [
        {"kind": "edit", "locations": [{"path": "out/passwd"}]},
        {"kind": "edit", "locations": [{"path": "a"}], "rawInput": {"file_path": "/etc/passwd"}},
        {"kind": "execute", "rawInput": {"command": "cat out/passwd"}},
        {"kind": "execute", "rawInput": {"command": "cat 'out/passwd';ls"}},
        {"kind": "execute", "rawInput": {"command": "grep -f=out/passwd x"}},
        {"kind": "execute", "rawInput": {"command": "cd sub && cat out/passwd"}},
        {"kind": "execute", "rawInput": {"command": "go test", "cwd": "/etc"}},
        {"kind": "execute", "rawInput": {"command": "git log", "args": ["--output=x"]}},
        {"kind": "execute", "title": "go test && rm …"},
        {"kind": "execute", "title": "go test; rm x"},
    ],
)
async def test_what_leads_out_of_the_worktree_is_seen_through(stage: Stage, tool: Step) -> None:
    (stage.folder / "out").symlink_to("/etc")
    (stage.folder / "sub").mkdir()
    (stage.folder / "sub" / "out").symlink_to("/etc")
    await stage.play({"ask": {"toolCall": {"toolCallId": "1", **tool}, "options": OPTIONS}})
    assert '"no"' in stage.said("say")[0]


async def test_a_command_that_is_told_by_its_title_alone_is_judged(stage: Stage) -> None:
    tool = {"toolCallId": "1", "kind": "execute", "title": "go test ./..."}
    await stage.play({"ask": {"toolCall": tool, "options": OPTIONS}})
    assert '"yes"' in stage.said("say")[0]


async def test_a_caller_may_decide_and_decline(stage: Stage) -> None:
    asked: list[Request] = []

    async def permit(request: Request) -> str | None:
        asked.append(request)
        return None

    stage.permit = permit
    tool = {"toolCallId": "1", "title": "Push", "kind": "execute", "rawInput": {"command": "x"}}
    await stage.play({"ask": {"toolCall": tool, "options": OPTIONS}})
    assert stage.said("say") == ['outcome {"outcome": "cancelled"}']
    assert (asked[0].line, asked[0].wish.command) == ("run x", "x")


async def test_what_was_not_offered_is_declined(stage: Stage) -> None:
    end = await stage.play({"request": "fs/write_text_file"}, {"request": "_own/thing"})
    assert end.ok
    assert stage.said("say") == ["error -32601", "error -32601"]


MODES = {"modes": {"currentModeId": "a", "availableModes": [{"id": "a"}, {"id": "b"}]}}
OPTION = {"configOptions": [{"id": "m", "category": "mode", "options": [{"value": "b"}]}]}


@pytest.mark.parametrize(
    ("session", "said"), [(MODES, '"modeId": "b"'), (OPTION, '"configId": "m", "value": "b"')]
)
async def test_the_mode_is_set_as_the_agent_offers_it(
    stage: Stage, session: Step, said: str
) -> None:
    stage.mode = "b"
    assert (await stage.play(session=session)).ok
    assert said in stage.said("say")[0]


async def test_a_mode_that_is_not_there_is_told(stage: Stage) -> None:
    stage.mode = "z"
    end = await stage.play(session=MODES)
    assert end.reason == "it has no mode z; it offers: a, b"


CODEX = {
    "sessionUpdate": "session_info_update",
    "_meta": {
        "codex": {
            "error": {
                "message": "Reconnecting... 1/1",
                "codexErrorInfo": {"responseStreamDisconnected": {"httpStatusCode": 429}},
                "additionalDetails": "exceeded retry limit",
            }
        }
    },
}
BROKEN = {
    "sessionUpdate": "session_info_update",
    "_meta": {"codex": {"threadStatus": {"type": "systemError"}}},
}
ACTIVE = {
    "sessionUpdate": "session_info_update",
    "_meta": {"codex": {"threadStatus": {"type": "active"}}},
}
LAST_429 = "exceeded retry limit, last status: 429 Too Many Requests"
NO_TOKENS = {"result": {"stopReason": "end_turn"}}


def stopped(reason: str) -> Step:
    return {"result": {"stopReason": reason}}


def error(said: str, code: int = -32603, **data: str) -> Step:
    return {"error": {"code": code, "message": said, "data": data}}


@pytest.mark.parametrize(
    ("steps", "prompt", "reason"),
    [
        ([], error("(429)", errorKind="rate_limit"), "rate limit: (429)"),
        ([], error("Rate limit reached", errorName="APIError"), "rate limit: Rate limit reached"),
        ([], error("no rate limiter in main.go"), "error -32603: no rate limiter in main.go"),
        ([{"update": CODEX}, {"update": BROKEN}], NO_TOKENS, "rate limit: exceeded retry limit"),
        ([{"update": BROKEN}, {"say": LAST_429}], NO_TOKENS, f"rate limit: {LAST_429}"),
        ([{"update": BROKEN}, {"say": "status 404\n\n"}], NO_TOKENS, "status 404"),
        ([{"say": "so"}, {"update": BROKEN}], NO_TOKENS, "the agent reports a system error"),
        (
            [{"update": CODEX}, {"say": "on"}, {"update": BROKEN}, {"say": "no disk"}],
            NO_TOKENS,
            "no disk",
        ),
        (
            [],
            error("Internal error", message="Used up", codexErrorInfo="usageLimitExceeded"),
            "rate limit: Used up",
        ),
        ([], error("Internal error", message="No disk"), "error -32603: Internal error (No disk)"),
        ([{"say": "Error: 429 slow"}], NO_TOKENS, "rate limit: Error: 429 slow"),
        ([{"say": "Error: no\nmodel"}], NO_TOKENS, "Error: no model"),
        ([], error("Boom", errorName="X"), "error -32603: Boom (X)"),
        ([], error("Authentication required", -32000), "not logged in: Authentication required"),
        ([], stopped("refusal"), "it refused"),
        ([], stopped("max_tokens"), "its answer ran into the token limit"),
        ([], stopped("max_turn_requests"), "it ran into its limit of requests in a turn"),
        ([], stopped("cancelled"), "it was cancelled"),
        ([], stopped("tired"), "it stopped for an unknown reason: tired"),
        ([{"result": {"failed": "no idea"}}], NO_TOKENS, "no idea"),
        ([{"result": {"failed": 3}}], NO_TOKENS, "its result file is not as agreed"),
    ],
)
async def test_an_end_that_is_none_is_seen_through(
    stage: Stage, steps: list[Step], prompt: Step, reason: str
) -> None:
    end = await stage.play(*steps, prompt=prompt)
    assert not end.ok
    assert end.reason.startswith(reason)


async def test_trouble_that_passed_and_talk_of_errors_are_no_failure(stage: Stage) -> None:
    steps = [{"update": CODEX}, {"update": BROKEN}, {"update": ACTIVE}]
    assert (await stage.play(*steps, {"say": "Error: 429 is what the server answers now"})).ok


async def test_a_version_of_the_protocol_that_is_not_ours_is_told(stage: Stage) -> None:
    end = await stage.play(version=2)
    assert end.reason == "it speaks version 2 of the protocol, not 1"


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (signal.SIGKILL, "killed by signal 9 in mid-turn: last words"),
        ({"code": 3}, "it ended in mid-turn with exit code 3: last words"),
    ],
)
async def test_an_agent_that_dies_takes_its_children_along(
    stage: Stage, how: object, reason: str
) -> None:
    end = await stage.play({"say": "so "}, {"child": 60}, {"noise": 5}, {"die": how})
    assert (end.ok, end.reason) == (False, reason)
    assert stage.said("say") == ["so"]


@pytest.mark.usefixtures("hasty")
async def test_an_agent_that_closes_its_output_is_given_up(stage: Stage) -> None:
    end = await stage.play({"close": 60})
    assert end.reason == "it closed its output in mid-turn"


async def test_a_program_that_speaks_no_protocol_is_told_by_its_last_words(stage: Stage) -> None:
    end = await stage.take("sh", "-c", "echo usage: x; echo bad flag >&2; exit 2")
    assert end.reason == "it ended in mid-turn with exit code 2: bad flag"
    assert stage.said("note") == ["usage: x"]
    assert (await stage.take("/no/such/agent")).reason.startswith("cannot start /no/such/agent")


async def test_children_in_sessions_of_their_own_end_with_the_turn(stage: Stage) -> None:
    assert (await stage.play({"child": 60})).ok


async def test_silence_is_told_and_ended(stage: Stage) -> None:
    stage.stall_timeout = 0.6
    end = await stage.play({"say": "thinking"}, {"wait": 60})
    assert (end.ok, end.reason) == (False, "no sign of life for 0.9 s")
    assert stage.heard == [
        Utterance("note", "no sign of life for 1 s"),
        Utterance("note", "no sign of life for 0.9 s: given up"),
        Utterance("say", "thinking"),
    ]
    assert b'"stopReason": "cancelled"' in stage.transcript


async def test_a_person_who_thinks_is_no_silence_of_the_agents(stage: Stage) -> None:
    async def permit(request: Request) -> str | None:
        await asyncio.sleep(1.5)
        return request.option("allow_once")

    stage.permit, stage.stall_timeout = permit, 1
    assert (await stage.play({"ask": {"toolCall": {"toolCallId": "1"}, "options": OPTIONS}})).ok


async def test_a_turn_that_takes_too_long_is_ended(stage: Stage) -> None:
    stage.timeout = 0.6
    end = await stage.play({"say": {"pieces": ["."] * 1000, "every": 0.05}})
    assert (end.ok, end.reason) == (False, "no end after 0.6 s")


@pytest.mark.usefixtures("hasty")
async def test_an_agent_that_ignores_everything_is_killed(stage: Stage) -> None:
    stage.timeout = 0.8
    began = time.monotonic()
    end = await stage.play({"child": 60}, {"wait": 60}, ignore=["cancel", "eof", "term"])
    assert end.reason == "no end after 0.8 s"
    assert time.monotonic() - began < 8


async def test_a_cancelled_turn_answers_what_was_asked_and_leaves_no_process(stage: Stage) -> None:
    asked = asyncio.Event()

    async def permit(_: Request) -> str | None:
        asked.set()
        await asyncio.sleep(60)
        return "yes"

    stage.permit = permit
    request = {"ask": {"toolCall": {"toolCallId": "1"}, "options": OPTIONS}}
    turn = asyncio.create_task(stage.play(request, {"wait": 60}))
    async with asyncio.timeout(60):
        await asked.wait()
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
    assert stage.said("say") == ['outcome {"outcome": "cancelled"}']
    assert b'"stopReason": "cancelled"' in stage.transcript


ASK = {"toolCall": {"toolCallId": "1", "title": "Push"}, "options": OPTIONS}


async def test_what_is_asked_after_the_cancel_is_answered_without_anybody(stage: Stage) -> None:
    """The question and the cancel may cross on the wire."""
    stage.permit = permit = Never()
    turn = asyncio.create_task(stage.play({"say": "x"}, {"wait": 60}, last=[{"ask": ASK}]))
    await stage.until('"text": "x"')
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert b"outcome" in stage.transcript
    assert stage.said("say") == ["x", 'outcome {"outcome": "cancelled"}']
    assert not permit.asked.is_set()


class Never:
    """Is asked for leave, and never answers."""

    def __init__(self) -> None:
        self.asked, self.withdrawn = asyncio.Event(), False

    async def __call__(self, _: Request) -> str | None:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.withdrawn = True
        return None


async def test_a_turn_that_ends_as_it_is_cancelled_is_over(stage: Stage) -> None:
    turn = asyncio.create_task(stage.play({"say": "x"}, {"until": 60}))
    await stage.until('"text": "x"')
    turn.cancel()
    with pytest.raises(asyncio.CancelledError):
        await turn
    assert b'"stopReason": "end_turn"' in stage.transcript


async def test_a_question_goes_with_the_agent_that_dies(stage: Stage) -> None:
    stage.permit = permit = Never()
    end = await stage.play({"pose": ASK}, {"wait": 0.2}, {"die": signal.SIGKILL})
    assert (end.ok, end.reason) == (False, "killed by signal 9 in mid-turn")
    assert permit.asked.is_set()
    assert permit.withdrawn


async def test_a_session_that_needs_a_login_is_told(stage: Stage) -> None:
    need = {"code": -32000, "message": "Authentication required"}
    end = await stage.play(refuse={"session/new": need})
    assert (end.ok, end.reason) == (False, "not logged in: Authentication required")


@pytest.mark.usefixtures("hasty")
async def test_an_agent_whose_provider_is_retried_in_silence_is_given_up(stage: Stage) -> None:
    stage.stall_timeout = 0.4
    end = await stage.play({"wait": 600}, ignore=["cancel"])
    assert (end.ok, end.reason, end.limit) == (False, "no sign of life for 0.6 s", None)


async def test_a_tool_at_work_may_be_silent_for_longer(stage: Stage) -> None:
    stage.stall_timeout = 0.6
    call = {"toolCallId": "1", "kind": "execute", "rawInput": {"command": "go test"}}
    begun = {"sessionUpdate": "tool_call", "status": "in_progress", **call}
    ended = {"sessionUpdate": "tool_call_update", "status": "completed", "toolCallId": "1"}
    end = await stage.play({"update": begun}, {"wait": 1.2}, {"update": ended}, {"say": "x"})
    assert end.ok
    assert [seconds > 0 for seconds in stage.ear.stalls[:1]] == [True]
    end = await stage.play({"update": begun}, {"wait": 60})
    assert end.reason == "no sign of life for 1.8 s"


def test_the_library_is_loaded_only_for_a_turn() -> None:
    code = "import sys, sixfold.agents.roster; print({'acp', 'pydantic'} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


def test_an_agent_of_the_settings_is_enlisted(tmp_path: Path) -> None:
    text = "agents:\n  x: {protocol: acp, command: [cat], mode: b, stall_timeout: 2m}\n"
    assert enlist(parse(text, "f", {}), "x", tmp_path).name == "x"


async def test_what_the_catalogue_says_of_an_environment_yields_to_the_persons(
    stage: Stage,
) -> None:
    stage.usual = {"NEW": "new", "PATH": "lost", "KEY": "lost"}
    assert (await stage.play({"write": {"path": "$NEW-$KEY", "text": ""}}, {"child": 60})).ok
    assert (stage.folder / "new-value").exists()


def test_lines_are_put_together_whatever_the_chunks() -> None:
    lines = Lines()
    assert [lines.feed(chunk) for chunk in (b"a", b"b\nc\n", b"\n", b"d")] == [
        [],
        [b"ab", b"c"],
        [b""],
        [],
    ]
    assert lines.rest() == b"d"


def test_a_message_nested_beyond_measure_is_none() -> None:
    assert read(b'{"id":1,"result":' + b"[" * 100_000) is None
