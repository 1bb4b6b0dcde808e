"""Draw `docs/dashboard.svg`, the dashboard on a real run of the demonstration: run this file."""

from __future__ import annotations

import asyncio
import functools
import re
import sys
import tempfile
from pathlib import Path

from sixfold.dashboard.app import Dashboard
from sixfold.demo.build import build
from sixfold.link import Later
from sixfold.runner.spawn import spawn

SIZE = (160, 48)


async def draw(picture: Path) -> None:
    """Run the demonstration until a race is being fixed, then export the screen."""
    with tempfile.TemporaryDirectory(prefix="sixfold-picture-") as folder:
        directory = Path(folder) / "word-count"
        build(directory, speed=2)
        app = Dashboard(Later(functools.partial(spawn, directory, ["-C", str(directory)])))
        async with app.run_test(size=SIZE) as pilot:
            while not _worth_a_picture(app):
                await pilot.pause(0.1)
            await pilot.pause(1.5)  # until the agent has said something
            drawn = app.export_screenshot(title="sixfold demo")
            for place in (directory, Path(sys.prefix).parent):
                drawn = _without(f"{place}/", drawn)
            picture.write_text(drawn, encoding="utf-8")
            while not app.state.ended:
                await pilot.pause(0.1)


def _without(place: str, drawn: str) -> str:
    """The picture without the paths of this machine; the lines keep their length."""
    return re.sub(
        rf"{re.escape(place)}([^<]*)", lambda found: found[1] + "&#160;" * len(place), drawn
    )


def _worth_a_picture(app: Dashboard) -> bool:
    """Whether a gate found a race, and an agent is at work on it."""
    gate = app.state.gate
    red = gate is not None and gate.ended is not None and gate.ended.races > 0
    fixing = any(work.label.startswith("fix") for work in app.state.work.values())
    return red and fixing


if __name__ == "__main__":
    asyncio.run(draw(Path(__file__).with_name("dashboard.svg")))
