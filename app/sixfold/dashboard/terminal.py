"""The terminal below the app: signals that end it, and noticing that it is gone."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any, cast

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

GONE = select.POLLHUP | select.POLLNVAL | select.POLLERR


def mind_signals(end: Callable[[int], None]) -> None:
    """Call `end` with the number of a signal that asks the program to end."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        loop.add_signal_handler(number, end, number)


def mind_stops(paint: Callable[[], object]) -> None:
    """Come back from a stop once, and with no stop before call `paint` and nothing else.

    Whoever closes a terminal tells its programs to go on, too. Textual, told so, begins to read
    the terminal once more, and nobody would end the reader that it has already.
    """
    loop = asyncio.get_running_loop()
    stop, go_on = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
    stopped = False

    def hear(number: int, frame: FrameType | None) -> None:
        nonlocal stopped
        if number == signal.SIGTSTP and callable(stop):
            stopped = True
            stop(number, frame)
        elif stopped and callable(go_on):
            stopped = False
            go_on(number, frame)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(paint)

    signal.signal(signal.SIGTSTP, hear)
    signal.signal(signal.SIGCONT, hear)


class Outliving(LinuxDriver):
    """Textual's driver, for which writing to a terminal that is gone is no error.

    Its writer would die of one, and the app wait for ever for a queue that nobody empties.
    """

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file = cast("Any", _Unfailing(self._file))


class _Unfailing:
    """A file that forgets what cannot be written."""

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._file.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._file.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Terminal:
    """The terminal the app was started in."""

    def __init__(self) -> None:
        self._parent = os.getppid()
        self._poll = select.poll()
        self._poll.register(sys.__stdin__ or 0, 0)

    @property
    def gone(self) -> bool:
        """Is nobody there any more.

        A terminal that goes away without SIGHUP leaves Textual's input thread reading at full
        speed from a closed file.
        """
        if os.getppid() != self._parent:
            return True
        return any(what & GONE for _, what in self._poll.poll(0))
