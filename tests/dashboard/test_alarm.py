"""The terminal calls the person: once, for news alone, and in words that do nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from dashboard.scripted import (
    BLOCKED,
    ENDED,
    NOW,
    RUNNING,
    START,
    WISH,
    Run,
    dashboard,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.alarm import Alarm
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.replay import Replay
from sixfold.link import Recording
from sixfold.state import RunState

XTERM = {"TERM": "xterm-256color"}


@pytest.fixture(autouse=True)
def plain_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SIXFOLD_BELL", "TMUX", "VTE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def asking() -> RunState:
    state = RunState()
    for message in (*RUNNING, WISH):
        if isinstance(message, ev.Event):
            state.apply(message)
    return state


def rung(*events: ev.AnyEvent, age: float = 0, environ: dict[str, str] = XTERM) -> str:
    alarm, state = Alarm(environ), asking()
    for seq, event in enumerate(events, 100):
        alarm.hear(structs.replace(event, seq=seq, at=NOW - timedelta(seconds=age)), state, NOW)
    return alarm.ring("001-word-count")


@pytest.mark.parametrize("event", [BLOCKED, WISH, ENDED], ids=["blocked", "asks", "ended"])
def test_one_bell_and_one_notification_for_what_wants_a_person(event: ev.AnyEvent) -> None:
    sent = rung(event)
    assert sent.count("\a") == 1
    assert sent.count("\x1b]") == 1
    assert sent.startswith("\a\x1b]9;sixfold 001-word-count: ")
    assert sent.endswith("\x1b\\")


def test_much_at_once_is_one_call() -> None:
    sent = rung(WISH, BLOCKED)
    assert sent.count("\a") == 1
    assert "blocked: the gate after phase 2 is red (and 1 more)" in sent


@pytest.mark.parametrize("age", [11, 3600, -3600], ids=["old", "very old", "of a clock set back"])
def test_what_is_no_news_is_not_called(age: float) -> None:
    assert rung(BLOCKED, age=age) == ""


def test_nothing_is_called_twice() -> None:
    alarm, state = Alarm(XTERM), asking()
    blocked = structs.replace(BLOCKED, seq=50, at=NOW)
    alarm.hear(blocked, state, NOW)
    assert alarm.ring("x")
    alarm.hear(blocked, state, NOW)
    assert alarm.ring("x") == ""
    alarm.hear(structs.replace(blocked, seq=60), state, NOW)
    assert alarm.ring("x"), "blocked anew is new"
    alarm.lose()
    assert "gone" in alarm.ring("x")
    alarm.lose()
    assert alarm.ring("x") == ""


def test_a_question_that_is_answered_already_calls_nobody() -> None:
    assert rung(structs.replace(WISH, request="q99")) == ""


@pytest.mark.parametrize(
    ("environ", "start"),
    [
        ({"TERM": "rxvt-unicode"}, "\a\x1b]777;notify;sixfold 001-word-count;blocked: "),
        ({"TERM": "foot"}, "\a\x1b]777;notify;"),
        ({**XTERM, "VTE_VERSION": "7200"}, "\a\x1b]777;notify;"),
        ({**XTERM, "TMUX": "/tmp/x"}, "\a\x1bPtmux;\x1b\x1b]9;sixfold 001-word-count: blocked"),
        ({**XTERM, "SIXFOLD_BELL": "1"}, "\a\x1b]9;"),
    ],
)
def test_each_terminal_is_told_in_its_way(environ: dict[str, str], start: str) -> None:
    assert rung(BLOCKED, environ=environ).startswith(start)


@pytest.mark.parametrize("off", ["0", "off", "NO"])
def test_who_wants_no_bell_has_none(off: str) -> None:
    assert rung(BLOCKED, environ={**XTERM, "SIXFOLD_BELL": off}) == ""


def test_what_is_said_cannot_drive_the_terminal() -> None:
    wild = structs.replace(
        BLOCKED, reason="\x1b\\\x1b[2J\a\x9c\x9d52;c;aGk=\u202e\n\ud800" + "x" * 999
    )
    for environ in (XTERM, {"TERM": "foot"}):
        sent = rung(wild, environ=environ)
        inside = sent.removeprefix("\a\x1b]").removesuffix("\x1b\\")
        assert inside.isprintable()
        assert len(inside) < 300
        assert sent.encode()


class Heard(list[str]):
    """What an app sends to its terminal."""

    def __init__(self, app: Dashboard, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        monkeypatch.setattr(app, "send_to_terminal", self.append)


def new(event: ev.AnyEvent) -> ev.AnyEvent:
    """Happening now; `Run` stamps what it says, and a recording does not."""
    return structs.replace(event, seq=90, at=NOW)


async def test_the_dashboard_calls_for_news_and_not_for_history(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run = Run(*RUNNING, BLOCKED)
    app = dashboard(run)
    heard = Heard(app, monkeypatch)
    async with app.run_test() as pilot:
        await settle(pilot, run)
        assert heard == [], "it was blocked minutes ago"
        app.feed.take(new(BLOCKED))
        await settle(pilot)
        await settle(pilot)
        assert len(heard) == 1
        run.hang_up()
        await settle(pilot, run)
        await settle(pilot)
        assert len(heard) == 2
        assert "gone" in heard[1]


async def test_b_turns_the_bell_off_and_on(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(*RUNNING)
    app = dashboard(run)
    heard = Heard(app, monkeypatch)
    async with app.run_test(notifications=True) as pilot:
        await settle(pilot, run)
        await pilot.press("b")
        app.feed.take(new(BLOCKED))
        await settle(pilot)
        assert heard == []
        await pilot.press("b")
        await settle(pilot)
        assert heard == [], "nor is it called for later"
        assert toasts(app) == ["the terminal's bell is off", "the terminal's bell is on"]
        app.feed.take(structs.replace(new(BLOCKED), seq=91))
        await settle(pilot)
        assert len(heard) == 1


@pytest.mark.parametrize("kind", [Recording, Replay], ids=["a recording", "a replay"])
async def test_the_past_calls_nobody(
    kind: type[Recording | Replay], monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [m for m in (*RUNNING, BLOCKED) if isinstance(m, ev.Event)]
    past = [
        structs.replace(event, seq=n, at=START + timedelta(seconds=n / 1000))
        for n, event in enumerate(events, 1)
    ]
    app = Dashboard(kind(past), clock=lambda: NOW)
    heard = Heard(app, monkeypatch)
    async with app.run_test() as pilot:
        while app.state.status != "blocked":
            await pilot.pause()
        await settle(pilot)
        assert heard == []
