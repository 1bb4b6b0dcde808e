"""`.sixfold/` in the repository: runs, their journals and sockets, and who holds the lock."""

from __future__ import annotations

import asyncio
import fcntl
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sixfold import events as ev
from sixfold import private
from sixfold.errors import UserError
from sixfold.workspace import git

STAMP = "%Y%m%d-%H%M%S"


def find_root(directory: Path) -> Path:
    """The root of the git repository that `directory` is in. Raises `UserError`."""
    if not directory.is_dir():
        raise UserError(str(directory), "no such directory", "name a repository with -C")
    try:
        return asyncio.run(git.find_root(directory))
    except (git.GitError, OSError) as error:
        hint = "run `git init`, or name a repository with -C"
        what, plain = str(error), "not a git repository"
        told = plain if plain in what else f"{plain} ({what})"
        raise UserError(str(directory), told, hint) from error


class LiveRunError(Exception):
    """Another run is live in this repository; `run` is its id."""

    def __init__(self, run: str) -> None:
        super().__init__(f"run {run} is live in this repository")
        self.run = run


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path, journal: str = "journal.jsonl") -> None:
        self.path = path
        self.id = path.name
        self.journal = path / journal
        self.socket = path / "run.sock"
        self.transcripts = path / "transcripts"
        self.results = path / "results"
        self.snapshots = path / "snapshots"
        self.cells = path / "cells"

    def events(self) -> list[ev.AnyEvent]:
        """The journal so far. Raises `ValueError` where broken, `OSError` where missing."""
        return ev.read_journal(self.journal.read_bytes()).events

    def remove_empty(self) -> None:
        """Take back a folder that no run came to use."""
        for path in (self.transcripts, self.results, self.path):
            path.rmdir()


class Store:
    """All runs of the repository at `root`; everything below `.sixfold/` is its owner's alone.

    Raises `OSError` where something there is a trap: a symbolic link, or somebody else's.
    """

    def __init__(self, root: Path) -> None:
        self.path = root / ".sixfold"
        self._runs = self.path / "runs"
        self._lock = self.path / "lock"
        for path in (self.path, self._runs, self.path / "worktrees"):
            with suppress(FileNotFoundError):
                private.check(path)

    def create(self) -> RunFolder:
        """A folder for a new run; its id sorts by time."""
        folder = RunFolder(self._runs / self._next_name())
        self.claim()
        for path in (self._runs, folder.path, folder.transcripts, folder.results):
            private.folder(path)
        return folder

    def claim(self) -> None:
        """Make `.sixfold/` its owner's alone. Raises `OSError` where it is a link or not ours."""
        private.folder(self.path)

    def _next_name(self) -> str:
        """By the time, and behind all others though the clock was set back."""
        now, last = datetime.now(UTC), self.find()
        with suppress(ValueError):
            before = datetime.strptime(last.id[:15] if last else "", STAMP).replace(tzinfo=UTC)
            now = max(now, before + timedelta(seconds=1))
        return f"{now:{STAMP}}-{secrets.token_hex(2)}"

    def runs(self) -> list[RunFolder]:
        """Every run that has a journal, oldest first."""
        return [RunFolder(path.parent) for path in sorted(self._runs.glob("*/journal.jsonl"))]

    def find(self, name: str | None = None) -> RunFolder | None:
        """The run called `name` (its beginning is enough), or the last one."""
        found = [run for run in self.runs() if name is None or run.id.startswith(name)]
        begun = [run for run in found if run.journal.stat().st_size]
        return next(reversed(begun or found), None)

    @contextmanager
    def hold(self, run: str) -> Iterator[None]:
        """Be the live run, until the block or the process ends. Raises `LiveRunError`."""
        self.claim()
        with private.opened(self._lock, "ab") as file:
            if not _lock_soon(file.fileno()):
                raise LiveRunError(self._lock.read_text(errors="replace"))
            file.truncate(0)
            file.write(run.encode())
            yield

    def live(self) -> RunFolder | None:
        """The run whose process holds the lock now."""
        try:
            with self._lock.open("rb") as file:
                if _try_lock(file.fileno(), fcntl.LOCK_SH):
                    return None
                name = file.read().decode(errors="replace")
                return RunFolder(self._runs / name) if name else None
        except FileNotFoundError:
            return None


def _lock_soon(descriptor: int) -> bool:
    """Whoever only asks whether a run is live holds the lock for a moment: try again."""
    for _ in range(10):
        if _try_lock(descriptor, fcntl.LOCK_EX):
            return True
        time.sleep(0.02)
    return False


def _try_lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
