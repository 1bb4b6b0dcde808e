"""Is there a bubblewrap here that works; and what runs inside of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from sixfold.agents import sandbox
from sixfold.agents.sandbox import Bounds

FOUND = sandbox.find("auto", os.environ)
needs_bwrap = pytest.mark.skipif(not FOUND.program, reason=FOUND.missing)


def before(folder: Path, *writable: Path) -> list[str]:
    """Words for a command that may write `folder` and no more."""
    return sandbox.words(FOUND.program, Bounds(writable=[folder, *writable]), folder)


def running(*words: str) -> list[psutil.Process]:
    """Processes that were started with exactly these words."""
    found = psutil.process_iter(["cmdline", "status"])
    return [
        one
        for one in found
        if one.info["cmdline"] == list(words) and one.info["status"] != psutil.STATUS_ZOMBIE
    ]


def sleeper(number: int) -> Sequence[str]:
    """A command like no other of this machine, that takes long."""
    return ("sleep", str(100_000_000 + 100 * os.getpid() + number))
