"""Snapshots see every change and touch nothing of the user's."""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from commits import first_commit, git
from sixfold.workspace.git import GitError, exclude, find_root, head
from sixfold.workspace.tree import Tree


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return first_commit(tmp_path / "repo", {"a.go": "package a\n"})


def tree(root: Path) -> Tree:
    return Tree(root, root.parent / "store")


async def test_a_snapshot_sees_new_changed_and_deleted_files(repository: Path) -> None:
    (repository / "gone.go").write_text("package a\n")
    seen = tree(repository)
    before = await seen.snapshot()
    (repository / "a.go").write_text("package b\n")
    (repository / "new file.go").write_text("package a\n")
    (repository / "gone.go").unlink()
    after = await seen.snapshot()
    assert sorted(await seen.changed(before, after)) == ["a.go", "gone.go", "new file.go"]
    assert sorted(await seen.names(after)) == ["a.go", "new file.go"]
    diff = await seen.diff(before, after, ["a.go"])
    assert "-package a\n+package b" in diff
    assert "new file" not in diff


async def test_the_users_index_and_objects_stay_as_they_are(repository: Path) -> None:
    (repository / "staged.go").write_text("package a\n")
    git(repository, "add", "staged.go")
    (repository / "untracked.go").write_text("package a\n")
    status, objects = git(repository, "status", "--porcelain"), git(repository, "count-objects")
    await tree(repository).snapshot()
    assert git(repository, "status", "--porcelain") == status
    assert git(repository, "count-objects") == objects


async def test_nothing_changed_is_seen_as_nothing(repository: Path) -> None:
    seen = tree(repository)
    assert await seen.snapshot() == await seen.snapshot()


async def test_a_repository_without_a_commit_has_snapshots_too(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "-b", "trunk")
    (tmp_path / "a.go").write_text("package a\n")
    seen = Tree(tmp_path, tmp_path / ".sixfold" / "store")
    await exclude(tmp_path)
    assert await seen.names(await seen.snapshot()) == ["a.go"]
    assert await head(tmp_path) == ("trunk", "")


async def test_a_branch_is_known_by_its_name_where_a_tag_has_it_too(repository: Path) -> None:
    git(repository, "checkout", "-qb", "001-x")
    git(repository, "tag", "001-x")
    branch, commit = await head(repository)
    assert branch == "001-x"
    git(repository, "checkout", "-q", "--detach")
    assert await head(repository) == ("HEAD", commit)
    with pytest.raises(GitError):
        await head(repository.parent)


async def test_our_folder_is_ignored_once_and_the_users_lines_stay(repository: Path) -> None:
    path = repository / ".git" / "info" / "exclude"
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine")
    await exclude(repository)
    await exclude(repository)
    assert path.read_text() == "mine\n/.sixfold/\n"


async def test_a_folder_outside_git_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        await find_root(tmp_path)


async def test_a_repository_without_a_commit_inside_the_tree_is_left_out(repository: Path) -> None:
    seen = tree(repository)
    before = await seen.snapshot()
    git(repository, "init", "-q", "scratch")
    (repository / "scratch" / "x").write_text("x")
    (repository / "new.go").write_text("package a\n")
    assert await seen.changed(before, await seen.snapshot()) == ["new.go"]


@pytest.fixture
def busy(repository: Path) -> Iterator[None]:
    script = "while :; do touch tmp$((RANDOM % 50)); rm -f tmp$((RANDOM % 50)); done"
    with subprocess.Popen(["bash", "-c", script], cwd=repository) as process:
        yield
        process.kill()


@pytest.mark.usefixtures("busy")
async def test_files_that_come_and_go_do_not_spoil_a_snapshot(repository: Path) -> None:
    seen = tree(repository)
    for _ in range(20):
        assert "a.go" in await seen.names(await seen.snapshot())


async def test_a_snapshot_that_is_cancelled_does_not_hurt_the_next(repository: Path) -> None:
    for number in range(300):
        (repository / f"{number}.txt").write_text("x" * 10_000)
    seen = tree(repository)
    first = asyncio.create_task(seen.snapshot())
    await asyncio.sleep(0.02)
    first.cancel()
    second = asyncio.create_task(seen.snapshot())
    assert "299.txt" in await seen.names(await second)


async def test_a_path_with_a_colon_is_a_path_like_any_other(repository: Path) -> None:
    odd = repository.rename(repository.with_name('a:c "d"'))
    seen = tree(odd)
    assert await seen.names(await seen.snapshot()) == ["a.go"]


async def test_a_diff_of_foreign_bytes_is_text(repository: Path) -> None:
    seen = tree(repository)
    before = await seen.snapshot()
    (repository / "a.go").write_bytes(b"package \xe4\n")
    diff = await seen.diff(before, await seen.snapshot())
    assert "+package \ufffd" in diff
    diff.encode()
