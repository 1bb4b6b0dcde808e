"""`sixfold run`: the feature, dashboard in front and runner behind, or headless."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.runner import job
from sixfold.runner.conduct import conduct
from sixfold.runner.job import Job
from sixfold.runner.store import LiveRunError
from sixfold.state import RunState

LAST_WORDS = 1.0
"""Seconds that a reader has for the rest, where the run was ended by a signal."""
SIGNALLED = 128
"""Exit codes above it tell of a signal."""


def main(asked: argparse.Namespace) -> int:
    """Run to the end, or until the person leaves the dashboard."""
    live = ask.store(asked).live()
    if live:
        return ask.refuse_second(live.id)
    prepared = job.prepare(ask.options(asked))
    if asked.headless or asked.json:
        return headless(prepared, as_json=asked.json, wait=asked.wait)
    from sixfold.commands.front import front  # noqa: PLC0415 (headless needs no Textual)

    return front(prepared.root, ask.words(asked))


def headless(prepared: Job, *, as_json: bool, wait: bool) -> int:
    """Run without a dashboard: events as JSON on stdout, or as plain lines on stderr."""
    out = _Output(sys.stdout if as_json else sys.stderr)

    def report(event: ev.AnyEvent, state: RunState) -> None:
        if as_json:
            out.write(ev.encode(event))
        elif line := lines.event_line(event, state):
            out.write(f"{lines.harmless(line)}\n".encode(errors="replace"))

    try:
        code = conduct(prepared, wait=wait, report=report)
    except LiveRunError as error:
        return ask.refuse_second(error.run)
    out.close(LAST_WORDS if code > SIGNALLED else None)
    return code


class _Output:
    """A stream that may be read slowly, or no more: the run goes on all the same."""

    def __init__(self, stream: TextIO) -> None:
        stream.flush()
        self._file = stream.fileno()  # past its buffer, which an exit would wait for
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._writer = Thread(target=self._write, daemon=True)
        self._writer.start()

    def write(self, line: bytes) -> None:
        """Have a line written, in its turn."""
        self._lines.put(line)

    def close(self, seconds: float | None) -> None:
        """Wait until all is written, at most so long."""
        self._lines.put(b"")
        self._writer.join(seconds)

    def _write(self) -> None:
        with contextlib.suppress(OSError):
            while line := self._lines.get():
                while line:
                    line = line[os.write(self._file, line) :]
