"""Any program that reads a prompt is an agent; its exit code proves nothing but an end."""

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from client import Ear
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.agents.command import CommandAgent
from sixfold.agents.roster import enlist, slot_for_fix
from sixfold.config import ConfigError, parse
from sixfold.events import Utterance
from sixfold.process import MARKER, marked

PROMPT = "# Task T1\n\nwrite {prompt} café\n"


def a_turn(folder: Path, **env: str) -> Turn:
    return Turn(
        prompt=PROMPT,
        cwd=folder,
        env={**os.environ, MARKER: f"agent-{os.getpid()}", **env},
        result=folder / "results" / "T1-1.json",
        transcript=folder / "T1-1.log",
    )


async def take(
    folder: Path, command: Sequence[str], *, most: float = 20, **env: str
) -> tuple[TurnEnd, list[Utterance]]:
    heard: list[Utterance] = []
    agent = CommandAgent("mine", command, env=env, timeout=most)
    end = await agent.take(a_turn(folder), Ear(hear=heard.extend))
    return end, heard


def python(script: str) -> list[str]:
    return [sys.executable, "-c", script]


async def test_the_prompt_comes_on_stdin(tmp_path: Path) -> None:
    end, heard = await take(tmp_path, ["cat"])
    assert end == TurnEnd(ok=True)
    assert "\n".join(line.text for line in heard) + "\n" == PROMPT
    assert (tmp_path / "T1-1.log").read_text() == PROMPT


@pytest.mark.parametrize("place", ["{prompt}", "{prompt_file}"])
async def test_the_prompt_comes_in_the_command_where_it_has_a_place(
    tmp_path: Path, place: str
) -> None:
    script = (
        "import sys,pathlib;word=sys.argv[1];"
        "print(pathlib.Path(word).read_text() if word.endswith('.md') else word);"
        "print(repr(sys.stdin.read()))"
    )
    end, heard = await take(tmp_path, [*python(script), place])
    assert end.ok
    assert "\n".join(line.text for line in heard) == f"{PROMPT}\n''"


async def test_stderr_is_heard_as_notes_and_the_settings_environment_is_there(
    tmp_path: Path,
) -> None:
    script = "import os,sys;print(os.environ['KEY'],file=sys.stderr)"
    end, heard = await take(tmp_path, python(script), KEY="value")
    assert end.ok
    assert heard == [Utterance("note", "value")]


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import os;os.kill(os.getpid(),9)", "killed by signal 9"),
    ],
)
async def test_an_end_that_is_not_zero_is_a_failure(
    tmp_path: Path, script: str, reason: str
) -> None:
    end, _ = await take(tmp_path, python(script))
    assert (end.ok, end.reason) == (False, reason)


@pytest.mark.parametrize(
    ("left", "what"),
    [
        ("os.mkfifo(path)", "is no plain file"),
        ("os.mkdir(path)", "Is a directory"),
        ("os.truncate(os.open(path, os.O_CREAT | os.O_WRONLY), 1 << 40)", "more than"),
    ],
    ids=["pipe", "folder", "huge"],
)
async def test_a_result_that_is_no_small_file_is_no_result(
    tmp_path: Path, left: str, what: str
) -> None:
    path = str(tmp_path / "results" / "T1-1.json")
    end, _ = await take(tmp_path, python(f"import os; path = {path!r}; {left}"))
    assert not end.ok
    assert end.reason.startswith("its result file is not as agreed")
    assert what in end.reason


@pytest.mark.parametrize(
    ("left", "ok", "said"),
    [
        ('{"no_change": "only a check"}', True, ""),
        ('{"failed": "no idea"}', False, "no idea"),
        ("not json", False, "its result file is not as agreed"),
        ('{"failed": 3}', False, "its result file is not as agreed"),
    ],
)
async def test_the_result_file_is_believed_before_the_exit_code(
    tmp_path: Path, left: str, ok: bool, said: str
) -> None:
    result = tmp_path / "results" / "T1-1.json"
    end, _ = await take(tmp_path, python(f"open({str(result)!r},'w').write({left!r})"))
    assert end.ok is ok
    assert said in end.reason
    if ok:
        assert end.result.no_change == json.loads(left)["no_change"]


async def test_a_turn_that_takes_too_long_is_ended_with_all_its_processes(tmp_path: Path) -> None:
    script = (
        "import subprocess,time;"
        "subprocess.Popen(['sleep','60'],start_new_session=True);time.sleep(60)"
    )
    end, _ = await take(tmp_path, python(script), most=0.5)
    assert (end.ok, end.reason) == (False, "no end after 0.5 s")
    assert not marked({MARKER: f"agent-{os.getpid()}"})


@pytest.mark.parametrize("end", ["kill -9 $$", "exit 3"])
async def test_children_in_sessions_of_their_own_end_with_an_agent_that_dies(
    tmp_path: Path, end: str
) -> None:
    script = f"setsid sleep 60 & setsid sh -c 'trap : TERM; sleep 60; sleep 60' & {end}"
    turn, _ = await take(tmp_path, ["sh", "-c", script])
    assert turn.reason == ("killed by signal 9" if "kill" in end else "exit code 3")
    assert not marked({MARKER: f"agent-{os.getpid()}"})


async def test_a_cancelled_turn_leaves_no_process(tmp_path: Path) -> None:
    agent = CommandAgent("mine", ["sh", "-c", "echo up; sleep 60"], env={}, timeout=60)
    up = asyncio.Event()
    turn = asyncio.create_task(agent.take(a_turn(tmp_path), Ear(hear=lambda _: up.set())))
    async with asyncio.timeout(60):
        await up.wait()
        assert marked({MARKER: f"agent-{os.getpid()}"})
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
    assert not marked({MARKER: f"agent-{os.getpid()}"})


async def test_a_flood_without_newlines_arrives(tmp_path: Path) -> None:
    end, heard = await take(tmp_path, python("print('x' * 3_000_000)"))
    assert end.ok
    assert (tmp_path / "T1-1.log").stat().st_size == 3_000_001
    assert max(len(line.text) for line in heard) <= 4000


def test_a_program_that_is_not_there_is_told_before_the_start(tmp_path: Path) -> None:
    settings = parse("agents:\n  x: {protocol: command, command: [no-such-agent]}\n", "f", {})
    with pytest.raises(ConfigError, match="not on PATH"):
        enlist(settings, "x", tmp_path)
    with pytest.raises(ConfigError, match=r"use one of: .*x"):
        enlist(settings, "y", tmp_path)


def test_a_program_of_the_repository_counts_from_the_settings_file(tmp_path: Path) -> None:
    program = tmp_path / "agent.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    settings = parse("agents:\n  x: {protocol: command, command: [./agent.sh]}\n", "f", {})
    assert enlist(settings, "x", tmp_path).name == "x"


def test_a_fix_lands_with_the_testers_first() -> None:
    assert slot_for_fix({1, 2, 5, 6}) == 5
    assert slot_for_fix({1, 2}) == 2
