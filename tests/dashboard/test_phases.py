"""The tree of phases: folding, jumping, the mouse, reasons, the critical path, what is left."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from dashboard.many import large_run
from dashboard.scripted import (
    BEGIN,
    FAILED,
    PHASE_1,
    PHASE_2,
    RED,
    RUNNING,
    WIDE,
    Run,
    dashboard,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.screens.task import TaskScreen

BROKEN = (*RUNNING, *FAILED)


def row_of(app: Dashboard, text: str) -> int:
    rows = seen(app, "#phases").splitlines()
    return next(y for y, row in enumerate(rows) if text in row)


async def click(pilot: Pilot[None], text: str, times: int = 1) -> Dashboard:
    app = pilot.app
    assert isinstance(app, Dashboard)
    await pilot.click("#phases", offset=(6, row_of(app, text)), times=times)
    return await settle(pilot)


async def test_the_cursor_goes_along_with_the_work_until_the_reader_moves_it() -> None:
    run = Run(*BEGIN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        phases = app.main.phases
        run.say(*PHASE_1, *PHASE_2)
        await settle(pilot, run)
        assert phases.chosen == "phase 2"
        await pilot.press("j")
        assert phases.chosen_task == "T003"
        run.say(*RED, ev.PhaseEnded(phase=2), ev.PhaseStarted(phase=3, title="Polish"))
        await settle(pilot, run)
        assert phases.chosen_task == "T003"


async def test_a_list_that_goes_on_shows_where_it_stands_out_of_focus_too() -> None:
    run = Run(*large_run())
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        app.main.go_to(app.main.gate.tests)
        await settle(pilot)
        assert not app.main.phases.has_focus
        assert all(row.endswith("▐") for row in seen(app, "#phases").splitlines()[1:-3])


async def test_c_folds_all_phases_and_opens_them_again() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("j", "c")
        await settle(pilot)
        assert app.main.phases.keys == ["phase 1", "phase 2", "phase 3"]
        assert app.main.phases.chosen == "phase 2"
        await pilot.press("c")
        await settle(pilot)
        assert len(app.main.phases.keys) == 9


async def test_h_goes_to_the_phase_and_folds_it_and_l_opens_it() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        steps = []
        await pilot.press("home", "j", "j")
        for key in "hhhlll":
            await pilot.press(key)
            await settle(pilot)
            steps.append((app.main.phases.chosen, len(app.main.phases.keys)))
        assert steps == [("phase 1", n) for n in (9, 7, 7, 9, 9, 9)]


async def test_a_dot_goes_round_what_runs() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        visited = []
        for _ in range(3):
            await pilot.press("full_stop")
            visited.append(app.main.chosen_task)
        assert visited == ["T003", "T004", "T003"]


async def test_a_jump_opens_what_is_folded_and_comes_from_any_pane() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("c", "5", "exclamation_mark")
        await settle(pilot)
        assert app.main.chosen_task == "T004"
        assert app.main.pane is app.main.phases
        assert "✗ T004" in seen(app, "#phases")


async def test_where_phases_have_a_row_each_a_jump_shows_the_tree() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("exclamation_mark")
        await settle(pilot)
        assert (app.main.zoomed, app.main.chosen_task) == ("phases", "T004")
        assert "✗ T004" in seen(app, "#phases")
        await pilot.press("escape")
        await settle(pilot)
        assert app.main.zoomed == ""


async def test_jumps_work_in_the_plan_too() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("P", "exclamation_mark")
        await settle(pilot)
        assert app.screen.query_one(Phases).chosen_task == "T004"


@pytest.mark.parametrize(
    ("messages", "key", "why"),
    [
        pytest.param(RUNNING, "exclamation_mark", "no task has failed", id="nothing failed"),
        pytest.param((*BEGIN, *PHASE_1), "full_stop", "no task is at work", id="nothing runs"),
        pytest.param((), "c", "no plan is loaded yet", id="no plan"),
    ],
)
async def test_a_jump_without_a_goal_says_why(
    messages: tuple[ev.Message, ...], key: str, why: str
) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press(key)
        await settle(pilot)
        assert any(why in text for text in toasts(app))


async def test_the_footer_offers_a_jump_where_there_is_a_goal() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        keys = seen(app, "KeyBar")
        assert "! failed" in keys
        assert ". running" in keys
        run.say(ev.TaskReopened(task="T004"), ev.TaskReopened(task="T005"))
        await settle(pilot, run)
        assert "! failed" not in seen(app, "KeyBar")


async def test_the_mouse_folds_a_phase_selects_a_task_and_opens_it() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await click(pilot, "1 Setup")
        assert "T001" not in seen(app, "#phases")
        await click(pilot, "1 Setup")
        assert "T001" in seen(app, "#phases")
        await click(pilot, "T004")
        assert app.main.chosen_task == "T004"
        await click(pilot, "T003", times=2)
        assert isinstance(app.screen, TaskScreen)
        assert app.screen.chosen_task == "T003"


async def test_a_click_beside_the_tree_changes_nothing() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        height = app.main.phases.size.height
        for y in (0, 20, height - 1):
            await pilot.click("#phases", offset=(6, y))
        await settle(pilot)
        assert (app.main.phases.chosen, len(app.main.phases.keys)) == ("phase 2", 9)


async def test_the_selected_tasks_needs_and_their_reasons_stand_below_the_tree() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        await click(pilot, "T005")
        *_, needs, users = seen(app, "#phases").splitlines()
        assert needs.startswith(" needs ● T003 test first  ✗ T004 stated in line 35")
        assert users == " for   phase 3   ┃ on the critical path"
        await click(pilot, "T001")
        *_, needs, users = seen(app, "#phases").splitlines()
        assert needs == " needs nothing"
        assert users == " for   T002, phase 2   ┃ on the critical path"
        await pilot.press("end", "k")
        await settle(pilot)
        *_, needs, users = seen(app, "#phases").splitlines()
        assert needs == " needs ✗ phase 2 its gate"
        assert users == " for   no phase"


async def test_a_task_that_nothing_waits_for_says_so() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        await click(pilot, "T006")
        assert seen(app, "#phases").splitlines()[-1] == " for   no task   ┃ on the critical path"


async def test_a_task_that_waits_for_a_phase_says_so() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("end")
        await settle(pilot)
        *_, needs, _ = seen(app, "#phases").splitlines()
        assert needs == " needs · phase 2 its gate"


async def test_the_critical_path_is_marked_by_a_sign() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        marked = [row.split()[2] for row in seen(app, "#phases").splitlines() if "┃" in row[:3]]
        assert marked == ["T001", "T002", "T003", "T005", "T006"]


async def test_what_is_left_stands_in_the_header_and_above_the_phases_while_it_runs() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "left" in seen(app, "#header").splitlines()[0]
        assert "2: about 7 min left" in seen(app, "#phases").splitlines()[0]
        run.say(ev.RunPaused())
        await settle(pilot, run)
        assert "left" not in seen(app, "#header").splitlines()[0]
        assert "left" not in seen(app, "#phases").splitlines()[0]


@pytest.mark.parametrize(
    ("width", "left"),
    [(160, "about 19 min left"), (100, "~19 min"), (80, "~19 min"), (70, "")],
)
async def test_what_is_left_is_told_shorter_before_the_phase_is_cut_away(
    width: int, left: str
) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(width, 30)) as pilot:
        app = await settle(pilot, run)
        first = seen(app, "#header").splitlines()[0]
        assert left in first
        assert "  2 Story 1" in first


@pytest.mark.parametrize("messages", [BEGIN, (*RUNNING, *RED)], ids=["no task", "a red gate"])
async def test_nothing_is_left_out_of_the_header_in_a_row_of_eighty(
    messages: tuple[ev.Message, ...],
) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        first = seen(app, "#header").splitlines()[0]
        assert "RUNNING" in first
        assert "tasks" in first
