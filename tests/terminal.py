"""A real terminal for a program: a pty behind it, an emulated screen in front."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pyte


class Terminal:
    """`sixfold WORDS` on a screen of `columns` x `rows`; `press` types, `text` reads."""

    def __init__(self, words: Sequence[str], cwd: Path, *, columns: int, rows: int) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.sent = b""
        """All that the program sent so far."""
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sixfold", *words],
            cwd=cwd,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(theirs)

    @property
    def text(self) -> str:
        """The screen, row by row."""
        return "\n".join(self.screen.display)

    def press(self, keys: str) -> None:
        """Type `keys`."""
        os.write(self._ours, keys.encode())

    def wait(self, look: Callable[[str], object], seconds: float = 60) -> None:
        """Until the screen's text is as `look` wants it."""
        until = time.monotonic() + seconds
        while not look(self.text):
            assert time.monotonic() < until, f"not seen in {seconds} s:\n{self.text}"
            self._read(0.1)

    def wait_for(self, words: str, seconds: float = 60) -> None:
        """Until `words` are on the screen."""
        self.wait(lambda text: words in text, seconds)

    def close(self, seconds: float = 20) -> int:
        """Wait until the program has ended by itself; its exit code."""
        until = time.monotonic() + seconds
        while self.process.poll() is None:
            assert time.monotonic() < until, f"still there after {seconds} s:\n{self.text}"
            self._read(0.05)
        os.close(self._ours)
        return self.process.returncode

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._ours], [], [], seconds)
        try:
            data = os.read(self._ours, 1 << 16) if ready else b""
        except OSError:
            data = b""
        self.sent += data
        self._stream.feed(data)
