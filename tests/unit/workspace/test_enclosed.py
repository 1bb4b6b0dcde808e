"""An agent that is shut in commits on its branch, and reaches no other."""

import os
import subprocess
from pathlib import Path

import pytest

from commits import first_commit, git
from held import FOUND, needs_bwrap
from sixfold.agents.sandbox import TMP, Bounds, words
from sixfold.workspace.delivery import collect
from sixfold.workspace.enclosed import Reach, cell, enclose, enclose_shared, release
from sixfold.workspace.git import GitError, exclude
from sixfold.workspace.worktrees import Worktree, Worktrees

BRANCH = "sixfold/R/T001.1"


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    root = first_commit(tmp_path / "my répo", {"a.go": "package a\n"})
    await exclude(root)
    return root


@pytest.fixture
async def tree(root: Path) -> Worktree:
    return await Worktrees(root, "R", ()).add("T001.1", git(root, "rev-parse", "HEAD"))


def held(reach: Reach, cwd: Path, script: str) -> str:
    """What a shell says that is held within `reach`."""
    bounds = Bounds(
        writable=reach.writable, fixed=reach.fixed, instead={**reach.instead, TMP: reach.tmp}
    )
    command = [*words(FOUND.program, bounds, cwd), "sh", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@needs_bwrap
async def test_its_commits_are_taken_over_when_it_is_done(root: Path, tree: Worktree) -> None:
    git(root, "pack-refs", "--all", "--prune")
    reach = await enclose(tree)
    script = "echo 'package b' > b.go; git add -A; git commit -qm mine; git rev-parse HEAD"
    commit = held(reach, tree.path, f"{script}; git status --short; git log -1 --format=%s")
    assert commit.splitlines()[1:] == ["mine"], commit
    assert git(root, "rev-parse", BRANCH) == tree.start
    delivery = await collect(tree, tasks_file="tasks.md", message="T001: it\n")
    assert delivery.commit == git(root, "rev-parse", BRANCH) == commit.splitlines()[0]
    assert delivery.changed == ["b.go"]
    assert not cell(tree).exists()


@needs_bwrap
async def test_it_moves_no_branch_but_its_own(root: Path, tree: Worktree) -> None:
    other = await Worktrees(root, "R", ()).add("T002.1", tree.start)
    before = git(root, "for-each-ref")
    settings = (root / ".git/config").read_text()
    said = held(
        await enclose(tree),
        tree.path,
        "git commit -q --allow-empty -m x\n"
        "git branch -f main HEAD; git update-ref refs/heads/sixfold/R/T002.1 HEAD; git tag t\n"
        "git config a.b c; git config --worktree a.b c; git config core.hooksPath x\n"
        "d=$(git rev-parse --git-dir); echo /x > $d/commondir; rm $d/gitdir; rm -f .git\n"
        f"rm {root}/.git/worktrees/T002.1/HEAD; echo x > {root}/.git/hooks/pre-commit\n"
        f"rm -rf {root}/.git/objects/pack; echo {other.path} > {root}/a.go; git stash -q; true",
    )
    assert git(root, "for-each-ref") == before, said
    assert (root / ".git/config").read_text() == settings
    assert (root / "a.go").read_text() == "package a\n"
    assert (root / ".git/worktrees/T002.1/HEAD").exists()
    assert not (root / ".git/hooks/pre-commit").exists()
    assert (tree.record / "config.worktree").read_text() == ""
    assert (tree.record / "commondir").read_text() == "../..\n"
    assert git(tree.path, "rev-parse", "--abbrev-ref", "HEAD") == BRANCH


@needs_bwrap
async def test_a_merge_that_it_concluded_is_seen(root: Path, tree: Worktree) -> None:
    (root / "c.go").write_text("package c\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    tip = git(root, "rev-parse", "HEAD")
    said = held(await enclose(tree), tree.path, f"git merge -q --no-edit --no-ff {tip}")
    await release(tree)
    assert tip in git(root, "rev-list", BRANCH).split(), said


@pytest.mark.parametrize("what", ["link", "pipe", "words", "gone", "unknown"])
async def test_what_is_no_commit_is_not_taken_for_one(
    root: Path, tree: Worktree, what: str
) -> None:
    await enclose(tree)
    file = cell(tree) / "refs/heads" / BRANCH
    file.unlink()
    match what:
        case "link":
            file.symlink_to(root / ".git/refs/heads/main")
        case "pipe":
            os.mkfifo(file)
        case "words":
            file.write_bytes(b"ref: refs/heads/main\xff")
        case "unknown":
            file.write_text("0" * 39 + "1\n")
    (root / "c.go").write_text("package c\n")
    git(root, "add", ".")
    git(root, "commit", "-qm", "two")
    await release(tree)
    assert git(root, "rev-parse", BRANCH) == tree.start


async def test_a_branch_that_somebody_else_moved_is_not_moved_back(
    root: Path, tree: Worktree
) -> None:
    await enclose(tree)
    words = ("commit-tree", "HEAD^{tree}", "-p", "HEAD", "-m")
    theirs, own = git(root, *words, "theirs"), git(root, *words, "own")
    git(root, "update-ref", f"refs/heads/{BRANCH}", theirs)
    await release(tree)  # it left its branch alone
    assert git(root, "rev-parse", BRANCH) == theirs
    git(root, "update-ref", f"refs/heads/{BRANCH}", tree.start)
    await enclose(tree)
    (cell(tree) / "refs/heads" / BRANCH).write_text(f"{own}\n")
    git(root, "update-ref", f"refs/heads/{BRANCH}", theirs)
    with pytest.raises(GitError):
        await release(tree)
    git(root, "update-ref", f"refs/heads/{BRANCH}", tree.start)
    await release(tree)
    assert git(root, "rev-parse", BRANCH) == own


@needs_bwrap
async def test_in_a_shared_tree_it_commits_and_plants_nothing(root: Path, tmp_path: Path) -> None:
    reach = await enclose_shared(root, tmp_path / "cell")
    settings = (root / ".git/config").read_text()
    said = held(
        reach,
        root,
        "echo new > new.txt; git add -A; git commit -qm mine; git config a.b c\n"
        "rm -f .git/config; echo x > .git/hooks/pre-commit; mv .git away; echo x > /tmp/x",
    )
    assert git(root, "log", "-1", "--format=%s") == "mine", said
    assert (root / ".git/config").read_text() == settings
    assert not (root / ".git/hooks/pre-commit").exists()
