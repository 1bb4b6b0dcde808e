"""A run's history as lanes of bars, and what is drawn of them."""

from __future__ import annotations

import pytest

from sixfold import events as ev
from sixfold.dashboard.bar import bar_rows, until
from sixfold.dashboard.lanes import Bar, Chart, View, axis, boundaries, chart, lane_row
from sixfold.dashboard.widgets.row import Part
from sixfold.history import history
from sixfold.state import fold
from telling import FAILURE, RUN, at, begins, ends, gate, plan, task, told

PLAN = ev.PlanLoaded(plan=plan(task("T1"), task("T2"), task("T3", phase=2)))
STORY = told(
    RUN,
    (0.0, PLAN),
    (0.0, ev.PhaseStarted(phase=1, title="One")),
    (0.0, begins("T1")),
    (0.0, begins("T2", slot=2)),
    (20.0, ev.TurnHeld(slot=2, task="T2", attempt=1, reason="rate limit")),
    (30.0, ev.TurnBegan(slot=2, task="T2", attempt=1, agent="b")),
    (40.0, ends("T1", outcome="failed", reason="no such file", again=True)),
    (40.0, begins("T1", attempt=2)),
    (50.0, ev.ConflictFound(task="T1", slot=1, attempt=2, paths=["a.go"])),
    (60.0, ends("T1", attempt=2, commit="c0ffee" + "0" * 34)),
    (60.0, ends("T2", slot=2, outcome="cancelled")),
    (60.0, gate(1, 1)[0]),
    (70.0, gate(1, 1, verdict="red", failed=1, failures=[FAILURE])[1]),
    (70.0, ev.FixStarted(phase=1, slot=5, attempt=1, agent="a")),
    (80.0, ev.FixEnded(phase=1, slot=5, attempt=1, outcome="done")),
    (80.0, ev.RunBlocked(reason="red", options=["gate"])),
    (90.0, ev.RunResumed()),
    (90.0, ev.PhaseStarted(phase=2, title="Two")),
    (90.0, begins("T3", slot=3)),
)
VIEW = View(0.0, 1.0, 100, 100.0)


def drawn(parts: list[Part]) -> str:
    return "".join(text for text, _ in parts)


@pytest.fixture(name="lanes")
def _lanes() -> Chart:
    return chart(history(STORY))


def row_of(lanes: Chart, name: str, view: View = VIEW, chosen: str = "") -> list[Part]:
    lane = next(lane for lane in lanes.lanes if lane.name == name)
    return lane_row(lanes, lane, view, chosen)


def bar_of(lanes: Chart, label: str) -> Bar:
    return next(bar for lane in lanes.lanes for bar in lane.bars if bar.label == label)


def test_there_is_a_lane_for_each_slot_for_gates_fixes_and_rests(lanes: Chart) -> None:
    assert [lane.name for lane in lanes.lanes] == [*"123456", "gates", "fixes", "rests"]
    assert [bar.label for bar in lanes.lanes[0].bars] == ["T1", "≠T1 #2"]
    assert [bar.label for bar in lanes.lanes[4].bars] == ["fix 1"]
    assert [[bar.label for bar in lane.bars] for lane in lanes.lanes[6:]] == [
        ["red"],
        ["fix 1"],
        ["blocked"],
    ]


def test_outcomes_are_told_by_signs(lanes: Chart) -> None:
    first = drawn(row_of(lanes, "1"))
    assert first.startswith("✗T1" + "╳" * 37 + "✓≠T1 #2━━━")
    assert drawn(row_of(lanes, "2")).startswith("■T2" + "╌" * 17 + "‖" * 10 + "╌" * 30)
    assert drawn(row_of(lanes, "3"))[89:] == "░●T3═══════"
    assert drawn(row_of(lanes, "gates"))[60:70] == "✗red╳╳╳╳╳╳"


def test_phases_rests_and_now_stand_behind_the_bars(lanes: Chart) -> None:
    empty = drawn(row_of(lanes, "6", View(0.0, 1.0, 120, 100.0)))
    assert (empty[0], empty[85], empty[90], empty[100]) == ("┊", "░", "┊", "│")
    assert drawn(boundaries(lanes, VIEW))[:10] == "┊1 Phase o"
    assert drawn(boundaries(lanes, VIEW))[90:] == "┊2 Phase… ", "what is cut says so"
    later = View(30.0, 1.0, 100, 100.0)
    assert drawn(boundaries(lanes, later)).startswith("┊1 Phase of 1")


