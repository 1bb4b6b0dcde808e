"""A run of the past in the dashboard: its time goes on, stands still, runs fast, and turns back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec import structs
from textual.pilot import Pilot

from dashboard.scripted import (
    BEGIN,
    ENDED,
    FAILED,
    GUARD,
    PHASE_1,
    PHASE_2,
    RED,
    START,
    WIDE,
    say,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.replay import REASON, Replay
from sixfold.dashboard.timeline import lay_out
from sixfold.state import fold

STORY = (*BEGIN, *PHASE_1, *PHASE_2, *FAILED, *RED, ENDED)


def journal(messages: Sequence[ev.Message] = STORY, apart: float = 10) -> list[ev.Message]:
    """The messages, events numbered and stamped so many seconds apart."""
    found: list[ev.Message] = []
    seq = 0
    for message in messages:
        if isinstance(message, ev.Event):
            seq += 1
            at = START + timedelta(seconds=apart * (seq - 1))
            message = structs.replace(message, seq=seq, at=at)  # noqa: PLW2901 - stamped
        found.append(message)
    return found


def events_of(messages: Sequence[ev.Message]) -> list[ev.AnyEvent]:
    return [one for one in messages if isinstance(one, ev.Event)]


class Clock:
    """Seconds, as the test wants them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def still(pilot: Pilot[None]) -> Dashboard:
    """The replay stands still, so that what is seen is what the keys did."""
    await pilot.press("space")
    return await settle(pilot)


def replay(messages: Sequence[ev.Message] | None = None, speed: float = 1.0) -> Replay:
    return Replay(journal() if messages is None else messages, speed, clock=Clock())


async def test_it_begins_with_the_first_event_and_shows_its_time() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await settle(pilot)
        assert (app.state.seq, app.clock()) == (1, START)
        assert "0:00 / " in seen(app, "#header")
        assert "▶ 1×" in seen(app, "#header")


async def test_at_its_end_the_state_is_the_fold_of_the_journal() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await settle(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert app.state == fold(events_of(journal()))
        assert "T004" in seen(app)


async def test_every_place_shows_the_fold_of_what_was_before_it() -> None:
    events = events_of(journal((*BEGIN, *PHASE_1, ENDED)))
    async with Dashboard(replay(events)).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot)
        await pilot.press("end")
        for number in [*range(len(events) - 1, 0, -1), *range(2, len(events) + 1)]:
            await pilot.press("shift+left" if number < app.state.seq else "shift+right")
            await pilot.pause()
            assert app.state == fold(events[:number]), number


