"""The journal: append-only JSON lines, the truth about a run."""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sixfold import events as ev


class JournalError(Exception):
    """An event could not be written: nothing may go on that is not on record."""


class Journal:
    """Numbers and stamps events; an event counts once the system has taken its whole line.

    A journal that is there already is gone on with: a last line that was cut short is taken off.
    Raises `ValueError` where it is broken before its last line.
    """

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self.lines: list[bytes] = []
        """Every line written, for viewers that come later."""
        self.events = self._read(path)
        """What was there already."""
        self._seq = len(self.lines)

    def _read(self, path: Path) -> list[ev.AnyEvent]:
        data = path.read_bytes()
        lines = data.split(b"\n")
        events = ev.decode_journal(lines)
        self.lines = [line + b"\n" for line in lines if line.strip()][: len(events)]
        whole = sum(map(len, self.lines))
        if whole > len(data):  # all of the last line is there but its end
            os.write(self._file, b"\n")
        os.ftruncate(self._file, whole)
        return events

    def append(self, event: ev.AnyEvent) -> ev.AnyEvent:
        """The event as written: with its `seq` and the time, UTC. Raises `JournalError`."""
        stamped = msgspec.structs.replace(event, seq=self._seq + 1, at=datetime.now(UTC))
        line = ev.encode(stamped)
        self._write(line)
        self._seq += 1
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

    def close(self) -> None:
        """Write through to the disk and close."""
        with contextlib.suppress(OSError):
            os.fsync(self._file)
        os.close(self._file)
