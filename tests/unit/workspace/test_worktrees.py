"""Every attempt gets a checkout of its own, whatever a dead process left in its place."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import pytest

from commits import first_commit, git
from sixfold.workspace.git import GitError, exclude
from sixfold.workspace.worktrees import Worktrees, attempt_name, fix_name


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    files = {"a.go": "package a\n", ".gitignore": ".env\nvendored/\n"}
    root = first_commit(tmp_path / "my répo", files)
    await exclude(root)
    return root


def head(root: Path) -> str:
    return git(root, "rev-parse", "HEAD")


def branches(root: Path) -> list[str]:
    return git(root, "for-each-ref", "--format=%(refname)", "refs/heads/sixfold").split()


async def test_a_worktree_is_a_checkout_of_its_base_on_a_branch_of_its_own(root: Path) -> None:
    base = head(root)
    git(root, "commit", "-q", "--allow-empty", "-m", "later")
    made = await Worktrees(root, "R", []).add("T001.1", base)
    assert made.index.stat().st_mtime_ns == (made.record / "index").stat().st_mtime_ns
    assert made.path == root / ".sixfold" / "worktrees" / "R" / "T001.1"
    assert git(made.path, "symbolic-ref", "HEAD") == "refs/heads/sixfold/R/T001.1"
    assert head(made.path) == base == made.base == made.start
    assert (made.path / "a.go").read_text() == "package a\n"
    assert git(made.path, "status", "--porcelain") == git(root, "status", "--porcelain") == ""


async def test_six_are_made_at_once(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await asyncio.gather(*(trees.add(f"T00{n}.1", base) for n in range(6)))
    assert len({one.record for one in made}) == len(branches(root)) == 6


async def test_untracked_files_come_along_ignored_or_not(root: Path) -> None:
    (root / ".env").write_text("KEY=1\n")
    (root / "go.work").write_text("go 1.23\n")
    tool = root / "vendored" / "bin" / "töol\nx"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    (root / "vendored" / "link").symlink_to("bin")
    (root / "unasked.txt").write_text("mine\n")
    made = await Worktrees(root, "R", [".env", "go.work", "vendored/**"]).add("T.1", head(root))
    wanted = [".env", "go.work", "vendored/bin/töol\nx", "vendored/link"]
    assert sorted(made.copied) == wanted
    assert (made.path / "vendored/bin/töol\nx").stat().st_mode & 0o777 == 0o755
    assert (made.path / "vendored" / "link").readlink() == Path("bin")
    assert not (made.path / "unasked.txt").exists()


async def test_carried_folders_come_whole_and_a_star_in_their_name_is_a_star(root: Path) -> None:
    for name in ("specs/a*b/tasks.md", "specs/axb/tasks.md"):
        (root / name).parent.mkdir(parents=True)
        (root / name).write_text("- [ ] T001\n")
    made = await Worktrees(root, "R", [], ["specs/a*b"]).add("T.1", head(root))
    assert made.copied == ["specs/a*b/tasks.md"]


async def test_a_copy_never_replaces_what_is_tracked_at_the_base(root: Path) -> None:
    base = head(root)
    git(root, "rm", "-q", "--cached", "a.go")
    (root / "a.go").write_text("package mine\n")
    made = await Worktrees(root, "R", ["*.go"]).add("T.1", base)
    assert made.copied == []
    assert (made.path / "a.go").read_text() == "package a\n"


async def test_a_copy_never_leaves_the_repository_nor_takes_from_git(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (outside / "secret").write_text("x")
    (root / "away").symlink_to(outside)
    git(root, "init", "-q", "vendored/tool")
    (root / "vendored" / "tool" / "main.go").write_text("package main\n")
    (root / ".sixfold").mkdir()
    (root / ".sixfold" / "lock").write_text("")
    trees = Worktrees(root, "R", ["**/*", "away/secret", ".git/config"])
    made = await trees.add("T.1", head(root))
    assert sorted(made.copied) == ["away", "vendored/tool/main.go"]
    assert not (made.path / ".sixfold").exists()


async def test_a_tracked_link_does_not_lead_a_copy_elsewhere(root: Path) -> None:
    outside = root.parent / "outside"
    outside.mkdir()
    (root / "tools").symlink_to(outside)
    git(root, "add", "tools")
    git(root, "commit", "-qm", "link")
    base = head(root)
    git(root, "rm", "-qr", "tools")
    (root / "tools" / "deep").mkdir(parents=True)
    (root / "tools" / "deep" / "x").write_text("x")
    made = await Worktrees(root, "R", ["tools/**"]).add("T.1", base)
    assert made.copied == []
    assert list(outside.iterdir()) == []


async def test_a_later_process_finds_what_was_made(root: Path) -> None:
    (root / ".env").write_text("KEY=1\n")
    base = head(root)
    made = await Worktrees(root, "R", [".env"]).add("T001.1", base)
    (made.path / ".git").unlink()  # an agent may do that
    assert await Worktrees(root, "R", []).find("T001.1", base) == made
    assert await Worktrees(root, "R", []).find("T001.2", base) is None
    assert await Worktrees(root, "Q", []).find("T001.1", base) is None


async def test_what_is_half_made_is_not_found_and_gives_way(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    path = root / ".sixfold" / "worktrees" / "R" / "T001.1"
    git(root, "worktree", "add", "-q", "-b", "sixfold/R/T001.1", str(path), base)
    git(root, "worktree", "lock", str(path))
    (path / "a.go").unlink()
    (root / ".git/refs/heads/sixfold/R/T001.1.lock").touch()
    git(root, "commit", "-q", "--allow-empty", "-m", "later")
    assert await trees.find("T001.1", base) is None
    made = await trees.add("T001.1", head(root))
    assert head(made.path) == head(root)
    assert git(made.path, "status", "--porcelain") == ""


async def test_a_record_whose_folder_is_gone_does_not_stop_the_next(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await trees.add("T001.1", base)
    made.path.rename(root.parent / "elsewhere")
    assert await trees.find("T001.1", base) is None
    assert (await trees.add("T001.1", base)).path.is_dir()
    assert git(root, "worktree", "list", "--porcelain").count("worktree ") == 2


async def test_a_worktree_in_use_and_a_branch_with_work_are_not_taken_over(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await trees.add("T001.1", base)
    (made.path / "work").write_text("work")
    with pytest.raises(GitError, match="already"):
        await trees.add("T001.1", base)
    git(made.path, "add", "work")
    git(made.path, "commit", "-qm", "work")
    work = head(made.path)
    await trees.remove("T001.1")
    with pytest.raises(GitError, match="holds commits"):
        await trees.add("T001.1", base)
    assert git(root, "rev-parse", "sixfold/R/T001.1") == work


async def test_one_that_cannot_be_made_leaves_nothing(root: Path) -> None:
    with pytest.raises(GitError, match=r"cannot make .*T001\.1: .*outside repository"):
        await Worktrees(root, "R", ["../x"]).add("T001.1", head(root))
    assert branches(root) == []
    assert git(root, "worktree", "list", "--porcelain").count("worktree ") == 1
    assert list((root / ".sixfold" / "worktrees" / "R").iterdir()) == []


async def test_removing_leaves_the_branch_and_dropping_does_not(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await trees.add("T001.1", base)
    closed = made.path / "cache" / "closed"
    closed.mkdir(parents=True)
    (closed / "x").touch()
    closed.chmod(0o500)
    for _ in range(2):
        await trees.remove("T001.1")
        assert not made.path.exists()
        assert not made.record.exists()
        assert branches(root) == ["refs/heads/sixfold/R/T001.1"]
    for _ in range(2):
        await trees.drop("T001.1")
        assert branches(root) == []
    assert git(root, "worktree", "list", "--porcelain").count("worktree ") == 1


async def test_what_is_half_removed_is_no_work(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await trees.add("T001.1", base)

    class KilledError(Exception):
        pass

    def die(_: object) -> None:
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sixfold.workspace.worktrees.shutil.rmtree", die)
        with pytest.raises(KilledError):
            await trees.remove("T001.1")
    assert made.path.is_dir()
    assert await trees.find("T001.1", base) is None
    await trees.remove("T001.1")
    assert not made.path.exists()


async def test_a_removal_that_is_cut_after_every_file_still_comes_to_its_end(root: Path) -> None:
    trees, base = Worktrees(root, "R", []), head(root)
    made = await trees.add("T001.1", base)
    unlink, cuts = os.unlink, 0

    class KilledError(Exception):
        pass

    def die(name: str, *, dir_fd: int | None = None) -> None:
        unlink(name, dir_fd=dir_fd)
        raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "unlink", die)
        while made.path.exists() or made.record.exists():
            cuts += 1
            with suppress(KilledError):
                await trees.remove("T001.1")
            assert cuts < 50, list(made.record.iterdir())
    assert cuts > 5


async def test_one_that_is_cancelled_is_made_to_its_end_first(root: Path) -> None:
    for number in range(200):
        (root / f"{number}.txt").write_text("x" * 1000)
    git(root, "add", ".")
    git(root, "commit", "-qm", "many")
    trees = Worktrees(root, "R", [])
    adding = asyncio.create_task(trees.add("T001.1", head(root)))
    for _ in range(3):
        await asyncio.sleep(0)  # it has begun, and waits for the first of many processes
    adding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await adding
    assert await trees.find("T001.1", head(root))
    await trees.drop("T001.1")
    assert branches(root) == []


async def test_a_linked_worktree_can_be_the_persons_checkout(root: Path) -> None:
    theirs = root.parent / "theirs"
    git(root, "worktree", "add", "-q", "-b", "feature", str(theirs))
    (theirs / ".env").write_text("KEY=2\n")
    made = await Worktrees(theirs, "R", [".env"]).add("T001.1", head(theirs))
    assert made.path.is_relative_to(theirs)
    assert (made.path / ".env").read_text() == "KEY=2\n"


ODD = ["T001", "Task 1.1", "#3", "a/b", "..", ".", "", "x.lock", "-x", "é1", "日本", "@{", "a\nb"]
ODD += ["a..b", "T001.", "\udc80", "x" * 200, "日" * 200, "a~b^c:d?e*f[g\\h", "fix-3", "fix 3"]


@pytest.mark.parametrize("task", ODD)
def test_any_id_makes_a_branch_and_a_file_name(task: str, tmp_path: Path) -> None:
    name = attempt_name(task, 1)
    git(tmp_path, "check-ref-format", f"refs/heads/sixfold/R/{name}")
    (tmp_path / f"{name}.lock").touch()
    assert name.endswith(".1")
    assert not name.startswith("-")


def test_names_say_what_they_stand_for_and_are_never_those_of_another() -> None:
    assert attempt_name("T001", 1) == "T001.1"
    assert attempt_name("T001.1", 2) == "T001.1.2"
    assert attempt_name("é1", 1) == "é1.1"
    assert fix_name(3, 1) == "fix-3.1"
    ids = ["a b", "a-b", "a/b", "a?b", "fix-3", "fix 3", "x" * 200, "x" * 201, "..", "."]
    names = {attempt_name(task, 1) for task in ids} | {fix_name(3, 1)}
    assert len(names) == len(ids) + 1
