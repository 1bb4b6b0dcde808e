"""A run of the past in the dashboard: its time goes on, stands still, runs fast, and turns back."""

from __future__ import annotations

from bisect import bisect_right
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
from sixfold.dashboard.timeline import KEPT, Moment, Timeline, caught_up, together
from sixfold.link import Heard, Recall
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


def recalling(messages: Sequence[ev.Message]) -> Recall:
    """What stands behind an event was said in what it, or one before it in that slot, began."""
    said: dict[int, list[Heard]] = {}
    begun: dict[int, int] = {}
    for message in messages:
        match message:
            case ev.TaskStarted() | ev.ValidationStarted() | ev.FixStarted():
                begun[message.slot] = message.seq
            case ev.GateStarted():
                begun[0] = message.seq
            case ev.AgentOutput() | ev.GateOutput() | ev.GateProgress():
                seq = begun[getattr(message, "slot", 0)]
                said.setdefault(seq, []).append(Heard(message))
    return lambda event: said.get(event.seq, [])


class Clock:
    """Seconds, as the test wants them."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def arrive(pilot: Pilot[None]) -> Dashboard:
    """Until all is painted up to where the replay stands."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    assert app.replay
    while app.state.seq < bisect_right(app.replay._times, app.replay.position):
        await pilot.pause(0.01)
    return await settle(pilot)


async def still(pilot: Pilot[None]) -> Dashboard:
    """The replay stands still, so that what is seen is what the keys did."""
    await pilot.press("space")
    return await arrive(pilot)


def replay(messages: Sequence[ev.Message] | None = None, speed: float = 1.0) -> Replay:
    story = journal() if messages is None else messages
    return Replay(events_of(story), speed, recall=recalling(story), clock=Clock())


async def test_it_begins_with_the_first_event_and_shows_its_time() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await arrive(pilot)
        assert (app.state.seq, app.clock()) == (1, START)
        assert "0:00 / " in seen(app, "#header")
        assert "▶ 1×" in seen(app, "#header")


async def test_at_its_end_the_state_is_the_fold_of_the_journal() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await arrive(pilot)
        await pilot.press("end")
        await arrive(pilot)
        assert app.state == fold(events_of(journal()))
        assert "T004" in seen(app)


async def test_every_place_shows_the_fold_of_what_was_before_it() -> None:
    events = events_of(journal((*BEGIN, *PHASE_1, ENDED)))
    async with Dashboard(replay(events)).run_test(size=(80, 24)) as pilot:
        app = await arrive(pilot)
        await pilot.press("end")
        for number in [*range(len(events) - 1, 0, -1), *range(2, len(events) + 1)]:
            await pilot.press("shift+left" if number < app.state.seq else "shift+right")
            await arrive(pilot)
            assert app.state == fold(events[:number]), number


async def test_seeking_back_takes_back_what_was_said() -> None:
    async with Dashboard(replay()).run_test(size=WIDE) as pilot:
        app = await still(pilot)
        await pilot.press("end")
        await arrive(pilot)
        assert "go mod init" in seen(app)
        assert "DATA RACE" in seen(app)
        app.main.stream.follow(False)
        await pilot.press("home")
        await arrive(pilot)
        assert app.main.stream.following
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
        app = await arrive(pilot)
        assert "2×" in seen(app, "#header")
        await pilot.press(*["minus"] * 9)
        await arrive(pilot)
        assert "0.125× 0:" in seen(app, "#header")


async def test_time_goes_on_at_the_speed_asked_for() -> None:
    clock = Clock()
    source = Replay(events_of(journal()), 20.0, clock=clock)
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
    source = Replay(events_of(journal()), clock=clock)
    clock.now = 10_000
    assert (source.playing, source.position) == (False, source.length)
    source.play()
    assert (source.playing, source.position) == (True, 0.0)


async def test_nobody_waits_longer_than_the_patience_of_a_viewer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sixfold.dashboard.replay.PATIENCE", 0.0)
    source = Replay(events_of(journal(apart=3600)), clock=Clock())
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
        await arrive(pilot)
        for key, label in {"r": "retry", "g": "gate", "x": "cancel", "a": "allow"}.items():
            app._notifications.clear()
            await pilot.press(key)
            await arrive(pilot)
            assert toasts(app) == [f"{key} {label}: {REASON}"]
            assert f" {key} {label}" not in seen(app, ".key-bar")
        assert "Space play" in seen(app, ".key-bar")


async def test_a_call_for_a_person_offers_no_keys_that_do_nothing() -> None:
    story = journal((*BEGIN, *PHASE_1, *PHASE_2, GUARD))
    async with Dashboard(replay(story)).run_test(size=WIDE) as pilot:
        app = await still(pilot)
        await pilot.press("end")
        await arrive(pilot)
        assert "asks:" in seen(app, "#header")
        assert " a  yes" not in seen(app, "#header")


