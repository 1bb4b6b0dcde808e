"""What the report and a replay of a long journal cost; fails where either keeps a person waiting.

Run with `python tests/bench/bench_report.py`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1]))

from sixfold import events as ev
from sixfold.dashboard.feed import Feed
from sixfold.dashboard.replay import Replay
from sixfold.report.account import account
from sixfold.report.page import page
from sixfold.report.text import text
from telling import FAILURE, RUN, begins, ends, gate, plan, spends, task, told

EVENTS = 10_000
GOAL = 1.5
"""Seconds for any of it."""


def journal() -> list[ev.AnyEvent]:
    """So many events: a task takes three, every fiftieth is followed by a red gate."""
    count = EVENTS // 3
    tasks = [task(f"T{n:05}", phase=n // 50 + 1) for n in range(count)]
    story: list[ev.AnyEvent] = [RUN, ev.PlanLoaded(plan=plan(*tasks))]
    for n, one in enumerate(tasks):
        slot = n % 6 + 1
        story += [begins(one.id, slot), spends(one.id, 1000, 0.01, slot), ends(one.id, slot)]
        if n % 50 == 49:
            story += gate(n // 50 + 1, one.phase, verdict="red", failures=[FAILURE] * 5)
    return told(*story[:EVENTS])


def timed(name: str, work: Callable[[], object]) -> float:
    """Seconds of processor time, printed."""
    start = process_time()
    work()
    spent = process_time() - start
    print(f"{name:34}{spent:6.2f} s")
    return spent


def rewind(replay: Replay) -> None:
    """From the end to the middle, as the dashboard does it: all is taken in anew."""
    replay.go_to(replay.length / 2)

    async def listen() -> None:
        feed = Feed()
        for message in await anext(replay.messages()):
            feed.take(message)

    asyncio.run(listen())


if __name__ == "__main__":
    events = journal()
    lines = [ev.encode(event) for event in events]
    now = datetime.now(UTC)
    told_of = account(events, live=False, now=now)
    replay = Replay(events)
    print(f"{len(events)} events")
    worst = max(
        timed("reading the journal", lambda: ev.decode_journal(lines)),
        timed("the account", lambda: account(events, live=False, now=now)),
        timed("as text", lambda: text(told_of)),
        timed("as JSON", lambda: msgspec.json.encode(told_of)),
        timed("as a page", lambda: page(told_of)),
        timed("laying a replay out in time", lambda: Replay(events)),
        timed("seeking back to the middle", lambda: rewind(replay)),
    )
    if worst > GOAL:
        sys.exit(f"{worst:.2f} s; goal: {GOAL}")
