"""What runs have left is found, and goes only where no work goes with it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from sixfold.workspace.git import exclude
from sixfold.workspace.leftovers import RESUMABLE, Leftover, clean, leftovers
from sixfold.workspace.worktrees import Worktrees

RUN = "20260101-120000-abcd"


class House:
    """A repository with a run's branch and trunk, and attempts beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.email", "a@example.com")
        self.git("config", "user.name", "A")
        self.write("a.go", "package a\n")
        self.write(".gitignore", "*.log\n")
        self.commit("one")
        self.git("branch", f"sixfold/{RUN}/run")

    def git(self, *words: str, at: Path | None = None) -> str:
        done = subprocess.run(
            ["git", *words], cwd=at or self.root, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str, at: Path | None = None) -> None:
        path = (at or self.root) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str, at: Path | None = None) -> str:
        self.git("add", "-A", at=at)
        self.git("commit", "-qm", message, at=at)
        return self.git("rev-parse", "HEAD", at=at)

    async def attempt(self, name: str, run: str = RUN) -> Path:
        await exclude(self.root)
        made = await Worktrees(self.root, run, ()).add(name, self.git("rev-parse", "HEAD"))
        return made.path

    def integrate(self, name: str, trailers: str) -> str:
        """Join an attempt's branch to the run's, as one commit."""
        run, branch = f"sixfold/{RUN}/run", f"sixfold/{RUN}/{name}"
        tree = self.git("merge-tree", "--write-tree", run, branch)
        text = f"Do it\n\nSixfold-Run: {RUN}\n{trailers}"
        commit = self.git("commit-tree", tree, "-p", run, "-m", text)
        self.git("update-ref", f"refs/heads/{run}", commit)
        return commit

    def follow(self) -> None:
        self.git("merge", "-q", "--ff-only", f"sixfold/{RUN}/run")

    async def find(self, *resumable: str, live: str | None = None) -> list[Leftover]:
        return await leftovers(self.root, live, resumable)

    async def holds(self, name: str, kind: str = "worktree") -> str:
        (found,) = [one for one in await self.find() if (one.kind, one.name) == (kind, name)]
        return found.holds


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path / "my repo")


def names(found: list[Leftover]) -> set[str]:
    return {f"{one.kind} {one.name}" for one in found}


async def test_a_repository_without_runs_has_none(house: House) -> None:
    house.git("branch", "-D", f"sixfold/{RUN}/run")
    house.git("branch", "sixfold")
    assert await house.find() == []


async def test_attempts_without_work_go_and_nothing_is_left_of_them(house: House) -> None:
    await house.attempt("T001.1")
    path = await house.attempt("T002.1")
    house.write("built.log", "ignored\n", path)
    found = await house.find()
    assert {one.holds for one in found} == {""}
    assert await clean(house.root, found) == []
    assert house.git("branch", "--list", "sixfold/*") == ""
    assert house.git("worktree", "list").count("\n") == 0
    assert list((house.root / ".sixfold/worktrees").iterdir()) == []
    assert await house.find() == []


