"""`sixfold doctor --agents` starts each agent up to a session, and says what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import acp_agent
from repository import Repository
from sixfold.agents.roll_call import logged_in
from sixfold.catalogue import KNOWN
from sixfold.config import parse

ONE = "- [ ] T001 Write one\n"


def doctor(folder: Path, agents: dict[str, object], *words: str) -> tuple[int, str]:
    repository = Repository(folder, ONE, agents=agents)
    done = subprocess.run(
        [sys.executable, "-m", "sixfold", "doctor", *words],
        cwd=repository.root,
        env={**os.environ, "HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def speaking(folder: Path, name: str, **script: object) -> dict[str, object]:
    path = folder.parent / f"{name}.json"
    path.write_text(json.dumps(script))
    return {"protocol": "acp", "command": [sys.executable, acp_agent.__file__, str(path)]}


def test_each_agent_is_started_up_to_a_session(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    modes = {"availableModes": [{"id": "ask"}, {"id": "code"}]}
    fine = speaking(folder, "fine", session={"modes": modes}, able={"loadSession": True})
    code, said = doctor(folder, {"fine": fine}, "--agents")
    assert code == 0, said
    assert "ok    agent          fine (default), protocol acp, opens a session" in said
    assert "modes ask, code" in said
    assert "cannot go on with a session" not in said


def test_an_agent_that_opens_no_session_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    login = {"code": -32000, "message": "Authentication required"}
    shut = speaking(folder, "shut", refuse={"session/new": login})
    broken = {"protocol": "acp", "command": ["sh", "-c", "echo bad flag >&2; exit 1"]}
    talk = "echo 'EROFS: read-only, mkdir x'; echo '  errno: -30'; echo 'Bun v1'"
    thrown = {"protocol": "acp", "command": ["sh", "-c", f"({talk}) >&2; exit 1"]}
    code, said = doctor(
        folder, {"default": "shut", "shut": shut, "broken": broken, "thrown": thrown}, "--agents"
    )
    assert code == 2
    assert "MEND  agent          shut: not logged in: Authentication required" in said
    assert "broken: it ended before there was a session: bad flag" in said
    assert "thrown: it ended before there was a session: EROFS: read-only, mkdir x" in said


def test_agents_of_the_catalogue_that_nobody_asked_for_need_not_be_there(tmp_path: Path) -> None:
    canned = {"protocol": "scripted", "playbook": "playbook.yaml"}
    code, said = doctor(tmp_path / "r", {"canned": canned})
    assert code == 0, said
    assert said.count(" agent ") == 1
    assert "catalogue      installed: " in said
    code, said = doctor(tmp_path / "s", {"default": "hermes", "canned": canned})
    assert code == 2
    assert "-> pip install 'hermes-agent[acp]'" in said


def test_agents_that_nobody_uses_are_told_apart_from_those_that_are_well(tmp_path: Path) -> None:
    folder = tmp_path / "r"
    code, said = doctor(folder, {"fine": speaking(folder, "fine")}, "--agents")
    assert code == 0, said
    others = [line for line in said.splitlines() if " other agent " in line]
    assert others
    assert all(line.startswith("-") == ("is not on PATH" in line) for line in others)


def test_what_a_missing_feature_hides_is_not_told_twice(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    (repository.root / "specs/001-x/tasks.md").unlink()
    said = repository.sixfold("doctor").stdout
    assert said.count("MEND") == 1
    assert "isolation" not in said


@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("sh", "ok    notify         sh {text}"),
        ("no-such", "ok    notify         no-such cannot be called\n"),
    ],
)
def test_whom_a_run_would_notify_is_looked_for(tmp_path: Path, program: str, said: str) -> None:
    repository = Repository(tmp_path, ONE, notify=[program, "{text}"])
    done = repository.sixfold("doctor")
    assert said in done.stdout
    assert done.returncode == 0, "a run can start without"


def test_a_login_is_seen_by_a_key_or_a_file(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert logged_in("codex", environ) == ""
    assert logged_in("codex", {**environ, "OPENAI_API_KEY": "x"}) == "OPENAI_API_KEY"
    (tmp_path / ".codex").mkdir()
    (tmp_path / ".codex/auth.json").write_text("{}")
    assert logged_in("codex", environ) == "~/.codex/auth.json"


def test_what_the_catalogue_says_can_be_overridden_in_part() -> None:
    settings = parse("agents:\n  codex: {mode: read-only, timeout: 1h}\n", "f", {})
    codex = settings.agents["codex"]
    assert (codex.protocol, codex.command, codex.mode) == ("acp", ["codex-acp"], "read-only")
    assert float(codex.timeout) == 3600
    assert settings.default_agent == "codex"
    assert set(KNOWN) <= set(settings.agents)
    assert parse("agents: {default: gemini}", "f", {}).default_agent == "gemini"
