"""What a person has chosen and read, kept for the next time: the theme, and the hint."""

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
        return _place(environ, "theme").read_text(encoding="utf-8").strip()
    return ""


def is_new(environ: Mapping[str, str] = os.environ) -> bool:
    """Is the hint for newcomers still to be read."""
    return not _place(environ, "welcomed").exists()


def welcome(environ: Mapping[str, str] = os.environ) -> None:
    """The hint was read; where that cannot be kept, it is shown again."""
    _write(environ, "welcomed", "")


def keep(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Keep a theme's name; where that cannot be, the next time begins as this one did."""
    _write(environ, "theme", f"{name}\n")


def _write(environ: Mapping[str, str], name: str, text: str) -> None:
    with suppress(OSError):
        place = _place(environ, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")


def _place(environ: Mapping[str, str], name: str) -> Path:
    above = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/nonexistent"), ".config")
    return Path(above, "sixfold", name)
