"""The journal: append-only JSON lines, the truth about a run."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from sixfold import events as ev


class Journal:
    """Numbers and stamps events, and writes each through to the system before it counts."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._seq = 0
        self.lines: list[bytes] = []
        """Every line written, for viewers that come later."""

    def append(self, event: ev.AnyEvent) -> ev.AnyEvent:
        """The event as written: with its `seq` and the time, UTC."""
        self._seq += 1
        stamped = msgspec.structs.replace(event, seq=self._seq, at=datetime.now(UTC))
        line = ev.encode(stamped)
        os.write(self._file, line)
        self.lines.append(line)
        return stamped

    def close(self) -> None:
        """Write through to the disk and close."""
        os.fsync(self._file)
        os.close(self._file)
