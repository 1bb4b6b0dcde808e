"""An edit of `tasks.md` is told as what it is: added, removed, edited, ticked, renumbered."""

from collections.abc import Mapping

from sixfold.model import Plan, Task, TaskState
from sixfold.plan.change import Change, compare


def plan(*lines: str) -> Plan:
    """A plan of lines such as `T1 write the parser` or `[X] T1 write the parser`."""
    tasks = []
    for number, line in enumerate(lines, 1):
        done = line.startswith("[X] ")
        name, _, title = line.removeprefix("[X] ").partition(" ")
        tasks.append(
            Task(
                id=name,
                line=number,
                phase=0,
                state="done" if done else "pending",
                parallel=False,
                story=None,
                title=title,
                files=[],
                role="core",
                runnable=True,
                needs=[],
            )
        )
    return Plan(1, "", "", "", [], tasks, [], [], 1.0)


BEFORE = plan("T1 write the parser", "T2 write the scanner", "T3 describe it")


def change(*lines: str, states: Mapping[str, TaskState] | None = None) -> Change:
    known: dict[str, TaskState] = {"T1": "pending", "T2": "pending", "T3": "pending"}
    return compare(BEFORE, plan(*lines), {**known, **(states or {})})


def test_the_same_file_is_no_change() -> None:
    assert not change("T1 write the parser", "T2 write the scanner", "T3 describe it").visible


def test_new_tasks_join_and_others_go() -> None:
    found = change("T1 write the parser", "T2 write the scanner", "T4 measure how fast it is")
    assert (found.added, found.removed) == (["T4"], ["T3"])


def test_an_edited_description_is_the_same_task() -> None:
    found = change("T1 write the parser well", "T2 write the scanner", "T3 describe it")
    assert (found.edited, found.added, found.removed) == (["T1"], [], [])


def test_renumbered_ids_are_known_by_their_description() -> None:
    found = change(
        "T1 lay the ground", "T2 write the parser", "T3 write the scanner", "T4 describe it"
    )
    assert found.renamed == {"T1": "T2", "T2": "T3", "T3": "T4"}
    assert (found.added, found.removed, found.edited) == (["T1"], [], [])


def test_an_id_that_is_given_to_other_work_is_another_task() -> None:
    found = change("T1 write the parser", "T2 draw a logo for the website", "T3 describe it")
    assert (found.added, found.removed) == (["T2"], ["T2"])


def test_a_persons_tick_is_told_and_the_runs_own_is_not() -> None:
    found = change(
        "[X] T1 write the parser",
        "[X] T2 write the scanner",
        "[X] T3 describe it",
        states={"T1": "done", "T2": "running", "T3": "failed"},
    )
    assert found.ticked == ["T3"]


def test_a_box_that_was_opened_again_is_told_apart() -> None:
    found = change(
        "T1 write the parser", "T2 write the scanner", "T3 describe it", states={"T1": "done"}
    )
    assert (found.unticked, found.visible) == (["T1"], False)
