"""The person's branch and `tasks.md` follow, wherever they have gone meanwhile."""

import os
from pathlib import Path

import pytest

from person import DONE, OPEN, TASKS, Person, follows, same, stays, ticked
from sixfold.feature.marking import MarkError
from sixfold.workspace.checkout import Checkout
from together import bash


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "repo")


async def test_a_reason_is_one_line_whatever_files_are_called(person: Person) -> None:
    names = ["new\nline.go", os.fsdecode(b"\xff.go"), "c.go", "d.go", "e.go"]
    for name in names:
        (person.root / name).write_text("mine\n")
    tip = person.run(lambda place: [(place / name).write_text("x\n") for name in names])
    reason = await person.follow(tip)
    assert reason.isprintable()
    assert "and 2 more" in reason
    reason.encode()


async def test_line_ends_are_as_git_makes_them(person: Person) -> None:
    person.git("config", "core.autocrlf", "true")
    person.git("rm", "-rq", "--cached", ".")
    person.git("reset", "-q", "--hard")
    assert person.read(TASKS) == OPEN.replace("\n", "\r\n")
    person.write(TASKS, person.read(TASKS) + "mine\r\n")
    tip = person.tip(a_go="package new\n", specs__tasks_md=DONE)
    await follows(person, tip, ticked)
    assert person.read("a.go") == "package new\r\n"
    assert person.read(TASKS) == DONE.replace("\n", "\r\n") + "mine\r\n"
    assert person.status() == f"M {TASKS}"


async def test_a_linked_worktree_follows_too(person: Person) -> None:
    linked = person.root.parent / "a linked one"
    person.git("worktree", "add", "-q", "-b", "feature", str(linked))
    tip = person.tip(a_go="package new\n")
    assert await Checkout(linked, "feature", TASKS).follow(tip, same) == ""
    assert person.git("rev-parse", "HEAD", at=linked) == tip
    assert person.git("status", "--porcelain", at=linked) == ""
    assert person.head() == person.base


async def test_a_detached_head_follows_and_stays_detached(person: Person) -> None:
    person.git("checkout", "-q", "--detach")
    person.branch = ""
    tip = person.tip(a_go="package new\n")
    await follows(person, tip)
    assert person.git("rev-parse", "main") == person.base
    person.git("checkout", "-q", "main")
    assert "is on main now" in await person.follow(person.tip(b_go="x\n"))
    assert person.head() == person.base


async def test_a_merge_in_progress_is_left_alone(person: Person) -> None:
    person.git("checkout", "-qb", "other")
    person.write("b.go", "other\n")
    person.git("commit", "-qam", "other")
    person.git("checkout", "-q", "main")
    person.git("merge", "-q", "--no-commit", "--no-ff", "other")
    await stays(person, person.tip(a_go="package new\n"), "a merge is in progress")


