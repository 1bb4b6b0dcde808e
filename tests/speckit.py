"""A repository that the real Spec Kit set up."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import yaml

INIT = [
    *("init", "--here", "--force", "--non-interactive", "--script", "sh"),
    *("--integration", "generic", "--integration-options=--commands-dir .x/"),
    "--ignore-agent-tools",
]


class SpecKitRepository:
    """A repository after `specify init`, and what the later steps of Spec Kit leave in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.feature = root / "specs/001-word-count"

    def run(self, *words: str) -> str:
        """A command in the repository; its stdout. Raises where it fails."""
        ended = subprocess.run(
            words,
            cwd=self.root,
            env={**os.environ, "HOME": str(self.root.parent)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=True,
        )
        return ended.stdout

    def create_feature(self, name: str = "word-count") -> dict[str, str]:
        """`/speckit.specify`: the feature's directory with its `spec.md`."""
        script = ".specify/scripts/bash/create-new-feature.sh"
        out = self.run("bash", script, "--json", "--short-name", name, "Count words in parallel")
        answer: dict[str, str] = json.loads(out.splitlines()[-1])
        return answer

    def plan(self, tasks: str = "- [ ] T001 Count\n") -> None:
        """`/speckit.plan` and `/speckit.tasks`."""
        self.write("specs/001-word-count/plan.md", "# Plan\n\n## Summary\n\nOne package.\n")
        self.write("specs/001-word-count/tasks.md", tasks)

    def report(self, **fields: str) -> None:
        """The status report of the step that wrote the spec."""
        self.write("artifacts/spec_info", json.dumps(fields))

    def play(self, playbook: object) -> None:
        """Scripted agents that follow this playbook."""
        canned = {"protocol": "scripted", "playbook": "playbook.yaml"}
        settings = {
            "agents": {"default": "canned", "canned": canned},
            "isolation": "shared",
            "attempts": 1,
        }
        self.write("sixfold.yaml", yaml.safe_dump(settings))
        self.write("playbook.yaml", yaml.safe_dump(playbook))

    def commit(self) -> None:
        """Everything that there is."""
        self.run("git", "add", "--all")
        self.run("git", "commit", "--quiet", "--message", "Specify")

    def write(self, name: str, text: str) -> None:
        """A file of the repository."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
