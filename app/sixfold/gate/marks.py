"""Lines in a test's output that are more than output. Pure."""

from __future__ import annotations

import re

from sixfold.gate.reports import CRASHES, RACE, RULE

HEADS = frozenset(mark[:3] for mark in ("=== ", "--- ", *CRASHES, RACE, RULE))
"""The first three characters of all of them: most output is told apart by these."""

_RESULTS = frozenset(("--- PASS: ", "--- FAIL: ", "--- SKIP: "))
_FRAMES = _RESULTS | {
    *("=== RUN   ", "=== PAUSE ", "=== CONT  ", "=== NAME  ", "=== ATTR  ", "=== ARTIFACTS "[:10])
}
"""The first ten characters of the markers of `go test -v`."""
_COVERAGE = re.compile(r"coverage: (?:[\d.]+% of statements.*|\[no statements\])\n")

_PERCENT = re.compile(r"coverage: ([\d.]+)%")


def is_frame(test: str, text: str) -> bool:
    """Whether `text` is a marker of `go test -v`, for a Go that does not say so itself."""
    head = text[:10]
    return head in _FRAMES and (head not in _RESULTS or text.startswith(f"{test} (", 10))


class Closing:
    """What the go command and the end of a test binary say about a package."""

    def __init__(self) -> None:
        self.cached = self.no_tests = False
        self.broken = False
        """It does not build, or cannot be set up."""
        self.coverage = ""

    def takes(self, text: str) -> bool:
        """Whether `text` is such a line; then it is understood."""
        if text in ("PASS\n", "FAIL\n"):
            return True
        if coverage := _COVERAGE.match(text):
            self.coverage = coverage[0].rstrip()
            return True
        if not text.startswith(("ok  \t", "FAIL\t", "?   \t")):
            return False
        self.cached = self.cached or "\t(cached)" in text
        self.no_tests = self.no_tests or text.endswith("[no tests to run]\n")
        self.broken = self.broken or text.endswith(("[build failed]\n", "[setup failed]\n"))
        return True

    @property
    def covered(self) -> float | None:
        """Percent of the statements, where that was asked for."""
        percent = _PERCENT.match(self.coverage)
        return float(percent[1]) if percent else None

    def notes(self) -> list[str]:
        """In words."""
        said = {
            "cached": self.cached,
            "no tests to run": self.no_tests,
            "does not build": self.broken,
            self.coverage: bool(self.coverage),
        }
        return [words for words, holds in said.items() if holds]
