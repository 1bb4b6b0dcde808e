"""What a person sees and is asked while attempts work apart and come together."""

from __future__ import annotations

import pytest
from msgspec import structs

from dashboard.scripted import (
    APART,
    BLAMED,
    CONFLICT,
    GUARD,
    HELD,
    JOINING,
    PHASE_1,
    RED,
    WIDE,
    Run,
    dashboard,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.attention import behind, calls
from sixfold.dashboard.screens.question import Question
from sixfold.dashboard.steering import undoing
from sixfold.dashboard.story import told
from sixfold.state import RunState, fold

UNDONE = ev.TaskUndone(task="T1", commit="c")


def state(*messages: ev.Message) -> RunState:
    return fold(message for message in messages if isinstance(message, ev.Event))


def done(task: str, slot: int) -> ev.TaskEnded:
    return ev.TaskEnded(task=task, slot=slot, attempt=1, outcome="done", commit="d0e" * 13)


async def test_an_integration_and_a_conflict_are_seen_where_the_task_is() -> None:
    run = Run(*APART, JOINING, CONFLICT)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "◆ integrating" in seen(app, "#slot-5").split("\n")[0]
        assert "≠ conflict" in seen(app, "#slot-3").split("\n")[0]
        assert "integrating in 5" in seen(app, "#phases")
        assert "≠ T004" in seen(app, "#phases")
        sentence = "T004 conflicts with T001 and T002 in count/pool.go: its own agent settles it"
        assert sentence in seen(app, "#header")
        run.say(structs.replace(JOINING, task="T004", slot=3))
        await settle(pilot, run)
        assert "T004 is being joined to the run's branch" in seen(app, "#header")
        assert "◆ integrating" in seen(app, "#slot-3").split("\n")[0]


async def test_a_finished_tasks_page_says_where_its_change_is_and_what_else_it_touched() -> None:
    run = Run(*APART)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("home", "j", "enter")
        await settle(pilot)
        page = seen(app)
        assert "base        ba5eba5eba" in page
        assert "commit      c0ffee1000" in page
        assert "git show c0ffee1000" in page
        assert page.index("files it changed and does not name") < page.index("tools.go")
        assert page.index("left out") < page.index("bin/wc")
        assert page.count("Create the module") == 1


async def test_a_tasks_page_follows_the_run_and_names_the_branch_that_keeps_failed_work() -> None:
    run = Run(*APART)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("end", "k", "k", "k", "enter")
        await settle(pilot)
        assert "branch      sixfold/r1/T004.1" in seen(app)
        assert "git diff" not in seen(app)
        run.say(
            ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="failed", reason="conflict",
                         branch="sixfold/r1/T004.1")
        )  # fmt: skip
        await settle(pilot, run)
        assert "git diff c0ffee2000 sixfold/r1/T004.1" in seen(app)
        await pilot.press("d")
        await settle(pilot)
        assert run.asked == [ev.Diff(task="T004")]


async def test_undo_names_all_that_goes_with_it() -> None:
    run = Run(*APART)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("home", "j", "u")
        await settle(pilot)
        text = " ".join(seen(app).replace("│", " ").split())
        assert "Undo T001?" in text
        assert "T002 needs it and is undone too" in text
        assert "pause first if you want it to wait" in text
        await pilot.press("escape")
        await settle(pilot)
        assert run.asked == []


def test_undo_says_when_the_task_runs_again() -> None:
    assert "T1, T2 and T3 need it and are undone too" in undoing("running", ["T1", "T2", "T3"])
    assert undoing("paused", []).endswith("run again, once the run is no longer paused.")


