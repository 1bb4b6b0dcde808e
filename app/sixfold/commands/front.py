"""Dashboard in front, runner behind."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from sixfold.commands import screen
from sixfold.link import Later
from sixfold.runner.spawn import spawn


def front(root: Path, words: Sequence[str]) -> int:
    """Start a runner in the background and watch it."""
    screen.need_terminal("run --headless")
    return screen.show(Later(functools.partial(spawn, root, words)))
