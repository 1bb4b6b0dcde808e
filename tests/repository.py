"""A Spec Kit repository on disk, and `sixfold` run on it as a person would."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil
import yaml

from sixfold import events as ev
from sixfold.process import MARKER, marked
from sixfold.runner.store import RunFolder, Store

SCRIPT = ".specify/scripts/bash/check-prerequisites.sh"
TASKS = "specs/001-x/tasks.md"
PATIENCE = 90.0
"""Seconds that anything may take on a machine with better things to do."""
Step = dict[str, Any]
NOTHING = "# Spec\n\nTwo files.\n"
"""A spec that asks for nothing which could be validated."""
ONE = "# Spec\n\n- **FR-001**: it MUST work\n"
MET = [{"id": "FR-001", "verdict": "met", "evidence": [{"file": TASKS, "line": 1}]}]
"""What a validator says of the one requirement of `ONE`."""


class Repository:
    """A repository with one feature, `specs/001-x`, and a playbook for its agents."""

    def __init__(self, root: Path, tasks: str, **settings: Any) -> None:
        """`settings` are those of sixfold.yaml; `spec` among them is the text of spec.md."""
        spec = settings.pop("spec", NOTHING)
        self.root = root
        self.tasks = root / TASKS
        self.store = Store(root)
        self.write(TASKS, tasks)
        self.write("specs/001-x/spec.md", spec)
        self.write("specs/001-x/plan.md", "# Plan\n\n## Summary\n\nTwo files.\n")
        self.write("artifacts/spec_info", json.dumps({"feature_dir": "specs/001-x"}))
        self.write(SCRIPT, (files("sixfold.demo") / "sample" / SCRIPT).read_text())
        self.settings = {
            "agents": {
                "default": "canned",
                "canned": {"protocol": "scripted", "playbook": "playbook.yaml"},
            },
            "isolation": "shared",
            "attempts": 1,
            "gate": {"command": ["true"], "format": "lines"},
            **settings,
        }
        self.write("sixfold.yaml", yaml.safe_dump(self.settings))
        self.play({})
        self.git("init", "-q", "-b", "001-x")
        self.git("config", "user.email", "a@example.com")
        self.git("config", "user.name", "A")
        self.git("add", ".")
        self.git("commit", "-qm", "one")

    def write(self, name: str, text: str) -> None:
        """A file of the repository."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def play(
        self,
        tasks: Mapping[str, Any],
        fix: Mapping[str, Any] | None = None,
        wait: float = 0,
        validate: Any = ({"judge": MET},),
    ) -> None:
        """A playbook: steps by task; all others write a file of their own after `wait` seconds."""
        default = [{"wait": wait}, {"run": "echo $SIXFOLD_ATTEMPT >> work-$SIXFOLD_TASK.txt"}]
        book: dict[str, Any] = {"tasks": dict(tasks), "fix": dict(fix or {}), "default": default}
        book["validate"] = validate if isinstance(validate, dict) else list(validate)
        self.write("playbook.yaml", yaml.safe_dump(book))

    def git(self, *words: str) -> str:
        """What git says."""
        done = subprocess.run(
            ["git", *words], cwd=self.root, check=True, capture_output=True, text=True
        )
        return done.stdout

    def start(self, *words: str, **popen: Any) -> subprocess.Popen[str]:
        """`sixfold WORDS` in the repository, running."""
        return subprocess.Popen(
            [sys.executable, "-m", "sixfold", *words],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            **popen,
        )

    def sixfold(self, *words: str) -> subprocess.CompletedProcess[str]:
        """`sixfold WORDS` in the repository, to its end."""
        process = self.start(*words)
        out, err = process.communicate(timeout=2 * PATIENCE)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def run(self, *words: str) -> tuple[int, list[ev.AnyEvent]]:
        """`sixfold run --headless --json` to its end: exit code and events."""
        done = self.sixfold("run", "--headless", "--json", *words)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, ev.decode_journal(done.stdout.encode().splitlines())

    def live(self, seconds: float = PATIENCE) -> RunFolder:
        """The live run, once it answers."""

        def look() -> RunFolder | None:
            run = self.store.live()
            return run if run and run.socket.exists() else None

        found: RunFolder = wait_for(look, seconds)
        return found

    def wait_for_event(self, kind: type, seconds: float = PATIENCE, **fields: object) -> Any:
        """The first event of a kind with these fields in the live run's journal."""
        run = self.live(seconds)

        def look() -> Any:
            for event in run.events():
                if isinstance(event, kind) and all(
                    getattr(event, name) == value for name, value in fields.items()
                ):
                    return event
            return None

        return wait_for(look, seconds)


def wait_for(look: Any, seconds: float = PATIENCE) -> Any:
    """What `look` answers once it answers something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.02)
    raise AssertionError(f"nothing after {seconds} s")


def begin(
    repository: Repository, processes: list[subprocess.Popen[str]], *words: str
) -> subprocess.Popen[str]:
    """`sixfold run --headless --json`, running; it ends with the test."""
    process = repository.start("run", "--headless", "--json", *words)
    processes.append(process)
    return process


def events_of(process: subprocess.Popen[str]) -> list[ev.AnyEvent]:
    """What a run that was begun told to its end."""
    out, err = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in err, err
    return ev.decode_journal(out.encode().splitlines())


def of(events: Iterable[ev.AnyEvent], kind: type) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]


def end_of(events: Sequence[ev.AnyEvent]) -> ev.RunEnded:
    """The last event of a run."""
    last = events[-1]
    assert isinstance(last, ev.RunEnded)
    return last


def outcomes(events: Iterable[ev.AnyEvent]) -> dict[str, str]:
    """How the last attempt at each task ended."""
    return {event.task: event.outcome for event in of(events, ev.TaskEnded)}


def leftovers(run: str) -> list[psutil.Process]:
    """Processes of a run."""
    return marked({MARKER: run})
