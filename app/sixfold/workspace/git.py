"""Git as a child process: quiet, without hooks, and never in another repository than the named."""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

EXCLUDED = "/.sixfold/"
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
_SETTINGS = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "commit.gpgSign=false"),
    *("-c", "merge.autoStash=false"),
    *("-c", "diff.noprefix=false"),
    *("-c", "diff.mnemonicPrefix=false"),
)
"""A person's hooks and conveniences are for what the person does, not for what we do."""
_ELSEWHERE = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_NAMESPACE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
}
"""What names another repository, index or object store, as in a hook of git."""
_NOBODY = {"NAME": "Sixfold", "EMAIL": "sixfold@localhost"}


class GitError(Exception):
    """Git refused: what it was asked, and what it said."""


class Done(Struct, frozen=True):
    """How a git command ended."""

    code: int
    out: str
    """Bytes that are no UTF-8 come as surrogates, so that paths survive."""
    err: str
    """One line."""


async def run(
    root: Path, *words: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> Done:
    """Run `git words...` in `root`; `env` comes on top of this process's environment.

    In a thread, and to its end: a subprocess of asyncio whose start is cancelled may never be heard
    of again. Whoever must not be cancelled meanwhile shields the call.
    """
    done = await asyncio.to_thread(
        subprocess.run,
        ["git", *_SETTINGS, *words],
        cwd=root,
        env=_environment(env or {}),
        input=stdin,
        capture_output=True,
        check=False,
    )
    said = " ".join(done.stderr.decode(errors="replace").split())
    return Done(done.returncode, done.stdout.decode(errors="surrogateescape"), said)


async def git(
    root: Path, *words: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> str:
    """What `git words...` prints, run in `root`. Raises `GitError`."""
    done = await run(root, *words, env=env, stdin=stdin)
    if done.code:
        raise GitError(f"git {words[0]}: {done.err or f'exit {done.code}'}")
    return done.out


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    ours = {key: value for key, value in os.environ.items() if key not in _ELSEWHERE}
    return {**ours, **env, **_QUIET}


def paths(listed: str) -> list[str]:
    """The paths in what git printed with `-z`."""
    return [path for path in listed.split("\0") if path]


async def identity(root: Path) -> dict[str, str]:
    """Environment for a commit: the person's name, or ours where git knows none."""
    env: dict[str, str] = {}
    for who in ("AUTHOR", "COMMITTER"):
        if (await run(root, "-c", "user.useConfigOnly=true", "var", f"GIT_{who}_IDENT")).code:
            env |= {f"GIT_{who}_{key}": value for key, value in _NOBODY.items()}
    return env


async def find_root(folder: Path) -> Path:
    """The root of the repository that `folder` is in. Raises `GitError`."""
    return Path((await git(folder, "rev-parse", "--show-toplevel")).rstrip("\n"))


async def head(root: Path) -> tuple[str, str]:
    """The branch (`HEAD` when detached) and the commit; empty where there is no commit yet.

    Raises `GitError` where there is no repository.
    """
    named = await run(root, "symbolic-ref", "-q", "HEAD")
    if named.code > 1:
        raise GitError(f"git symbolic-ref: {named.err}")
    commit = (await run(root, "rev-parse", "-q", "--verify", "HEAD^{commit}")).out.strip()
    return named.out.strip().removeprefix("refs/heads/") or "HEAD", commit


async def exclude(root: Path) -> None:
    """Have git ignore `.sixfold/` through `info/exclude`, which is nobody's commit."""
    name = (await git(root, "rev-parse", "--git-path", "info/exclude")).strip()
    path = root / name
    known = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    if EXCLUDED in known.splitlines():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(("" if known.endswith("\n") or not known else "\n") + EXCLUDED + "\n")
