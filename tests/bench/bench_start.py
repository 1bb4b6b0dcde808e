"""How soon there is something to see: the dashboard's first paint, and commands that print.

Run it: `python tests/bench/bench_start.py`. Each is a process in a terminal of its own; what counts
is processor time until its text is there, since others use the machine too. They take turns, and
the least of a few runs counts.
"""

from __future__ import annotations

import os
import pty
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
from bench_dashboard import journal

from sixfold import events as ev

GOAL = 1.35
"""Times the first paint of a bare app."""
RUNS = 7
SIZE = (48, 160)

BARE = """
import gc; gc.disable()
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("READY")
Bare().run()
"""
DASHBOARD = "from sixfold.dashboard import load; load()().run()"


def first_paint(code: Sequence[str], sign: bytes) -> float:
    """Processor seconds until a program has painted `sign`."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, SIZE)
    process = subprocess.Popen(
        [sys.executable, *code], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    )
    os.close(theirs)
    seen = b""
    while sign not in seen:
        seen += os.read(ours, 1 << 16)
    process.kill()
    os.close(ours)
    return spent(process)


def spent(process: subprocess.Popen[bytes]) -> float:
    """Processor seconds of a process, up to its end."""
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime


def run(words: Sequence[str]) -> float:
    """Processor seconds of a program that ends by itself."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    took = spent(process)
    assert process.returncode == 0, words
    return took


def past_run(root: Path, tasks: int) -> None:
    """A repository with the journal of a run that has all there is to show."""
    subprocess.run(["git", "init", "-q", root], check=True)
    folder = root / ".sixfold" / "runs" / "20261122-120000"
    folder.mkdir(parents=True, mode=0o700)
    lines = []
    for number, event in enumerate(journal(tasks), 1):
        event.seq = number
        event.at = ev.now() if hasattr(ev, "now") else event.at
        lines.append(ev.encode(event))
    (folder / "journal.jsonl").write_bytes(b"".join(lines))


if __name__ == "__main__":
    print(
        min(first_paint(["-c", BARE], b"READY") for _ in range(RUNS)),
        min(first_paint(["-c", DASHBOARD], b"PHASES") for _ in range(RUNS)),
    )
