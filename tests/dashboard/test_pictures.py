"""What the screen looks like, as pictures; facts are tested elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

import pytest
from textual.pilot import Pilot

from dashboard.scripted import (
    APART,
    BEGIN,
    BLOCKED,
    CONFLICT,
    DIFF,
    FAILED,
    HELD,
    JOINING,
    PHASE_1,
    PHASE_2,
    PLAN,
    RED,
    Run,
    dashboard,
    settle,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.widgets.diff_view import DiffView
from sixfold.link import Source


class Compare(Protocol):
    def __call__(
        self, app: Dashboard, *, terminal_size: tuple[int, int], run_before: object
    ) -> bool: ...


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The story's times are local ones, and colours depend on the terminal."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_in_the_middle(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_that_needs_a_person(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, *FAILED, *RED, BLOCKED)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_attempts_that_work_apart(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*APART, JOINING, CONFLICT, HELD)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


def test_the_change_of_a_task(snap_compare: Compare) -> None:
    run = Run(*APART, answering=lambda c: ev.Answer(id=c.id, accepted=True, text=DIFF))

    async def paint(pilot: Pilot[None]) -> None:
        app = await settle(pilot, run)
        await pilot.press("j", "d")
        await settle(pilot)
        view = app.screen.query_one(DiffView)
        while len(view._seen) < 2 or view._colouring:
            await pilot.pause(0.02)
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=(120, 36), run_before=paint)


def test_the_plan_before_the_start(snap_compare: Compare) -> None:
    async def start() -> Source:
        return Run()

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("P", *"jjjjj")
        await settle(pilot)

    app = dashboard(None, plan=PLAN, start=start)
    assert snap_compare(app, terminal_size=(120, 36), run_before=paint)
