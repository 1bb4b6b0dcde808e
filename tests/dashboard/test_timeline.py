"""The timeline on the screen: keys, mouse, details, following, and a run of many tasks."""

from __future__ import annotations

import time

from dashboard.scripted import (
    BEGIN,
    ENDED,
    FAILED,
    JUDGED,
    RED,
    RUNNING,
    VALIDATING,
    WIDE,
    Run,
    dashboard,
    seen,
    settle,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.panes.lanes import Lanes
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.screens.timeline import TimelineScreen
from sixfold.dashboard.screens.validation import ValidationScreen

BROKEN = (*RUNNING, *FAILED)


def lanes(app: Dashboard) -> Lanes:
    assert isinstance(app.screen, TimelineScreen)
    return app.screen.query_one(Lanes)


def label(app: Dashboard) -> str:
    bar = lanes(app).bar
    return bar.label if bar else ""


async def test_t_shows_the_timeline_and_goes_back() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        text = seen(app)
        assert "TIMELINE  001-word-count" in text
        assert "●T003══" in text
        assert "┊1 Setup" in text or "┊2 Story 1" in text
        assert "T004  running   Test the pool in count/pool_test.go" in seen(app, "#about")
        await pilot.press("T")
        assert app.screen is app.main


async def test_the_cursor_goes_along_a_lane_and_to_others() -> None:
    run = Run(*BROKEN, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        visited = [label(app)]
        for key in ("k", "k", "k", "k", "k", "j", "G", "left", "right"):
            await pilot.press(key)
            visited.append(label(app))
        assert visited[0] == "red"
        assert visited[1] == "T003"
        assert visited[2] == "T004"
        assert visited[4:6] == ["T001", "T001"]
        await pilot.press("j", "j", "j", "j", "j", "left")
        assert label(app) == "green"
        await pilot.press("right")
        assert label(app) == "red"
        await settle(pilot)
        assert "1 race" in seen(app, "#about")


async def test_jumps_and_enter_work_on_bars() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T", "exclamation_mark")
        assert label(app) == "T004"
        await pilot.press("full_stop")
        assert label(app) == "T003"
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)
        await pilot.press("escape")
        await settle(pilot)
        assert isinstance(app.screen, TimelineScreen)


async def test_enter_on_a_gate_tells_its_failures() -> None:
    run = Run(*RUNNING, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T", "enter")
        await settle(pilot)
        assert "GATE 2" in seen(app)
        assert "store.go:17" in seen(app)


async def test_time_is_seen_closer_from_further_away_and_whole() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        whole = lanes(app).view
        await pilot.press("plus", "plus")
        assert lanes(app).view.scale == whole.scale / 4
        await pilot.press("minus")
        assert lanes(app).view.scale == whole.scale / 2
        await pilot.press("0")
        assert lanes(app).view == whole
        await pilot.press(*["minus"] * 3)
        assert lanes(app).view == whole


async def test_at_its_closest_it_offers_nothing_closer() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        assert "+ - scale" in seen(app, ".key-bar")
        await pilot.press(*["plus"] * 12)
        await settle(pilot)
        assert lanes(app).closest
        assert "+ " not in seen(app, ".key-bar")
        await pilot.press("minus")
        await settle(pilot)
        assert "+ - scale" in seen(app, ".key-bar")


async def test_it_follows_now_until_the_reader_moves_in_time() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T", "plus", "plus", "plus")
        assert lanes(app).following
        left = lanes(app).view.left
        await pilot.press("pageup")
        assert lanes(app).view.left < left
        assert not lanes(app).following
        await pilot.press("f")
        assert lanes(app).view.left == left
        await pilot.press("f")
        assert not lanes(app).following


async def test_the_mouse_selects_a_bar_and_opens_it() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        y = next(y for y, row in enumerate(seen(app).splitlines()) if "●T003" in row)
        await pilot.click(offset=(60, y))
        assert label(app) == "T003"
        await pilot.click(offset=(2, 0))
        await pilot.click(offset=(60, y), times=2)
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)


async def test_it_goes_on_with_the_run_and_ends_with_it() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        run.say(ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="done"), ENDED)
        await settle(pilot, run)
        assert "✓T004" in seen(app)
        assert lanes(app).now < 60  # the run's seconds, not the clock's


async def test_before_a_run_there_is_nothing_to_see_and_no_key_harms() -> None:
    run = Run(BEGIN[1])
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T", "j", "left", "plus", "minus", "0", "f", "end", "home", "pageup")
        await settle(pilot)
        assert "nothing has begun yet" in seen(app, "#about")


async def test_five_hundred_tasks_are_drawn_in_no_time() -> None:
    events: list[ev.Message] = [*BEGIN]
    for n in range(500):
        slot = n % 6 + 1
        events.append(ev.TaskStarted(task=f"T{n:03}", slot=slot, attempt=1, agent="a"))
        events.append(ev.TaskEnded(task=f"T{n:03}", slot=slot, attempt=1, outcome="done"))
    run = Run(*events)
    async with dashboard(run).run_test(size=(240, 60)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        begun = time.process_time()
        for _ in range(10):
            lanes(app).refresh_state()
            seen(app, "#lanes")
        assert (time.process_time() - begun) / 10 < 0.25


async def test_a_validators_turn_opens_what_it_found_out() -> None:
    run = Run(*BEGIN, *VALIDATING, *JUDGED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T", "k", "k", "k", "l")
        await settle(pilot)
        assert label(app) == "validation"
        assert "↵ details" in seen(app, "KeyBar")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, ValidationScreen)