async def test_a_rebase_in_progress_keeps_its_branch(person: Person) -> None:
    person.write("b.go", "two\n")
    person.git("commit", "-qam", "two")
    tip = person.run(lambda place: person.write("a.go", "x\n", place), person.head())
    person.git("-c", "sequence.editor=sed -i s/pick/edit/", "rebase", "-qi", "HEAD~1")
    assert person.git("rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    reason = await person.follow(tip)
    assert "rebasing or bisecting main" in reason
    assert person.head("main") != tip


async def test_on_another_branch_the_checkout_stays_and_the_branch_follows(person: Person) -> None:
    person.git("checkout", "-qb", "other")
    person.write("a.go", "mine\n")
    tip = person.tip(a_go="package new\n")
    assert await person.follow(tip) == ""
    assert person.head("main") == tip
    assert (person.head(), person.read("a.go")) == (person.base, "mine\n")


async def test_a_branch_that_another_worktree_has_stays(person: Person) -> None:
    person.git("checkout", "-qb", "other")
    person.git("worktree", "add", "-q", str(person.root.parent / "second"), "main")
    reason = await person.follow(person.tip(a_go="package new\n"))
    assert "main is checked out in" in reason
    assert person.head("main") == person.base


async def test_commits_of_the_person_keep_the_branch_and_are_told(person: Person) -> None:
    tip = person.tip(a_go="package new\n")
    assert await person.checkout().theirs(tip) == ""
    person.write("b.go", "mine\n")
    person.git("commit", "-qam", "mine")
    assert await person.checkout().theirs(tip) == person.head()
    await stays(person, tip, "main holds commits that the run's branch does not")


async def test_a_branch_that_was_moved_back_or_deleted_stays_so(person: Person) -> None:
    first = person.tip(a_go="package new\n")
    tip = person.run(lambda place: person.write("b.go", "x\n", place), first)
    checkout = person.checkout()
    assert await checkout.follow(first, same) == ""
    person.git("reset", "-q", "--hard", person.base)
    assert "main was moved back to" in await checkout.follow(tip, same)
    assert person.head() == person.base
    assert "moved back" in await person.checkout(last=first).follow(tip, same)
    person.git("checkout", "-q", "--detach")
    person.git("branch", "-qD", "main")
    assert await checkout.follow(tip, same) == "the branch main is gone"
    assert await checkout.theirs(tip) == ""


@pytest.mark.parametrize("staged", [False, True])
async def test_an_edited_tasks_file_keeps_its_text_and_gets_the_ticks(
    person: Person, staged: bool
) -> None:
    person.write(TASKS, OPEN + "my note\n").chmod(0o600)
    if staged:
        person.git("add", TASKS)
    tip = person.tip(a_go="package new\n", specs__tasks_md=DONE)
    await follows(person, tip, ticked)
    assert person.read(TASKS) == DONE + "my note\n"
    assert (person.root / TASKS).stat().st_mode & 0o777 == 0o600
    assert person.status() == (f"M  {TASKS}" if staged else f"M {TASKS}").strip()
    shown = person.git("show", f":{TASKS}") + "\n"
    assert shown == (DONE + "my note\n" if staged else DONE)


async def test_a_tasks_file_that_cannot_be_ticked_is_left_as_it_is(person: Person) -> None:
    def refuse(_: bytes) -> bytes:
        raise MarkError("no such task")

    person.write(TASKS, "nonsense\n")
    person.git("add", TASKS)
    await follows(person, person.tip(specs__tasks_md=DONE), refuse)
    assert person.read(TASKS) == "nonsense\n"
    assert person.git("show", f":{TASKS}") == "nonsense"


@pytest.mark.parametrize("staged", [False, True])
async def test_a_deleted_tasks_file_stays_deleted(person: Person, staged: bool) -> None:
    (person.root / TASKS).unlink()
    if staged:
        person.git("add", "-A")
    status = person.status()
    await follows(person, person.tip(a_go="package new\n", specs__tasks_md=DONE), ticked)
    assert person.status() == status
    assert not (person.root / TASKS).exists()


async def test_ticks_come_back_where_an_editor_saved_an_old_text(person: Person) -> None:
    tip = person.tip(specs__tasks_md=DONE)
    await follows(person, tip, ticked)
    person.write(TASKS, OPEN + "typed meanwhile\n")
    await follows(person, tip, ticked)
    assert person.read(TASKS) == DONE + "typed meanwhile\n"


async def test_the_command_brings_both_together_wherever_the_checkout_is(tmp_path: Path) -> None:
    person = Person(tmp_path / "my repo")
    there, second = f"git -C '{person.root}'", person.root.parent / "second"
    merge = f"{there} merge sixfold/r/run"
    assert await person.checkout().command("sixfold/r/run") == merge
    person.git("checkout", "-qb", "other")
    person.git("branch", "sixfold/r/run", person.tip(a_go="package new\n"))
    told = await person.checkout().command("sixfold/r/run")
    assert told == f"{there} switch main && {merge}"
    bash(tmp_path, told)
    assert person.head() == person.head("main") == person.head("sixfold/r/run")
    person.git("checkout", "-q", "--detach")
    assert "switch main &&" in await person.checkout().command("sixfold/r/run")
    person.git("worktree", "add", "-q", str(second), "main")
    told = await person.checkout().command("sixfold/r/run")
    assert told == f"git -C {second} merge sixfold/r/run"


async def test_a_run_begun_on_no_branch_has_nothing_to_switch_to(person: Person) -> None:
    person.branch = ""
    assert await person.checkout().command("b") == f"git -C {person.root} merge b"