async def test_setting_aside_is_offered_only_where_the_blocked_run_offers_it() -> None:
    run = Run(*APART, *BLAMED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "U  set aside T002" in seen(app, "#header")
        assert "U set aside T002" in seen(app, ".key-bar")
        run.say(ev.RunResumed())
        await settle(pilot, run)
        assert "set aside" not in seen(app)


async def test_a_question_of_an_agent_is_seen_and_answered_by_its_key() -> None:
    run = Run(*APART, structs.replace(GUARD, request="1", slot=5, task="T003"), GUARD)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "slot 5 (T003) asks: T004 deletes the test TestPool" in seen(app, "#header")
        assert "? asks you" in seen(app, "#slot-3")
        assert "a  yes" in seen(app, "#header")
        await pilot.press("3")
        await settle(pilot)
        assert "asks: T004 deletes" in seen(app, "#slot-3")
        await pilot.press("enter")
        await settle(pilot)
        assert "Integrate it all the same?" in seen(app)
        await pilot.press("a")
        await settle(pilot)
        run.say(ev.PermissionAnswered(slot=3, task="T004", request="T004.1", option="yes"))
        await settle(pilot, run)
        assert app.page is app.main
        assert run.asked == [ev.Decide(request="T004.1", option="yes")]


@pytest.mark.parametrize(
    ("keys", "settling"),
    [
        pytest.param("q", ev.RunEnded(outcome="finished"), id="leave, and the run ends"),
        pytest.param("3 x", done("T004", 3), id="cancel, and the task is done"),
        pytest.param(
            "home j u", ev.TaskUndone(task="T001", commit="c"), id="undo, and it is undone"
        ),
        pytest.param(
            "home j u",
            ev.TaskUndone(task="T002", commit="c"),
            id="undo, and what goes with it has changed",
        ),
        pytest.param("3 m", done("T004", 3), id="a word, and the task is done"),
    ],
)
async def test_a_question_goes_with_its_reason(keys: str, settling: ev.AnyEvent) -> None:
    run = Run(*APART, GUARD)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press(*keys.split())
        await settle(pilot)
        assert isinstance(app.screen, Question)
        run.say(settling)
        await settle(pilot, run)
        assert app.page is app.main
        assert "what was asked is settled" in toasts(app)
        assert run.asked == []


async def test_a_checkout_that_stays_behind_is_told_calmly_until_it_follows() -> None:
    run = Run(*APART, HELD, ev.Notice(text="something else"))
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        header = seen(app, "#header")
        assert "your checkout stays behind: you have edits in count/store.go" in header
        assert "git merge --ff-only sixfold/r1/run" in header
        assert "something else" in header
        assert calls(app.state, gone=False, startable=False, leaving=False) == []
        run.say(ev.CheckoutFollowed(commit="c0ffee"))
        await settle(pilot, run)
        assert "stays behind" not in seen(app, "#header")


@pytest.mark.parametrize("size", [WIDE, (80, 24)], ids=str)
async def test_the_end_names_the_command_that_brings_the_branches_together(
    size: tuple[int, int],
) -> None:
    ended = ev.RunEnded(outcome="finished", done=6, total=6, command="git merge sixfold/r1/run")
    run = Run(*APART, HELD, ended)
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        header = " ".join(seen(app, "#header").split())
        assert "to have it all in your branch: `git merge sixfold/r1/run`" in header
        assert behind(app.state) == ""


async def test_a_red_gate_tells_new_from_old_what_is_fixed_and_who_is_likely_to_blame() -> None:
    run = Run(*APART, *BLAMED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        rows = seen(app, "#tests").split("\n")
        for test, age in (("TestConcurrent", "new"), ("TestSlow", "flaky"), ("TestOld", "old")):
            assert any(test in one and age in one.split() for one in rows)
        verdict = seen(app, "#tally").split("\n")[1]
        assert "1 fixed since the baseline" in verdict
        assert "likely T002: store.go, commit 5eed5eed5e: pool.go" in verdict
        await pilot.press("tab", "tab", "j", "j", "z")
        await settle(pilot)
        assert "T002  c0ffee2000  Lint rules: count/store.go" in seen(app)
        assert "the baseline did not have it" in seen(app)


async def test_without_a_baseline_nothing_is_called_new() -> None:
    run = Run(*APART[:2], *PHASE_1, *RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "new" not in seen(app, "#tests")


async def test_other_colours_know_every_tone() -> None:
    run = Run(*APART)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        app.theme = "nord"
        await settle(pilot)
        assert app.tone("added").bgcolor


def test_every_event_of_isolation_is_told_with_what_matters_in_it() -> None:
    aside = ev.TaskSetAside(task="T1", commit="c", branch="b/T1", reason="it breaks TestX")
    fix = ev.FixEnded(phase=2, slot=5, attempt=1, outcome="failed", reason="no", branch="b/fix")
    ended = ev.RunEnded(outcome="stopped", command="git merge b")
    last = BLAMED[2]
    assert isinstance(last, ev.GateEnded)
    lines: list[tuple[ev.AnyEvent, str]] = [
        (aside, "T1 is set aside, kept on b/T1: it breaks TestX"),
        (fix, "fix 2 failed: no, kept on b/fix"),
        (ended, "run stopped; to have it all in your branch: git merge b"),
        (done("T1", 1), "T1 done as d0ed0ed0ed"),
        (
            ev.TaskUndone(task="T1", commit="c"),
            "T1 is undone: its commit is reverted, its box open",
        ),
        (HELD, "your checkout stays behind: you have edits in count/store.go"),
    ]
    assert [told(event)[0] for event, _ in lines] == [line for _, line in lines]
    assert told(last)[0].endswith("1 fixed since the baseline; likely T002, commit 5eed5eed5e")
