"""Worktrees of the runner's own: git is held to them, and what is begun there is ended."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Mapping
from pathlib import Path

import psutil

from sixfold.workspace.git import GitError, git

_PATIENCE_SECONDS = 10.0
"""How long a git may go on whose runner was killed."""


def own(worktree: Path) -> dict[str, str]:
    """Environment that holds git to a worktree below `.sixfold/worktrees`.

    Without it a git that finds no `.git` here goes up to the repository around, which is the
    person's. Raises `GitError` where folder and record do not belong together.
    """
    try:
        record = _named_in(worktree / ".git", "gitdir: ")
        here = _named_in(record / "gitdir") == (worktree / ".git").resolve()
    except OSError:
        here = False
    if not here:
        raise GitError(f"{worktree} is no worktree of this repository any more")
    return {
        "GIT_DIR": str(record),
        "GIT_WORK_TREE": str(worktree),
        "GIT_LITERAL_PATHSPECS": "1",
    }


def _named_in(file: Path, before: str = "") -> Path:
    name = os.fsdecode(file.read_bytes()).removeprefix(before).rstrip("\n")
    return (file.parent / name).resolve()


async def git_in(
    worktree: Path, *words: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> str:
    """What `git words...` prints, held to a worktree of our own. Raises `GitError`."""
    return await git(worktree, *words, env={**own(worktree), **(env or {})}, stdin=stdin)


async def rest(worktree: Path) -> None:
    """Wait until no git is at work in `worktree` that a killed runner has left."""
    await asyncio.to_thread(_rest, str(worktree.resolve()))


def _rest(worktree: str) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and any(
        process.info["name"] == "git" and process.info["cwd"] == worktree
        for process in psutil.process_iter(["name", "cwd"])
    ):
        time.sleep(0.05)
