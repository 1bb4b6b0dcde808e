"""The pure floor of the dashboard: what has arrived, what it means, what the keys may do."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from msgspec import structs

from dashboard.scripted import (
    BEGIN,
    BLOCKED,
    ENDED,
    FAILED,
    PHASE_1,
    PHASE_2,
    PLAN,
    RED,
    RUNNING,
    printed,
    say,
)
from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.attention import calls
from sixfold.dashboard.feed import WAITING, Feed
from sixfold.dashboard.screens.help import help_page
from sixfold.dashboard.situation import Situation, refusals, targets
from sixfold.dashboard.story import told
from sixfold.lines import event_line
from sixfold.state import RunState

DONE = tuple(ev.TaskEnded(task=f"T00{n}", slot=n, attempt=1, outcome="done") for n in (3, 4, 5))


def fed(*messages: ev.Message) -> Feed:
    feed = Feed()
    for message in messages:
        feed.take(message)
    return feed


def state(*messages: ev.Message) -> RunState:
    return fed(*messages).state


def test_a_slots_log_tells_what_began_what_was_said_and_how_it_ended() -> None:
    feed = fed(*RUNNING, *FAILED)
    texts = [line.text for line in feed.said[3]]
    assert texts == [
        "",
        "T004  Test the pool in count/pool_test.go",
        "> read plan.md",
        "? run make gen?",
        "✗ T004 failed: exit code 3",
    ]


def test_what_waits_for_a_frame_is_bounded_and_the_latest_is_kept() -> None:
    feed = fed(*(say(1, "T001", ("say", str(n))) for n in range(WAITING + 5)))
    assert len(feed.said[1]) == WAITING
    assert feed.said[1][-1].text == str(WAITING + 4)


def test_a_tally_is_that_of_the_latest_gate_and_stays_when_it_ends() -> None:
    progress = ev.GateProgress(gate=2, seconds=1, passed=1, failed=0, skipped=0, races=0)
    feed = fed(*RUNNING, RED[0], progress)
    assert feed.tally.latest.passed == 1
    feed.take(RED[-1])
    assert feed.tally.latest.passed == 1
    feed.take(ev.GateStarted(gate=3, cause="asked", command=["go", "test"]))
    assert feed.tally.latest.gate == 0


@pytest.mark.parametrize(
    ("task", "messages", "word"),
    [
        ("T001", BEGIN, "ready"),
        ("T002", BEGIN, "needs T001"),
        ("T003", BEGIN, "waits"),
        ("T003", RUNNING, "running in 5"),
        ("T001", RUNNING, "done"),
        ("T004", (*RUNNING, *FAILED), "failed"),
        ("T005", (*RUNNING, *FAILED), "halted by T004"),
        ("T004", (*RUNNING, *FAILED, ev.TaskSkipped(task="T004")), "skipped"),
    ],
)
def test_a_task_says_how_it_stands(task: str, messages: tuple[ev.Message, ...], word: str) -> None:
    found = state(*messages)
    assert words.task_look(found, found.by_id[task]).word == word


def test_an_ambiguous_task_is_told_as_such() -> None:
    plan = structs.replace(PLAN, tasks=[structs.replace(PLAN.tasks[0], runnable=False)])
    found = state(ev.PlanLoaded(plan=plan))
    assert words.task_look(found, found.by_id["T001"]).word == "ambiguous"


@pytest.mark.parametrize(
    ("messages", "word"),
    [
        (BEGIN, "waits"),
        (RUNNING, "running"),
        ((*RUNNING, *FAILED), "has failed"),
        ((*RUNNING, RED[0]), "gate runs"),
        ((*RUNNING, *RED), "gate red"),
        ((*RUNNING, *RED, ev.FixStarted(phase=2, slot=5, attempt=2, agent="a")), "fix #2"),
        ((*RUNNING, *DONE, ev.PhaseEnded(phase=2)), "passed"),
        ((*RUNNING, *FAILED, DONE[0], ev.PhaseEnded(phase=2)), "has failed"),
        ((*BEGIN, ev.TaskHalted(task="T003", because="T001")), "halted"),
    ],
)
def test_a_phase_says_how_it_stands(messages: tuple[ev.Message, ...], word: str) -> None:
    found = state(*messages)
    assert words.phase_look(found, found.phases[1]).word == word


@pytest.mark.parametrize(
    ("done", "lost", "total", "text"),
    [(0, 4, 4, "╳╳╳╳"), (3, 1, 4, "━━━╳"), (0, 0, 4, "╌╌╌╌"), (1, 1, 4, "━╳╌╌"), (4, 0, 4, "━━━━")],
)
def test_a_bar_reads_right_without_colour(done: int, lost: int, total: int, text: str) -> None:
    assert "".join(piece for piece, _ in words.bar(done, lost, total, 4)) == text


def test_what_an_agent_said_and_what_became_of_it_keep_their_order() -> None:
    again = ev.TaskStarted(task="T004", slot=3, attempt=2, agent="mine")
    end = ev.TaskEnded(task="T004", slot=3, attempt=2, outcome="done")
    feed = fed(*BEGIN, PHASE_2[2], say(3, "T004", ("say", "a")), FAILED[0], again,
               say(3, "T004", ("say", "b")), end, say(3, "T004", ("note", "c")))  # fmt: skip
    assert [line.text for line in feed.said[3]] == [
        "",
        "T004  Test the pool in count/pool_test.go",
        "a",
        "✗ T004 failed: exit code 3",
        "",
        "T004 #2  Test the pool in count/pool_test.go",
        "b",
        "✓ T004 done",
        "c",
    ]


def test_what_gates_print_stands_between_their_begin_and_end() -> None:
    feed = fed(*BEGIN, *PHASE_1[-4:], *RED[:1], printed("mid", gate=2), RED[-1])
    texts = [text for text, _ in feed.printed if text]
    assert texts[0] == texts[5] == "$ go test -race -json ./..."
    assert texts[1:5] == [*(line.text for line in PHASE_1[-3].lines), "✓ green  "]  # type: ignore[union-attr]
    assert texts[6:] == ["mid", "✗ red  1 data race"]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (41, "0:41"), (723, "12:03"), (10927, "3:02:07")]
)
def test_times_read_as_on_a_clock(seconds: int, text: str) -> None:
    assert words.elapsed(timedelta(seconds=seconds)) == text


@pytest.mark.parametrize(
    ("command", "title"),
    [
        (["go", "test", "-race", "-json", "./..."], "GO TEST -RACE"),
        (["go", "test", "-count=1", "-race", "./..."], "GO TEST -RACE"),
        (["/usr/bin/make"], "MAKE"),
        (["sh", "check.sh"], "SH CHECK.SH"),
    ],
)
def test_the_gate_is_named_after_its_command(command: list[str], title: str) -> None:
    assert words.gate_title(command) == title


def test_keys_act_on_what_is_selected_else_on_what_failed_or_runs_alone() -> None:
    running, broken = state(*RUNNING), state(*RUNNING, *FAILED)
    assert targets(running, "T006", 0) == {"skip": "T006"}
    assert targets(running, "T003", 0) == {"cancel": "T003", "diff": "T003", "tell": "T003"}
    assert targets(running, "", 3) == {"cancel": "T004", "diff": "T004", "tell": "T004"}
    assert targets(running, "T001", 0) == {"diff": "T001", "undo": "T001"}
    mending = state(*BEGIN, ev.FixStarted(phase=1, slot=2, attempt=1, agent="mine"))
    assert targets(mending, "", 0) == {"cancel": "fix 1", "tell": "fix 1"}
    assert targets(mending, "", 2) == {"cancel": "fix 1", "diff": "fix 1", "tell": "fix 1"}
    assert targets(mending, "fix 1", 0) == {"cancel": "fix 1", "diff": "fix 1", "tell": "fix 1"}
    assert targets(broken, "", 0) == {
        "retry": "T004",
        "skip": "T004",
        "cancel": "T003",
        "retry_with": "T004",
        "tell": "T003",
    }
    assert targets(broken, "T005", 0) == {
        "retry": "T004",
        "skip": "T005",
        "cancel": "T003",
        "retry_with": "T004",
        "tell": "T003",
    }


def test_where_keys_are_bound_to_a_task_they_act_on_no_other() -> None:
    found = state(*RUNNING, *FAILED)
    assert targets(found, "T001", 0, bound=True) == {"diff": "T001", "undo": "T001"}
    refused = refusals(found, {}, None, {}, linked=True, startable=False, bound="T001")
    assert refused["cancel"] == "T001 is not running"
    assert refused["tell"] == "nobody is at work on T001"
    assert refused["retry"] == refused["skip"] == "T001 is done"
    assert refused["allow"] == "nothing is asked about T001"
    open_ = refusals(found, {}, None, {}, linked=True, startable=False, bound="T006")
    assert open_["diff"] == "T006 has not run: there is no change to show"
    none = refusals(found, {}, None, {}, linked=True, startable=False, bound="")
    assert none["cancel"] == "what is selected is no task"
    assert "diff" not in none


def test_a_pause_that_cut_turns_short_does_not_say_that_they_finish() -> None:
    for now, what in ((False, "finish"), (True, "rest")):
        found = state(*RUNNING, ev.RunPaused(now=now))
        (call,) = calls(found, gone=False, startable=False, leaving=False)
        assert call.text == f"paused: running turns {what}, nothing new starts"
        assert event_line(ev.RunPaused(now=now), found) == call.text


def test_a_run_that_is_not_there_refuses_everything_with_the_reason() -> None:
    for found, why in (
        (state(), "no run has started"),
        (state(*RUNNING), "the runner is gone"),
        (state(*RUNNING, ENDED), "the run has ended"),
    ):
        refused = refusals(found, {}, None, {}, linked=False, startable=False)
        sent = {"pause", "hold", "gate", "revalidate", "retry", "retry_with", "skip"}
        sent |= {"tell", "undo", "set_aside", "allow", "allow_always", "reject", "reject_always"}
        sent |= {"cancel", "diff", "rerun", "rerun_failed", "rerun_package"}
        assert set(refused) == sent
        if found.ended or not found.live:
            continue
        assert set(refused.values()) == {why}


def test_what_is_most_pressing_comes_first() -> None:
    found = state(*RUNNING, *FAILED, BLOCKED)
    asks = ev.PermissionAsked(
        slot=3, task="T004", request="1", text="may I?", options=["yes", "no"]
    )
    found.apply(asks)
    texts = [c.text for c in calls(found, gone=False, startable=False, leaving=False)]
    assert texts[0] == "slot 3 (T004) asks: may I?"
    assert texts[1].startswith("blocked: the gate after phase 2 is red")
    gone = calls(found, gone=True, startable=False, leaving=False)
    assert "the runner is gone" in gone[0].text
    assert calls(state(*RUNNING), gone=False, startable=False, leaving=False) == []


@pytest.mark.parametrize(
    ("outcome", "command"), [("finished", "report"), ("failed", "run --resume")]
)
def test_a_run_that_has_ended_names_the_command_that_is_next(outcome: str, command: str) -> None:
    ended = structs.replace(ENDED, outcome=outcome)
    (call,) = calls(state(*RUNNING, ended), gone=False, startable=False, leaving=False)
    assert f"; `sixfold {command}` " in call.text


def test_a_blocked_run_names_the_keys_that_help() -> None:
    (call,) = calls(state(*RUNNING, BLOCKED), gone=False, startable=False, leaving=False)
    assert call.keys == (("g", "gate"), ("q", "stop"))


def test_the_help_tells_what_enter_does_to_what_is_selected() -> None:
    for enter, does in (("edit", "Open your editor"), ("", "All about what is selected")):
        now = Situation(place="main", chosen="a", tests=True, enter=enter)
        (line,) = [line for line, _ in help_page(now) if "↵, e " in line]
        assert line.split(maxsplit=3)[3].startswith(does)


def test_every_event_can_be_told() -> None:
    told_events = [told(message) for message in (*RUNNING, *FAILED, *RED, BLOCKED, ENDED)
                   if isinstance(message, ev.Event)]  # fmt: skip
    assert all(text and tone for text, tone in told_events)


def test_the_dashboard_stands_on_its_floor_alone() -> None:
    above = ("runner", "agents", "workspace", "gate", "plan", "feature", "cli", "commands")
    check = (
        "import sys; from sixfold.dashboard import load; load();"
        f"print([m for m in sys.modules if m.startswith(tuple('sixfold.'+n for n in {above}))])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
