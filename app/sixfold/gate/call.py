"""A command that the gate's room asks something of: run to its end, its output kept."""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct

from sixfold.process import chunks, spawn

CALL_MARKER = "SIXFOLD_CALL"
"""Tells the processes of one command from all others of the run."""
OUTPUT_BYTES = 32 << 20
"""Bytes of each stream that are kept; what comes after them is read and dropped."""

_OBJECT_END = re.compile(r"(?<=^\})\n", re.MULTILINE)
_Listed = TypeVar("_Listed")


class Said(Struct, frozen=True):
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str
    """Empty where both streams were joined in `out`."""


async def call(
    command: Sequence[str], *, cwd: Path, env: Mapping[str, str], apart: bool = False
) -> Said:
    """Run `command` in `cwd` to its end, with stderr `apart` from stdout or joined with it.

    Cancelled, it ends the command and all it started. Raises `OSError` where it cannot be started.
    """
    marks = {CALL_MARKER: uuid.uuid4().hex}
    child = await spawn(command, cwd=cwd, env={**env, **marks}, stderr_apart=apart)

    async def read(reader: asyncio.StreamReader | None) -> str:
        kept = bytearray()
        if reader:
            async for chunk in chunks(child, reader):
                kept += chunk[: OUTPUT_BYTES - len(kept)]
        return kept.decode(errors="surrogateescape")

    try:
        out, err = await asyncio.gather(read(child.out), read(child.err))
        return Said(await child.wait(), out, err)
    finally:
        await child.end()


def decoded(listed: str, kind: type[_Listed]) -> list[_Listed]:
    """The objects that `go list -json` prints one after the other."""
    texts = _OBJECT_END.split(listed)
    return [msgspec.json.decode(text, type=kind) for text in texts if text.strip()]
