"""The footer: what works here and now, the most useful first, in every width."""

from __future__ import annotations

import pytest
from msgspec import structs

from dashboard.scripted import (
    BEGIN,
    DIFF,
    ENDED,
    FAILED,
    PHASE_1,
    RACE,
    RED,
    RUNNING,
    WIDE,
    Run,
    dashboard,
    seen,
    settle,
)
from sixfold import events as ev
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.labels import label_of
from sixfold.dashboard.widgets.key_bar import KeyBar


@pytest.mark.parametrize(
    "messages",
    [(), RUNNING, (*RUNNING, ev.RunPaused()), (*RUNNING, *FAILED), (*RUNNING, ENDED)],
    ids=["nothing", "running", "paused", "failed", "ended"],
)
async def test_the_footer_never_lies(messages: tuple[ev.Message, ...]) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        for focus in ("phases", "tests", "stream"):
            app.main.go_to(app.main.query_one(f"#{focus}"))  # type: ignore[arg-type]
            await settle(pilot)
            parts = list(app.screen.query_one(KeyBar).parts(0))
            lit = [
                f"{key.strip()} {label.strip()}"
                for (key, tone), (label, _) in zip(parts[::2], parts[1::2], strict=True)
                if tone == "key"
            ]
            for action in ACTIONS:
                name, _, inside = action.id.partition("(")
                given = (eval(inside.rstrip(")")),) if inside else ()  # noqa: S307 - our own table
                can = app.check_action(name, given)
                if action.foot:
                    shown = f"{action.shown_key} {label_of(action, app.situation)}"
                    assert any(one.startswith(shown) for one in lit) == (can is True), action.id


async def test_where_room_is_short_keys_that_do_nothing_now_give_way() -> None:
    run = Run(*BEGIN, *PHASE_1, ENDED)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        parts = list(app.screen.query_one(KeyBar).parts(0))
        shown = {key.strip(): tone for key, tone in parts[::2]}
        able = {
            action.shown_key
            for action in ACTIONS
            if action.stands(app.situation) and action.can(app.situation) is True
        }
        assert able <= shown.keys()
        assert sum(len(text) for text, _ in parts) <= 80


@pytest.mark.parametrize("size", [(120, 36), (100, 30), (80, 24)], ids=str)
@pytest.mark.parametrize(
    ("press", "keys"),
    [
        ("", "p pause, ↵ details, z zoom, . running, Tab panes"),
        ("3,z", "p pause, x cancel, ↵ details, / find, Tab panes"),
        ("tab,tab", "p pause, r rerun, R failing, ↵ open, / find, Tab panes"),
        ("T", "↵ details, ← → bars, + - scale, 0 all, Esc back"),
        ("P", "p pause, ↵ details, . running, Tab panes, Esc back"),
        ("full_stop,enter", "/ find, Tab sections, Esc back"),
        ("d", "[ ] files, / find, Esc back"),
    ],
    ids=["phases", "slot", "tests", "timeline", "plan", "task", "diff"],
)
async def test_however_short_the_footer_what_belongs_to_the_place_stands_in_it(
    press: str, keys: str, size: tuple[int, int]
) -> None:
    run = Run(*RUNNING, *RED, answering=lambda c: ev.Answer(id=c.id, accepted=True, text=DIFF))
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        await pilot.press(*filter(None, press.split(",")))
        await settle(pilot)
        await settle(pilot)
        told = seen(app, "KeyBar")
        assert [key for key in keys.split(", ") if f" {key} " not in f"{told} "] == []


@pytest.mark.parametrize("end", [(ENDED,), ()], ids=["ended", "its runner died"])
async def test_a_run_that_is_over_offers_nothing_that_it_would_refuse(
    end: tuple[ev.Message, ...],
) -> None:
    run = Run(*RUNNING, *end)
    run.hang_up()
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        assert "pause" not in seen(app, "KeyBar")
        assert "T timeline" in seen(app, "KeyBar")


async def test_a_long_name_leaves_room_for_the_other_keys() -> None:
    name = "TestThatSixFilesAreCountedByFourWorkers"
    gate = structs.replace(RED[-1], failures=[structs.replace(RACE, test=name)])
    run = Run(*RUNNING, *RED[:-1], gate)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        app.main.go_to(app.main.gate.tests)
        await settle(pilot)
        assert "R failing TestThatSixFile…" in seen(app, "KeyBar")
        assert "T timeline" in seen(app, "KeyBar")