def test_the_axis_has_round_times_and_now() -> None:
    assert drawn(axis(View(0.0, 1.0, 60, 45.0))).rstrip() == (
        "0:00      0:10      0:20      0:30      0:40 ▼    0:50"
    )
    assert drawn(axis(View(7000.0, 60.0, 30, 0.0))).strip().startswith("2:00:00")
    assert drawn(axis(View(0.0, 1e6, 30, 0.0))).strip()


def test_what_is_narrow_has_its_sign_alone_and_is_never_lost(lanes: Chart) -> None:
    assert drawn(row_of(lanes, "1", View(0.0, 20.0, 10, 100.0)))[:3] == "✗╳✓"
    assert drawn(row_of(lanes, "1", View(0.0, 1000.0, 10, 100.0)))[0] == "✓"


def test_a_bar_that_began_before_the_view_has_its_name_where_it_is_seen(lanes: Chart) -> None:
    assert drawn(row_of(lanes, "1", View(10.0, 1.0, 20, 100.0))) == "✗T1" + "╳" * 17


def test_the_chosen_bar_is_painted_so(lanes: Chart) -> None:
    key = bar_of(lanes, "T1").key
    assert row_of(lanes, "1", chosen=key)[0] == ("✗T1" + "╳" * 37, "chosen")


@pytest.mark.parametrize(
    ("label", "texts"),
    [
        ("T1", ["failed", "do T1", "0:00 to 0:40, 0:40", "slot 1", "no such file"]),
        ("≠T1 #2", ["T1 #2", "done", "1 conflict", "commit c0ffee"]),
        ("T2", ["cancelled", "rested 0:10", "b"]),
        ("T3", ["running", "1:30 to now, 0:10"]),
        ("fix 1", ["fix 1", "turn the gate of phase 1 green"]),
        ("red", ["gate after phase 1", "1 failed", "0 races"]),
        ("blocked", ["the run", "1:20 to 1:30", "red"]),
    ],
)
def test_a_bar_tells_what_it_was(lanes: Chart, label: str, texts: list[str]) -> None:
    rows = bar_rows(fold(STORY), bar_of(lanes, label), 100.0)
    said = "\n".join(map(drawn, rows))
    assert len(rows) == 3
    for text in texts:
        assert text in said


def test_time_ends_with_the_run_or_with_what_was_heard_last() -> None:
    state = fold(STORY)
    assert until(state, at(90), at(500), gone=False) == at(500)
    assert until(state, at(90), at(500), gone=True) == at(90)
    over = fold([*STORY, ev.RunEnded(outcome="finished", at=at(120))])
    assert until(over, at(120), at(500), gone=False) == at(120)


def test_before_the_start_there_is_nothing() -> None:
    assert chart(history([])).lanes == []


def test_a_validators_turn_is_a_bar_of_its_slot() -> None:
    judges = ev.ValidationStarted(round=1, slot=5, attempt=2, agent="b", requirements=[], asked=[])
    failed = ev.ValidationEnded(
        round=1, slot=5, attempt=2, outcome="failed", reason="1 of 9 requirements is not met: FR-1"
    )
    found = history([*STORY, *told((100.0, judges), (120.0, failed))])
    lanes = chart(found)
    bar = bar_of(lanes, "validation #2")
    assert bar in lanes.lanes[4].bars
    assert (bar.begin, bar.end, bar.look.glyph) == (100, 120, "✗")
    rows = ["".join(text for text, _ in row) for row in bar_rows(found.state, bar, 200)]
    assert rows[0].endswith("judge what the spec asks for")
    assert "slot 5   b" in rows[1]
    assert rows[2].strip() == "1 of 9 requirements is not met: FR-1"
    assert bar not in next(lane for lane in lanes.lanes if lane.name == "fixes").bars


def test_a_time_that_has_no_room_is_left_out() -> None:
    assert drawn(axis(View(0.0, 1.0, 32, 30.0))).split() == ["0:00", "0:10", "0:20", "▼"]
    assert "0:30" not in drawn(axis(View(0.0, 1.0, 33, 60.0)))
    assert "0:30" in drawn(axis(View(0.0, 1.0, 34, 60.0)))
