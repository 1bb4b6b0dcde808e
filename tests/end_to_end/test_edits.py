"""People edit `tasks.md` while a run is on; the run takes it over and loses nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen
from typing import TypeAlias

import pytest

from repository import Repository, end_of, of, outcomes, wait_for
from sixfold import events as ev

THREE = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Write the first
- [ ] T002 Write the second

## Phase 2: Core

- [ ] T003 Write the third
"""
UNTIL_GO = {"run": "until [ -e go ]; do sleep 0.05; done; echo 1 >> work-$SIXFOLD_TASK.txt"}
Begin: TypeAlias = Callable[..., Repository]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    started: list[Popen[str]] = []

    def begin_one(tasks: dict[str, object], **settings: object) -> Repository:
        repository = Repository(tmp_path, THREE, **settings)
        repository.play(tasks, fix={"1": [UNTIL_GO]})
        started.append(repository.start("run", "--headless"))
        return repository

    yield begin_one
    for process in started:
        if process.poll() is None:
            process.terminate()
        _, err = process.communicate(timeout=20)
        assert "Traceback" not in err, err


def edit(repository: Repository, old: str, new: str) -> ev.PlanChanged:
    """Replace words of `tasks.md` as an editor would, and wait until the run has heard it."""
    before = len(of(repository.live().events(), ev.PlanChanged))
    text = repository.tasks.read_text()
    assert old in text
    repository.tasks.write_text(text.replace(old, new))

    def heard() -> ev.PlanChanged | None:
        found = of(repository.live().events(), ev.PlanChanged)
        return found[before] if len(found) > before else None

    changed: ev.PlanChanged = wait_for(heard)
    return changed


def go(repository: Repository) -> list[ev.AnyEvent]:
    """Let the agents finish; all events once the run has ended."""
    run = repository.live()
    repository.write("go", "")
    wait_for(lambda: isinstance(run.events()[-1], ev.RunEnded), 60)
    return run.events()


def test_a_task_that_gets_a_new_id_while_it_runs_is_finished_under_it(begin: Begin) -> None:
    repository = begin({"T001": [UNTIL_GO]})
    repository.wait_for_event(ev.TaskStarted, task="T001")
    changed = edit(
        repository,
        "- [ ] T001 Write the first\n- [ ] T002 Write the second",
        "- [ ] T001 Lay the ground\n- [ ] T002 Write the first\n- [ ] T004 Write the second",
    )
    assert changed.renamed == {"T001": "T002", "T002": "T004"}
    assert changed.added == ["T001"]
    events = go(repository)
    assert end_of(events).outcome == "finished"
    assert outcomes(events) == dict.fromkeys(("T001", "T002", "T003", "T004"), "done")
    assert "- [ ]" not in repository.tasks.read_text()


def test_an_edit_while_a_red_gate_is_fixed_does_not_open_the_next_phase(begin: Begin) -> None:
    gate = {"command": ["sh", "-c", "! test -e work-T002.txt || test -e go"], "format": "lines"}
    repository = begin({}, gate=gate)
    repository.wait_for_event(ev.FixStarted, phase=1)
    edit(
        repository, "- [ ] T003 Write the third\n", "- [ ] T003 Write the third\n- [ ] T004 More\n"
    )
    events = go(repository)
    started = [event.task for event in of(events, ev.TaskStarted)]
    fixed = events.index(of(events, ev.FixEnded)[0])
    assert started.index("T003") >= 2
    assert events.index(of(events, ev.TaskStarted)[started.index("T003")]) > fixed
    assert end_of(events).outcome == "finished"
    phases = [event.phase for event in events if isinstance(event, ev.PhaseEnded)]
    assert phases == [1, 2]


def test_a_heading_that_goes_moves_its_tasks_to_the_phase_above(begin: Begin) -> None:
    repository = begin({"T001": [UNTIL_GO]})
    repository.wait_for_event(ev.TaskStarted, task="T001")
    changed = edit(repository, "## Phase 2: Core\n", "")
    assert [phase.tasks for phase in changed.plan.phases] == [["T001", "T002", "T003"]]
    events = go(repository)
    assert end_of(events).outcome == "finished"
    assert [event.phase for event in of(events, ev.PhaseEnded)] == [1]


def test_a_phase_that_goes_while_it_is_judged_takes_its_verdict_along(begin: Begin) -> None:
    gate = {
        "command": ["sh", "-c", "! test -e work-T003.txt || until test -e go; do sleep 0.1; done"],
        "format": "lines",
    }
    repository = begin({}, gate=gate)
    repository.wait_for_event(ev.GateStarted, phase=2)
    text = repository.tasks.read_text()
    edit(repository, text[text.index("## Phase 1") : text.index("## Phase 2")], "")
    events = go(repository)
    assert end_of(events).outcome == "finished"


def test_a_task_taken_out_and_put_back_while_it_runs_runs_once(begin: Begin) -> None:
    repository = begin({"T001": [UNTIL_GO]})
    repository.wait_for_event(ev.TaskStarted, task="T001")
    line = "- [ ] T001 Write the first\n"
    assert edit(repository, line, "").removed == ["T001"]
    edit(repository, "- [ ] T002", f"{line}- [ ] T002")
    events = go(repository)
    assert end_of(events).outcome == "finished"
    assert [event.task for event in of(events, ev.TaskStarted)].count("T001") == 1


def test_an_edit_that_comes_just_before_a_tick_is_heard(begin: Begin) -> None:
    append = "printf -- '- [ ] T004 Write the fourth\\n' >> specs/001-x/tasks.md; echo 1 > one.txt"
    repository = begin({"T002": [{"run": append}], "T003": [UNTIL_GO]})
    repository.wait_for_event(ev.TaskStarted, task="T003")
    events = go(repository)
    assert outcomes(events)["T004"] == "done"
    assert "- [ ]" not in repository.tasks.read_text()


def test_a_marker_that_is_added_lets_tasks_run_side_by_side(begin: Begin) -> None:
    repository = begin({"T001": [UNTIL_GO], "T002": [UNTIL_GO]})
    repository.wait_for_event(ev.TaskStarted, task="T001")
    lines = "- [ ] T001 Write the first\n- [ ] T002"
    edit(repository, lines, lines.replace("T001", "T001 [P]").replace("T002", "T002 [P]"))
    repository.wait_for_event(ev.TaskStarted, task="T002")
    assert end_of(go(repository)).outcome == "finished"
