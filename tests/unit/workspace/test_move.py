"""The person's files move by fast-forward; nothing is written over, and a cut is mended."""

import asyncio
import os
import subprocess
from pathlib import Path

import pytest

from person import DONE, OPEN, TASKS, Person, follows, same, stays, ticked
from sixfold.workspace.index import OwnIndex
from sixfold.workspace.move import Move


@pytest.fixture
def person(tmp_path: Path) -> Person:
    return Person(tmp_path / "repo")


class Died(BaseException):
    pass


def dies(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """The next move ends at a moment as a killed process does: nothing is tidied up."""

    async def die(*_: object, dry: bool = False) -> None:
        if not dry:
            raise Died

    def die_at_once(*_: object) -> None:
        raise Died

    monkeypatch.setattr(Path, "unlink", lambda *_, **__: None)
    if moment == "locking":
        read = Path.read_bytes

        def die_on_locks(path: Path) -> bytes:
            if path.with_name("index.lock").exists():
                raise Died
            return read(path)

        monkeypatch.setattr(Path, "read_bytes", die_on_locks)
        monkeypatch.setattr(OwnIndex, "move", die)
    elif moment == "locked":
        monkeypatch.setattr(OwnIndex, "move", die)
    elif moment == "moved":
        move = OwnIndex.move

        async def then_die(self: OwnIndex, old: str, new: str, *, dry: bool = False) -> None:
            await move(self, old, new, dry=dry)
            if not dry:
                raise Died

        monkeypatch.setattr(OwnIndex, "move", then_die)
    elif moment == "entered":
        monkeypatch.setattr(Move, "tick", die_at_once)


def begun(person: Person, tip: str) -> None:
    """What a process leaves that died on its way to `tip`."""
    note = person.write(".git/sixfold-move", f"{person.base} {tip}\n")
    (person.root / ".git/index.lock").hardlink_to(note)


async def test_branch_index_and_files_come_to_the_tip(person: Person) -> None:
    tip = person.tip(a_go="package new\n", new__deep_go="package deep\n", b_go=None)
    await follows(person, tip)
    assert person.git("symbolic-ref", "HEAD") == "refs/heads/main"
    assert person.status() == ""
    assert person.read("new/deep.go") == "package deep\n"
    assert "sixfold: follow" in person.git("reflog", "-1", "main")


async def test_following_again_is_nothing(person: Person) -> None:
    tip = person.tip(a_go="package new\n")
    await follows(person, tip)
    entries = person.git("reflog", "main")
    await follows(person, tip)
    assert person.git("reflog", "main") == entries


async def test_edits_elsewhere_stay_as_they_are_staged_or_not(person: Person) -> None:
    person.write("keep.go", "staged\n")
    person.git("add", "keep.go")
    person.write("keep.go", "staged, then edited\n")
    (person.root / "dir/x.go").unlink()
    person.write("mine.go", "untracked\n")
    person.write("soon.go", "meant to be added\n")
    person.git("add", "-N", "soon.go")
    person.write("added.go", "added\n")
    person.git("add", "added.go")
    person.git("rm", "-q", "--cached", "b.go")
    before = (person.status(), person.git("diff"), person.git("diff", "--cached"))
    await follows(person, person.tip(a_go="package new\n"))
    assert (person.status(), person.git("diff"), person.git("diff", "--cached")) == before
    assert person.read("a.go") == "package new\n"


async def test_edits_of_what_would_change_are_named_and_nothing_moves(person: Person) -> None:
    person.write("a.go", "mine\n")
    person.write("b.go", "mine, staged\n")
    person.git("add", "b.go")
    tip = person.tip(a_go="package new\n", b_go="package new\n", keep_go="package new\n")
    await stays(person, tip, "your edits of a.go and b.go are in the way")
    assert person.read("keep.go") == "package keep\n"


@pytest.mark.parametrize("staged", [False, True])
async def test_a_file_that_the_person_deleted_does_not_come_back(
    person: Person, staged: bool
) -> None:
    (person.root / "a.go").unlink()
    if staged:
        person.git("add", "-A")
    await stays(person, person.tip(a_go="package new\n"), "a.go")


async def test_an_edited_file_that_the_run_deletes_stays(person: Person) -> None:
    person.write("a.go", "mine\n")
    await stays(person, person.tip(a_go=None), "a.go")


async def test_a_staged_change_hidden_by_the_old_text_is_not_lost(person: Person) -> None:
    person.write("a.go", "staged\n")
    person.git("add", "a.go")
    person.write("a.go", "package a\n")
    await stays(person, person.tip(a_go="package new\n"), "a.go")


async def test_an_edit_hidden_from_git_is_not_lost(person: Person) -> None:
    person.git("update-index", "--assume-unchanged", "a.go")
    person.write("a.go", "mine\n")
    await stays(person, person.tip(a_go="package new\n"), "a.go")
    assert person.read("a.go") == "mine\n"


@pytest.mark.parametrize("name", ["new.go", "new.log", "out/new.go"])
async def test_untracked_and_ignored_files_are_never_overwritten(person: Person, name: str) -> None:
    person.write(name, "mine\n")
    tip = person.run(lambda place: person.write(name, "theirs\n", place))
    await stays(person, tip, f"untracked at {name} is in the way")
    assert person.read(name) == "mine\n"


async def test_a_file_or_link_where_a_folder_is_to_be_is_in_the_way(person: Person) -> None:
    person.write("new.log", "mine\n")
    (person.root / "lib").symlink_to("dir")
    tip = person.run(
        lambda place: [person.write(n, "x\n", place) for n in ("new.log/x.go", "lib/y.go")]
    )
    await stays(person, tip, "new.log", "lib")
    assert not (person.root / "dir/y.go").exists()


async def test_a_folder_where_a_file_is_to_be_is_in_the_way_unless_empty(person: Person) -> None:
    person.write("new/inner/mine.log", "mine\n")
    tip = person.run(lambda place: person.write("new", "a file\n", place))
    await stays(person, tip, "new/inner/mine.log")
    (person.root / "new/inner/mine.log").unlink()
    await follows(person, tip)
    assert person.read("new") == "a file\n"


async def test_a_folder_with_an_ignored_file_does_not_give_way_to_a_file(person: Person) -> None:
    person.write("dir/mine.log", "mine\n")

    def change(place: Path) -> None:
        (place / "dir/x.go").unlink()
        (place / "dir").rmdir()
        person.write("dir", "a file\n", place)

    tip = person.run(change)
    await stays(person, tip, "dir/mine.log")
    (person.root / "dir/mine.log").unlink()
    await follows(person, tip)
    assert person.status() == ""


async def test_a_file_gives_way_to_a_folder_of_its_name(person: Person) -> None:
    def change(place: Path) -> None:
        (place / "a.go").unlink()
        person.write("a.go/inner.go", "x\n", place)

    await follows(person, person.run(change))
    assert (person.status(), person.read("a.go/inner.go")) == ("", "x\n")


async def test_untracked_files_that_are_just_as_the_tip_has_them_are_no_obstacle(
    person: Person,
) -> None:
    person.write("new.go", "the same\n")
    person.write("a.go", "package new\n")
    await follows(person, person.tip(new_go="the same\n", a_go="package new\n"))
    assert person.status() == ""


async def test_modes_links_renames_and_odd_names_arrive(person: Person) -> None:
    odd = ["with space.go", "näme.go", 'quo"te.go', "new\nline.go", "-dash.go", "tab\t.go"]

    def change(place: Path) -> None:
        for name in odd:
            person.write(f"odd/{name}", "x\n", place)
        (place / "odd" / os.fsdecode(b"\xff.go")).write_text("x\n")
        (place / "a.go").chmod(0o755)
        (place / "b.go").rename(place / "c.go")
        (place / "keep.go").unlink()
        (place / "keep.go").symlink_to("a.go")

    await follows(person, person.run(change))
    assert person.status() == ""
    assert os.access(person.root / "a.go", os.X_OK)
    assert (person.root / "keep.go").readlink() == Path("a.go")
    assert len(list((person.root / "odd").iterdir())) == len(odd) + 1


async def test_what_the_person_stages_in_that_very_moment_is_not_lost(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    move = OwnIndex.move

    async def meanwhile(self: OwnIndex, old: str, new: str, *, dry: bool = False) -> None:
        await move(self, old, new, dry=dry)
        if dry:
            person.write("keep.go", "mine\n")
            person.git("add", "keep.go")

    tip = person.tip(a_go="package new\n")
    with monkeypatch.context() as patched:
        patched.setattr(OwnIndex, "move", meanwhile)
        assert "git is at work" in await person.follow(tip)
    assert person.left_behind() == []
    await follows(person, tip)
    assert person.status() == "M  keep.go"


async def test_git_at_work_is_waited_for(person: Person) -> None:
    (person.root / ".git/index.lock").touch()
    tip = person.tip(a_go="package new\n")
    assert "git is at work" in await person.follow(tip)
    assert (person.head(), person.read("a.go")) == (person.base, "package a\n")
    assert person.left_behind() == ["index.lock"]
    (person.root / ".git/index.lock").unlink()
    await follows(person, tip)


async def test_conflicts_in_the_index_are_left_alone(person: Person) -> None:
    person.write("b.go", "stashed\n")
    person.git("stash", "-q")
    person.write("b.go", "committed\n")
    person.git("commit", "-qam", "two")
    with pytest.raises(subprocess.CalledProcessError):
        person.git("stash", "pop", "-q")
    tip = person.run(lambda place: person.write("a.go", "x\n", place), person.head())
    await stays(person, tip, "conflicts")


async def test_the_branch_moving_in_that_very_moment_loses_nothing(person: Person) -> None:
    tip = person.tip(a_go="package new\n", specs__tasks_md=DONE)
    mine = person.git("commit-tree", "-p", person.base, "-m", "mine", f"{person.base}^{{tree}}")

    def meanwhile(data: bytes) -> bytes:
        person.git("update-ref", "refs/heads/main", mine)
        return data

    assert "moved meanwhile" in await person.follow(tip, meanwhile)
    assert person.head() == mine
    assert person.left_behind() == []
    joined = person.git("commit-tree", "-p", tip, "-p", mine, "-m", "join", f"{tip}^{{tree}}")
    await follows(person, joined, ticked)
    assert person.status() == ""


@pytest.mark.parametrize("moment", ["locking", "locked", "moved", "entered", "told"])
async def test_a_move_that_was_cut_is_finished_by_the_next(
    person: Person, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    person.write("keep.go", "mine\n")
    person.write(TASKS, OPEN + "mine\n")
    first = person.tip(a_go="package new\n", b_go=None, new_go="x\n", specs__tasks_md=DONE)
    tip = person.run(lambda place: person.write("a.go", "package newer\n", place), first)
    with monkeypatch.context() as patched:
        dies(patched, moment)
        if moment == "told":
            await person.follow(first, ticked)
        else:
            with pytest.raises(Died):
                await person.follow(first, ticked)
    assert "index.lock" in person.left_behind()
    await follows(person, tip, ticked)
    assert person.status() == f"M keep.go\n M {TASKS}"
    assert (person.read("a.go"), person.read("new.go")) == ("package newer\n", "x\n")
    assert person.read(TASKS) == DONE + "mine\n"


async def test_a_file_that_git_had_half_written_is_written_again(person: Person) -> None:
    tip = person.tip(a_go="package new\n", b_go="package new\n", new_go="package new\n")
    begun(person, tip)
    person.write("a.go", "package new\n")
    (person.root / "b.go").unlink()
    person.write("new.go", "packa")
    await follows(person, tip)
    assert person.status() == ""


async def test_an_edit_made_after_a_cut_is_kept(person: Person) -> None:
    tip = person.tip(a_go="package new\n", b_go="package new\n")
    begun(person, tip)
    person.write("a.go", "mine\n")
    assert "your edits of a.go" in await person.follow(tip)
    assert person.read("a.go") == "mine\n"
    assert "index.lock" not in person.left_behind()
    person.git("checkout", "-q", "a.go")
    await follows(person, tip)


async def test_a_cut_move_of_a_run_that_was_given_up_is_forgotten(person: Person) -> None:
    given_up = person.tip(a_go="package old\n")
    begun(person, given_up)
    person.write(".git/sixfold-index", "half an index")
    tip = person.tip(a_go="package new\n")
    await follows(person, tip)
    assert person.read("a.go") == "package new\n"


async def test_a_follow_is_never_left_half_done_by_who_waits_for_it(person: Person) -> None:
    tip = person.tip(a_go="package new\n")
    waiting = asyncio.create_task(person.follow(tip))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert person.left_behind() == []
    assert (person.head(), person.status()) == (tip, "")


async def test_many_files_cost_a_few_git_processes(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tip = person.run(lambda place: [person.write(f"m/{n}.go", "x\n", place) for n in range(500)])
    started = []
    run = subprocess.run

    def count(words: list[str], **rest: object) -> object:
        started.append(words)
        return run(words, **rest)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", count)
    assert await person.checkout().follow(tip, same) == ""
    assert len(started) <= 15, started
