"""What is left of a run: honest, calm, and nothing where nothing is known."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from msgspec import structs

from sixfold import events as ev
from sixfold.dashboard.course import course, usual_times
from sixfold.dashboard.estimate import Estimate, brief, settled, wording
from sixfold.history import History, history
from sixfold.model import Need, Task
from telling import NOON, RUN, at, begins, ends, gate, plan, task, told

TWO = plan(*(task(f"T{n}") for n in range(1, 5)), *(task(f"T{n}", phase=2) for n in (5, 6)))
PLAN = ev.PlanLoaded(
    plan=structs.replace(TWO, phases=[TWO.phases[0], structs.replace(TWO.phases[1], needs=[1])])
)
SLOW = (
    RUN,
    PLAN,
    *gate(1, 0),
    (100.0, begins("T1")),
    (200.0, ends("T1")),
    (200.0, begins("T2")),
    (300.0, ends("T2")),
    (300.0, begins("T3")),
)
"""Two tasks of 100 seconds, and a third that has just begun."""


def heard(*story: ev.AnyEvent | tuple[float, ev.AnyEvent]) -> History:
    return history(told(*story))


def seen(found: History, second: float) -> tuple[int, dict[int, int]] | None:
    walked = course(found, at(second))
    if walked is None:
        return None
    return round(walked.end), {phase: round(left) for phase, left in walked.passed.items()}


def judging(found: History) -> float:
    usual = usual_times(found, at(300))
    assert usual
    return usual.judging


def proof(found: History) -> float:
    """A gate and a validator's turn."""
    usual = usual_times(found, at(300))
    assert usual
    return usual.gate + usual.task


def test_it_is_what_is_left_of_the_longest_way_with_gates() -> None:
    found = heard(*SLOW, (300.0, begins("T4", slot=2)))
    of_gate, at_last = judging(found), proof(found)
    assert seen(found, 300) == (
        round(200 + 2 * of_gate + at_last),
        {1: round(100 + of_gate), 2: round(200 + 2 * of_gate)},
    )
    assert seen(found, 360) == (
        round(140 + 2 * of_gate + at_last),
        {1: round(40 + of_gate), 2: round(140 + 2 * of_gate)},
    )


def test_what_is_late_is_not_over() -> None:
    found = heard(*SLOW)
    soon = course(found, at(900))
    assert soon
    assert soon.passed[1] >= 25


def test_what_takes_longer_than_usual_already_is_usual_no_more() -> None:
    found = heard(*SLOW)
    before, after = (usual_times(found, at(second)) for second in (350, 900))
    assert before
    assert after
    assert (before.task, after.task) == (100, (100 + 100 + 600) / 3)
    judged = heard(*SLOW, (900.0, ends("T3")), (900.0, gate(2, 1)[0]))
    compiling = usual_times(judged, at(1900))
    assert compiling
    assert compiling.judging > 300
    assert compiling.gate > 300


def test_after_the_last_phase_comes_the_proof() -> None:
    last = ev.GateStarted(gate=2, cause="final", phase=0, command=["go", "test"])
    green = ev.GateEnded(gate=2, cause="final", phase=0, verdict="green", seconds=4.0)
    judges = ev.ValidationStarted(round=1, slot=5, attempt=1, agent="b", requirements=[], asked=[])
    met = ev.ValidationEnded(round=1, slot=5, attempt=1, outcome="passed")
    done = ev.PlanLoaded(plan=plan(task("T1"), task("T2", phase=2)))
    story = (RUN, done, *SLOW[2:-1], ev.PhaseEnded(phase=1), ev.PhaseEnded(phase=2))
    found = heard(*story, (400.0, last))
    assert seen(found, 400) == (round(proof(found)), {})
    assert seen(heard(*story, (400.0, last), (404.0, green)), 404) == (100, {})
    at_work = (*story, (400.0, last), (404.0, green), (404.0, judges))
    assert seen(heard(*at_work), 444) == (60, {})
    assert seen(heard(*at_work, (450.0, met)), 450) is None


