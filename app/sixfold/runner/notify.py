"""The program of `notify:`, told when the run is blocked, asks, or ends."""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import Struct

from sixfold import events as ev
from sixfold import lines
from sixfold.config import NotifySettings
from sixfold.process import MARKER, chunks, spawn
from sixfold.runner.desk import Desk
from sixfold.state import RunState

LONGEST = 1000
"""Characters of a text: it goes into an argument and into the environment."""
LAST_WORDS = 300
"""Characters of what a program that failed said last."""
_PLACE = re.compile(r"\{(title|text|event|run|outcome)\}")


class Told(Struct, frozen=True):
    """What a program is told, in words that stand for themselves."""

    event: str
    """`blocked`, `asks` or `ended`."""
    title: str
    text: str
    run: str
    outcome: str = ""
    """Of a run that has ended."""

    def fill(self, word: str) -> str:
        """A word of the command, its places filled; what is filled in is not read again."""
        return _PLACE.sub(lambda place: str(getattr(self, place[1])), word)


def telling(event: ev.AnyEvent, state: RunState) -> Told | None:
    """What is to be told of an event; None where it is nothing that a person is wanted for."""
    feature = Path(state.plan.feature_dir).name if state.plan else state.branch
    match event:
        case ev.RunBlocked():
            word, text, outcome = "blocked", event.reason, ""
        case ev.PermissionAsked():
            word, text, outcome = "asks", f"{event.task} asks: {event.text}", ""
        case ev.RunEnded():
            word, text, outcome = "ended", lines.ending(event), event.outcome
        case _:
            return None
    title = f"sixfold {feature}: {outcome or word}"
    return Told(word, _plain(title), _plain(text), state.run, outcome)


def _plain(text: str) -> str:
    """One line that every program can be given: no controls, no lone surrogates."""
    line = " ".join(lines.harmless(text).split())
    short = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    return short.encode(errors="replace").decode()


class Notifier:
    """Calls the program, each time as a process that the run never waits for but at its end.

    What goes wrong with it is a notice, the same one once in a run.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._settings = desk.job.settings.notify
        self._calls: set[asyncio.Task[None]] = set()
        self._end: ev.RunEnded | None = None

    def hear(self, event: ev.AnyEvent) -> None:
        """An event was journalled; the end is told of when all is put away."""
        if isinstance(event, ev.RunEnded):
            self._end = event
        else:
            self._begin(event)

    def _begin(self, event: ev.AnyEvent) -> None:
        if self._settings and (told := telling(event, self._desk.state)):
            call = asyncio.create_task(self._tell(self._settings, told, event))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    def cut(self) -> None:
        """End those that are called, now."""
        for call in self._calls:
            call.cancel()

    async def close(self) -> None:
        """Tell of the end, and wait until all that are called have ended, or were ended."""
        if self._end:
            self._begin(self._end)
        await asyncio.gather(*self._calls, return_exceptions=True)

    async def _tell(self, settings: NotifySettings, told: Told, event: ev.AnyEvent) -> None:
        if isinstance(event, ev.PermissionAsked) and event.request not in self._desk.state.asked:
            return  # nobody waits for a person: it was answered as it was asked
        wrong = f"was ended after {settings.timeout:g} s"
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.timeout):
                    wrong = await self._call(settings.command, told, event)
        except (OSError, ValueError) as error:
            wrong = f"cannot be called: {error}"
        if wrong:
            self._warn(f"notify: {settings.command[0]} {wrong}")

    async def _call(self, command: list[str], told: Told, event: ev.AnyEvent) -> str:
        """Call the program and wait for it; what went wrong, if anything did."""
        job, said = self._desk.job, b""
        with tempfile.TemporaryFile() as given:  # a pipe would wait for who does not read
            child = await spawn(
                [told.fill(word) for word in command],
                cwd=job.root,
                env={**job.env, **_marks(told)},
                stdin=_written(given, ev.encode(event)),
            )
        try:
            async for chunk in chunks(child, child.out or asyncio.StreamReader()):
                said = (said + chunk)[-LAST_WORDS:]
            code = await child.wait()
        except BaseException:
            await child.end()
            raise
        last = _plain(said.decode(errors="replace"))
        return f"ended with {code}{f': {last}' if last else ''}" if code else ""

    def _warn(self, text: str) -> None:
        state, notice = self._desk.state, ev.Notice(text=lines.harmless(text), level="warning")
        if state.ended:  # the journal is closed
            with suppress(OSError, ValueError):
                print(f"sixfold: {notice.text}", file=sys.stderr)
        elif all(one.text != notice.text for one in state.notices):
            self._desk.emit(notice)


def _marks(told: Told) -> dict[str, str]:
    """Environment of the program; what is in it ends with the run."""
    return {
        MARKER: told.run,
        "SIXFOLD_EVENT": told.event,
        "SIXFOLD_TITLE": told.title,
        "SIXFOLD_TEXT": told.text,
        "SIXFOLD_OUTCOME": told.outcome,
    }


def _written(file: IO[bytes], line: bytes) -> IO[bytes]:
    file.write(line)
    file.seek(0)
    return file
