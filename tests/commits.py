"""Plain git for tests that need no run: words said to it, files, commits."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path


def git(root: Path, *words: str, code: int = 0) -> str:
    """What git says, without the blanks around it."""
    out = subprocess.run(["git", *words], cwd=root, check=False, capture_output=True, text=True)
    assert out.returncode == code, out.stderr
    return out.stdout.strip()


def write(root: Path, name: str, text: str = "new\n") -> None:
    """A file, with the folders above it."""
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text)


def commit(root: Path, name: str, text: str = "new\n") -> str:
    """A commit that adds or changes one file, ignored or not: its id."""
    write(root, name, text)
    git(root, "add", "-f", name)
    git(root, "commit", "-qm", name)
    return git(root, "rev-parse", "HEAD")


def first_commit(root: Path, files: Mapping[str, str]) -> Path:
    """A repository at `root`, which is made, with one commit of all `files`, on `main`."""
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.email", "a@example.com")
    git(root, "config", "user.name", "A")
    for name, text in files.items():
        write(root, name, text)
    git(root, "add", "-f", ".")
    git(root, "commit", "-qm", "one")
    return root
