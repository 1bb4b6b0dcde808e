"""Draw `docs/dashboard.svg`: run the demonstration, then replay it up to the fix of a race."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.replay import Replay
from sixfold.runner.recall import Recall
from sixfold.runner.store import Store

SIZE = (160, 48)


def main(picture: Path) -> None:
    """Run, replay, and draw."""
    with tempfile.TemporaryDirectory(prefix="sixfold-picture-") as folder:
        directory = Path(folder) / "word-count"
        words = ["demo", "--headless", "--speed", "4", "--keep", str(directory)]
        subprocess.run([sys.executable, "-m", "sixfold", *words], check=True)
        run = Store(directory).find()
        assert run, "the demonstration left no run"  # noqa: S101 - it ended well
        events = run.events()
        drawn = asyncio.run(draw(Replay(events, recall=Recall(run, events))))
        for place in (directory, Path(sys.prefix).parent):
            drawn = _without(f"{place}/", drawn)
        picture.write_text(drawn, encoding="utf-8")


async def draw(replay: Replay) -> str:
    """The screen while a race is being fixed, standing still."""
    app = Dashboard(replay)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("space")
        while not _fixes_a_race(app):
            await pilot.press("shift+right")
            await pilot.pause(0.1)
        begin = replay.position
        replay.step(forward=True)
        said = begin + (replay.position - begin) * 0.8  # its agent has said something by then
        replay.go_to(said)
        await pilot.pause(0.5)
        return app.export_screenshot(title="sixfold demo")


def _without(place: str, drawn: str) -> str:
    """The picture without the paths of this machine; the lines keep their length."""
    return re.sub(
        rf"{re.escape(place)}([^<]*)", lambda found: found[1] + "&#160;" * len(place), drawn
    )


def _fixes_a_race(app: Dashboard) -> bool:
    """Whether a gate found a race, and an agent is at work on it."""
    gate = app.state.gate
    red = gate is not None and gate.ended is not None and gate.ended.races > 0
    fixing = any(work.label.startswith("fix") for work in app.state.work.values())
    return red and fixing


if __name__ == "__main__":
    main(Path(__file__).with_name("dashboard.svg"))
