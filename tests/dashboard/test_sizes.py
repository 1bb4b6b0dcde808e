"""Every size of the screen, as pictures: a run in the middle, a large one, and its timeline."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import pytest
from textual.pilot import Pilot

from dashboard.many import large_run
from dashboard.scripted import BEGIN, PHASE_1, PHASE_2, START, Run, dashboard, settle
from sixfold.dashboard.app import Dashboard

SIZES = ["240x60", "160x48", "120x36", "100x30", "80x24"]


class Compare(Protocol):
    def __call__(
        self, app: Dashboard, *, terminal_size: tuple[int, int], run_before: object
    ) -> bool: ...


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The story's times are local ones."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def cells(size: str) -> tuple[int, int]:
    width, _, height = size.partition("x")
    return int(width), int(height)


@pytest.mark.parametrize("size", ["240x60", "120x36", "100x30"])
def test_a_run_in_the_middle_at(snap_compare: Compare, size: str) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("keys", ["", "T"], ids=["panes", "timeline"])
@pytest.mark.parametrize("size", SIZES)
def test_a_large_run(snap_compare: Compare, size: str, keys: str) -> None:
    run = Run(*large_run())
    app = Dashboard(run, clock=lambda: START + timedelta(seconds=run._seq + 3))

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press(*keys)
        await settle(pilot)

    assert snap_compare(app, terminal_size=cells(size), run_before=paint)
