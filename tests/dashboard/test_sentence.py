"""What is happening, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dashboard.scripted import (
    APART,
    BEGIN,
    BLOCKED,
    CONFLICT,
    JOINING,
    JUDGED,
    PHASE_1,
    PHASE_2,
    VALIDATING,
)
from sixfold import events as ev
from sixfold.dashboard.sentence import sentence
from sixfold.state import RunState

GATE = ev.GateStarted(gate=9, cause="phase", phase=1, command=["go", "test"])
ASKED = ev.GateStarted(gate=9, cause="asked", command=["go", "test"])
FINAL_GATE = ev.GateStarted(gate=9, cause="final", command=["go", "test"])
HELD = ev.TurnHeld(slot=5, task="T003", attempt=1, reason="paused")
HELD_TOO = ev.TurnHeld(slot=3, task="T004", attempt=1, reason="paused")
FIX = ev.FixStarted(phase=2, slot=6, attempt=1, agent="a")
AT_WORK = (*BEGIN, *PHASE_1, *PHASE_2)
MANY = tuple(
    ev.TaskStarted(task=name, slot=slot, attempt=1, agent="a")
    for slot, name in enumerate(("T001", "T003", "T004", "T005"), 1)
)


def told(messages: Sequence[ev.Message]) -> str:
    state = RunState()
    for message in messages:
        if isinstance(message, ev.Event):
            state.apply(message)
    return sentence(state)


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ((), ""),
        (BEGIN[:1], "Reading the feature."),
        (BEGIN, "Between two tasks."),
        (AT_WORK, "T003 and T004 are at work in phase 2."),
        (
            (*AT_WORK, GATE),
            "T003 and T004 are at work in phase 2; the gate after phase 1 runs.",
        ),
        ((*BEGIN, ASKED), "The gate you asked for runs."),
        ((*APART, JOINING), "T004 is at work in phase 2; T003 is being joined."),
        (
            (*APART, CONFLICT),
            "T003 is at work in phase 2; a conflict of T004 is being settled.",
        ),
        ((*AT_WORK, HELD), "T004 is at work in phase 2, 1 more rests."),
        ((*AT_WORK, HELD, HELD_TOO), "T003 and T004 rest."),
        ((*BEGIN, *MANY), "4 tasks are at work."),
        ((*BEGIN, FIX), "A fix is at the red gate of phase 2."),
        ((*BEGIN, *VALIDATING[:-1], FINAL_GATE), "The last gate runs."),
        ((*BEGIN, *VALIDATING), "4 requirements of the spec are judged by codex."),
        ((*BEGIN, *VALIDATING, JUDGED[0]), "3 requirements of the spec are judged by codex."),
        ((*BEGIN, ev.RunPaused()), "Paused, and nothing is at work."),
        ((*BEGIN, BLOCKED), "Nothing is at work until somebody helps."),
        ((*BEGIN, ev.RunEnded(outcome="finished")), ""),
    ],
)
def test_the_sentence_tells_what_goes_on(messages: Sequence[ev.Message], said: str) -> None:
    assert told(messages) == said
