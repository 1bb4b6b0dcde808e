"""Whole runs with headless agents whose stream is understood: usage, limits, words of a person."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from repository import PATIENCE, Repository, of, outcomes
from sixfold import events as ev

TASKS = """\
## Phase 1: Setup

- [ ] T001 Write one
"""
STUB = """\
import json, os, pathlib, sys, time
told, stage = sys.stdin.read(), pathlib.Path(os.environ["STAGE"])
work = pathlib.Path(f"work-{os.environ['SIXFOLD_TASK']}.txt")
with (stage / "calls.jsonl").open("a") as calls:
    calls.write(json.dumps([sys.argv[1:], told]) + "\\n")
def tell(**event):
    print(json.dumps(event), flush=True)
"""
CODEX = """\
tell(type="thread.started", thread_id="t-1")
tell(type="turn.started")
again = "resume" in sys.argv
while not (again or (stage / "go").exists()):
    time.sleep(0.05)
with work.open("a") as file:
    file.write("done\\n")
tell(type="item.completed", item={"id": "1", "type": "agent_message", "text": "Done."})
total = 150 if again else 100
tell(type="turn.completed", usage={"input_tokens": total, "output_tokens": total // 10})
sys.exit(1)
"""
OPENCODE = """\
if not (stage / "limited").exists():
    (stage / "limited").touch()
    data = {"message": "slow down", "statusCode": 429, "responseHeaders": {"retry-after": "0"}}
    tell(type="error", sessionID="ses_1", error={"name": "APIError", "data": data})
    sys.exit(0)
work.write_text("done\\n")
tokens = {"input": 1000, "output": 34, "cache": {"read": 200}}
tell(type="step_finish", sessionID="ses_1", part={"reason": "stop", "tokens": tokens, "cost": 0.25})
"""


def with_stub(root: Path, name: str, script: str, *words: str) -> Repository:
    """A repository whose agent is a program called `name`."""
    program = root / "bin" / name
    program.parent.mkdir(parents=True)
    (root / "stage").mkdir()
    program.write_text(f"#!{sys.executable}\n{STUB}{script}")
    program.chmod(0o755)
    agent = {
        "protocol": "command",
        "command": [str(program), *words],
        "format": name,
        "env": {"STAGE": str(root / "stage")},
        "writable": [str(root / "stage")],
    }
    return Repository(root / "repository", TASKS, agents={"mine": agent})


def calls(root: Path) -> list[tuple[list[str], str]]:
    """What the agent was told: its words and its prompt."""
    lines = (root / "stage/calls.jsonl").read_text().splitlines()
    return [(words, prompt) for words, prompt in map(json.loads, lines)]


def test_words_of_a_person_go_on_in_the_session_and_every_token_is_counted_once(
    tmp_path: Path,
) -> None:
    repository = with_stub(tmp_path, "codex", CODEX, "exec", "--json", "-")
    process = repository.start("run", "--headless", "--json")
    try:
        repository.wait_for_event(ev.TaskStarted, task="T001")
        told = repository.sixfold("tell", "T001", "use a map")
        assert (told.returncode, told.stderr) == (0, "")
        (tmp_path / "stage/go").touch()
        out, err = process.communicate(timeout=60)
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=PATIENCE)
    assert (process.returncode, "Traceback" in err) == (0, False), err
    assert outcomes(ev.decode_journal(out.encode().splitlines())) == {"T001": "done"}
    first, second = calls(tmp_path)
    assert first[0] == ["exec", "--json", "-"]
    assert second == (["exec", "--json", "resume", "t-1", "-"], "use a map")
    status = json.loads(repository.sixfold("status", "--json").stdout)
    assert status["usage"] == {"input_tokens": 150, "output_tokens": 15, "cost": 0.0}


def test_a_rate_limit_rests_the_turn_and_the_cost_is_in_the_status(tmp_path: Path) -> None:
    repository = with_stub(tmp_path, "opencode", OPENCODE, "run", "--format", "json")
    code, events = repository.run()
    assert code == 0
    assert outcomes(events) == {"T001": "done"}
    limits = [one.reason for one in of(events, ev.ProviderLimited)]
    assert limits == ["rate limit: slow down"]
    assert calls(tmp_path)[1][0][:3] == ["run", "--session", "ses_1"]
    status = json.loads(repository.sixfold("status", "--json").stdout)
    usage = {"input_tokens": 1200, "output_tokens": 34, "cost": 0.25}
    assert (status["usage"], status["tasks"][0]["usage"]) == (usage, usage)