async def test_seeking_back_takes_back_what_was_said() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await still(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert "go mod init" in seen(app)
        assert "DATA RACE" in seen(app)
        await pilot.press("home")
        await settle(pilot)
        assert "go mod init" not in seen(app)
        assert "DATA RACE" not in seen(app)
        assert len(app.story.lines()) == 1


async def test_arrows_go_ten_seconds_and_plus_and_minus_change_the_pace() -> None:
    source = replay()
    async with Dashboard(source).run_test(size=WIDE) as pilot:
        await still(pilot)
        await pilot.press("right", "right")
        assert source.position == pytest.approx(20)
        await pilot.press("left")
        assert source.position == pytest.approx(10)
        await pilot.press("plus", "plus", "minus")
        assert source.speed == 2
        app = await settle(pilot)
        assert "2×" in seen(app, "#header")


async def test_time_goes_on_at_the_speed_asked_for() -> None:
    clock = Clock()
    source = Replay(journal(), 20.0, clock=clock)
    clock.now = 2.0
    assert source.position == 40
    source.play()
    clock.now = 9.0
    assert source.position == 40
    source.play()
    clock.now = 9.5
    assert source.position == 50


async def test_at_the_end_it_stands_and_plays_once_more() -> None:
    clock = Clock()
    source = Replay(journal(), clock=clock)
    clock.now = 10_000
    assert (source.playing, source.position) == (False, source.length)
    source.play()
    assert (source.playing, source.position) == (True, 0.0)


async def test_nobody_waits_longer_than_the_patience_of_a_viewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sixfold.dashboard.replay.PATIENCE", 0.0)
    source = Replay(journal(apart=3600), clock=Clock())
    listening = source.messages()
    assert len(await anext(listening)) == 1
    (second,) = await anext(listening)
    assert isinstance(second, ev.PlanLoaded)
    assert source.position == 3600


async def test_steering_is_refused_with_the_reason_and_not_in_the_footer() -> None:
    story = journal((*BEGIN, *PHASE_1, *PHASE_2, GUARD))
    async with Dashboard(replay(story)).run_test(size=WIDE, notifications=True) as pilot:
        app = await still(pilot)
        await pilot.press("end")
        await settle(pilot)
        for key, label in {"r": "retry", "g": "gate", "x": "cancel", "a": "allow"}.items():
            app._notifications.clear()
            await pilot.press(key)
            await settle(pilot)
            assert toasts(app) == [f"{key} {label}: {REASON}"]
            assert f" {key} {label}" not in seen(app, ".key-bar")
        assert "Space play" in seen(app, ".key-bar")


async def test_a_call_for_a_person_offers_no_keys_that_do_nothing() -> None:
    story = journal((*BEGIN, *PHASE_1, *PHASE_2, GUARD))
    async with Dashboard(replay(story)).run_test(size=WIDE) as pilot:
        app = await still(pilot)
        await pilot.press("end")
        await settle(pilot)
        assert "asks:" in seen(app, "#header")
        assert " a  yes" not in seen(app, "#header")


async def test_leaving_asks_nothing() -> None:
    app = Dashboard(replay())
    async with app.run_test(size=WIDE) as pilot:
        await settle(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_outside_a_replay_its_keys_do_what_they_did() -> None:
    assert {action.id for action in ACTIONS if "space" in action.keys.split(",")} == {
        "play",
        "step_page(1)",
    }


def test_what_was_said_is_spread_over_the_work_it_belongs_to() -> None:
    story = journal((*BEGIN, *PHASE_1))
    moments = lay_out(story)
    started, ended = (
        next(at for at, one in moments if isinstance(one, kind))
        for kind in (ev.TaskStarted, ev.TaskEnded)
    )
    said = [at for at, one in moments if isinstance(one, ev.AgentOutput)]
    assert len(said) == 2
    assert started < said[0] < said[1] < ended
    lines = [line for _, one in moments if isinstance(one, ev.AgentOutput) for line in one.lines]
    assert [line.text for line in lines] == [
        "I begin with the module.",
        "go mod init example.com/wc",
    ]


def test_a_tally_comes_when_it_was_told_and_before_the_end_of_its_gate() -> None:
    tallies = [
        ev.GateProgress(
            gate=1,
            seconds=seconds,
            passed=1,
            failed=0,
            skipped=0,
            races=0,
            packages=[],
            running=[],
            failures=[],
        )
        for seconds in (4.0, 40.0)
    ]
    begin, end = PHASE_1[6], PHASE_1[8]
    moments = lay_out(journal((*BEGIN, begin, *tallies, end)))
    assert [at for at, one in moments if isinstance(one, ev.GateProgress)] == [24, 30]
    assert isinstance(moments[-1].message, ev.GateEnded)


def test_a_clock_that_was_set_back_stands_until_it_has_caught_up() -> None:
    story = journal(BEGIN + PHASE_1[:2])
    last = story[-1]
    assert isinstance(last, ev.Event)
    back = structs.replace(last, at=START - timedelta(hours=1))
    moments = lay_out([*story[:-1], back])
    assert [at for at, _ in moments] == sorted(at for at, _ in moments)
    assert [type(one) for _, one in moments] == [type(one) for one in story]


def test_events_without_a_time_are_played_all_the_same() -> None:
    moments = lay_out([*BEGIN, say(1, "T001", ("say", "x")), ENDED])
    assert [at for at, _ in moments] == [0, 0, 0, 0]
