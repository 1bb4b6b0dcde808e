"""`sixfold run`: the feature, dashboard in front and runner behind, or headless."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TextIO

from msgspec import structs

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.runner import job
from sixfold.runner.conduct import conduct
from sixfold.runner.info import leave_info
from sixfold.runner.job import Job
from sixfold.runner.store import LiveRunError, RunFolder
from sixfold.state import RunState, fold

LAST_WORDS = 1.0
"""Seconds that a reader has for the rest, where the run was ended by a signal."""
SIGNALLED = 128
"""Exit codes above it tell of a signal."""


def main(asked: argparse.Namespace) -> int:
    """Run to the end, or until the person leaves the dashboard."""
    runs = ask.store(asked)
    live = runs.live()
    if live:
        return ask.refuse_second(live.id)
    options, begun = ask.options(asked), None
    started = None
    if asked.resume is not None:
        begun = ask.find(runs, asked.resume or None)
        events = ask.journal(begun)
        state = fold(events)
        started = next((event for event in events if isinstance(event, ev.RunStarted)), None)
        options = job.asked_for(started.asked if started else {}, options)
        if state.plan and not options.feature:
            options = structs.replace(options, feature=Path(state.plan.feature_dir))
        if state.status == "finished":
            leave_info(job.read(options), state)
            print(f"sixfold: run {begun.id}: is finished; nothing is left to do", file=sys.stderr)
            return 0
    prepared = job.prepare(options, started)
    if asked.headless or asked.json:
        return headless(prepared, as_json=asked.json, wait=asked.wait, begun=begun)
    from sixfold.commands.front import front  # noqa: PLC0415 (headless needs no Textual)

    resume = [f"--resume={begun.id}"] if begun else []
    return front(prepared.root, [*resume, *ask.words(asked)])


def headless(prepared: Job, *, as_json: bool, wait: bool, begun: RunFolder | None = None) -> int:
    """Run without a dashboard: events as JSON on stdout, or as plain lines on stderr."""
    out = _Output(sys.stdout if as_json else sys.stderr)

    def report(event: ev.AnyEvent, state: RunState) -> None:
        if as_json:
            out.write(ev.encode(event))
        elif line := lines.event_line(event, state):
            out.write(f"{lines.harmless(line)}\n".encode(errors="replace"))

    try:
        code = conduct(prepared, wait=wait, report=report, begun=begun)
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
