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
        return screen.watch(live)
    from sixfold.dashboard.timeline import caught_up  # noqa: PLC0415 - a live run needs none of it
    from sixfold.runner.archive import Past  # noqa: PLC0415 - the same
    from sixfold.runner.recall import Recall  # noqa: PLC0415 - the same

    events = ask.journal(found)
    heard = caught_up(events, Recall(found, events))
    return screen.show(Recording(heard, Past(found, events).look))
