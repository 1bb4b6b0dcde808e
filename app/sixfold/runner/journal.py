"""The journal: append-only JSON lines, the truth about a run."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sixfold import events as ev
from sixfold import private

_sync = getattr(os, "fdatasync", os.fsync)


class JournalError(Exception):
    """An event could not be written: nothing may go on that is not on record."""


class Journal:
    """Numbers and stamps events; an event counts once the system has taken its whole line.

    A journal that is there already is gone on with: a torn end is taken off, and kept in `TORN`
    beside it. Raises `ValueError` where it is damaged, or written by a newer version.
    """

    TORN = "journal.torn"

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        self._file = os.open(path, flags, 0o600)
        os.fchmod(self._file, 0o600)
        try:
            self._go_on(path)
        except ValueError:
            os.close(self._file)
            raise

    def _go_on(self, path: Path) -> None:
        found = ev.read_journal(path.read_bytes())
        if found.unknown:
            what = f"it was written by a newer sixfold: {found.unknown[0]}"
            raise ValueError(f"{what}; go on with that one")
        self.lines, self.events = found.lines, found.events
        """Every line written, for viewers that come later; what was there already."""
        self.torn = found.torn
        """What was taken off."""
        whole = sum(map(len, self.lines))
        if found.torn:
            with private.opened(path.with_name(self.TORN), "ab") as file:
                file.write(found.torn)
        elif whole > os.fstat(self._file).st_size:  # all of the last line is there but its end
            os.write(self._file, b"\n")
        os.ftruncate(self._file, whole)
        for folder in (path.parent, path.parent.parent):
            _sync_folder(folder)

    def append(self, event: ev.AnyEvent) -> ev.AnyEvent:
        """The event as written: with its `seq` and the time, UTC. Raises `JournalError`."""
        stamped = msgspec.structs.replace(event, seq=len(self.lines) + 1, at=datetime.now(UTC))
        line = ev.encode(stamped)
        self._write(line)
        self.lines.append(line)
        return stamped

    def _write(self, line: bytes) -> None:
        """Write the whole line, or leave the file as it was."""
        before, left = os.fstat(self._file).st_size, line
        try:
            while left:
                left = left[os.write(self._file, left) :]
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file, before)
            raise JournalError(f"the journal cannot be written: {error.strerror}") from error

    def sync(self) -> None:
        """Write through to the disk. Raises `JournalError`."""
        try:
            _sync(self._file)
        except OSError as error:
            raise JournalError(f"the journal cannot be written: {error.strerror}") from error

    def close(self) -> None:
        """Write through to the disk and close."""
        with contextlib.suppress(JournalError):
            self.sync()
        os.close(self._file)


def _sync_folder(folder: Path) -> None:
    """Have the names in a folder survive the loss of power, where its file system can."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):
        os.fsync(descriptor)
    os.close(descriptor)
