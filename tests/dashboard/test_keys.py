"""Every key does what it says, and says why where it can not."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key

from dashboard.scripted import (
    APART,
    BEGIN,
    BLAMED,
    BLOCKED,
    DIFF,
    ENDED,
    FAILED,
    GUARD,
    JUDGED,
    PHASE_1,
    RED,
    RUNNING,
    VALIDATING,
    WIDE,
    WISH,
    DeadRun,
    Run,
    dashboard,
    printed,
    refusing,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.screens.plan import PlanScreen
from sixfold.dashboard.screens.question import Question
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.screens.validation import ValidationScreen
from sixfold.dashboard.widgets.find_bar import FindBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.rows import Rows


def at_panes(app: Dashboard) -> bool:
    return app.screen is app.main


BROKEN = (*RUNNING, *FAILED)
MENDING = (
    *BEGIN,
    *PHASE_1,
    *RED,
    ev.FixStarted(phase=2, slot=3, attempt=1, agent="mine"),
)


@pytest.mark.parametrize(
    ("messages", "keys", "command"),
    [
        pytest.param(RUNNING, "p", ev.Pause(), id="p pauses"),
        pytest.param((*RUNNING, ev.RunPaused()), "p", ev.Resume(), id="p goes on after a pause"),
        pytest.param(BROKEN, "r", ev.Retry(task="T004"), id="r retries what failed"),
        pytest.param(BROKEN, "S", ev.Skip(task="T004"), id="S skips what failed"),
        pytest.param(RUNNING, "end S", ev.Skip(task="T006"), id="S skips the selected task"),
        pytest.param(RUNNING, "g", ev.Gate(), id="g runs the gate"),
        pytest.param(
            (*BEGIN, *VALIDATING, *JUDGED), "V", ev.Revalidate(), id="V sends back what is unmet"
        ),
        pytest.param(
            (*BEGIN, *VALIDATING), "x y", ev.Cancel(task="validation"), id="x cancels a validator"
        ),
        pytest.param(RUNNING, "3 x y", ev.Cancel(task="T004"), id="x cancels the slot in focus"),
        pytest.param(MENDING, "3 x y", ev.Cancel(task="fix 2"), id="x cancels a fix"),
        pytest.param(MENDING, "x y", ev.Cancel(task="fix 2"), id="x cancels what runs alone"),
        pytest.param(RUNNING, "5 x enter", ev.Cancel(task="T003"), id="Enter confirms"),
        pytest.param(RUNNING, "d", ev.Diff(), id="d shows the run's diff"),
        pytest.param(
            RUNNING, "home j d", ev.Diff(task="T001"), id="d shows the selected task's diff"
        ),
        pytest.param(MENDING, "3 d", ev.Diff(task="fix 2"), id="d shows a fix's diff"),
        pytest.param((*RUNNING, ENDED), "d", ev.Diff(), id="d shows the diff of what has ended"),
        pytest.param(
            APART, "home j u y", ev.Undo(task="T001", dependents=True), id="u takes a task back"
        ),
        pytest.param(
            (*APART, *BLAMED), "U y", ev.SetAside(task="T002"), id="U sets the culprit aside"
        ),
        pytest.param(
            (*APART, GUARD), "n", ev.Decide(request="T004.1", option="no"), id="n says no"
        ),
        *(
            pytest.param(
                (*APART, WISH), key, ev.Decide(request="q7", option=option), id=f"{key} answers"
            )
            for key, option in zip("aAnN", WISH.options, strict=True)
        ),
        pytest.param(RUNNING, "H", ev.Pause(now=True), id="H pauses now"),
        pytest.param(
            (*RUNNING, ev.RunPaused()), "H", ev.Pause(now=True), id="H after p cuts short, too"
        ),
        pytest.param(
            (*RUNNING, ev.RunBlocked(reason="spent", options=["resume", "stop"])),
            "p",
            ev.Resume(),
            id="p goes on beyond the budget",
        ),
        pytest.param(
            RUNNING, "3 m h i enter", ev.Tell(task="T004", text="hi"), id="m says something"
        ),
        pytest.param(
            BROKEN, "R c o d e x enter", ev.Retry(task="T004", agent="codex"), id="R retries with"
        ),
        pytest.param(RUNNING, "q s", ev.Stop(), id="q s stops the run"),
    ],
)
async def test_a_key_sends_its_command(
    messages: tuple[ev.Message, ...], keys: str, command: ev.AnyCommand
) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        await settle(pilot, run)
        for key in keys.split():
            await pilot.press(key)
            await settle(pilot, run)
        assert run.asked == [command]


@pytest.mark.parametrize(
    ("keys", "command"),
    [
        ("3 m q x 9 enter", ev.Tell(task="T004", text="qx9")),
        ("3 m h escape p", ev.Pause()),
        ("3 m enter p", ev.Pause()),
        ("3 x p", None),
        ("3 x x", None),
        ("q l", None),
    ],
)
async def test_what_is_typed_at_once_goes_where_the_keys_before_it_lead(
    keys: str, command: ev.AnyCommand | None
) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        for key in keys.split():
            app.simulate_key(key)
        await settle(pilot, run)
        await settle(pilot, run)
        assert run.asked == [command] * bool(command)
        assert len(app.screen_stack) == (1 if command else 2)


async def test_what_comes_before_and_behind_the_place_to_write_is_one_line() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        for key in "3mhe":
            app.simulate_key(key)
        await settle(pilot)
        await pilot.press(*"llo", "enter")
        await settle(pilot, run)
        assert run.asked == [ev.Tell(task="T004", text="hello")]


async def test_the_screen_changes_when_the_event_comes_and_not_before() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("p")
        await settle(pilot)
        assert "RUNNING" in seen(app, "#header")
        run.say(ev.RunPaused())
        await settle(pilot, run)
        assert "PAUSED" in seen(app, "#header")
        assert "p  go on" in seen(app, "#header")


async def test_a_refusal_is_told_with_its_reason() -> None:
    run = Run(*RUNNING, answering=refusing("the tree is dirty"))
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("g")
        await settle(pilot)
        assert toasts(app) == ["refused: the tree is dirty"]


async def test_a_command_that_does_not_arrive_is_told() -> None:
    run = DeadRun(*RUNNING)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("g")
        await settle(pilot)
        assert toasts(app) == ["not sent: 0: the run has ended"]


@pytest.mark.parametrize(
    ("messages", "key", "why"),
    [
        pytest.param(RUNNING, "r", "no task has failed", id="nothing to retry"),
        pytest.param(RUNNING, "x", "press 1-6 to choose a slot first", id="two to cancel"),
        pytest.param((*BEGIN, *PHASE_1), "x", "no agent is at work", id="nothing to cancel"),
        pytest.param((*BROKEN, *RED, BLOCKED), "p", "what helps is gate, stop", id="blocked"),
        pytest.param((), "p", "no run has answered yet", id="not connected"),
        pytest.param(APART, "u", "select a finished task first", id="nothing to undo"),
        pytest.param(RUNNING, "home j u", "agents share the one tree", id="a shared tree"),
        pytest.param(APART, "U", "no task is offered to be set aside", id="no culprit"),
        pytest.param(APART, "a", "nothing is asked of you", id="nothing to answer"),
        pytest.param(RUNNING, "slash", "choose a log first", id="no log to search"),
        pytest.param((*RUNNING, ENDED), "p", "the run has ended", id="a run that is over"),
    ],
)
async def test_a_key_that_does_nothing_now_says_why(
    messages: tuple[ev.Message, ...], key: str, why: str
) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press(*key.split())
        await settle(pilot)
        assert any(why in text for text in toasts(app))
        assert run.asked == []


@pytest.mark.parametrize(
    ("keys", "absent"),
    [
        pytest.param("home j enter", ("x cancel", "m tell", "r retry", "S skip"), id="a page"),
        pytest.param("T k k k k", ("x cancel", "m tell", "r retry"), id="a bar"),
    ],
)
async def test_where_one_task_is_looked_at_no_key_acts_on_another(
    keys: str, absent: tuple[str, ...]
) -> None:
    run = Run(*BROKEN)  # T003 is the only one at work, T004 the only one that failed
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press(*keys.split())
        await settle(pilot)
        assert app.page
        assert app.page.chosen_task == "T001"
        footer = seen(app, ".key-bar")
        assert "d diff T001" in footer
        assert not [words for words in absent if f"{words} T" in footer]
        await pilot.press("x", "m", "r")
        await settle(pilot)
        assert app.page
        assert run.asked == []
        assert [text for text in toasts(app) if "T001" not in text] == []


async def test_a_bar_of_a_fix_at_work_is_what_keys_act_on() -> None:
    run = Run(*MENDING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("T")
        await settle(pilot)
        assert "x cancel fix 2" in seen(app, ".key-bar")


async def test_the_diff_that_is_in_front_is_not_offered_once_more() -> None:
    run = Run(*RUNNING, answering=lambda c: ev.Answer(id=c.id, accepted=True, text=DIFF))
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("d")
        await settle(pilot)
        assert "DIFF" in seen(app)
        assert "d diff" not in seen(app, ".key-bar")
        await pilot.press("d")
        await settle(pilot)
        assert toasts(app) == ["d diff: it is in front"]


@pytest.mark.parametrize("key", ["M", "question_mark", "P", "enter"])
async def test_keys_faster_than_the_pages_they_open_and_close_are_harmless(key: str) -> None:
    run = Run(*RUNNING, ENDED)
    run.hang_up()
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("j", "j")
        for _ in range(3):
            for pressed in (key, "escape"):
                app.post_message(Key(pressed, None))
            for _ in range(20):
                app.draw()
                await asyncio.sleep(0)
        await settle(pilot)
        assert at_panes(app)


async def test_the_plan_is_there_once_and_is_come_back_to() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("P", "M", "P")
        assert isinstance(app.screen, PlanScreen)
        await pilot.press("P")
        assert at_panes(app)


async def test_one_escape_goes_back_from_pages_however_many_were_opened() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("M", "question_mark", "M", "M")
        assert "MESSAGES" in seen(app)
        await pilot.press("escape")
        assert at_panes(app)


async def test_all_pages_in_a_hurry_and_all_the_way_back() -> None:
    run = Run(*RUNNING, ENDED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        keys = ["M", "escape", "question_mark", "P", "P", "M", "P", "escape", "escape", "P", "P"]
        for key in keys * 3:
            app.post_message(Key(key, None))
        await settle(pilot)
        while not at_panes(app):
            await pilot.press("escape")


@pytest.mark.parametrize("key", ["M", "P"])
async def test_a_key_that_comes_late_to_a_closed_page_is_harmless(key: str) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press(key)
        page = app.screen
        assert isinstance(page, Page)
        await pilot.press("escape")
        await settle(pilot)
        assert (page.pane, page.log_view) == (None, None)
        assert not page.check_action("details", ())
        page.action_step(1)
        page.action_back()
        assert at_panes(app)


async def test_a_page_that_is_not_composed_yet_has_no_panes() -> None:
    async with dashboard(Run(*RUNNING)).run_test(size=WIDE) as pilot:
        app = await settle(pilot)
        page = TextScreen("EMPTY", [])
        opening = app.push_screen(page)
        assert (page.pane, app.page, app.look_around().place) == (None, None, "dialog")
        assert app.check_action("pause", ()) is False
        await opening


async def test_an_error_of_the_app_is_not_forgotten_when_it_ends() -> None:
    def broken() -> None:
        raise RuntimeError("a defect")

    app = dashboard(Run(*RUNNING, ENDED))

    async def crash() -> None:
        async with app.run_test(size=WIDE) as pilot:
            await settle(pilot)
            app.call_later(broken)
            await pilot.pause()
            app.exit()

    with pytest.raises(RuntimeError, match="a defect"):
        await crash()
    assert app.return_code == 1


async def test_cancelling_says_what_becomes_of_the_change() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("3", "x")
        await settle(pilot)
        assert "Cancel T004?" in seen(app)
        assert "what it changed so far stays in the tree" in seen(app)


async def test_escape_answers_no() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        for key in ("3", "x"):
            await pilot.press(key)
            await settle(pilot)
        assert isinstance(app.screen, Question)
        await pilot.press("p", "escape")
        await settle(pilot)
        assert at_panes(app)
        assert run.asked == []


async def test_leaving_asks_while_the_run_is_live_and_lets_it_run() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("q")
        await settle(pilot)
        assert "let it run" in seen(app)
        await pilot.press("l")
        await pilot.pause()
        assert not app.is_running
    assert run.asked == []
    assert run.closed
    assert not app.stopped


async def test_after_stop_the_dashboard_leaves_when_the_run_has_ended() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        for key in ("q", "s"):
            await pilot.press(key)
            await settle(pilot)
        assert app.stopped
        assert app.is_running
        assert "stopping" in seen(app, "#header")
        run.say(ev.RunEnded(outcome="stopped"))
        await run.taken()
        app.draw()
        await pilot.pause()
        assert not app.is_running
    assert app.state.status == "stopped"


@pytest.mark.parametrize("messages", [(*RUNNING, ENDED), ()], ids=["ended", "never started"])
async def test_leaving_asks_nothing_where_nothing_runs(messages: tuple[ev.Message, ...]) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running


async def test_a_run_that_can_not_be_left_alone_is_stopped_or_stayed_with() -> None:
    run = Run(*RUNNING)
    async with dashboard(run, leave_alone=False).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("q")
        await settle(pilot)
        assert "let it run" not in seen(app)
        await pilot.press("enter")
        await settle(pilot)
        assert run.asked == [ev.Stop()]


async def test_tab_goes_round_the_panes_and_z_zooms_the_one_in_focus() -> None:
    run = Run(*RUNNING, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        visited = []
        for _ in range(4):
            visited.append(app.main.pane and app.main.pane.id)
            await pilot.press("tab")
        assert visited == ["phases", "slot-1", "tests", "stream"]
        await pilot.press("shift+tab", "z")
        await settle(pilot)
        assert app.main.gate.size.width == 160
        assert not app.main.phases.display
        await pilot.press("tab")
        await settle(pilot)
        assert app.main.phases.size.width == 160
        await pilot.press("escape")
        await settle(pilot)
        assert all(pane.display for pane in (app.main.phases, app.main.gate, *app.main.slots))


async def test_a_number_goes_to_its_slot_and_once_more_zooms_it() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("5")
        await settle(pilot)
        assert (app.main.slot, app.main.zoomed) == (5, "")
        await pilot.press("5")
        await settle(pilot)
        assert app.main.zoomed == "slot-5"
        assert "The store needs a test first." in seen(app)
        await pilot.press("3")
        await settle(pilot)
        assert app.main.zoomed == "slot-3"
        assert "? run make gen?" in seen(app)


async def test_enter_opens_a_task_with_its_needs_and_reasons() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("end", "k", "k", "enter")
        await settle(pilot)
        assert isinstance(app.screen, TextScreen)
        text = seen(app)
        assert "Write the store in count/store.go" in text
        assert "halted by T004" in text
        assert "test first" in text
        assert "stated: depends on T004 (line 35)" in text
        await pilot.press("escape")
        assert at_panes(app)


async def test_enter_folds_a_phase() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "T001" in seen(app, "#phases")
        await pilot.press("home", "enter")
        await settle(pilot)
        assert "T001" not in seen(app, "#phases")
        assert "T003" in seen(app, "#phases")


async def test_a_selected_failure_is_told_with_both_stacks() -> None:
    run = Run(*RUNNING, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("tab", "tab", "j", "j", "z")
        await settle(pilot)
        text = seen(app, "#told")
        assert "Read at 0x01 by goroutine 9" in text
        assert "Previous write at 0x01 by goroutine 8" in text


async def test_what_is_found_is_counted_as_it_comes_and_goes() -> None:
    run = Run(*BEGIN, printed("race one", "calm", "race two"))
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("tab", "tab", "slash", *"race")
        await settle(pilot)
        assert " 1 of 2 " in seen(app, "Found")
        run.say(printed("race three", "calm"))
        await settle(pilot, run)
        assert " 1 of 3 " in seen(app, "Found")
        app.main.stream.replace([("calm", "plain")])
        await settle(pilot)
        assert " no line has it " in seen(app, "Found")
        run.say(printed("race four"))
        await settle(pilot, run)
        assert " 1 line " in seen(app, "Found")


async def test_where_nothing_is_found_enter_and_n_say_so() -> None:
    run = Run(*BEGIN, printed("calm"))
    async with dashboard(run).run_test(size=(80, 24), notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("tab", "tab", "slash", *"race", "enter")
        await settle(pilot)
        assert toasts(app) == ["no line has it: race"]
        assert " n N " not in seen(app, "KeyBar")
        await pilot.press("n")
        await settle(pilot)
        assert toasts(app)[1:] == ["n next: no line has it"]
        run.say(printed("race one"))
        await settle(pilot, run)
        assert " n N 1 line " in seen(app, "KeyBar")


@pytest.mark.parametrize(("key", "focus"), [("escape", "tests"), ("enter", "stream")])
async def test_escape_gives_the_focus_back_to_where_one_began_to_find(key: str, focus: str) -> None:
    run = Run(*RUNNING, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        app.main.go_to(app.main.gate.tests)
        await pilot.press("slash", "o", key)
        await settle(pilot)
        assert app.focused
        assert app.focused.id == focus


async def test_words_over_the_screen_are_few_and_none_is_said_twice() -> None:
    run = Run(*BEGIN)
    async with dashboard(run).run_test(size=(80, 24), notifications=True) as pilot:
        app = await settle(pilot, run)
        for text in ("one", "two", "two", "three", "four", "three"):
            app.toast(text)
        await settle(pilot)
        assert toasts(app) == ["two", "four", "three"]
        assert len(app.screen.query("Toast")) == 3


async def test_finding_goes_to_each_place_and_back() -> None:
    lines = [f"line {n} {'needle' if n in {10, 50, 90} else 'hay'}" for n in range(100)]
    run = Run(*BEGIN, ev.GateOutput(gate=1, lines=[ev.OutputLine(line) for line in lines]))
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("tab", "tab", "slash", *"Needle"[1:])
        await settle(pilot)
        assert " 3 of 3 " in seen(app, "Found")
        assert "Enter keep  Esc drop" in seen(app, "Found")
        assert not app.main.stream.following
        await pilot.press("enter")
        await settle(pilot)
        assert not app.screen.query(FindBar)
        assert " n N 3 of 3 " in seen(app, "KeyBar")
        visited = []
        for _ in range(3):
            await pilot.press("n")
            await settle(pilot)
            visited += [n for n in (10, 50, 90) if f"line {n} needle" in seen(app)]
        assert sorted(visited) == [10, 50, 90]
        await pilot.press("N")
        await settle(pilot)
        assert f"line {visited[1]} needle" in seen(app)
        assert " n N 2 of 3 " in seen(app, "KeyBar")
        await pilot.press("escape")
        await settle(pilot)
        assert app.main.stream.pattern is None


async def test_f_follows_again_and_scrolling_up_stays() -> None:
    run = Run(*BEGIN, ev.GateOutput(gate=1, lines=[ev.OutputLine(str(n)) for n in range(99)]))
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        stream = app.main.stream
        await pilot.press("tab", "tab", "k")
        top = stream.top
        run.say(ev.GateOutput(gate=1, lines=[ev.OutputLine("late")]))
        await settle(pilot, run)
        assert stream.top == top
        assert "1 new below" in seen(app, "#stream")
        await pilot.press("f")
        await settle(pilot)
        assert seen(app, "#stream").endswith("late")


async def test_the_plan_shows_the_selected_tasks_edges_and_the_figures() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("P", "end", "k", "k")
        await settle(pilot)
        assert isinstance(app.screen, PlanScreen)
        edges, figures = seen(app, "#edges"), seen(app, "#figures")
        assert "T004" in edges
        assert "stated: depends on T004" in edges
        assert "speed-up 1.20" in figures
        assert "T001 → T002 → T003 → T005 → T006" in figures
        assert "backward-dependency" in figures
        assert "6 tasks, 4 open" in figures
        run.say(ev.TaskEnded(task="T003", slot=5, attempt=1, outcome="done"))
        await settle(pilot, run)
        assert "6 tasks, 3 open" in seen(app, "#figures")
        assert "✓ T003" in seen(app, "#edges")
        await pilot.press("P")
        assert at_panes(app)


async def test_every_action_stands_in_the_help_and_in_the_palette() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 100)) as pilot:
        app = await settle(pilot, run)
        offered = {command.title for command in app.get_system_commands(app.screen)}
        await pilot.press("question_mark")
        await settle(pilot)
        text = "\n".join(app.screen.query_one(LogView).lines)
        for action in ACTIONS:
            assert action.tooltip in text
            assert f"{action.label} ({action.shown_key})" in offered


async def test_the_palette_does_what_the_key_does() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        commands = {command.title: command for command in app.get_system_commands(app.screen)}
        commands["pause (p)"].callback()
        await settle(pilot)
        assert run.asked == [ev.Pause()]


async def test_m_tells_what_happened() -> None:
    run = Run(*BROKEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("M")
        await settle(pilot)
        assert "T004 failed: exit code 3" in seen(app)
        assert "T005 halted: it needs T004" in seen(app)


async def test_the_last_row_of_the_phases_opens_the_requirements() -> None:
    run = Run(*BEGIN, *VALIDATING, *JUDGED)
    app = dashboard(run)
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot, run)
        await pilot.press("end", "enter")
        await settle(pilot)
        assert isinstance(app.screen, ValidationScreen)
        text = seen(app)
        assert "FR-003" in text
        assert "example.com/wc/word.TestSplit/punctuation" in text


SIGNS = {"exclamation_mark", "full_stop", "minus", "plus", "question_mark", "slash"}
SIGNS |= {"left_square_bracket", "right_square_bracket"}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.id)
def test_every_action_has_a_key_that_every_keyboard_and_terminal_has(action: Action) -> None:
    assert any(len(key) == 1 or key in SIGNS for key in action.keys.split(","))


async def test_letters_stand_in_for_keys_that_a_keyboard_may_lack() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        phases = app.main.phases
        await pilot.press("J")
        assert phases.cursor > 1
        await pilot.press("K", "F")
        assert phases.cursor == 0
        await pilot.press("v")
        assert app.main.pane is not phases
        await pilot.press("B")
        assert app.main.pane is phases
        await pilot.press("j", "e")
        await settle(pilot)
        assert not at_panes(app)
        await pilot.press("C")
        await settle(pilot)
        assert at_panes(app)


async def test_the_keys_of_a_replay_stand_last_in_the_help_while_there_is_none() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 100)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("question_mark")
        await settle(pilot)
        text = "\n".join(app.screen.query_one(LogView).lines)
        assert text.index("Start the run") < text.index("In a replay")
        assert "equals_sign" not in text


async def test_the_pane_of_the_plan_that_is_in_focus_is_marked() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("P")
        focus = app.tone("focusbar").bgcolor
        for name in ("phases", "edges", "figures"):
            await settle(pilot)
            marked = {
                pane.id: any(
                    segment.style and segment.style.bgcolor == focus
                    for segment in pane.render_line(0)
                )
                for pane in app.screen.query(Rows)
            }
            assert marked == {one: one == name for one in ("phases", "edges", "figures")}
            assert seen(app, f"#{name}").startswith(f" {name.upper()}")
            await pilot.press("tab")


@pytest.mark.parametrize("keys", ["pageup", "z pagedown", "z z q q pageup", "z home pageup end"])
async def test_keys_for_the_list_of_the_palette_may_come_before_it(keys: str) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        for key in ("ctrl+p", *keys.split()):
            app.simulate_key(key)
        await settle(pilot)
        await pilot.press(*keys.split(), "escape")
        await settle(pilot)
        assert app.screen is app.main


@pytest.mark.parametrize(("messages", "label"), [(RUNNING, "T004"), (MENDING, "fix 2")])
async def test_an_agent_whose_change_is_being_joined_is_told_nothing_more(
    messages: tuple[ev.Message, ...], label: str
) -> None:
    run = Run(*messages, ev.IntegrationStarted(task=label, slot=3, attempt=1))
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("3", "m")
        await settle(pilot)
        assert "its change is being joined" in toasts(app)[-1]
