"""What hears the test command: one of two kinds of report, behind the same few calls. Pure."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from typing import Protocol

from sixfold.events import GateProgress, OutputLine
from sixfold.gate.decode import Decoder, words
from sixfold.gate.failures import command_failure
from sixfold.gate.places import Sources, Tree
from sixfold.gate.plain import PlainReport
from sixfold.gate.report import Report
from sixfold.gate.text import joined
from sixfold.gate.verdict import judge
from sixfold.model import Failure, Verdict


class Listener(Protocol):
    """Hears chunks of output, which may end anywhere."""

    apart: bool
    """Whether stdout and stderr are heard apart."""
    lines: list[OutputLine]
    """Lines for the stream; whoever takes them clears the list."""

    sources: Sources
    """What is known of the repository under test."""

    def out(self, chunk: bytes, now: float) -> Iterable[str] | None:
        """What came on stdout, `now` seconds after the start.

        Gives all texts in the lines that `chunk` ends, where they are known.
        """

    def err(self, chunk: bytes) -> None:
        """What came on stderr."""

    def progress(self, number: int, now: float) -> GateProgress:
        """What changed in the tally since this was asked last, as it stands `now`."""

    def expire(self, late: str) -> None:
        """Time is up, and the command about to be ended."""

    def close(self) -> None:
        """The output has ended."""

    def judge(self, code: int) -> tuple[Verdict, str, list[Failure]]:
        """The verdict on a command that ended with `code`."""

    def too_late(self, late: str) -> list[Failure]:
        """What is wrong when time was up."""


class GoListener:
    """Hears `go test -json`."""

    apart = True

    def __init__(self, tree: Tree) -> None:
        self._tree, self.sources = tree, tree.sources
        self._report = Report(tree.sources)
        self._decoder = Decoder()
        self._text = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._error = ""
        self.lines = self._report.lines

    def out(self, chunk: bytes, now: float) -> Iterable[str] | None:
        """Records."""
        records = self._decoder.feed(chunk)
        self._report.feed(records, now)
        return words(records) if self._decoder.usual else None

    def err(self, chunk: bytes) -> None:
        """What the go command itself has to say."""
        whole, self._error = joined(self._error, self._text.decode(chunk))
        for line in whole:
            self._report.hear_error(line)

    def expect(self, packages: Iterable[str]) -> None:
        """The packages that will be tested, by their import paths."""
        self._report.expect(packages)

    def progress(self, number: int, now: float) -> GateProgress:
        """What changed in the tally, as it stands `now`."""
        self._report.show_long_tests(now)
        return self._report.progress(number, now)

    def expire(self, late: str) -> None:
        """What still runs is late."""
        self._report.expire(late)

    def close(self) -> None:
        """Whatever has not ended, failed."""
        self._report.feed(self._decoder.close(), 0.0)
        if self._error:
            self.err(b"\n")
        self._report.close()

    def judge(self, code: int) -> tuple[Verdict, str, list[Failure]]:
        """By the exit code and the report."""
        return judge(code, self._report, self._tree)

    def too_late(self, late: str) -> list[Failure]:
        """What failed until then, and what was still running."""
        return self._report.failures() or [command_failure(late, self._report.errors, "timeout")]


class PlainListener:
    """Hears any other command."""

    apart = False

    def __init__(self) -> None:
        self._report, self.sources = PlainReport(), Sources()
        self.lines = self._report.lines

    def out(self, chunk: bytes, now: float) -> None:
        """Lines; when they come says nothing."""
        del now
        self._report.feed(chunk)

    def err(self, chunk: bytes) -> None:
        """Lines too."""
        self._report.feed(chunk)

    def progress(self, number: int, now: float) -> GateProgress:
        """What changed in the tally since this was asked last, as it stands `now`."""
        return self._report.progress(number, now)

    def expire(self, late: str) -> None:
        """Nothing is known of what still runs."""

    def close(self) -> None:
        """The last line may lack its end."""
        self._report.close()

    def judge(self, code: int) -> tuple[Verdict, str, list[Failure]]:
        """By the exit code."""
        return self._report.judge(code)

    def too_late(self, late: str) -> list[Failure]:
        """The command, with its last words."""
        return [self._report.failure(late, "timeout")]
