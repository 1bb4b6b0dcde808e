"""What one types to find something, understood. Pure."""

from __future__ import annotations

import re
from typing import NamedTuple


class Sought(NamedTuple):
    """Lines with `pattern`; `inverse`: only those without it are shown."""

    pattern: re.Pattern[str] | None
    inverse: bool = False
    error: str = ""
    """Why it is no regular expression; then there is no pattern."""


def understand(typed: str) -> Sought:
    """`text`, `/a regular expression/`, and either behind `!` for the lines without it.

    Capitals count only where there is one, the letters behind a backslash apart.
    """
    inverse = typed.startswith("!")
    text = typed.removeprefix("!")
    is_regex = len(text) > 2 and text.startswith("/") and text.endswith("/")
    text = text[1:-1] if is_regex else re.escape(text)
    lower = re.sub(r"\\.", "", text) == re.sub(r"\\.", "", text).lower()
    if not text:
        return Sought(None)
    try:
        return Sought(re.compile(text, re.IGNORECASE if lower else re.NOFLAG), inverse)
    except (re.error, RecursionError, OverflowError) as error:
        return Sought(None, error=str(error))
