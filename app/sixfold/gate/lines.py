"""The stream as a person reads it: results and what explains them, no markers. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from sixfold.events import OutputLine
from sixfold.gate.reports import RULE
from sixfold.gate.text import screen_line
from sixfold.model import Failure

SHOWN_LINES = 80
"""Lines of one test's output that the stream shows; the transcript has them all."""

Level = Literal["", "pass", "fail", "skip", "race", "build", "note"]
_LEVELS: dict[str, Level] = {"PASS": "pass", "ok": "pass", "FAIL": "fail", "SKIP": "skip"}
_TALLY = ("passed", "failed", "skipped")


def result_line(word: str, package: str, test: str, seconds: float, why: str = "") -> OutputLine:
    """`FAIL  count  TestAdd  0.03s`."""
    took = f"{seconds:.2f}s" if seconds >= 0.005 else ""
    text = "  ".join(filter(None, (word, package, test, took, why)))
    return OutputLine(screen_line(text), _LEVELS[word])


def package_line(
    word: str, package: str, counts: tuple[int, int, int], seconds: float, note: str = ""
) -> OutputLine:
    """`ok    count  1.02s  12 passed, 1 skipped`."""
    tally = ", ".join(f"{n} {what}" for n, what in zip(counts, _TALLY, strict=True) if n)
    took = f"{seconds:.2f}s" if seconds else ""
    text = "  ".join(part for part in (f"{word:<4}", package, took, tally, note) if part)
    return OutputLine(screen_line(text), _LEVELS.get(word, "note"))


def output_lines(lines: list[str]) -> Iterable[OutputLine]:
    """What a test printed, indented below its result."""
    for line in lines[:SHOWN_LINES]:
        yield OutputLine(screen_line("      " + line.removeprefix("    ")))
    if len(lines) > SHOWN_LINES:
        yield OutputLine(f"      … {len(lines) - SHOWN_LINES} more lines in the transcript", "note")


def race_lines(race: Failure, package: str) -> Iterable[OutputLine]:
    """A race in one piece: what it is, then both stacks."""
    head = "  ".join(part for part in ("RACE", package, race.test, race.message) if part)
    yield OutputLine(screen_line(head), "race")
    for line in race.output.split("\n"):
        if line and line != RULE:
            yield OutputLine(screen_line("      " + line), "race")