def test_slots_limit_it() -> None:
    one = ev.PlanLoaded(plan=plan(*(task(f"T{n}") for n in range(1, 12))))
    found = heard(RUN, one, *SLOW[2:-1])
    found.state.slots = 3
    walked = course(found, at(300))
    assert walked
    assert round(walked.passed[1] - judging(found)) == 300  # nine tasks in three slots


def test_needs_limit_it() -> None:
    found = heard(*SLOW)
    walked = course(found, at(300))
    assert walked
    chain = ev.PlanLoaded(plan=plan(task("T1"), task("T2"), *_chain("T3", "T4", "T5", "T6")))
    chained = course(heard(RUN, chain, *SLOW[2:]), at(300))
    assert chained
    assert round(chained.passed[1] - judging(found)) == 400


def _chain(*names: str) -> list[Task]:
    pairs = zip(("T2", *names), names, strict=False)
    return [structs.replace(task(name), needs=[Need(before, "order")]) for before, name in pairs]


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(SLOW[:5], id="one task is too little to go by"),
        pytest.param((*SLOW[:2], *SLOW[4:]), id="no gate has ended"),
        pytest.param((*SLOW, ev.RunPaused()), id="paused"),
        pytest.param((*SLOW, ev.RunBlocked(reason="red", options=[])), id="blocked"),
        pytest.param((*SLOW, ev.RunEnded(outcome="stopped")), id="over"),
        pytest.param(
            (*SLOW, ev.TurnHeld(slot=1, task="T3", attempt=1, reason="limit")), id="all rest"
        ),
    ],
)
def test_nothing_is_told_where_nothing_is_known_or_goes_on(
    story: tuple[ev.AnyEvent | tuple[float, ev.AnyEvent], ...],
) -> None:
    assert Estimate().left(heard(*story), at(310)) == ""


def test_it_counts_down_and_does_not_jump() -> None:
    found, estimate = heard(*SLOW), Estimate()
    shown: list[str] = []
    for second in range(300, 420):
        told_now = estimate.left(found, at(second))
        if not shown or shown[-1] != told_now:
            shown.append(told_now)
    assert shown[0].startswith("about ")
    assert len(shown) <= 3
    minutes = [int(text.split()[1]) for text in shown]
    assert minutes == sorted(minutes, reverse=True)


def test_a_surprise_moves_it_little_by_little() -> None:
    found, estimate = heard(*SLOW), Estimate()
    before = estimate.left(found, at(300))
    later = heard(*SLOW, (1800.0, ends("T3")), (1800.0, begins("T4")))
    assert estimate.left(later, at(303)) == before
    ends_at = [estimate._ends[0]]
    for second in (305, 310, 315):
        estimate.left(later, at(second))
        ends_at.append(estimate._ends[0])
    moves = [b - a for a, b in pairwise(ends_at)]
    assert moves[0] > moves[1] > moves[2] > timedelta()


def test_it_tells_each_phase() -> None:
    found, estimate = heard(*SLOW), Estimate()
    assert estimate.left(found, NOON + timedelta(seconds=300), 1)
    assert estimate.left(found, NOON + timedelta(seconds=300), 9) == ""


@pytest.mark.parametrize(
    ("told_before", "minutes", "wanted"),
    [
        (None, 12.4, 12),
        (12, 11.4, 12),
        (12, 11.1, 11),
        (None, 43, 45),
        (45, 42, 45),
        (None, 100, 105),
        (None, 301, 300),
        (1, 0.3, 1),
        (None, 0.2, 0),
    ],
)
def test_words_stay_until_they_are_clearly_wrong(
    told_before: int | None, minutes: float, wanted: int
) -> None:
    assert settled(told_before, minutes) == wanted


@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        (0, "under a minute left"),
        (12, "about 12 min left"),
        (60, "about 1 h left"),
        (105, "about 1 h 45 min left"),
    ],
)
def test_it_is_told_in_round_words(minutes: int, text: str) -> None:
    assert wording(minutes) == text


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "<1 min"), (12, "~12 min"), (105, "~1 h 45 min")]
)
def test_in_little_room_the_time_that_is_left_is_told_shorter(minutes: int, words: str) -> None:
    assert brief(wording(minutes)) == words
    assert brief("") == ""
