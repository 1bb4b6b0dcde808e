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
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from msgspec import structs

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.bench_dashboard import journal
from sixfold import events as ev

GOAL = 1.35
"""Times the first paint of a bare app."""
RUNS = 7
SIZE = (48, 160)
TASKS = 500
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

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
    """A repository with the journal of a run that has ended."""
    subprocess.run(["git", "init", "-q", root], check=True)
    folder = root / ".sixfold" / "runs" / "20261122-120000-0000"
    folder.mkdir(parents=True, mode=0o700)
    story = [*journal(tasks), ev.RunEnded(outcome="stopped", reason="enough")]
    stamped = [structs.replace(event, seq=n, at=AT) for n, event in enumerate(story, 1)]
    (folder / "journal.jsonl").write_bytes(b"".join(map(ev.encode, stamped)))


def rows(root: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """What is measured, the yardsticks first."""
    sixfold, place = ["-m", "sixfold"], ["-C", str(root)]
    yield "python alone", partial(run, ["-c", ""])
    yield "sixfold --help", partial(run, [*sixfold, "--help"])
    yield f"sixfold status, {TASKS} tasks", partial(run, [*sixfold, "status", *place])
    yield "a bare app's first paint", partial(first_paint, ["-c", BARE], b"READY")
    yield "the dashboard's first paint", partial(first_paint, ["-c", DASHBOARD], b"PHASES")
    attach = [*sixfold, "attach", *place]
    yield f"sixfold attach, {TASKS} tasks", partial(first_paint, attach, b"STOPPED")


def main() -> None:
    """Print the table; fails where the first paint comes late."""
    with tempfile.TemporaryDirectory() as name:
        past_run(Path(name), TASKS)
        all_ = dict(rows(Path(name)))
        rounds = [{row: work() for row, work in all_.items()} for _ in range(RUNS)]
    best = {row: min(round_[row] for round_ in rounds) for row in all_}
    bare = best["a bare app's first paint"]
    for row, spent in best.items():
        print(f"{row:32}{1000 * spent:6.0f} ms  {spent / bare:5.2f} x a bare app's first paint")
    ratio = best["the dashboard's first paint"] / bare
    if ratio > GOAL:
        sys.exit(f"the first paint takes {ratio:.2f} x a bare app's; goal: {GOAL}")


if __name__ == "__main__":
    main()
