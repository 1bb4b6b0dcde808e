"""The state of a run is the fold of its events."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from sixfold import events as ev
from sixfold.model import Failure, Judgement, Phase, Plan, Requirement, Task, TaskState, Usage
from sixfold.refusal import refusal
from sixfold.state import RunState, fold

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def task(name: str, phase: int = 1) -> Task:
    return Task(
        id=name,
        line=1,
        phase=phase,
        state="pending",
        parallel=False,
        story=None,
        title=f"do {name}",
        files=[],
        role="core",
        runnable=True,
        needs=[],
    )


def plan(*names: str) -> Plan:
    phase = Phase(number=1, title="One", line=1, kind="other", story=None, tasks=list(names))
    return Plan(
        version=1,
        feature_dir="specs/001-x",
        branch="001-x",
        tasks_file="specs/001-x/tasks.md",
        phases=[phase],
        tasks=[task(name) for name in names],
        warnings=[],
        critical_path=[],
        speedup=1.0,
    )


def begun(*names: str) -> list[ev.AnyEvent]:
    return [
        ev.RunStarted(
            run="r", repository="/r", branch="b", commit="c", agent="a", slots=6, pid=1, at=NOON
        ),
        ev.PlanLoaded(plan=plan(*names)),
    ]


def started(name: str, slot: int = 1, attempt: int = 1) -> ev.TaskStarted:
    return ev.TaskStarted(task=name, slot=slot, attempt=attempt, agent="a", at=NOON)


def test_a_task_runs_in_its_slot_and_leaves_it_when_done() -> None:
    state = fold([*begun("T1", "T2"), started("T1", slot=3)])
    assert state.tasks["T1"].state == "running"
    assert state.work[3].label == "T1"
    later = NOON + timedelta(seconds=5)
    state.apply(ev.TaskEnded(task="T1", slot=3, attempt=1, outcome="done", at=later))
    assert (state.tasks["T1"].state, state.tasks["T1"].ended, state.work) == ("done", later, {})
    assert (state.done, state.total) == (1, 2)


def test_a_failed_attempt_that_is_followed_by_another_is_pending_again() -> None:
    ended = ev.TaskEnded(task="T1", slot=1, attempt=1, outcome="failed", reason="no", again=True)
    state = fold([*begun("T1"), started("T1"), ended])
    assert (state.tasks["T1"].state, state.tasks["T1"].reason) == ("pending", "no")


def test_reopening_a_task_takes_its_phase_out_of_the_passed_ones() -> None:
    state = fold([*begun("T1"), ev.PhaseEnded(phase=1), ev.TaskReopened(task="T1")])
    assert state.passed == set()


def test_a_fix_holds_a_slot_and_is_counted_until_the_phase_ends() -> None:
    state = fold([*begun("T1"), ev.FixStarted(phase=1, slot=5, attempt=2, agent="a")])
    assert (state.work[5].label, state.fixes) == ("fix 1", {1: 2})
    state.apply(ev.FixEnded(phase=1, slot=5, attempt=2, outcome="done"))
    assert (state.work, state.fixes) == ({}, {1: 2})
    state.apply(ev.PhaseEnded(phase=1))
    assert (state.fixes, state.passed) == ({1: 2}, {1})


def test_blocked_says_for_what_and_going_on_forgets_it() -> None:
    state = fold([*begun("T1"), ev.RunBlocked(reason="red", options=["gate"])])
    assert (state.status, state.reason, state.options) == ("blocked", "red", ["gate"])
    state.apply(ev.RunResumed())
    assert (state.status, state.reason, state.options) == ("running", "", [])


def test_an_edit_of_the_plan_keeps_progress_under_a_new_id_and_counts_a_persons_tick() -> None:
    new = plan("T1", "T9", "T3")
    ticked = [*new.tasks]
    ticked[2] = structs.replace(ticked[2], state="done")
    new = structs.replace(new, tasks=ticked)
    state = fold([*begun("T1", "T2", "T3"), started("T2", slot=2)])
    state.apply(ev.PlanChanged(plan=new, renamed={"T2": "T9"}, ticked=["T3"]))
    assert list(state.tasks) == ["T1", "T9", "T3"]
    assert (state.tasks["T9"].state, state.tasks["T3"].state) == ("running", "done")
    assert state.work[2].label == "T9"


@pytest.mark.parametrize(
    ("command", "task_state", "said"),
    [
        (ev.Retry(task="T1"), "failed", ""),
        (ev.Retry(task="T1"), "skipped", ""),
        (ev.Retry(task="T1"), "running", "T1 is running"),
        (ev.Retry(task="T1"), "done", "T1 is done"),
        (ev.Skip(task="T1"), "halted", ""),
        (ev.Skip(task="T1"), "pending", ""),
        (ev.Skip(task="T1"), "running", "T1 is running; cancel it first"),
        (ev.Cancel(task="T1"), "pending", "T1 is not running"),
        (ev.Cancel(task="T9"), "pending", "there is no task T9"),
        (ev.Diff(task="T1"), "pending", "T1 has not run: there is no change to show"),
        (ev.Diff(), "pending", ""),
        (ev.Resume(), "pending", "the run is not paused"),
        (ev.Stop(), "pending", ""),
    ],
)
def test_a_command_that_makes_no_sense_is_refused_with_the_reason(
    command: ev.AnyCommand, task_state: TaskState, said: str
) -> None:
    state = fold(begun("T1"))
    state.tasks["T1"].state = task_state
    assert refusal(state, command) == said


def test_a_running_task_and_a_running_fix_can_be_cancelled() -> None:
    fix = ev.FixStarted(phase=1, slot=5, attempt=1, agent="a")
    state = fold([*begun("T1"), started("T1"), fix])
    assert refusal(state, ev.Cancel(task="T1")) == ""
    assert refusal(state, ev.Cancel(task="fix 1")) == ""
    assert refusal(state, ev.Cancel(task="fix 2")) == "there is no task fix 2"


def test_before_and_after_a_run_every_command_is_refused() -> None:
    assert refusal(RunState(), ev.Pause()) == "the run has not started"
    ended = fold([*begun("T1"), ev.RunEnded(outcome="finished", at=NOON)])
    assert refusal(ended, ev.Pause()) == "the run has ended"


lines_of_events = st.lists(
    st.sampled_from(
        [
            started("T1"),
            ev.TaskEnded(task="T1", slot=1, attempt=1, outcome="failed"),
            ev.TaskHalted(task="T2", because="T1"),
            ev.TaskReopened(task="T1"),
            ev.RunPaused(),
            ev.RunResumed(),
            ev.GateEnded(gate=1, cause="phase", verdict="red"),
            ev.FixStarted(phase=1, slot=5, attempt=1, agent="a"),
        ]
    ),
    max_size=20,
)


@given(lines_of_events)
def test_a_journal_that_is_written_and_read_again_folds_to_the_same_state(
    some: list[ev.AnyEvent],
) -> None:
    events = [*begun("T1", "T2"), *some]
    read = ev.decode_journal(ev.encode(event) for event in events)
    assert fold(read) == fold(events)


def test_what_scripts_rely_on_is_there_even_where_it_is_empty() -> None:
    failure = Failure(package="m/a", test="", kind="build")
    ended = ev.GateEnded(gate=1, cause="phase", verdict="red", failures=[failure])
    told = json.loads(ev.encode(ended))
    assert {"verdict", "passed", "failed", "skipped", "races", "failures"} <= told.keys()
    assert {"package", "test", "kind", "file", "line"} <= told["failures"][0].keys()
    task = json.loads(ev.encode(ev.TaskEnded(task="T1", slot=1, attempt=1, outcome="done")))
    assert {"outcome", "reason", "commit"} <= task.keys()


def test_a_journal_whose_last_line_was_cut_short_is_read_up_to_it() -> None:
    whole = [ev.encode(event) for event in begun("T1")]
    assert len(ev.decode_journal([*whole, b'{"type":"run_pau'])) == 2
    with pytest.raises(ValueError, match="line 3"):
        ev.decode_journal([*whole, b'{"type":"run_pau', whole[0]])


ASKED = [Requirement("FR-001", 3, "count"), Requirement("FR-002", 4, "sort")]


def validating(round: int, attempt: int, *asked: str) -> ev.ValidationStarted:  # noqa: A002 - the field
    return ev.ValidationStarted(
        round=round, slot=5, attempt=attempt, agent="b", requirements=ASKED, asked=list(asked)
    )


def judged(name: str, verdict: Judgement, round: int = 1) -> ev.RequirementJudged:  # noqa: A002 - as above
    return ev.RequirementJudged(round=round, requirement=name, verdict=verdict)


def test_verdicts_of_a_round_add_up() -> None:
    first: list[ev.AnyEvent] = [
        *begun("T001"),
        validating(1, 1, "FR-001", "FR-002"),
        judged("FR-001", "met"),
        ev.ValidationEnded(round=1, slot=5, attempt=1, outcome="failed", again=True),
    ]
    state = fold(first)
    assert (state.met, state.unmet, state.validation.outcome, state.work) == (1, [], "", {})
    second: list[ev.AnyEvent] = [
        validating(1, 2, "FR-002"),
        judged("FR-002", "unproven"),
        ev.ValidationEnded(round=1, slot=5, attempt=2, outcome="failed", reason="one is not met"),
    ]
    state = fold([*first, *second])
    assert (state.met, state.unmet, state.validation.outcome) == (1, ["FR-002"], "failed")
    assert state.validation.attempts == 2
    third = validating(2, 3, "FR-001", "FR-002")
    state = fold(
        [*first, *second, ev.RequirementsReturned(round=1, requirements=[], tasks=[]), third]
    )
    assert (state.met, state.unmet, state.validation.returned) == (0, [], 1)
    assert state.work[5].label == "validation"


def test_what_is_begun_after_validation_makes_it_void() -> None:
    passed = ev.ValidationEnded(round=1, outcome="passed", reason="nothing to validate")
    assert fold([*begun("T001"), passed]).validation.outcome == "passed"
    assert fold([*begun("T001"), passed, started("T001")]).validation.outcome == ""


def test_unmet_requirements_are_sent_back_only_where_the_run_waits_for_that() -> None:
    running = [*begun("T001")]
    assert "nothing was validated" in refusal(fold(running), ev.Revalidate())
    blocked = ev.RunBlocked(reason="one is not met", options=["revalidate", "gate", "stop"])
    assert refusal(fold([*running, blocked]), ev.Revalidate()) == ""
    other = ev.RunBlocked(reason="red", options=["gate", "stop"])
    ended = ev.ValidationEnded(round=1, outcome="error", reason="no idea")
    assert "does not wait" in refusal(fold([*running, ended, other]), ev.Revalidate())


def test_each_attempt_is_remembered_with_what_it_came_to() -> None:
    spent = Usage(100, 20, 0.5)
    known = fold(
        [
            *begun("T001"),
            ev.TaskStarted(task="T001", slot=1, attempt=1, agent="a", branch="b.1", base="c"),
            ev.UsageReported(slot=1, task="T001", attempt=1, agent="a", usage=spent),
            ev.TaskEnded(task="T001", slot=1, attempt=1, outcome="failed", reason="no", again=True),
            ev.TaskStarted(task="T001", slot=2, attempt=2, agent="a"),
            ev.TurnBegan(slot=2, task="T001", attempt=2, agent="b"),
            ev.TaskEnded(task="T001", slot=2, attempt=2, outcome="done", commit="d"),
        ]
    )
    first, second = known.tasks["T001"].history
    assert (first.outcome, first.reason, first.usage) == ("failed", "no", spent)
    assert (second.outcome, second.agent, second.slot, second.commit) == ("done", "b", 2, "d")


def test_an_attempt_that_a_runner_died_over_is_told_as_cancelled() -> None:
    known = fold([*begun("T001"), started("T001"), ev.RunContinued(pid=2)])
    (attempt,) = known.tasks["T001"].history
    assert (attempt.outcome, attempt.reason) == ("cancelled", "its runner died")


def test_of_very_many_attempts_the_last_are_remembered() -> None:
    known = fold([*begun("T001"), *(started("T001", attempt=n) for n in range(1, 200))])
    assert [one.number for one in known.tasks["T001"].history] == list(range(150, 200))
