"""`sixfold pause`, `retry TASK`, `tell TASK TEXT`, `stop` ...: one command to the live run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.errors import UserError
from sixfold.link import Link, LinkError
from sixfold.runner.store import Store
from sixfold.state import fold

COMMANDS: dict[str, Callable[[str], ev.AnyCommand]] = {
    "resume": lambda _: ev.Resume(),
    "gate": lambda _: ev.Gate(),
    "revalidate": lambda _: ev.Revalidate(),
    "stop": lambda _: ev.Stop(),
    "skip": lambda task: ev.Skip(task=task),
    "cancel": lambda task: ev.Cancel(task=task),
    "set-aside": lambda task: ev.SetAside(task=task),
}


def main(asked: argparse.Namespace) -> int:
    """Send the command; 0 where the runner accepts it, 1 where it refuses."""
    runs = ask.store(asked)
    live = runs.live()
    if live is None:
        raise UserError(str(runs.path.parent), "no run is live here", _instead(runs))
    command = _meant(asked)
    try:
        answer = asyncio.run(send(live.socket, command))
    except LinkError as error:
        raise UserError(f"run {live.id}", str(error), "see `sixfold status`") from error
    if not answer.accepted:
        why = lines.harmless(answer.reason)
        print(f"sixfold: {asked.name}: refused; {why}", file=sys.stderr)
    return 0 if answer.accepted else 1


def _instead(runs: Store) -> str:
    """How there is a live run again: the last one goes on, where something is left of it."""
    last = runs.find(None)
    if last and fold(ask.journal(last)).status != "finished":
        return "`sixfold run --resume` goes on with the last one"
    return "start one with `sixfold run`"


def _meant(asked: argparse.Namespace) -> ev.AnyCommand:
    if asked.name == "undo":
        return ev.Undo(task=asked.task, dependents=asked.dependents)
    if asked.name == "pause":
        return ev.Pause(now=asked.now)
    if asked.name == "retry":
        return ev.Retry(task=asked.task, agent=asked.agent or "")
    if asked.name == "tell":
        return ev.Tell(task=asked.task, text=asked.text)
    if asked.name == "answer":
        return ev.Decide(request=asked.request, option=asked.option)
    return COMMANDS[asked.name](getattr(asked, "task", ""))


async def send(socket: Path, command: ev.AnyCommand) -> ev.Answer:
    """Ask the runner behind `socket`. Raises `LinkError`."""
    link = await Link.connect(socket)
    try:
        return await link.ask(command)
    finally:
        await link.close()
