"""Why a finished task may not be taken back now."""

import pytest

from sixfold import events as ev
from sixfold.feature import tasks
from sixfold.plan import graph
from sixfold.refusal import built_on, refusal, working_on
from sixfold.state import RunState

CHAIN = b"""# Tasks

## Phase 1: Setup

- [ ] T001 Write one
- [ ] T002 Write two
- [ ] T003 Write three

## Phase 2: Polish

- [ ] T004 Write four
"""


@pytest.fixture
def state() -> RunState:
    """T001 and T002 are integrated, T003 is at work."""
    plan = graph.build(
        tasks.read(CHAIN), feature_dir="specs/x", branch="x", tasks_file="specs/x/tasks.md"
    )
    state = RunState()
    begun = ev.RunStarted(
        run="r", repository="/", branch="x", commit="c", agent="a", slots=6, pid=1,
        isolation="worktree",
    )  # fmt: skip
    for event in (
        begun,
        ev.PlanLoaded(plan=plan),
        ev.TaskEnded(task="T001", slot=1, attempt=1, outcome="done", commit="c1"),
        ev.TaskEnded(task="T002", slot=1, attempt=1, outcome="done", commit="c2"),
        ev.TaskStarted(task="T003", slot=1, attempt=1, agent="a"),
    ):
        state.apply(event)
    return state


def test_what_needs_a_task_and_is_at_work_is_cancelled_first(state: RunState) -> None:
    assert working_on(state, "T001") == ["T003"]
    command = ev.Undo(task="T001", dependents=True)
    assert refusal(state, command) == "T003 need T001 and are at work: cancel them first"
    state.apply(ev.TaskEnded(task="T003", slot=1, attempt=1, outcome="failed"))
    assert refusal(state, command) == ""


def test_what_was_built_on_a_task_is_undone_with_it_or_not_at_all(state: RunState) -> None:
    state.apply(ev.TaskEnded(task="T003", slot=1, attempt=1, outcome="done", commit="c3"))
    assert built_on(state, "T001") == ["T002", "T003"]
    assert "T002, T003 need T001" in refusal(state, ev.Undo(task="T001"))
    assert refusal(state, ev.Undo(task="T003")) == ""


def test_only_what_was_integrated_can_be_taken_back(state: RunState) -> None:
    assert "T004 is pending" in refusal(state, ev.Undo(task="T004"))
    assert refusal(state, ev.SetAside(task="T002")) == ""
    state.isolation = "shared"
    assert "no commit to revert" in refusal(state, ev.SetAside(task="T002"))
