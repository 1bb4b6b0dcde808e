"""From a job to its end: the lock, the watchdog, the signals, and what is left behind."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

from sixfold.errors import UserError
from sixfold.process import MARKER, start_watchdog, sweep
from sixfold.runner.info import leave_info
from sixfold.runner.job import Job
from sixfold.runner.journal import JournalError
from sixfold.runner.record import Report
from sixfold.runner.runner import Runner
from sixfold.runner.store import LiveRunError, RunFolder, Store
from sixfold.state import RunState
from sixfold.workspace import git

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def conduct(job: Job, *, wait: bool, report: Report, begun: RunFolder | None = None) -> int:
    """Run `job` to its end, or go on with the run in `begun`; returns the exit code of CONTRACT.

    SIGINT lets those at work finish and ends the run then, a second one ends it at once, as
    SIGTERM and SIGHUP do.

    Raises `LiveRunError`, and `UserError` where a run cannot even begin here.
    """
    store = Store(job.root)
    folder = begun
    try:
        folder = folder or store.create()
        with store.hold(folder.id):
            asyncio.run(git.exclude(job.root))
            if before := store.find():
                sweep({MARKER: before.id})  # whatever a run that was killed has left behind
            return _conduct(job, folder, wait=wait, report=report)
    except LiveRunError:
        if folder and not begun:
            folder.remove_empty()
        raise
    except (OSError, git.GitError) as error:
        if folder and not folder.journal.exists():
            folder.remove_empty()
        hint = "a run needs to write below .sixfold and .git/info"
        raise UserError(str(store.path), str(error), hint) from error


def _conduct(job: Job, folder: RunFolder, *, wait: bool, report: Report) -> int:
    caught: list[signal.Signals] = []

    async def drive() -> RunState:
        runner = Runner(job, folder, wait=wait, report=report)

        def stop(number: signal.Signals) -> None:
            caught.append(number)
            end = runner.drain if number == signal.SIGINT else runner.stop
            end(f"stopped by {number.name}")

        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:  # nohup
                loop.add_signal_handler(number, stop, number)
        try:
            state = await runner.run()
            await asyncio.to_thread(_leave, job, state)
            await runner.see_off()
            return state
        finally:
            for number in SIGNALS:
                loop.remove_signal_handler(number)

    watchdog = start_watchdog(folder.id)
    try:
        state = asyncio.run(drive())
    except JournalError as error:
        print(f"sixfold: {folder.journal}: {error}; make room, then run again", file=sys.stderr)
        return 1
    finally:
        sweep({MARKER: folder.id})
        with contextlib.suppress(OSError):
            watchdog.communicate()
    if caught and state.status == "stopped":
        return 128 + caught[-1]
    return 0 if state.status == "finished" else 1


def _leave(job: Job, state: RunState) -> None:
    """Write `implement_info`, before anybody is told that the run has ended."""
    try:
        leave_info(job.reading, state)
    except OSError as error:
        print(f"sixfold: implement_info: not written ({error}); see status", file=sys.stderr)
