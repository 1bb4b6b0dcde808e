"""How fast the dashboard takes events and lines in and paints them, beside Textual's own logs.

    python tests/bench/bench_dashboard.py [LINES]

All figures of one call come from one process, one after the other: compare them with each other.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from time import perf_counter, process_time

from textual.app import App, ComposeResult
from textual.widgets import Log, RichLog

from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.model import Phase, Plan, Task
from sixfold.state import fold

SIZE = (160, 48)
BATCH = 500
"""Lines that arrive together, as the runner's batches of 64 kB bring them."""


def plan(tasks: int) -> Plan:
    """One phase of many tasks."""
    ids = [f"T{n:04}" for n in range(tasks)]
    return Plan(
        version=1,
        feature_dir="specs/001-bench",
        branch="001-bench",
        tasks_file="specs/001-bench/tasks.md",
        phases=[Phase(1, "All", 1, "core", None, ids)],
        tasks=[
            Task(id_, n, 1, "pending", True, None, "Write it", [], "core", True, [])
            for n, id_ in enumerate(ids, 1)
        ],
        warnings=[],
        critical_path=ids[:1],
        speedup=6.0,
    )


def journal(tasks: int) -> list[ev.AnyEvent]:
    """Two events for each task."""
    ids = [f"T{n:04}" for n in range(tasks)]
    events: list[ev.AnyEvent] = [
        ev.RunStarted(run="r", repository="/", branch="b", commit="", agent="a", slots=6, pid=1),
        ev.PlanLoaded(plan=plan(tasks)),
    ]
    for n, id_ in enumerate(ids):
        slot = n % 6 + 1
        events.append(ev.TaskStarted(task=id_, slot=slot, attempt=1, agent="a"))
        events.append(ev.TaskEnded(task=id_, slot=slot, attempt=1, outcome="done"))
    return events


def batches(lines: int) -> list[list[ev.Message]]:
    """Test output as it comes."""
    text = [f"=== RUN   TestNumber{n}" for n in range(BATCH)]
    batch: list[ev.Message] = [ev.GateOutput(gate=1, lines=[ev.OutputLine(line) for line in text])]
    return [batch] * (lines // BATCH)


class Given:
    """A source that has it all."""

    def __init__(self, given: Sequence[Sequence[ev.Message]]) -> None:
        self._given = given
        self.over = asyncio.Event()

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        for batch in self._given:
            yield batch
        self.over.set()

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        return ev.Answer(id=command.id, accepted=False)

    async def close(self) -> None:
        pass


async def ours(given: Sequence[Sequence[ev.Message]]) -> tuple[float, float]:
    """Wall and processor seconds until all is taken in and painted."""
    source = Given(given)
    app = Dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        wall, busy = perf_counter(), process_time()
        app.source = source
        app.follow(source)
        await source.over.wait()
        app.draw()
        await pilot.pause()
        return perf_counter() - wall, process_time() - busy


class Peer(App[None]):
    """Textual's own log, full screen."""

    def __init__(self, log: Log | RichLog) -> None:
        super().__init__()
        self.pane = log

    def compose(self) -> ComposeResult:
        yield self.pane


async def theirs(
    pane: Log | RichLog, write: Callable[[list[str]], object], lines: int
) -> tuple[float, float]:
    """The same for a pane of Textual's that gets the same batches."""
    text = [f"=== RUN   TestNumber{n}" for n in range(BATCH)]
    async with Peer(pane).run_test(size=SIZE) as pilot:
        await pilot.pause()
        wall, busy = perf_counter(), process_time()
        for _ in range(lines // BATCH):
            write(text)
            await asyncio.sleep(0)
        await pilot.pause()
        return perf_counter() - wall, process_time() - busy


def show(name: str, number: int, unit: str, took: tuple[float, float], base: float = 0) -> float:
    """One line of the table; the rate, by processor time: others use this machine too."""
    rate = number / took[1]
    ratio = f"{base / rate:9.1f} x slower" if base else ""
    print(f"{name:<34} {rate:>12,.0f} {unit}/s  {took[0]:6.2f} s wall {ratio}")
    return rate


async def main(lines: int) -> None:
    """Print the table."""
    events = journal(5000)
    wall, busy = perf_counter(), process_time()
    fold(events)
    show("events folded", len(events), "events", (perf_counter() - wall, process_time() - busy))
    show("events folded and painted", len(events), "events", await ours([events]))
    base = show("lines taken in and painted", lines, "lines", await ours(batches(lines)))
    log, rich_log = Log(max_lines=10_000), RichLog(max_lines=10_000)
    few = lines // 20
    show(
        "  Textual's Log.write_lines",
        lines,
        "lines",
        await theirs(log, log.write_lines, lines),
        base,
    )
    took = await theirs(rich_log, lambda text: [rich_log.write(line) for line in text], few)
    show("  Textual's RichLog.write", few, "lines", took, base)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000))
