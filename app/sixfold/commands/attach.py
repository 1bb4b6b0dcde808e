"""`sixfold attach`: a dashboard on a live or a finished run."""

from __future__ import annotations

import argparse

from sixfold.commands import asked as ask
from sixfold.commands import screen
from sixfold.link import Recording


def main(asked: argparse.Namespace) -> int:
    """Show the run that is named, else the live one, else the last."""
    runs = ask.store(asked)
    found, live = ask.shown(runs, asked.run), runs.live()
    screen.need_terminal("status")
    if live and found.id == live.id:
        return screen.watch(live.socket)
    from sixfold.runner.archive import Past  # noqa: PLC0415 - a live run tells all by itself
    from sixfold.runner.recall import recall  # noqa: PLC0415 - the same

    events = ask.journal(found)
    return screen.show(Recording(list(recall(found, events)), Past(found, events).look))
