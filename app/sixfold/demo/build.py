"""Making the demonstration's repository: a sample feature, committed on a branch of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.resources import as_file, files
from pathlib import Path

BRANCH = "001-word-count"
SETTINGS = {
    "user.name": "Sixfold demo",
    "user.email": "demo@example.com",
    "commit.gpgsign": "false",
    "core.autocrlf": "false",
    "core.hooksPath": os.devnull,
    "core.excludesFile": os.devnull,
}
"""What git is told in the repository, so that nobody's own configuration shows in it."""


def build(directory: Path, *, speed: float = 1.0) -> None:
    """Make a fresh git repository with the sample feature in `directory`, new or empty.

    The scripted agents wait `speed` times shorter than written. Raises `FileExistsError` where the
    directory has something in it, `OSError` or `subprocess.CalledProcessError` where git fails.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise FileExistsError(f"{directory} is not an empty directory")
    with as_file(files("sixfold.demo") / "sample") as sample:
        shutil.copytree(
            sample, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
        )
    _set_speed(directory / "sixfold.yaml", speed)
    (directory / ".specify/scripts/bash/check-prerequisites.sh").chmod(0o755)
    _git(directory, "init", "--quiet", "--template=", "--initial-branch=main")
    for key, value in SETTINGS.items():
        _git(directory, "config", key, value)
    _git(directory, "checkout", "--quiet", "-b", BRANCH)
    _git(directory, "add", "--all")
    _git(directory, "commit", "--quiet", "--message", "Specify, plan and list the tasks")


def _set_speed(settings: Path, speed: float) -> None:
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("speed: 1}", f"speed: {speed:g}}}"), encoding="utf-8")


def _git(directory: Path, *arguments: str) -> None:
    """Run git in `directory`, untouched by a repository that the environment names."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(
        ["git", *arguments],
        cwd=directory,
        env=environment,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
    )
