"""`sixfold status`: the live or the last run; sweeps what a dead one left behind."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import msgspec

from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.process import MARKER, sweep
from sixfold.report.account import until_of
from sixfold.report.standing import as_json, bury
from sixfold.state import fold


def main(asked: argparse.Namespace) -> int:
    """Print the state that the journal folds to."""
    runs = ask.store(asked)
    last = ask.find(runs, None)  # before the lock is looked at: a run that starts now is not swept
    live = runs.live()
    found = live or last
    events = ask.journal(found)
    state = fold(events)
    if live is None:
        sweep({MARKER: found.id})
        bury(state)
    if asked.json:
        print(msgspec.json.encode(as_json(state, live=live is not None)).decode())
    else:
        until = until_of(events, live=live is not None, now=datetime.now(UTC))
        shown = lines.status_lines(state, live=live is not None, now=until)
        print("\n".join(map(lines.harmless, shown)))
    return 0
