"""A storm over the demonstration: some minutes, so no test.

    python tests/end_to_end/chaos_storm.py [DEMOS]

In each of DEMOS repositories (3) the demonstration's runner is killed 20 times at random moments,
and gone on with to its end. Then one more is run to its end among 20 viewers, one of which is
frozen for a minute, and 50 dashboards that are killed one after the other.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

sys.path.insert(0, str(Path(__file__).parents[1]))

import chaos
import viewer
from repository import leftovers, wait_for
from sixfold import events as ev
from sixfold.demo.build import build
from sixfold.runner.store import Store
from terminal import Terminal

VIEWERS, DASHBOARDS, FROZEN_SECONDS = 20, 50, 60.0
LONGEST = 1.5
"""Seconds that a dashboard lives at most."""
SPEED = 100


def killed(base: Path, tree: str, number: int) -> None:
    """The demonstration, its runner killed again and again."""
    root = base / f"killed-{number}"
    build(root, speed=SPEED)
    start = chaos.git(root, "rev-parse", "HEAD").strip()
    done = chaos.go(root, "outside")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    events = chaos.check(root, start, tree)
    lives = sum(isinstance(event, ev.RunContinued) for event in events)
    print(f"{root}: gone on with {lives} times, {len(events)} events, complete")


def besieged(root: Path) -> None:
    """The demonstration among viewers and dashboards."""
    build(root, speed=0.3)
    words = [sys.executable, "-m", "sixfold", "run", "--headless"]
    runner = subprocess.Popen(words, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    run = wait_for(lambda: (live := Store(root).live()) and live.socket.exists() and live, 60)
    watch = [sys.executable, viewer.__file__, str(run.socket)]
    viewers = [subprocess.Popen(watch, stdout=subprocess.PIPE, text=True) for _ in range(VIEWERS)]
    for one in viewers:
        assert one.stdout
        assert one.stdout.readline() == "here\n"
    os.kill(viewers[0].pid, signal.SIGSTOP)
    frozen = time.monotonic()
    lives = random.Random(50)  # noqa: S311 - the same ones every time
    ended = False
    for number in range(DASHBOARDS):
        ended = ended or runner.poll() is not None
        assert not ended, f"the run ended among the dashboards, after {number}"
        dashboard = Terminal(["attach"], root, columns=120, rows=40)
        time.sleep(lives.uniform(0.2, LONGEST))
        dashboard.process.kill()
        dashboard.process.wait()
        if time.monotonic() - frozen > FROZEN_SECONDS:
            os.kill(viewers[0].pid, signal.SIGCONT)
    time.sleep(max(0.0, FROZEN_SECONDS - (time.monotonic() - frozen)))
    os.kill(viewers[0].pid, signal.SIGCONT)
    _, said = runner.communicate(timeout=900)
    assert runner.returncode == 0, said
    events = run.events()
    seen = [json.loads(one.communicate(timeout=60)[0]) for one in viewers]
    assert seen == [{"events": len(events), "gaps": 0, "ended": True}] * VIEWERS, seen
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert leftovers(run.id) == []
    print(
        f"{root}: {len(events)} events, seen by {VIEWERS} viewers, {DASHBOARDS} dashboards killed"
    )


def main(number: int) -> int:
    """0 where nothing was lost; else an assertion fails."""
    base = Path(mkdtemp(prefix="sixfold-storm-"))
    calm = base / "calm"
    build(calm, speed=SPEED)
    chaos.go(calm).check_returncode()
    tree = chaos.git(calm, "ls-tree", "-r", "HEAD")
    for one in range(number):
        killed(base, tree, one)
    besieged(base / "besieged")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
