"""Programs whose stream is understood: sessions that go on, results, limits, and bad ends."""

from __future__ import annotations

import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from client import Ear
from headless import lines
from sixfold.agents import command
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.agents.command import CommandAgent
from sixfold.agents.formats.known import FORMATS
from sixfold.events import Utterance
from sixfold.model import Usage
from sixfold.process import MARKER, marked

RUN = f"formats-{os.getpid()}"
STUB = """\
#!{python}
import json, os, sys, pathlib
told = sys.stdin.read()
with open("calls.jsonl", "a") as calls:
    calls.write(json.dumps([sys.argv[1:], told]) + "\\n")
{script}
"""
FIRST: list[Mapping[str, Any]] = [
    {"type": "system", "subtype": "init", "session_id": "s-1"},
    {"type": "assistant", "message": {"id": "m", "content": [{"type": "text", "text": "Hi."}]}},
    {"type": "result", "subtype": "success", "usage": {"input_tokens": 7}, "total_cost_usd": 0.5},
]
GONE = {
    "type": "result",
    "subtype": "error_during_execution",
    "is_error": True,
    "errors": ["No conversation found with session ID: s-1"],
}


class Stage:
    """A stub that calls itself `claude`, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ear, self.timeout = folder, Ear(), 20.0
        self.program = folder / "bin" / "claude"
        self.program.parent.mkdir()

    def agent(self, script: str, *words: str) -> CommandAgent:
        """The agent whose program runs `script` once it has read its prompt."""
        self.program.write_text(STUB.format(python=sys.executable, script=script))
        self.program.chmod(0o755)
        words = (str(self.program), "-p", *words)
        form = FORMATS["claude"]
        return CommandAgent("mine", words, env={}, timeout=self.timeout, form=form)

    async def take(self, agent: CommandAgent, session: str = "") -> TurnEnd:
        """A turn; no process may be left of it."""
        turn = Turn(
            prompt="# Task\n",
            cwd=self.folder,
            env={**os.environ, MARKER: RUN},
            result=self.folder / "results" / "T1.json",
            transcript=self.folder / "T1.log",
            session=session,
            again="go on" if session else "",
        )
        try:
            return await agent.take(turn, self.ear)
        finally:
            assert not marked({MARKER: RUN})

    @property
    def calls(self) -> list[Any]:
        """What the program was told: its words and its prompt."""
        return [json.loads(line) for line in (self.folder / "calls.jsonl").read_text().splitlines()]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def printing(events: Sequence[Mapping[str, Any]]) -> str:
    return f"sys.stdout.buffer.write({lines(events)!r}); sys.stdout.flush()"


async def test_a_turn_is_heard_counted_and_judged_by_its_stream(stage: Stage) -> None:
    end = await stage.take(stage.agent(f"{printing(FIRST)}; sys.exit(1)"))
    assert end == TurnEnd(ok=True)
    assert stage.ear.heard == [Utterance("say", "Hi.")]
    assert stage.ear.sessions == ["s-1"]
    assert stage.ear.usage == Usage(7, 0, 0.5)
    assert stage.calls == [[["-p"], "# Task\n"]]
    assert (stage.folder / "T1.log").read_bytes() == lines(FIRST)


def gemini(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": text, "delta": True}


def claude(text: str) -> dict[str, Any]:
    delta = {"type": "text_delta", "text": text}
    event = {"type": "content_block_delta", "index": 0, "delta": delta}
    return {"type": "stream_event", "event": event}


@pytest.mark.parametrize(("form", "piece"), [("gemini", gemini), ("claude", claude)])
async def test_a_secret_in_pieces_does_not_come_to_rest_in_the_transcript(
    stage: Stage, form: str, piece: Callable[[str], dict[str, Any]]
) -> None:
    texts = [
        "it is ghp_01234",
        "56789abcdefABCDEF",
        "01234567 or so\nand ghp_abcdefghij",
        "klmnop0123",
    ]
    events = [*map(piece, texts), {"type": "other", "message": "then"}]
    command = [sys.executable, "-c", f"import sys; {printing(events)}"]
    await stage.take(CommandAgent("mine", command, env={}, timeout=20, form=FORMATS[form]))
    log = (stage.folder / "T1.log").read_text()
    assert "it is *** or so" in log
    assert "and ***" in log
    assert log.count("***") == 2
    assert "then" in log
    assert [word for word in ("ghp_", "ABCDEF", "klmnop") if word in log] == []


async def test_a_session_goes_on_is_told_what_is_new_and_keeps_its_result(stage: Stage) -> None:
    leave = "pathlib.Path('results/T1.json').write_text(json.dumps({'no_change': 'all there'}))"
    script = f"'--resume' in sys.argv or {leave}\n{printing(FIRST)}"
    agent = stage.agent(script)
    await stage.take(agent)
    end = await stage.take(agent, session="s-1")
    assert stage.calls == [[["-p"], "# Task\n"], [["--resume", "s-1", "-p"], "go on"]]
    assert (end.ok, end.result.no_change) == (True, "all there")
    assert (stage.folder / "T1.prompt.md").read_text() == "go on"


async def test_a_session_that_is_gone_begins_afresh(stage: Stage) -> None:
    fresh, gone = printing(FIRST), printing([GONE])
    script = f"if '--resume' in sys.argv:\n  {gone}; sys.exit(1)\n{fresh}"
    end = await stage.take(stage.agent(script), session="s-1")
    assert end == TurnEnd(ok=True)
    assert [told for _, told in stage.calls] == ["go on", "# Task\n"]
    assert stage.ear.heard[0].text.startswith("session s-1 does not go on (No conversation found")


async def test_a_session_that_meets_a_rate_limit_is_not_begun_afresh(stage: Stage) -> None:
    limit = {**GONE, "api_error_status": 429}
    end = await stage.take(stage.agent(printing([limit])), session="s-1")
    assert end.limit
    assert len(stage.calls) == 1


async def test_a_command_that_says_about_sessions_itself_is_left_alone(stage: Stage) -> None:
    await stage.take(stage.agent(printing(FIRST), "--continue"), session="s-1")
    assert stage.calls == [[["-p", "--continue"], "# Task\n"]]
    assert stage.ear.sessions == []


@pytest.mark.parametrize(
    ("left", "reason"),
    [('{"failed": "no idea"}', "no idea"), ("nonsense", "its result file is not as agreed")],
)
async def test_the_result_file_is_believed_before_a_good_end(
    stage: Stage, left: str, reason: str
) -> None:
    script = f"pathlib.Path('results/T1.json').write_text({left!r})\n{printing(FIRST)}"
    end = await stage.take(stage.agent(script))
    assert not end.ok
    assert end.reason.startswith(reason)


async def test_a_program_that_stays_after_its_end_is_ended(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LEAVE_SECONDS", 0.1)
    script = f"{printing(FIRST)}\nimport time; time.sleep(60)"
    began = time.monotonic()
    assert await stage.take(stage.agent(script)) == TurnEnd(ok=True)
    assert time.monotonic() - began < 15


async def test_trouble_that_may_pass_is_waited_for(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LEAVE_SECONDS", 0.1)
    script = f"{printing([GONE])}\nimport time; time.sleep(1)\n{printing(FIRST)}"
    assert await stage.take(stage.agent(script)) == TurnEnd(ok=True)


async def test_a_program_that_tells_no_end_runs_into_its_timeout(stage: Stage) -> None:
    stage.timeout = 0.5
    script = f"{printing(FIRST[:2])}\nimport time; time.sleep(60)"
    end = await stage.take(stage.agent(script))
    assert end == TurnEnd(ok=False, reason="no end after 0.5 s")


async def test_a_line_of_a_hundred_megabytes_does_not_fill_the_memory(stage: Stage) -> None:
    flood = "for _ in range(100): sys.stdout.write('x' * (1 << 20))"
    script = f"{flood}\nprint(flush=True)\n{printing(FIRST)}"
    tracemalloc.start()
    try:
        end = await stage.take(stage.agent(script))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert end.ok
    assert stage.ear.heard[0] == Utterance("note", "(a line of more than 50 MiB)")
    assert peak < 80 << 20
