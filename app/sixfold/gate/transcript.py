"""The raw output of a gate, archived."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO


class Transcript:
    """A file that its owner alone can read.

    Both streams are in it, line by line: where one of them breaks off, the other does not go on.
    """

    def __init__(self, path: Path | None) -> None:
        self._file: IO[bytes] | None = None
        self._rest = {True: b"", False: b""}
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            self._file = os.fdopen(os.open(path, flags, 0o600), "wb")

    def write(self, chunk: bytes, *, is_out: bool) -> None:
        """Archive a chunk of stdout, or of stderr."""
        if not self._file:
            return
        head, newline, rest = chunk.rpartition(b"\n")
        if newline:
            self._file.write(self._rest[is_out] + head + newline)
            self._rest[is_out] = b""
        self._rest[is_out] += rest

    def close(self) -> None:
        """Write what lacks its newline, too."""
        if self._file:
            for rest in filter(None, self._rest.values()):
                self._file.write(rest + b"\n")
            self._file.close()
