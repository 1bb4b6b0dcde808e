"""`go test -json` bytes in, records out.

Pure. Chunks may end anywhere, lines may be of any length, and a line that is no record (a build
error of Go 1.19, a tool's warning) comes back as one whose action is `TEXT`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec
from msgspec import Struct

TEXT = "text"
"""Action of a record that stands for a plain line, its text in `output`."""

LINE_LIMIT = 4 << 20
"""Bytes of one line that are kept; a longer line is plain text, cut here."""


_Action = Literal["start", "run", "pause", "cont", "pass", "fail", "skip", "bench", "output"]


class Record(Struct, frozen=True, gc=False, rename="pascal"):
    """One line of the stream, as `go doc test2json` and `go help buildjson` describe it."""

    action: str
    """start run pause cont pass fail skip bench output attr artifacts build-output build-fail."""
    package: str = ""
    test: str = ""
    output: str = ""
    """A piece of what was printed: at most 1024 bytes, so a long line comes as several."""
    output_type: str = ""
    """Since Go 1.27: `frame`, `error`, `error-continue`, or empty."""
    elapsed: float = 0.0
    """Seconds."""
    import_path: str = ""
    """Of build records, which have no package."""
    failed_build: str = ""
    """The import path of the build that made this package fail."""


class _Usual(Record, frozen=True, gc=False, rename="pascal", forbid_unknown_fields=True):
    """A line as nearly all are: it speaks of no more than a test, its package and its output.

    What else there is in it are go's own words.
    """

    action: _Action
    output_type: Literal["", "frame", "error", "error-continue"] = ""
    import_path: Literal[""] = ""
    failed_build: Literal[""] = ""
    time: datetime | None = None


class Decoder:
    """A stream of records, fed with chunks of bytes."""

    def __init__(self) -> None:
        self.usual = True
        """Whether the lines that came last are all as usual: `words` has all that they say."""
        self._strict = msgspec.json.Decoder(_Usual)
        self._typed = msgspec.json.Decoder(Record)
        self._parts: list[bytes] = []
        self._held = 0

    def feed(self, chunk: bytes) -> Sequence[Record]:
        """The records that `chunk` completes."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._hold(chunk)
            self.usual = True
            return []
        lines = b"".join((*self._parts, chunk[:end]))
        self._parts.clear()
        self._held = 0
        self._hold(chunk[end:])
        return self._decode(lines)

    def _decode(self, lines: bytes) -> Sequence[Record]:
        self.usual = True
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            return self._strict.decode_lines(lines)
        self.usual = False
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            return self._typed.decode_lines(lines)
        # One bad line fails them all; it is rare, and the others are still records.
        return [self._one(line) for line in lines.split(b"\n") if line.strip()]

    def close(self) -> Sequence[Record]:
        """The record of a last line without a newline, if there is one."""
        return self.feed(b"\n") if self._held else []

    def _hold(self, part: bytes) -> None:
        room = LINE_LIMIT - self._held
        if part and room > 0:
            self._parts.append(part[:room])
            self._held += len(part[:room])

    def _one(self, line: bytes) -> Record:
        text = line.decode(errors="replace")
        try:
            return self._typed.decode(text)
        except (msgspec.MsgspecError, UnicodeError):
            return Record(TEXT, output=text)


def words(records: Sequence[Record]) -> list[str]:
    """Every text in lines that are as usual."""
    tests = {record.test for record in records}
    packages = {record.package for record in records}
    return [*tests, *packages, *[record.output for record in records]]
