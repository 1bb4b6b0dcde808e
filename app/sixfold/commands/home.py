"""`sixfold`: attach to the live run, else show the plan, ready to start."""

from __future__ import annotations

import argparse
import functools

from sixfold.commands import asked as ask
from sixfold.commands import screen
from sixfold.link import Later, Link
from sixfold.runner import job
from sixfold.runner.spawn import spawn
from sixfold.runner.store import RunFolder


def main(asked: argparse.Namespace) -> int:
    """Show what there is to see in this repository."""
    runs = ask.store(asked)
    screen.need_terminal("status")
    live = runs.live()
    if live:
        return watch(live)
    reading = job.read(ask.options(asked))
    start = functools.partial(spawn, reading.root, ask.words(asked))
    return screen.show(plan=job.draw(reading, reading.tasks), start=start)


def watch(run: RunFolder) -> int:
    """A dashboard on a live run."""
    return screen.show(Later(functools.partial(Link.connect, run.socket)))
