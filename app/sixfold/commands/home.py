"""`sixfold`: attach to the live run, else show the plan, ready to start."""

from __future__ import annotations

import argparse
import functools

from sixfold.commands import asked as ask
from sixfold.commands import screen
from sixfold.runner import job
from sixfold.runner.spawn import spawn


def main(asked: argparse.Namespace) -> int:
    """Show what there is to see in this repository."""
    runs = ask.store(asked)
    screen.need_terminal("status")
    live = runs.live()
    if live:
        return screen.watch(live)
    reading = job.read(ask.options(asked))
    start = functools.partial(spawn, reading.root, ask.words(asked))
    return screen.show(plan=job.draw(reading, reading.tasks), start=start)
