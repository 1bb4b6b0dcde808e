"""What the screen looks like, as pictures; facts are tested elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Protocol

import pytest
from textual.pilot import Pilot

from dashboard.scripted import (
    BEGIN,
    BLOCKED,
    FAILED,
    PHASE_1,
    PHASE_2,
    PLAN,
    RED,
    Run,
    dashboard,
    settle,
)
from sixfold.dashboard.app import Dashboard
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


def test_the_plan_before_the_start(snap_compare: Compare) -> None:
    async def start() -> Source:
        return Run()

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("P", *"jjjjj")
        await settle(pilot)

    app = dashboard(None, plan=PLAN, start=start)
    assert snap_compare(app, terminal_size=(120, 36), run_before=paint)
