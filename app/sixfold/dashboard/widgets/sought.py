"""What one types to find something, understood. Pure."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from msgspec import Struct


class Sought(Struct, frozen=True):
    """Lines with `pattern`; `inverse`: only those without it are shown."""

    pattern: re.Pattern[str] | None
    inverse: bool = False
    error: str = ""
    """Why there is no pattern."""
    lines: int = 0
    """How many have it, where it was looked for."""


class Hits(Struct):
    """The lines that have what is looked for, by their numbers and in order."""

    lines: list[int] = []
    at: int | None = None
    """The line that was last gone to."""

    @property
    def place(self) -> int:
        """Which of them one is at, counted from 1; 0 where that is none of them."""
        if self.at is None or not self.has(self.at):
            return 0
        return bisect_right(self.lines, self.at)

    def has(self, line: int) -> bool:
        """Is it one of them."""
        index = bisect_left(self.lines, line)
        return self.lines[index : index + 1] == [line]

    def since(self, line: int) -> list[int]:
        """Those from a line on."""
        return self.lines[bisect_left(self.lines, line) :]

    def beside(self, forward: bool) -> int | None:
        """The next one, or the one before, round the end; None where there is none."""
        if not self.lines:
            return None
        here = -1 if self.at is None else self.at
        find = bisect_right if forward else bisect_left
        return self.lines[(find(self.lines, here) - (not forward)) % len(self.lines)]

    def put(self, line: int, has: bool) -> None:
        """A line was changed: it is one of them now, or not."""
        index = bisect_left(self.lines, line)
        self.lines[index : index + self.has(line)] = [line] if has else []

    def drop(self, first: int) -> None:
        """What is before line `first` is gone."""
        del self.lines[: bisect_left(self.lines, first)]
        self.at = None if self.at is not None and self.at < first else self.at


NONE = "no line has it"
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
