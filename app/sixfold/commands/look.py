"""The theme that a person took last, kept for the next time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

ASKED = "SIXFOLD_THEME"


def theme(environ: Mapping[str, str] = os.environ) -> str:
    """The theme asked for in the environment, else the one kept; empty where there is neither."""
    if asked := environ.get(ASKED):
        return asked
    with suppress(OSError, ValueError):
        return _place(environ).read_text(encoding="utf-8").strip()
    return ""


def keep(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Keep a theme's name; where that cannot be, the next time begins as this one did."""
    with suppress(OSError):
        place = _place(environ)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{name}\n", encoding="utf-8")


def _place(environ: Mapping[str, str]) -> Path:
    above = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/nonexistent"), ".config")
    return Path(above, "sixfold", "theme")
