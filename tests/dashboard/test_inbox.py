"""All that waits for a person, in one place, and the keys that act on it there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec import structs

from dashboard.scripted import (
    APART,
    BLAMED,
    BLOCKED,
    ENDED,
    FAILED,
    GUARD,
    HELD,
    JUDGED,
    RUNNING,
    VALIDATING,
    WIDE,
    WISH,
    Run,
    dashboard,
    refusing,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.inbox import matters, tally
from sixfold.dashboard.screens.inbox import InboxScreen
from sixfold.dashboard.screens.pages import matter_page
from sixfold.dashboard.screens.request import RequestScreen
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.state import RunState

STALLED = ev.AgentStalled(slot=5, task="T003", attempt=1, seconds=310)
WARNING = ev.Notice(text="the disk is nearly full", level="warning")
INFO = ev.Notice(text="a word", level="info")
OTHER = structs.replace(WISH, request="q8", text="run make gen", command="make gen", diff="")
SIZES = pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])


def at_panes(app: Dashboard) -> bool:
    return app.screen is app.main


def state(*messages: ev.Message) -> RunState:
    found = RunState()
    for seq, message in enumerate(messages, 1):
        if isinstance(message, ev.Event):
            found.apply(structs.replace(message, seq=seq))
    return found


def waiting(*messages: ev.Message, gone: bool = False, read: int = 0) -> list[tuple[str, str]]:
    return [(one.word, one.text) for one in matters(state(*messages), gone=gone, read=read)]


def test_what_waits_is_told_the_most_pressing_first() -> None:
    found = waiting(*APART, WARNING, INFO, HELD, *FAILED, STALLED, GUARD, BLOCKED)
    assert [word for word, _ in found] == [
        "asks",
        "blocked",
        "stalled",
        "failed",
        "behind",
        "warning",
    ]
    assert waiting(*RUNNING, WISH) == [("asks", "T004 in slot 3: edit /etc/hosts")]


def test_nothing_waits_while_all_goes_well_or_has_ended_well() -> None:
    assert waiting(*RUNNING, INFO) == []
    assert waiting(*RUNNING, ENDED) == []
    end = structs.replace(ENDED, command="git merge --ff-only sixfold/r1/run")
    (matter,) = waiting(*RUNNING, end)
    assert "git merge --ff-only" in matter[1]


def test_a_budget_that_is_spent_and_a_runner_that_is_gone_wait_too() -> None:
    spent = ev.RunBlocked(reason="the budget of $20.00 is spent ($20.10)", options=["resume"])
    assert waiting(*RUNNING, spent) == [("blocked", spent.reason)]
    assert waiting(*RUNNING, WISH, gone=True)[0][0] == "gone"
    assert waiting(*RUNNING, ev.RunPaused()) == [
        ("paused", "running turns finish, nothing new starts")
    ]
    assert waiting(*RUNNING, ev.RunPaused(now=True)) == [
        ("paused", "running turns rest, nothing new starts")
    ]


def test_each_requirement_that_is_not_met_waits_until_it_is_sent_back() -> None:
    found = waiting(*RUNNING, *VALIDATING, *JUDGED)
    assert [word for word, _ in found] == ["blocked", "unmet", "unproven"]
    assert found[1][1] == "FR-003: the error of Files does not name the file"
    back = ev.RequirementsReturned(round=1, requirements=["FR-003", "SC-001"], tasks=["T007"])
    assert waiting(*RUNNING, *VALIDATING, *JUDGED, ev.RunResumed(), back) == []
    ended = structs.replace(ENDED, outcome="failed", reason="2 of 4 are not met")
    found = waiting(*RUNNING, *VALIDATING, *JUDGED, ended)
    assert [word for word, _ in found] == ["ended", "unmet", "unproven"]


def test_a_requirement_that_is_not_met_is_told_with_its_evidence() -> None:
    now = state(*RUNNING, *VALIDATING, *JUDGED)
    matter = matters(now, gone=False, read=0)[1]
    text = "\n".join(line for line, _ in matter_page(now, matter, datetime.now(UTC)))
    assert "An error MUST name the file" in text
    assert "count/pool.go" in text


def test_notices_wait_until_they_are_read_and_good_news_never() -> None:
    error = ev.Notice(text="worse", level="error")
    said = (*RUNNING, WARNING, INFO, error)
    assert waiting(*said) == [("error", "worse"), ("warning", WARNING.text)], "the latest first"
    at = next(n.seq for n in state(*said).notices if n.level == "warning")
    assert waiting(*said, read=at) == [("error", "worse")]


def test_more_than_one_is_counted() -> None:
    def count(*messages: ev.Message) -> str:
        return tally(matters(state(*messages), gone=False, read=0))

    assert count(*RUNNING) == count(*RUNNING, WISH) == ""
    assert count(*RUNNING, WISH, BLOCKED) == "2 wait"
    assert count(*RUNNING, WARNING) == "1 unread"
    assert count(*RUNNING, WISH, WARNING, WARNING) == "1 wait, 2 unread"


@SIZES
async def test_i_shows_all_that_waits_and_what_is_selected_in_full(size: tuple[int, int]) -> None:
    run = Run(*RUNNING, WISH, OTHER, BLOCKED)
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        assert "3 wait" in seen(app, "Header")
        await pilot.press("i")
        await settle(pilot)
        assert isinstance(app.screen, InboxScreen)
        text = seen(app)
        assert "T004 in slot 3: run make gen" in text
        assert "+b" in text, "the change that is asked for"
        await pilot.press("j")
        await settle(pilot)
        assert "make gen" in seen(app, "#matter")
        await pilot.press("j")
        await settle(pilot)
        assert BLOCKED.reason in seen(app, "#matter")
        assert "g  gate" in seen(app, "#matter")
        await pilot.press("i")
        assert at_panes(app)


@pytest.mark.parametrize(
    ("keys", "option"), [("a", "allow"), ("A", "always"), ("n", "reject"), ("N", "never")]
)
async def test_the_selected_request_is_answered_and_no_other(keys: str, option: str) -> None:
    run = Run(*RUNNING, WISH, OTHER)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        await settle(pilot, run)
        await pilot.press("i", "j", keys)
        await settle(pilot)
        assert run.asked == [ev.Decide(request="q8", option=option)]


@pytest.mark.parametrize(
    ("messages", "keys", "command"),
    [
        pytest.param((*RUNNING, *FAILED), "r", ev.Retry(task="T004"), id="r retries"),
        pytest.param((*RUNNING, *FAILED), "S", ev.Skip(task="T004"), id="S skips"),
        pytest.param((*RUNNING, STALLED), "x y", ev.Cancel(task="T003"), id="x cancels"),
        pytest.param((*RUNNING, STALLED), "d", ev.Diff(task="T003"), id="d shows a change"),
        pytest.param((*RUNNING, *FAILED, BLOCKED), "g", ev.Gate(), id="g runs the gate"),
        pytest.param((*RUNNING, ev.RunPaused()), "p", ev.Resume(), id="p goes on"),
        pytest.param((*RUNNING, *FAILED, BLOCKED), "r", ev.Retry(task="T004"), id="r helps a run"),
        pytest.param((*APART, *BLAMED), "U y", ev.SetAside(task="T002"), id="U sets aside"),
    ],
)
async def test_keys_act_on_what_is_selected(
    messages: tuple[ev.Message, ...], keys: str, command: ev.AnyCommand
) -> None:
    run = Run(*messages)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        await settle(pilot, run)
        await pilot.press("i", *keys.split())
        await settle(pilot)
        assert run.asked == [command]


@pytest.mark.parametrize("key", ["a", "n", "r", "S"])
async def test_a_key_that_fits_something_else_that_waits_does_nothing(key: str) -> None:
    run = Run(*RUNNING, *FAILED, STALLED, WARNING)
    run.say(structs.replace(WISH, slot=5, task="T003"))
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        rest = "end" if key in "rS" else "j"
        await pilot.press("i", rest, key)
        await settle(pilot)
        assert run.asked == []
        assert toasts(app), "it says why"


async def test_enter_shows_what_is_selected_over_the_whole_screen() -> None:
    run = Run(*RUNNING, WISH, BLOCKED)
    run.say(ev.TaskEnded(task="T003", slot=5, attempt=1, outcome="failed", reason="exit code 3"))
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("i", "enter")
        await settle(pilot)
        assert isinstance(app.screen, RequestScreen)
        await pilot.press("escape", "j", "enter")
        await settle(pilot)
        assert "BLOCKED" in seen(app)
        await pilot.press("escape", "j", "enter")
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)
        await pilot.press("escape", "tab", "slash", *"exit", "enter")
        await settle(pilot)
        assert app.page
        assert app.page.log_view
        assert app.page.log_view.pattern


async def test_what_is_settled_goes_and_what_comes_up_comes_in_while_one_looks() -> None:
    run = Run(*RUNNING, WISH)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("i")
        run.say(
            ev.PermissionAnswered(slot=3, task="T004", request="q7", option="allow"),
            STALLED,
        )
        await settle(pilot, run)
        assert "edit /etc/hosts" not in seen(app)
        assert "gives no sign of life" in seen(app)
        run.say(ev.AgentRecovered(slot=5, task="T003", attempt=1))
        await settle(pilot, run)
        assert "nothing waits for you" in seen(app)
        await pilot.press("enter", "a", "r")
        assert run.asked == []


@pytest.mark.parametrize("keys", ["i escape", "M escape"], ids=["the inbox", "the messages"])
async def test_who_has_read_the_notices_is_not_told_of_them_again(keys: str) -> None:
    run = Run(*RUNNING, WARNING)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        assert "1 unread" in seen(app, "Header")
        first, _, back = keys.partition(" ")
        await pilot.press(first)
        await settle(pilot)
        assert WARNING.text in seen(app)
        await pilot.press(back)
        await settle(pilot)
        assert "unread" not in seen(app, "Header")
        run.say(structs.replace(WARNING, text="fuller still"))
        await settle(pilot, run)
        assert "1 unread" in seen(app, "Header")


async def test_the_inbox_is_there_once() -> None:
    run = Run(*RUNNING, WISH)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("i", "M", "i")
        assert isinstance(app.screen, InboxScreen)
        await pilot.press("escape")
        assert at_panes(app)


async def test_a_command_that_was_refused_stays_unread_until_it_was_read() -> None:
    run = Run(*RUNNING, answering=refusing("the tree is dirty"))
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("g")
        await settle(pilot)
        app.clear_notifications()
        await settle(pilot)
        assert "i  1 unread" in seen(app, "#header")
        await pilot.press("i")
        await settle(pilot)
        assert "refused: the tree is dirty" in seen(app, "#matters")
        await pilot.press("escape")
        await settle(pilot)
        assert "unread" not in seen(app, "#header")
