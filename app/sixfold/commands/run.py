"""`sixfold run`: the feature, dashboard in front and runner behind, or headless."""

from __future__ import annotations

import argparse
import sys
from typing import TextIO

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.runner import job
from sixfold.runner.conduct import conduct
from sixfold.runner.job import Job
from sixfold.runner.store import LiveRunError
from sixfold.state import RunState


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
            out.write(ev.encode(event).decode())
        elif line := lines.event_line(event, state):
            out.write(f"{lines.harmless(line)}\n")

    try:
        return conduct(prepared, wait=wait, report=report)
    except LiveRunError as error:
        return ask.refuse_second(error.run)


class _Output:
    """A stream whose reader may go away: the run goes on all the same."""

    def __init__(self, stream: TextIO) -> None:
        self._stream: TextIO | None = stream

    def write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except OSError:
            self._stream = None
