"""What the program of `notify:` is told."""

from __future__ import annotations

import pytest

from dashboard.scripted import BEGIN, BLOCKED, ENDED, WISH
from sixfold import events as ev
from sixfold.runner.notify import LONGEST, Told, telling
from sixfold.state import RunState


def told_of(event: ev.AnyEvent) -> Told | None:
    state = RunState()
    for message in (*BEGIN, event):
        state.apply(message)  # type: ignore[arg-type] # they are events
    return telling(event, state)


def test_a_blocked_run_an_asking_agent_and_the_end_are_told() -> None:
    assert told_of(BLOCKED) == Told(
        "blocked", "sixfold 001-word-count: blocked", "the gate after phase 2 is red", "r1"
    )
    assert told_of(WISH) == Told(
        "asks", "sixfold 001-word-count: asks", "T004 asks: edit /etc/hosts", "r1"
    )
    assert told_of(ENDED) == Told(
        "ended",
        "sixfold 001-word-count: finished",
        "6 of 6 tasks done",
        "r1",
        "finished",
    )


def test_what_needs_nobody_is_not_told() -> None:
    assert told_of(ev.Notice(text="a word", level="error")) is None
    assert told_of(ev.RunPaused()) is None


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\x1b]9;x\x07b", "a\nb\r\nc", "\ud800", "x" * 10 * LONGEST]
)
def test_what_is_told_can_be_given_to_any_program(text: str) -> None:
    told = told_of(ev.RunBlocked(reason=text, options=[]))
    assert told
    assert told.text.encode().decode().isprintable()
    assert len(told.text) <= LONGEST


def test_what_is_filled_in_is_not_read_again() -> None:
    told = Told("asks", "{text}", "{title} {run}", "r1")
    assert told.fill("{title}: {text} {other} {run}") == "{text}: {title} {run} {other} r1"
