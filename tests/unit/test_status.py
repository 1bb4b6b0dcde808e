"""What `sixfold status` says, and what lines say of gates and of the end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec import structs

from dashboard.scripted import BEGIN, ENDED, JUDGED, NOW, RUNNING, START, VALIDATING
from sixfold import events as ev
from sixfold.lines import event_line, gate_lines, status_lines
from sixfold.state import RunState


def state(*messages: ev.Message) -> RunState:
    found = RunState()
    for seq, message in enumerate(messages, 1):
        if isinstance(message, ev.Event):
            at = START + timedelta(seconds=seq)
            found.apply(structs.replace(message, seq=seq, at=at))
    return found


def lines(found: RunState) -> list[str]:
    return status_lines(found, live=found.live, now=NOW)


@pytest.mark.parametrize(("races", "told"), [(0, "0 races"), (1, "1 race"), (2, "2 races")])
def test_races_are_counted_as_people_count(races: int, told: str) -> None:
    ended = ev.GateEnded(gate=1, cause="final", phase=0, verdict="green", races=races)
    assert f" {told}, " in gate_lines(ended)


def test_a_validation_is_on_while_a_validator_is_at_work() -> None:
    at_work = state(*RUNNING, *VALIDATING)
    assert "validation 1 is on: 0 of 4 requirements met" in lines(at_work)
    judged = state(*RUNNING, *VALIDATING, *JUDGED)
    assert "validation 1 failed: 2 of 4 requirements met" in lines(judged)


def test_after_its_unmet_requirements_became_tasks_a_validation_is_to_be_repeated() -> None:
    back = ev.RequirementsReturned(round=1, requirements=["FR-003"], tasks=["T007"])
    begins = ev.TaskStarted(task="T006", slot=1, attempt=2, agent="a")
    told = lines(state(*RUNNING, *VALIDATING, *JUDGED, back, begins))
    assert "validation 1 is to be repeated: 2 of 4 requirements met" in told


@pytest.mark.parametrize(
    ("outcome", "further"),
    [
        ("finished", "`sixfold report` tells what was done"),
        ("failed", "`sixfold run --resume` goes on with it"),
        ("stopped", "`sixfold run --resume` goes on with it"),
    ],
)
def test_a_run_that_has_ended_points_on(outcome: str, further: str) -> None:
    assert lines(state(*BEGIN, structs.replace(ENDED, outcome=outcome)))[-1] == further


def test_the_end_is_told_with_its_outcome() -> None:
    assert event_line(ENDED, RunState()) == "finished: 6 of 6 tasks done"
