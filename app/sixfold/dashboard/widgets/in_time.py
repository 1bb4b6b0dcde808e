"""Work that is ended where it takes too long, as matching an expression may."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def in_time(seconds: float) -> Iterator[None]:
    """Raise `TimeoutError` in what takes more than so many seconds of our own; main thread only.

    `re` looks for signals while it matches, so this ends it too. It may be raised anywhere in what
    is done: nothing may be changed there.
    """
    signal.signal(signal.SIGVTALRM, _raise)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


def _raise(*_: object) -> None:
    raise TimeoutError
