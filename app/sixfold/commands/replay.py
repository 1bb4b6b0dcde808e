"""`sixfold replay`: the dashboard, driven by a journal."""

from __future__ import annotations

import argparse

from sixfold.commands import asked as ask
from sixfold.commands import screen
from sixfold.dashboard.replay import Replay
from sixfold.errors import UserError
from sixfold.runner.archive import Past
from sixfold.runner.recall import Recall


def main(asked: argparse.Namespace) -> int:
    """Play a run, of this repository or of any journal; how it ended is no matter here."""
    run = ask.recorded(asked)
    events = ask.journal(run)
    if not events:
        raise UserError(str(run.journal), "holds no event", "name the journal of a run")
    screen.need_terminal("report")
    past = Past(run, events)
    source = Replay(events, asked.speed, recall=Recall(run, events), look=past.look)
    return screen.face(source).return_code or 0
