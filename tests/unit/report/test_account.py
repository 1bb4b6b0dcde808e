"""The account of a run: right times and sums, whatever happened to the run."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sixfold import events as ev
from sixfold.history import history
from sixfold.model import Usage
from sixfold.report.account import Account, account, until_of
from sixfold.report.page import page
from sixfold.report.picture import picture
from sixfold.report.standing import as_json, bury
from sixfold.report.text import text
from sixfold.state import RunState, fold
from telling import FAILURE, RUN, at, begins, ends, gate, plan, spends, task, told

PLAN = ev.PlanLoaded(plan=plan(task("T1"), task("T2"), task("T3", phase=2)))
STORY = told(
    RUN,
    PLAN,
    *gate(1, 0),
    ev.PhaseStarted(phase=1, title="One"),
    begins("T1"),
    spends("T1", 1000, 0.25),
    ends("T1", outcome="failed", reason="no", again=True),
    begins("T1", slot=2, attempt=2),
    spends("T1", 500, 0.5, slot=2),
    ends("T1", slot=2, attempt=2, commit="c1"),
    begins("T2", slot=3, agent="b"),
    ends("T2", slot=3, commit="c2"),
    *gate(2, 1, verdict="red", failed=1, failures=[FAILURE]),
    ev.FixStarted(phase=1, slot=5, attempt=1, agent="a"),
    spends("fix 1", 100, 0.0, slot=5),
    ev.FixEnded(phase=1, slot=5, attempt=1, outcome="done", commit="c3"),
    *gate(3, 1),
    ev.PhaseEnded(phase=1),
    ev.RunEnded(outcome="failed", reason="tasks left: 1 pending"),
)


def of(events: list[ev.AnyEvent], *, live: bool = False, now: float = 10_000) -> Account:
    return account(events, live=live, now=at(now))


def test_a_task_has_its_attempts_their_time_and_what_they_spent() -> None:
    told_of = of(STORY)
    first, second, third = told_of.tasks
    assert [(one.number, one.slot, one.outcome) for one in first.tries] == [
        (1, 1, "failed"),
        (2, 2, "done"),
    ]
    assert (first.state, first.attempts, first.slot, first.commit) == ("done", 2, 2, "c1")
    assert first.seconds == 40
    assert (first.usage.tokens, first.usage.cost) == (1500, 0.75)
    assert (second.agent, second.seconds) == ("b", 10)
    assert (third.state, third.attempts, third.seconds, third.tries) == ("pending", 0, 0, [])


def test_the_sums_are_those_of_the_state() -> None:
    told_of, state = of(STORY), fold(STORY)
    assert (told_of.done, told_of.total) == (state.done, state.total) == (2, 3)
    assert told_of.usage == state.usage
    assert told_of.counts == {"done": 2, "pending": 1, "total": 3}
    assert told_of.commits == ["c1", "c2"]
    assert sum(one.usage.tokens for one in told_of.agents) == state.usage.tokens
    slots = {int(one.name): one.usage for one in told_of.slots if one.usage.tokens}
    assert slots == state.spent_by
    assert told_of.state == as_json(state, live=False)


def test_gates_and_fixes_are_told_with_what_failed() -> None:
    told_of = of(STORY)
    assert [gate.verdict for gate in told_of.gates] == ["green", "red", "green"]
    assert told_of.gates[1].failures == [FAILURE]
    assert told_of.gates[1].seconds == 4.0
    (fix,) = told_of.fixes
    assert (fix.task, fix.phase, fix.seconds, fix.usage.tokens) == ("fix 1", 1, 20, 100)


def test_an_attempt_that_rests_and_goes_on_with_another_agent_is_told_so() -> None:
    usage = Usage(input_tokens=7)
    told_of = of(
        told(
            RUN,
            PLAN,
            (20, begins("T1")),
            spends("T1", 5, 0.0),
            (40, ev.TurnHeld(slot=1, task="T1", attempt=1, reason="limited")),
            (100, ev.TurnBegan(slot=1, task="T1", attempt=1, agent="b")),
            ev.UsageReported(slot=1, task="T1", attempt=1, agent="b", usage=usage),
            (120, ends("T1")),
        )
    )
    (one,) = told_of.tasks[0].tries
    assert (one.agent, one.seconds, one.resting, one.usage.tokens) == ("b", 100, 60, 12)
    agents = {agent.name: (agent.seconds, agent.usage.tokens) for agent in told_of.agents}
    assert agents == {"b": (40, 7), "a": (0, 5)}


def test_a_pause_ends_where_the_run_goes_on_or_is_blocked() -> None:
    told_of = of(
        told(
            RUN,
            PLAN,
            (100, ev.RunPaused()),
            (400, ev.RunBlocked(reason="red", options=["gate"])),
            (450, ev.RunResumed()),
            (500, ev.RunEnded(outcome="stopped")),
        )
    )
    rests = [(one.kind, one.seconds, one.reason) for one in told_of.rests]
    assert rests == [("paused", 300, ""), ("blocked", 50, "red")]
    assert (told_of.seconds, told_of.resting) == (500, 350)


def test_a_run_that_died_was_away_until_it_went_on() -> None:
    told_of = of(
        told(
            RUN,
            PLAN,
            (20, begins("T1")),
            (30, gate(1, 0)[0]),
            (3600, ev.RunContinued(pid=2)),
            (3610, begins("T1", attempt=2)),
            (3640, ends("T1", attempt=2)),
            (3650, ev.RunEnded(outcome="finished")),
        )
    )
    (away,) = told_of.rests
    assert (away.kind, away.seconds) == ("away", 3570)
    cut, done = told_of.tasks[0].tries
    assert (cut.outcome, cut.seconds) == ("cut short", 10)
    assert (done.outcome, done.seconds) == ("done", 30)
    assert (told_of.gates[0].verdict, told_of.gates[0].seconds) == ("cut short", 0)
    assert (told_of.seconds, told_of.resting) == (3650, 3570)


def test_a_run_that_was_stopped_and_resumed_was_away_in_between() -> None:
    told_of = of(
        told(
            RUN,
            PLAN,
            (20, begins("T1")),
            (50, ev.RunEnded(outcome="stopped", reason="stopped")),
            (100, ev.RunContinued(pid=2)),
            (110, ev.RunEnded(outcome="finished")),
        )
    )
    assert [(one.kind, one.seconds) for one in told_of.rests] == [("away", 50)]
    assert told_of.tasks[0].tries[0].seconds == 30


def test_a_live_run_is_told_up_to_now() -> None:
    events = told(RUN, PLAN, begins("T1"), (40, ev.RunPaused()))
    told_of = of(events, live=True, now=100)
    assert (told_of.outcome, told_of.seconds, told_of.resting) == ("paused", 100, 60)
    assert (told_of.tasks[0].tries[0].outcome, told_of.tasks[0].seconds) == ("running", 80)
    assert told_of.ended is None


def test_a_run_whose_runner_died_is_told_up_to_the_last_that_was_heard() -> None:
    events = told(RUN, PLAN, begins("T1"), begins("T2", slot=2))
    told_of = of(events)
    assert (told_of.outcome, told_of.reason) == ("stopped", "its runner died")
    assert (told_of.seconds, told_of.until) == (30, at(30))
    assert [task.state for task in told_of.tasks] == ["pending", "pending", "pending"]
    assert [one.outcome for one in told_of.tasks[0].tries] == ["cut short"]
    state = fold(events)
    bury(state)
    assert told_of.state == as_json(state, live=False)


@pytest.mark.parametrize("length", range(1, len(STORY) + 1))
@pytest.mark.parametrize("live", [True, False], ids=["live", "dead"])
def test_every_beginning_of_a_run_has_its_account(length: int, live: bool) -> None:
    told_of = of(STORY[:length], live=live)
    assert json.loads(msgspec.json.encode(told_of))["run"] == "r1"
    assert text(told_of)
    assert told_of.seconds >= 0


@given(st.lists(st.sampled_from(STORY), max_size=30))
def test_whatever_a_journal_says_it_has_an_account(some: list[ev.AnyEvent]) -> None:
    told_of = of(some)
    assert text(told_of)
    assert page(told_of)
    assert told_of.state == as_json(fold_of(some), live=False)


def fold_of(events: list[ev.AnyEvent]) -> RunState:
    """The state of a run that nobody writes on."""
    state = fold(events)
    bury(state)
    return state


def test_what_is_said_in_many_lines_makes_no_lines_of_the_report() -> None:
    failure = structs.replace(FAILURE, message="no\nGATES\n  9  all green")
    (started, ended) = gate(1, 0, verdict="red", failures=[failure])
    lines = text(of(told(RUN, PLAN, started, ended)))
    assert lines.count("GATES") == 1


def test_a_run_that_was_stopped_before_the_plan_was_read_has_an_account() -> None:
    told_of = of(told(RUN, ev.RunEnded(outcome="stopped", reason="stopped")))
    assert (told_of.tasks, told_of.phases, told_of.seconds) == ([], [], 10)
    assert "stopped" in text(told_of)[0]


def test_attempts_follow_their_task_to_another_id_and_out_of_the_list() -> None:
    new = plan(task("T9", "do T1"), task("T3", phase=2))
    events = told(
        RUN,
        PLAN,
        begins("T1"),
        ends("T1"),
        begins("T2"),
        ends("T2"),
        ev.PlanChanged(plan=new, renamed={"T1": "T9"}, removed=["T2"]),
    )
    told_of = of(events)
    assert [(one.id, len(one.tries)) for one in told_of.tasks] == [("T9", 1), ("T3", 0)]
    assert [(one.task, one.removed) for one in told_of.removed] == [("T2", "do T2")]
    back = told(*events, ev.PlanChanged(plan=PLAN.plan, renamed={"T9": "T1"}, added=["T2"]))
    assert [len(one.tries) for one in of(back).tasks] == [1, 1, 0]


def test_a_clock_that_was_set_back_makes_no_time_less_than_none() -> None:
    told_of = of(told(RUN, PLAN, (100, begins("T1")), (50, ends("T1")), (40, ev.RunPaused())))
    assert told_of.tasks[0].seconds == 0
    assert told_of.seconds == 40


def test_what_was_asked_is_told_with_its_answer() -> None:
    asked = ev.PermissionAsked(slot=1, task="T1", request="q", text="may I?", options=["yes", "no"])
    answered = ev.PermissionAnswered(slot=1, task="T1", request="q", option="yes")
    (question,) = of(told(RUN, PLAN, begins("T1"), asked, answered)).questions
    assert (question.text, question.option, question.seconds) == ("may I?", "yes", 10)


def test_the_fold_along_the_way_is_the_fold() -> None:
    assert history(STORY).state == fold(STORY)


def test_time_ends_now_for_a_live_run_and_else_with_the_last_event() -> None:
    assert until_of(STORY, live=True, now=at(9000)) == at(9000)
    assert until_of(STORY, live=False, now=at(9000)) == STORY[-1].at


def test_who_judged_what_came_of_it_has_worked_too() -> None:
    judges = ev.ValidationStarted(round=1, slot=5, attempt=1, agent="b", requirements=[], asked=[])
    passed = ev.ValidationEnded(round=1, slot=5, attempt=1, outcome="passed", met=3, total=3)
    story = told(RUN, (10.0, judges), (40.0, passed))
    found = account(story, live=True, now=at(60))
    (turn,) = found.validations
    assert (turn.task, turn.slot, turn.seconds, turn.outcome) == ("validation", 5, 30, "done")
    assert [(one.name, one.attempts, one.seconds) for one in found.agents] == [("b", 1, 30)]
    drawn = picture(found)
    assert drawn
    assert any(bar.about.startswith("validation, attempt 1 by b") for bar in drawn.bars)
