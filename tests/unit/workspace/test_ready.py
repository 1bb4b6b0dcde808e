"""What stands in the way of worktrees is refused before anything starts, with what to do."""

from collections.abc import Collection
from pathlib import Path

import pytest

from commits import first_commit, git, write
from sixfold.errors import UserError
from sixfold.workspace.git import exclude
from sixfold.workspace.ready import Readiness, refuse

TASKS = "specs/001-x/tasks.md"


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    files = {name: f"{name}\n" for name in ("a.go", "b.go", "pkg/c.go", TASKS)}
    root = first_commit(tmp_path / "my répo", files | {".gitignore": "*.log\n/notes/\n"})
    await exclude(root)
    return root


async def look(root: Path, own: Collection[str] = (), allow_dirty: bool = False) -> Readiness:
    where = {"tasks_file": TASKS, "feature_dir": "specs/001-x"}
    return await refuse(root, **where, own=own, allow_dirty=allow_dirty)


async def refused(root: Path) -> str:
    """Why, as one line; also where a dirty tree is allowed, which is no cure for the rest."""
    with pytest.raises(UserError) as error:
        await look(root, allow_dirty=True)
    assert "\n" not in str(error.value)
    return str(error.value)


async def test_a_clean_repository_is_ready(root: Path) -> None:
    write(root, "junk.log")
    write(root, ".sixfold/lock")
    assert await look(root) == Readiness([], [], tracked=True)


async def test_a_dirty_tree_is_refused_with_its_files_or_goes_on_without_them(root: Path) -> None:
    write(root, "a.go")
    write(root, "staged.go")
    git(root, "add", "staged.go")
    (root / "b.go").unlink()
    git(root, "mv", "pkg/c.go", "pkg/d e.go")
    write(root, "specs/001-x/new\nnotes.md")
    write(root, "other.txt")
    with pytest.raises(UserError) as error:
        await look(root)
    names = r"a.go, b.go, pkg/c.go, pkg/d e.go, 'specs/001-x/new\nnotes.md', staged.go"
    assert error.value.what == f"uncommitted changes in {names}"
    assert "--allow-dirty" in error.value.hint
    ready = await look(root, allow_dirty=True)
    assert ready.untracked == ["other.txt"]
    new = "specs/001-x/new\nnotes.md"
    assert ready.dirty == ["a.go", "b.go", "pkg/c.go", "pkg/d e.go", new, "staged.go"]


async def test_of_many_files_twenty_are_named(root: Path) -> None:
    for number in range(25):
        write(root, f"{number:02}.go")
    git(root, "add", ".")
    with pytest.raises(UserError, match=r"00\.go, 01\.go, .*, 19\.go and 5 more;"):
        await look(root)


async def test_our_own_files_never_count(root: Path) -> None:
    write(root, "sixfold.yaml", "agents: {}\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    write(root, "sixfold.yaml", "agents: {default: x}\n")
    write(root, "artifacts/spec_info")
    write(root, "artifacts/notes")
    own = ["sixfold.yaml", "artifacts/spec_info"]
    assert await look(root, own) == Readiness(["artifacts/"], [], tracked=True)
    assert await look(root, [*own, "artifacts/"]) == Readiness([], [], tracked=True)


async def test_nor_does_our_own_folder_before_the_first_run_has_git_ignore_it(root: Path) -> None:
    (root / ".git" / "info" / "exclude").unlink()
    write(root, ".sixfold/lock")
    assert await look(root) == Readiness([], [], tracked=True)


async def test_untracked_files_are_told_a_new_folder_as_one(root: Path) -> None:
    for name in ("new/one", "new/deep/two", "pkg/three", "specs/002-y/tasks.md", "four"):
        write(root, name)
    ready = await look(root)
    assert ready.untracked == ["four", "new/", "pkg/three", "specs/002-y/"]


async def test_a_feature_that_is_not_in_git_is_no_reason(root: Path) -> None:
    git(root, "rm", "-qr", "--cached", "specs")
    write(root, ".gitignore", "specs/\n")
    git(root, "commit", "-qam", "private")
    assert await look(root) == Readiness([], [], tracked=False)


async def test_a_feature_that_was_never_committed_is_dirty(root: Path) -> None:
    git(root, "rm", "-qr", "--cached", "specs")
    git(root, "commit", "-qm", "forgotten")
    assert await look(root, allow_dirty=True) == Readiness([], [TASKS], tracked=False)


async def test_without_a_commit_there_is_nothing_to_begin_at(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert "no commit yet; commit" in await refused(tmp_path)


async def test_a_bare_repository_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare")
    assert "bare" in await refused(tmp_path)


async def test_a_submodule_is_refused_by_name(root: Path) -> None:
    there = f"160000,{git(root, 'rev-parse', 'HEAD')},libs/süb"
    git(root, "update-index", "--add", "--cacheinfo", there)
    git(root, "commit", "-qm", "sub")
    assert "libs/süb is a submodule, " in (said := await refused(root))
    assert "isolation: shared" in said


async def test_a_sparse_checkout_is_refused(root: Path) -> None:
    git(root, "sparse-checkout", "set", "pkg")
    assert "sparse checkout; `git sparse-checkout disable`" in await refused(root)
    git(root, "sparse-checkout", "disable")
    assert (await look(root)).tracked


@pytest.mark.parametrize("work", ["merge", "rebase", "cherry-pick", "revert", "bisect"])
async def test_what_is_half_done_is_to_be_finished_first(root: Path, work: str) -> None:
    git(root, "switch", "-qc", "side")
    write(root, "a.go", "side\n")
    git(root, "commit", "-qam", "side")
    git(root, "switch", "-q", "main")
    write(root, "a.go", "main\n")
    git(root, "commit", "-qam", "main")
    match work:
        case "bisect":
            git(root, "bisect", "start")
        case "revert":
            write(root, "a.go", "later\n")
            git(root, "commit", "-qam", "later")
            git(root, "revert", "HEAD~1", code=1)
        case _:
            git(root, work, "side", code=1)
    assert f"a {work} is in progress; " in await refused(root)


async def test_a_branch_where_ours_have_to_be_is_refused(root: Path) -> None:
    git(root, "branch", "sixfold")
    assert "git branch -m sixfold NAME" in await refused(root)


async def test_an_old_git_is_refused(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.37.9\n")
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert "git version 2.37.9 is too old" in await refused(root)
