"""What six noisy agents cost: the runner's processor time, and how soon the dashboard answers.

    python tests/bench/bench_agents.py [SECONDS [RATE]]

Six scripted agents speak the Agent Client Protocol to the real runner, RATE updates (2,000) a
second each, while a dashboard watches in this process. The floor is decoding the same stream.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter, process_time

import msgspec
import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from noisy import AGENTS, noisy, numbers, talk
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.link import Link
from sixfold.runner.store import RunFolder

SIZE = (160, 48)
STARTS = 20
"""Seconds that the agents talk beside those that are measured: they start one after the other."""


async def all_at_it(run: RunFolder, size: int) -> None:
    """Wait until every agent has said so many bytes."""
    while [log.stat().st_size > size for log in talk(run)].count(True) < AGENTS:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


async def keys(app: Dashboard, seconds: float) -> list[float]:
    """How long the help takes to open and to close, again and again."""
    spans = list[float]()
    until = perf_counter() + seconds
    while perf_counter() < until:
        for key in ("question_mark", "escape"):
            began, screen = perf_counter(), app.screen
            app.simulate_key(key)
            while app.screen is screen:  # noqa: ASYNC110 - it is on top once it is there
                await asyncio.sleep(0)
            spans.append(perf_counter() - began)
        await asyncio.sleep(0.2)
    return spans


async def answer(link: Link) -> float:
    """How long the runner takes to refuse a command."""
    began = perf_counter()
    answered = await link.ask(ev.Skip(task="nobody"))
    assert not answered.accepted
    return perf_counter() - began


def at(spans: Sequence[float], share: float) -> float:
    """A percentile, in milliseconds."""
    return 1000 * sorted(spans)[min(int(share * len(spans)), len(spans) - 1)]


async def alone(seconds: float) -> list[float]:
    """The same keys where nothing happens."""
    app = Dashboard()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await keys(app, 0.1)
        return await keys(app, seconds)


async def measure(run: RunFolder, seconds: float) -> None:
    """Print what the runner and the dashboard cost while all talk."""
    link = await Link.connect(run.socket)
    app = Dashboard(link)
    runner = psutil.Process(next(e.pid for e in run.events() if isinstance(e, ev.RunStarted)))
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await keys(app, 0.1)  # what is loaded when first shown
        await all_at_it(run, 100_000)
        answers = [await answer(link) for _ in range(20)]
        sizes = [log.stat().st_size for log in talk(run)]
        wall, own, busy = perf_counter(), process_time(), sum(runner.cpu_times()[:2])
        spans = await keys(app, seconds)
        wall, own = perf_counter() - wall, process_time() - own
        busy = sum(runner.cpu_times()[:2]) - busy
        grown = [log.stat().st_size - size for log, size in zip(talk(run), sizes, strict=True)]
    floor, count = decode(talk(run), grown)
    print(f"updates heard     {count / wall:>8,.0f} /s")
    print(f"runner            {busy / wall:>8.0%} of a core, {busy / floor:.1f} x decoding alone")
    print(f"dashboard         {own / wall:>8.0%} of a core, keys included")
    calm = await alone(seconds / 2)
    rows = (("key to screen", spans), ("  where all is calm", calm), ("command to answer", answers))
    for name, found in rows:
        print(f"{name:<18}{at(found, 0.5):>8.0f} ms p50, {at(found, 1):.0f} ms at most")


def decode(logs: Sequence[Path], sizes: Sequence[int]) -> tuple[float, int]:
    """Processor seconds for decoding so much of the streams, and how many messages that is."""
    lines = [
        line
        for log, size in zip(logs, sizes, strict=True)
        for line in log.read_bytes()[:size].splitlines()[:-1]
    ]
    began = process_time()
    for line in lines:
        msgspec.json.decode(line)
    return process_time() - began, len(lines)


def main(seconds: float = 8, rate: int = 2000) -> None:
    """Run it, and check that nothing was lost and all came in order."""
    with tempfile.TemporaryDirectory() as folder:
        repository = noisy(Path(folder), rate, seconds + STARTS)
        process = repository.start("run", "--headless", "--slots", str(AGENTS))
        run = repository.live()
        try:
            asyncio.run(measure(run, seconds))
            process.communicate(timeout=120)
        finally:
            process.terminate()
            process.wait()
        wanted = list(range(int(rate * (seconds + STARTS))))
        kept = [numbers(log) == wanted for log in talk(run)]
        print(f"order kept, nothing lost: {all(kept) and len(kept) == AGENTS}")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