async def test_work_in_a_worktree_keeps_it_and_its_branch(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("new.go", "new\n", path)
    house.write("staged.go", "staged\n", path)
    house.git("add", "staged.go", at=path)
    house.write("a.go", "edited\n", path)
    assert await house.holds("T001.1") == "3 files are in no branch"
    assert await house.holds("T001.1", "branch") == "its worktree is kept"
    kept = await clean(house.root, await house.find())
    assert {f"{one.kind} {one.name}" for one in kept} == {"worktree T001.1", "branch T001.1"}
    assert (path / "new.go").read_text() == "new\n"


async def test_files_that_stand_elsewhere_are_no_work_of_a_worktree(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("config.env", "copied\n")
    house.write("config.env", "copied\n", path)
    house.write("known.go", "known\n")
    (path / "a.go").unlink()
    house.git("add", "known.go")
    house.git("commit", "-qm", "two")
    house.write("moved.go", "known\n", path)
    assert await house.holds("T001.1") == ""


async def test_looking_touches_neither_worktree_nor_objects(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("new.go", "new\n", path)
    before = house.git("status", "--porcelain", at=path), house.git("count-objects")
    await house.find()
    assert (house.git("status", "--porcelain", at=path), house.git("count-objects")) == before


async def test_commits_that_were_not_joined_keep_a_branch(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("new.go", "new\n", path)
    commit = house.commit("work", path)
    assert await house.holds("T001.1") == ""
    assert await house.holds("T001.1", "branch") == "1 commit is in no other branch"
    kept = await clean(house.root, await house.find())
    assert names(kept) == {"branch T001.1"}
    assert kept[0].look[-1] == f"HEAD..sixfold/{RUN}/T001.1"
    assert not path.exists()
    assert house.git("rev-parse", f"sixfold/{RUN}/T001.1") == commit


async def test_commits_on_no_branch_keep_a_worktree(house: House) -> None:
    path = await house.attempt("T001.1")
    house.git("checkout", "-q", "--detach", at=path)
    house.write("new.go", "new\n", path)
    house.commit("work", path)
    assert "1 commit is in no other branch" in await house.holds("T001.1")


@pytest.mark.parametrize("name", ["T001.1", "fix-3.2"])
async def test_what_was_joined_as_one_commit_need_not_be_kept(house: House, name: str) -> None:
    trailers = {"T001.1": "Sixfold-Task: T001\nSixfold-Attempt: 1"}
    path = await house.attempt(name)
    house.write("a.go", "new\n", path)
    house.commit("work", path)
    house.write("b.go", "more\n", path)
    house.commit("more work", path)
    house.integrate(name, trailers.get(name, "Sixfold-Fix: 3\nSixfold-Attempt: 2"))
    house.git("checkout", "-q", f"sixfold/{RUN}/run")
    house.write("a.go", "changed again\n")
    house.commit("later")
    house.git("checkout", "-q", "main")
    assert await house.holds(name, "branch") == ""
    assert await house.holds("run", "branch") == "2 commits are in no other branch"
    house.write("c.go", "after it was joined\n", path)
    house.commit("yet more", path)
    assert "3 commits" in await house.holds(name, "branch")


async def test_what_was_taken_back_is_kept(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("a.go", "new\n", path)
    house.commit("work", path)
    house.integrate("T001.1", "Sixfold-Task: T001\nSixfold-Attempt: 1")
    tree = house.git("rev-parse", "main^{tree}")
    run = f"sixfold/{RUN}/run"
    text = f"Revert\n\nSixfold-Run: {RUN}\nSixfold-Undo: T001"
    house.git(
        "update-ref", f"refs/heads/{run}", house.git("commit-tree", tree, "-p", run, "-m", text)
    )
    house.follow()
    assert "1 commit" in await house.holds("T001.1", "branch")
    assert await house.holds("run", "branch") == ""


async def test_the_branch_and_worktree_of_a_run_that_can_go_on_are_kept(house: House) -> None:
    house.git("worktree", "add", "-q", f".sixfold/worktrees/{RUN}/run", f"sixfold/{RUN}/run")
    found = await house.find(RUN)
    assert {one.holds for one in found} == {RESUMABLE}
    assert names(await clean(house.root, found)) == {"worktree run", "branch run"}
    assert found[0].look == ["sixfold", "run", "--resume", RUN]
    assert await clean(house.root, await house.find()) == []


async def test_what_the_live_run_has_is_nothing_left_over(house: House) -> None:
    path = await house.attempt("T001.1")
    (path.parent / "T001.1.lock").touch()
    assert await house.find(live=RUN) == []


async def test_what_a_run_in_another_checkout_has_is_left_alone(house: House) -> None:
    other = house.root.parent / "other"
    house.git("worktree", "add", "-q", "-b", "feature", str(other))
    await Worktrees(other, "20260202-120000-beef", ()).add("T001.1", house.git("rev-parse", "main"))
    house.git("branch", "sixfold/20260202-120000-beef/run")
    assert names(await house.find()) == {"branch run"}
    assert {one.run for one in await house.find()} == {RUN}


async def test_a_branch_that_a_person_checked_out_is_kept(house: House) -> None:
    house.git("checkout", "-q", f"sixfold/{RUN}/run")
    assert await house.holds("run", "branch") == "it is checked out"


async def test_worktrees_that_git_knows_no_more_and_records_without_one(house: House) -> None:
    lost, gone = await house.attempt("T001.1"), await house.attempt("T002.1")
    house.write("new.go", "new\n", lost)
    (lost / ".git").unlink()
    for path in (house.root / ".git/worktrees").glob("T001*/*"):
        path.unlink() if path.is_file() else None
    shutil.rmtree(gone)
    assert "1 file is in no branch" in await house.holds("T001.1")
    assert await house.holds("T002.1", "record") == ""
    (lost / "new.go").unlink()
    assert await clean(house.root, await house.find()) == []
    assert not lost.exists()


async def test_a_person_s_own_missing_worktree_is_not_forgotten(house: House) -> None:
    house.git("worktree", "add", "-q", "-b", "mine", str(house.root.parent / "usb"))
    (house.root.parent / "usb").rename(house.root.parent / "unplugged")
    await house.attempt("T001.1")
    await clean(house.root, await house.find())
    assert "prunable" in house.git("worktree", "list", "--porcelain")


async def test_locks_of_the_dead_are_found_and_the_person_s_stay(house: House) -> None:
    path = await house.attempt("T001.1")
    house.write("new.go", "new\n", path)
    git_dir = house.root / ".git"
    (git_dir / "index.lock").write_text("")
    (git_dir / "worktrees/T001.1/index.lock").touch()
    (git_dir / f"refs/heads/sixfold/{RUN}/T009.1.lock").touch()
    assert sum(one.kind == "lock" for one in await house.find()) == 2
    (git_dir / "index.lock").rename(git_dir / "sixfold-move")
    (git_dir / "index.lock").hardlink_to(git_dir / "sixfold-move")
    found = await house.find()
    assert sum(one.kind == "lock" for one in found) == 3
    await clean(house.root, found)
    assert list(git_dir.rglob("*.lock")) == []
