"""The run's boxes in anybody's text of the list."""

from sixfold import events as ev
from sixfold.feature import tasks
from sixfold.plan import graph
from sixfold.runner.boxes import Boxes
from sixfold.state import RunState

LIST = b"# Tasks\n\n## Phase 1: Setup\n\n- [ ] T001 Write one\n- [ ] T002 Write two\n"


def boxes(text: bytes = LIST) -> tuple[Boxes, RunState]:
    state = RunState()
    plan = graph.build(
        tasks.read(text), feature_dir="specs/x", branch="x", tasks_file="specs/x/tasks.md"
    )
    state.apply(ev.PlanLoaded(plan=plan))
    return Boxes(state), state


def ended(task: str) -> ev.TaskEnded:
    return ev.TaskEnded(task=task, slot=1, attempt=1, outcome="done", commit="c")


def test_what_is_done_or_about_to_be_is_ticked_and_nothing_else() -> None:
    made, state = boxes()
    assert made.rewrite(LIST) == LIST
    state.apply(ended("T001"))
    made.land("T002")
    assert made.rewrite(LIST) == LIST.replace(b"[ ]", b"[X]")


def test_a_commit_that_was_not_made_leaves_no_tick() -> None:
    made, _ = boxes()
    made.land("T002")
    made.forget("T002")
    assert made.rewrite(LIST) == LIST


def test_what_was_taken_back_is_opened_until_it_is_done_again() -> None:
    made, state = boxes()
    state.apply(ended("T001"))
    ticked = made.rewrite(LIST)
    made.open("T001")
    assert made.rewrite(ticked) == LIST
    made.land("T001")
    assert made.rewrite(LIST) == ticked


def test_boxes_that_were_ticked_before_the_run_stay_as_they_are() -> None:
    given = LIST.replace(b"[ ] T002", b"[x] T002")
    made, _ = boxes(given)
    assert made.rewrite(given.replace(b"[x] T002", b"[ ] T002")) == LIST


def test_a_renumbered_task_is_known_by_its_words_and_a_reworded_one_by_its_id() -> None:
    made, state = boxes()
    state.apply(ended("T001"))
    renumbered = LIST.replace(b"T001 Write one", b"T009 Write one")
    assert made.rewrite(renumbered) == renumbered.replace(b"[ ] T009", b"[X] T009")
    reworded = LIST.replace(b"T001 Write one", b"T001 Write the first")
    assert made.rewrite(reworded) == reworded.replace(b"[ ] T001", b"[X] T001")
    swapped = LIST.replace(b"T001 Write one", b"T001 Write two").replace(
        b"T002 Write two\n", b"T002 Write one\n"
    )
    assert made.rewrite(swapped) == swapped.replace(b"[ ] T002", b"[X] T002")


def test_a_box_that_cannot_be_ticked_is_owed_and_one_that_is_not_there_is_not() -> None:
    made, state = boxes()
    state.apply(ended("T001"))
    state.apply(ended("T002"))
    twice = LIST.replace(b"- [ ] T002", b"- [ ] T001 Write one\n- [ ] T002")
    assert made.owed(made.rewrite(twice)) == ["T001"]
    assert made.owed(LIST.replace(b"- [ ] T001 Write one\n", b"- [X] T002 Write two\n")) == ["T002"]


def test_its_own_ticks_are_told_from_a_persons_edits() -> None:
    made, state = boxes()
    state.apply(ended("T001"))
    ticked = made.rewrite(LIST)
    state.apply(ended("T002"))
    both = made.rewrite(ticked)
    assert made.ours(LIST, both)
    assert made.ours(ticked, both)
    assert not made.ours(LIST, both + b"My note.\n")
    assert not made.ours(LIST, LIST.replace(b"[ ] T002", b"[X] T002"))
    assert made.owed(both) == []
    assert made.owed(LIST) == ["T001", "T002"]


def test_a_person_s_tick_of_what_was_taken_back_counts() -> None:
    made, state = boxes()
    state.apply(ended("T001"))
    ticked = made.rewrite(LIST)
    made.open("T001")
    opened = made.rewrite(ticked)
    assert made.ours(ticked, opened)
    assert not made.ours(opened, ticked)
    made.accept("T001")
    assert made.rewrite(ticked) == ticked


def test_a_person_s_tick_is_not_taken_for_one_whose_commit_was_not_made() -> None:
    made, _ = boxes()
    made.land("T002")
    never_written = made.rewrite(LIST)
    made.forget("T002")
    assert not made.ours(LIST, never_written)
