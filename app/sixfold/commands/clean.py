"""`sixfold clean`: removes what runs have left where nothing is lost with it."""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
from pathlib import Path

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.errors import UserError
from sixfold.runner.store import RunFolder, Store
from sixfold.workspace import leftovers
from sixfold.workspace.git import GitError
from sixfold.workspace.leftovers import Leftover


def main(asked: argparse.Namespace) -> int:
    """Remove what holds nothing, and say of the rest what it holds; `--dry-run` only says."""
    runs = ask.store(asked)
    root = runs.path.parent
    try:
        found = find(runs)
        kept = [one for one in found if one.holds]
        if not asked.dry_run:
            kept = asyncio.run(leftovers.clean(root, found))
    except GitError as error:
        raise UserError(str(root), str(error), "mend that, then again") from error
    staying = {(one.kind, one.place) for one in kept}
    for one in found:
        if (one.kind, one.place) not in staying:
            word = "would go" if asked.dry_run else "removed"
            print(lines.harmless(f"{word:8} {one.kind:8} {_shown(root, one)}"))
    for one in kept:
        print(lines.harmless(f"{'kept':8} {one.kind:8} {_shown(root, one)}: {one.holds}"))
        if one.look:
            print(lines.harmless(f"{'':17} -> {shlex.join(one.look)}"))
    if not found:
        print("nothing is left over")
    return 0


def find(runs: Store) -> list[Leftover]:
    """What all runs but the live one have left. Raises `GitError`."""
    live = runs.live()
    resumable = {run.id for run in runs.runs() if _can_go_on(run)}
    return asyncio.run(leftovers.leftovers(runs.path.parent, live.id if live else None, resumable))


def _can_go_on(run: RunFolder) -> bool:
    """Nothing but a run that finished is known to be over."""
    try:
        events = run.events()
    except (OSError, ValueError):
        return True
    last = events[-1] if events else None
    return not (isinstance(last, ev.RunEnded) and last.outcome == "finished")


def _shown(root: Path, one: Leftover) -> str:
    return one.place if one.kind == "branch" else os.path.relpath(one.place, root)