async def test_leaving_asks_nothing() -> None:
    app = Dashboard(replay())
    async with app.run_test(size=WIDE) as pilot:
        await arrive(pilot)
        await pilot.press("q")
        await pilot.pause()
    assert app.return_code == 0


async def test_outside_a_replay_its_keys_do_what_they_did() -> None:
    assert {action.id for action in ACTIONS if "space" in action.keys.split(",")} == {
        "play",
        "step_page(1)",
    }


def lay_out(messages: Sequence[ev.Message]) -> list[Moment]:
    events = events_of(messages)
    return Timeline(events, recalling(messages)).moments(0, len(events))


def test_what_was_said_is_spread_over_the_work_it_belongs_to() -> None:
    story = journal((*BEGIN, *PHASE_1))
    moments = lay_out(story)
    started, ended = (
        next(at for at, _, one in moments if isinstance(one, kind))
        for kind in (ev.TaskStarted, ev.TaskEnded)
    )
    said = [at for at, _, one in moments if isinstance(one, ev.AgentOutput)]
    assert len(said) == 2
    assert started < said[0] < said[1] < ended
    lines = [line for _, _, one in moments if isinstance(one, ev.AgentOutput) for line in one.lines]
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
    assert [at for at, _, one in moments if isinstance(one, ev.GateProgress)] == [24, 30]
    assert isinstance(moments[-1].message, ev.GateEnded)


def test_a_clock_that_was_set_back_stands_until_it_has_caught_up() -> None:
    story = journal(BEGIN + PHASE_1[:2])
    last = story[-1]
    assert isinstance(last, ev.Event)
    back = structs.replace(last, at=START - timedelta(hours=1))
    moments = lay_out([*story[:-1], back])
    assert [one.at for one in moments] == sorted(one.at for one in moments)
    assert [type(one.message) for one in moments] == [type(one) for one in story]


def test_events_without_a_time_are_played_all_the_same() -> None:
    moments = lay_out([*BEGIN, PHASE_1[1], say(1, "T001", ("say", "x")), ENDED])
    assert [one.at for one in moments] == [0, 0, 0, 0, 0]


def attempts(count: int) -> list[ev.AnyEvent]:
    """Attempts one after another in a slot, ten seconds each."""
    pairs = [
        event
        for n in range(count)
        for event in (
            ev.TaskStarted(task="T001", slot=1, attempt=n, agent="mine"),
            ev.TaskEnded(task="T001", slot=1, attempt=n, outcome="failed"),
        )
    ]
    return events_of(journal([*BEGIN, *pairs]))


def test_what_was_said_at_a_known_time_comes_at_that_time() -> None:
    events = attempts(1)
    said = [Heard(say(1, "T001", ("say", str(n))), START + timedelta(seconds=n)) for n in (23, 29)]
    timeline = Timeline(events, lambda event: said if isinstance(event, ev.TaskStarted) else [])
    moments = timeline.moments(0, len(events))
    assert [at for at, _, one in moments if isinstance(one, ev.AgentOutput)] == [23, 29]


def test_only_what_can_still_be_seen_is_asked_for() -> None:
    asked: list[int] = []

    def recall(event: ev.AnyEvent) -> list[Heard]:
        if not isinstance(event, ev.TaskStarted):
            return []
        asked.append(event.attempt)
        return [Heard(say(1, "T001", *[("say", "x")] * (KEPT // 2)))]

    assert isinstance(caught_up(attempts(50), recall)[-1], ev.TaskEnded)
    assert asked == [49, 48]


async def test_nothing_that_was_said_is_asked_for_before_its_time() -> None:
    asked: list[int] = []

    def recall(event: ev.AnyEvent) -> list[Heard]:
        asked.extend([event.attempt] if isinstance(event, ev.TaskStarted) else [])
        return []

    clock = Clock()
    source = Replay(attempts(50), recall=recall, clock=clock)
    listening = source.messages()
    assert len(await anext(listening)) == 1
    assert asked == []
    source.go_to(20.0)
    assert len(await anext(listening)) == 2
    assert asked == [0]


def test_what_is_said_in_a_row_is_taken_in_at_once_and_what_it_is_about_parts_it() -> None:
    one, other = (say(slot, f"T00{slot}", ("say", str(slot))) for slot in (1, 2))
    ended = ev.TaskEnded(task="T001", slot=1, attempt=1, outcome="done")
    found = together([one, other, one, ended, one, other])
    said = [
        (item.slot, len(item.lines)) if isinstance(item, ev.AgentOutput) else "end"
        for item in found
    ]
    assert said == [(1, 2), (2, 2), "end", (1, 1)]
    assert len(one.lines) == 1
