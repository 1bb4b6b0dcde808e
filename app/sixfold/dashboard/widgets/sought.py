"""What one types to find something, understood. Pure."""

from __future__ import annotations

import re

from msgspec import Struct


class Sought(Struct, frozen=True):
    """Lines with `pattern`; `inverse`: only those without it are shown."""

    pattern: re.Pattern[str] | None
    inverse: bool = False
    error: str = ""
    """Why there is no pattern."""
    lines: int = 0
    """How many have it, where it was looked for."""


SLOW = "it takes too long here: given up"


def understand(typed: str) -> Sought:
    """`text`, `/a regular expression/`, and either behind `!` for the lines without it.

    Capitals count only where there is one, the letters behind a backslash apart; `^` and `$` are
    the ends of each line of what there is to unfold.
    """
    inverse = typed.startswith("!")
    text = typed.removeprefix("!")
    is_regex = len(text) > 2 and text.startswith("/") and text.endswith("/")
    text = text[1:-1] if is_regex else re.escape(text)
    lower = re.sub(r"\\.", "", text) == re.sub(r"\\.", "", text).lower()
    if not text:
        return Sought(None)
    try:
        flags = re.MULTILINE | (re.IGNORECASE if lower else re.NOFLAG)
        return Sought(re.compile(text, flags), inverse)
    except (re.error, RecursionError, OverflowError) as error:
        return Sought(None, error=f"no regex: {error}")
