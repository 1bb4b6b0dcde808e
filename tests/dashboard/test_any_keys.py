"""Whatever is pressed, and however fast, while whatever happens: the app lives."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from textual.pilot import Pilot

from dashboard import gates
from dashboard.scripted import (
    APART,
    BEGIN,
    BLAMED,
    DIFF,
    ENDED,
    FAILED,
    JUDGED,
    RED,
    RUNNING,
    VALIDATING,
    WISH,
    Run,
    dashboard,
    printed,
    say,
)
from dashboard.test_replay import replay
from sixfold import events as ev
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.app import Dashboard

LEAVING = {"q", "ctrl+c", "ctrl+q"}
KEYS = sorted(
    {key for action in ACTIONS for key in action.keys.split(",")} - LEAVING
    | {"escape", "enter", "y", "b", "ctrl+p", "pageup", "delete"}
)
SIZES = [(160, 48), (80, 24), (100, 30), (240, 60), (40, 12), (20, 5)]
STORIES: list[tuple[ev.Message, ...]] = [
    (),
    RUNNING,
    (*RUNNING, *FAILED, *RED),
    (*APART, *BLAMED),
    (*APART, WISH),
    (*BEGIN, *VALIDATING, *JUDGED),
    (*RUNNING, *gates.RED),
    (*RUNNING, ENDED),
]
NEWS: list[ev.Message] = [
    say(3, "T004", ("say", "a word"), ("plan", "[>] think")),
    printed("a line"),
    ev.GateStarted(gate=7, cause="asked", command=["go", "test"]),
    *gates.RED,
    *FAILED,
    ev.RunPaused(),
    ev.Notice(text="look", level="error"),
    ENDED,
]
STEPS = 40


def app_of(chance: random.Random) -> tuple[Dashboard, Run | None]:
    """One of the stories, a run of the past, or tests alone."""
    if chance.random() < 0.1:
        return Dashboard(replay()), None
    run = Run(
        *chance.choice(STORIES),
        answering=lambda command: ev.Answer(
            id=command.id,
            accepted=chance.random() < 0.8,
            reason="because",
            text=DIFF if isinstance(command, ev.Diff) else "a text",
        ),
    )
    return dashboard(run, gate_only=chance.random() < 0.15), run


async def step(pilot: Pilot[None], run: Run | None, chance: random.Random) -> None:
    """A key, with or without what comes of it before the next; news; another size."""
    dice = chance.random()
    if dice < 0.4:
        pilot.app.simulate_key(chance.choice(KEYS))
    elif dice < 0.75:
        await pilot.press(chance.choice(KEYS))
    elif dice < 0.85:
        await pilot.resize_terminal(*chance.choice(SIZES))
    elif run and dice < 0.97:
        run.say(chance.choice(NEWS))
    else:
        await pilot.pause(0.06)


@pytest.mark.parametrize("seed", range(16))
async def test_any_keys_in_any_order_are_survived(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("EDITOR", "true")
    monkeypatch.setenv("HOME", str(tmp_path))
    chance = random.Random(seed)  # noqa: S311 - the same keys every time
    app, run = app_of(chance)
    async with app.run_test(size=chance.choice(SIZES), notifications=True) as pilot:
        for _ in range(STEPS):
            await step(pilot, run, chance)
        await pilot.pause(0.1)
        assert app.is_running
        app.draw()
