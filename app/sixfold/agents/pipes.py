"""What comes out of an agent's pipes: lines, and the JSON in them."""

from __future__ import annotations

import json

import msgspec

LONGEST_FRAME = 50 << 20
"""Bytes of a line; a longer one is skipped."""
LONGEST_PIECE = 1 << 20
"""Bytes of a line that are waited for before they are passed on."""


class Lines:
    """Lines put together from chunks."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that a chunk completes."""
        *ended, rest = chunk.split(b"\n")
        lines = [self._end(part) for part in ended]
        self._add(rest)
        return lines

    def rest(self) -> bytes:
        """The line that was never ended."""
        return self._end(b"")

    def _end(self, part: bytes) -> bytes:
        self._add(part)
        line = b"".join(self._begun)
        self._begun, self._size = [], 0
        return line

    def _add(self, part: bytes) -> None:
        self._size += len(part)
        self._begun.append(part)
        if self._size > LONGEST_FRAME:
            self._begun = [b"(a line of more than %d MiB)" % (LONGEST_FRAME >> 20)]


class Pieces:
    """Lines put together from chunks; a long one comes in pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that a chunk completes, and what is long enough of one that it begins."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if len(self._rest) > LONGEST_PIECE:
            lines.append(self._rest)
            self._rest = b""
        return lines

    def rest(self) -> bytes:
        """The line that was never ended."""
        return self._rest


def from_json(line: bytes) -> object:
    """What a line of JSON holds. Raises `ValueError` where there is none that we could stand."""
    try:
        return msgspec.json.decode(line)
    except (ValueError, RecursionError):
        pass
    try:
        return json.loads(line)  # it takes half of a surrogate pair, as agents cut them
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error
