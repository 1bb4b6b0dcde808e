"""A test command that is no `go test`: plain lines, judged by the exit code. Pure."""

from __future__ import annotations

import codecs
from collections import deque

from sixfold.events import GateProgress, OutputLine
from sixfold.gate.failures import command_failure
from sixfold.gate.lines import Level
from sixfold.gate.reports import RACE
from sixfold.gate.text import joined, screen_line
from sixfold.model import Failure, FailureKind, Verdict

KEPT_LINES = 400

_STARTS: tuple[tuple[tuple[str, ...], Level], ...] = (
    (("--- FAIL", "FAIL", "FAILED", "not ok "), "fail"),
    (("--- PASS", "PASS", "ok "), "pass"),
    (("--- SKIP", "SKIP"), "skip"),
    ((RACE,), "race"),
)


class PlainReport:
    """What the command printed so far."""

    def __init__(self) -> None:
        self.lines: list[OutputLine] = []
        """Lines for the stream; whoever takes them clears the list."""
        self.races = 0
        self._tail: deque[str] = deque(maxlen=KEPT_LINES)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._partial = ""

    def feed(self, chunk: bytes) -> None:
        """Take a chunk of its output, which may end anywhere."""
        whole, self._partial = joined(self._partial, self._decoder.decode(chunk))
        for line in whole:
            self._line(line)

    def close(self) -> None:
        """The output has ended."""
        if self._partial:
            self._line(self._partial)
            self._partial = ""

    def _line(self, line: str) -> None:
        self._tail.append(line)
        self.races += line.strip() == RACE
        self.lines.append(OutputLine(screen_line(line), _level(line.lstrip())))

    def judge(self, code: int) -> tuple[Verdict, str, list[Failure]]:
        """Green for exit code 0, else red with one failure."""
        if code == 0:
            return "green", "", []
        how = f"was ended by signal {-code}" if code < 0 else f"failed with exit code {code}"
        reason = f"the test command {how}"
        return "red", reason, [self.failure(reason)]

    def failure(self, reason: str, kind: FailureKind = "command") -> Failure:
        """The command's failure, with the end of what it printed."""
        return command_failure(reason, list(self._tail), kind)

    def progress(self, gate: int, now: float) -> GateProgress:
        """The tally as it stands `now`: all that is known without asking is the races."""
        return GateProgress(
            gate=gate,
            seconds=round(now, 3),
            passed=0,
            failed=0,
            skipped=0,
            races=self.races,
        )


def _level(line: str) -> Level:
    return next((level for starts, level in _STARTS if line.startswith(starts)), "")
