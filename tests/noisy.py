"""Six agents that talk all the time, and what is left of what they said."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import acp_agent
from repository import Repository
from sixfold.runner.store import RunFolder

AGENTS = 6


def noisy(folder: Path, rate: int, seconds: float) -> Repository:
    """A repository with six tasks, whose agents say so many numbers a second."""
    write = {"write": {"path": "work-$SIXFOLD_TASK.txt", "text": "done\n"}}
    steps = [{"stream": {"rate": rate, "seconds": seconds}}, write]
    script = folder / "script.json"
    script.write_text(json.dumps({"steps": steps}))
    agent = {"protocol": "acp", "command": [sys.executable, acp_agent.__file__, str(script)]}
    tasks = "\n".join(f"- [ ] T00{n} [P] Write {n}" for n in range(1, AGENTS + 1))
    return Repository(folder / "r", f"## Phase 1: All\n\n{tasks}\n", agents={"x": agent})


def talk(run: RunFolder) -> list[Path]:
    """The transcripts of the agents."""
    return sorted(run.transcripts.glob("T*.log"))


def numbers(log: Path) -> list[int]:
    """What an agent said, by its transcript."""
    lines = (json.loads(line) for line in log.read_bytes().splitlines())
    updates = (line["params"]["update"] for line in lines if "params" in line)
    return [int(update["content"]["text"]) for update in updates]
