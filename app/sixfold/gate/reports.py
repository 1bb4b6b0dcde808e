"""Race reports and crashes: blocks of many lines, gathered as they come. Pure.

Both are printed by the test binary as a whole, on its stderr, while its tests go on printing: a
block belongs to its package first, and to a test only by what its stacks say.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from sixfold.gate.places import Sources, blamed_test, frames, short_function
from sixfold.gate.text import shorten
from sixfold.model import Failure, Frame, Place

RACE = "WARNING: DATA RACE"
RULE = "=================="
BLOCK_LINES = 400
OUTPUT_LIMIT = 4000
"""Characters of `Failure.output`."""

_RACE_LINE = re.compile(
    r"(?:Previous )?(?:atomic )?(?:read|write) at 0x|Goroutine \d+ \(|"
    r"  \S.*\)$|      \S.*:\d+|  \[failed to restore|Location is |$",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"((?:Previous )?(?:atomic )?(?:read|write)) at 0x\w+ by (.*):$", re.IGNORECASE
)
_MADE = re.compile(r"(Goroutine \d+) \(", re.IGNORECASE)
_TIMEOUT = re.compile(r"panic: test timed out after (\S+)")
_RUNNING = re.compile(r"\t\t(\S.*) \([^()]*\)$")


class Race:
    """One report of the race detector, as one block."""

    def __init__(self, package: str, charged: str) -> None:
        self.package, self.charged = package, charged
        self.lines = [RULE, RACE]
        self.open = True

    def takes(self, line: str) -> bool:
        """Whether `line` belongs to the report; then it is kept."""
        if line == RULE:
            self.open = False
        elif not _RACE_LINE.match(line):
            return False
        if len(self.lines) < BLOCK_LINES:
            self.lines.append(line)
        return True

    def failure(self, sources: Sources) -> Failure:
        """The race as a failure: where the two accesses are, and both stacks."""
        owned = [(what, own) for what, stack in self._accesses() if (own := sources.own(stack))]
        places = [
            Place(sources.of_frame(own), own.line, f"{what} in {short_function(own.function)}")
            for what, own in owned
        ]
        names = [f"{posixpath.basename(own.file)}:{own.line}" for _, own in owned]
        return Failure(
            self.package,
            blamed_test(frames(self.lines), self.package, self.charged),
            "race",
            places[0].file if places else "",
            places[0].line if places else 0,
            f"data race  {' <-> '.join(names)}".rstrip(),
            shorten("\n".join(self.lines), OUTPUT_LIMIT, head=OUTPUT_LIMIT),
            places=places,
        )

    def _accesses(self) -> list[tuple[str, list[Frame]]]:
        """The two accesses: what they are, and their stacks.

        Each stack is followed by that of its goroutine's creation. The second is what is left to
        look at where the first is the runtime's alone.
        """
        stacks: dict[str, list[str]] = {}
        accesses: list[tuple[str, list[str]]] = []
        current: list[str] = []
        for line in self.lines:
            if access := _ACCESS.match(line):
                current = stacks.setdefault(access[2].lower(), [])
                accesses.append((f"{access[1]} by {access[2]}", current))
            elif made := _MADE.match(line):
                current = stacks.setdefault(made[1].lower(), [])
            elif accesses:
                current.append(line)
        return [(what, frames(stack)) for what, stack in accesses[:2]]


CRASHES = ("panic: ", "fatal error: ")


class Crash:
    """The death of a test binary: a panic, a fatal error, or its own alarm."""

    def __init__(self, package: str, charged: str, line: str) -> None:
        self.package, self.charged = package, charged
        self.lines = [line]
        timeout = _TIMEOUT.match(line)
        self.after = timeout[1] if timeout else ""
        """Where the alarm of `-timeout` rang: the time it was set to."""

    def add(self, line: str) -> None:
        """One more line of the dump; its beginning is what tells."""
        if len(self.lines) < BLOCK_LINES:
            self.lines.append(line)

    @property
    def real(self) -> bool:
        """Whether stacks follow, as they do unless a test merely printed the word."""
        return any(line.startswith(("goroutine ", "runtime stack:")) for line in self.lines)

    def rang_for(self, test: str, *, paused: bool) -> bool:
        """Whether it is the alarm of `-timeout`, and this test was running when it rang."""
        if not self.after:
            return False
        running = [match[1] for line in self.lines if (match := _RUNNING.match(line))]
        return test in running if running else not paused

    def culprit(self, unended: Collection[str]) -> str:
        """The test whose code crashed; empty where no test's did."""
        charged = self.charged if self.charged in unended else ""
        return blamed_test(frames(self._first_stack()), self.package, charged)

    def _place(self, sources: Sources, test: str) -> Frame | None:
        """Where to look: in the stack that crashed, or where the code of a late `test` waits."""
        if not self.after:
            return sources.own(frames(self._first_stack()))
        code = re.compile(rf"\.{re.escape(test.split('/', 1)[0])}(\.|$)")
        for stack in map(frames, self._stacks()):
            # A test whose stack ends in Run waits for its subtest.
            waits = stack and stack[0].function == "testing.(*T).Run"
            if not waits and any(code.search(frame.function) for frame in stack):
                return sources.own(stack)
        return None

    def failure(self, sources: Sources, test: str) -> Failure:
        """The crash as a failure of `test`."""
        place = self._place(sources, test)
        what = f"still running after {self.after}" if self.after else self.lines[0]
        where = f"  {posixpath.basename(place.file)}:{place.line}" if place else ""
        return Failure(
            self.package,
            test,
            "timeout" if self.after else "panic",
            sources.of_frame(place) if place else "",
            place.line if place else 0,
            shorten(what, 300) + where,
            shorten("\n".join(self.lines), OUTPUT_LIMIT, head=OUTPUT_LIMIT),
        )

    def _first_stack(self) -> list[str]:
        """The lines of the first goroutine dumped: the one that crashed."""
        return next(iter(self._stacks()), self.lines)

    def _stacks(self) -> list[list[str]]:
        """The goroutines' stacks, as far as they were kept."""
        stacks: list[list[str]] = []
        inside = False
        for line in self.lines:
            if line.startswith("goroutine "):
                stacks.append([])
                inside = True
            elif not line:
                inside = False
            elif inside:
                stacks[-1].append(line)
        return stacks
