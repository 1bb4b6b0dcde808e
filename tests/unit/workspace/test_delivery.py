"""All that an attempt left is on its branch, however it left it; the rest is told."""

import os
import shutil
from pathlib import Path

import pytest
from msgspec import structs

from commits import commit, first_commit, git, write
from sixfold.workspace.delivery import Delivery, collect
from sixfold.workspace.git import GitError, exclude
from sixfold.workspace.worktrees import Worktree, Worktrees

TASKS = "specs/001-x/tasks.md"


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    files = {name: f"package {name}\n" for name in ("a.go", "gone.go", "pkg/b.go", "forced.log")}
    files |= {TASKS: "- [ ] T001 it\n", ".gitignore": "*.log\n/secret\nout/\n"}
    root = first_commit(tmp_path / "my répo", files)
    await exclude(root)
    return root


@pytest.fixture
async def tree(root: Path) -> Worktree:
    return await add(root)


async def add(root: Path, *copied: str) -> Worktree:
    return await Worktrees(root, "R", copied).add("T001.1", git(root, "rev-parse", "HEAD"))


async def take(tree: Worktree) -> Delivery:
    """Collected twice: the second time must change nothing."""
    first = await collect(tree, tasks_file=TASKS, message="T001: it\n")
    second = await collect(tree, tasks_file=TASKS, message="T001: it\n")
    assert (second.commit, second.changed) == (first.commit, first.changed)
    assert not list(tree.record.glob("sixfold-*[!x]"))
    return first


def shown(tree: Worktree, commit: str, name: str) -> str:
    return git(tree.path, "show", f"{commit}:{name}")


def parents(tree: Worktree, commit: str) -> list[str]:
    return git(tree.path, "log", "-1", "--format=%P", commit).split()


def assert_settled(tree: Worktree, commit: str) -> None:
    assert git(tree.path, "symbolic-ref", "HEAD") == f"refs/heads/{tree.branch}"
    assert git(tree.path, "rev-parse", "HEAD") == commit
    assert git(tree.path, "status", "--porcelain") == ""
    assert "currently" not in git(tree.path, "status")


async def test_everything_left_is_one_commit_on_the_branch(tree: Worktree) -> None:
    write(tree.path, "a.go", "package z\n")
    write(tree.path, "new/c.go")
    (tree.path / "gone.go").unlink()
    (tree.path / "pkg" / "b.go").rename(tree.path / "pkg" / "moved.go")
    (tree.path / "new" / "c.go").chmod(0o755)
    (tree.path / "empty").mkdir()
    left = await take(tree)
    names = ["a.go", "gone.go", "new/c.go", "pkg/b.go", "pkg/moved.go"]
    assert (left.changed, left.left_out) == (names, [])
    assert parents(tree, left.commit) == [tree.base]
    assert shown(tree, left.commit, "a.go") == "package z"
    assert git(tree.path, "ls-tree", left.commit, "new/c.go").startswith("100755")
    assert git(tree.path, "log", "-1", "--format=%B", left.commit) == "T001: it"
    assert_settled(tree, left.commit)
    assert not (tree.path / ".sixfold").exists()


async def test_nothing_left_is_the_base(tree: Worktree) -> None:
    os.utime(tree.path / "a.go")
    assert await take(tree) == Delivery(tree.base, [], [])
    assert_settled(tree, tree.base)


async def test_an_edit_too_quick_for_the_clock_is_seen(tree: Worktree) -> None:
    path = tree.path / "a.go"
    times = path.stat()
    path.write_text(path.read_text().replace("package", "PACKAGE"))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (await take(tree)).changed == ["a.go"]


ODD = ["-f.go", "two\nlines", "a b", '"quoted"', ":(top)x", "日本.go", "*.go", "tab\t", "\\", "#x"]


async def test_odd_names_are_names_like_any_other(tree: Worktree) -> None:
    for name in ODD:
        write(tree.path, name)
    Path(os.fsdecode(os.fsencode(tree.path) + b"/bytes\xff")).write_text("x")
    assert set((await take(tree)).changed) == {*ODD, "bytes\udcff"}


async def test_links_and_files_and_folders_take_each_others_place(tree: Worktree) -> None:
    (tree.path / "a.go").unlink()
    write(tree.path, "a.go/inside")
    shutil.rmtree(tree.path / "pkg")
    write(tree.path, "pkg")
    (tree.path / "gone.go").unlink()
    (tree.path / "gone.go").symlink_to("/nowhere/at all")
    left = await take(tree)
    assert left.changed == ["a.go", "a.go/inside", "gone.go", "pkg", "pkg/b.go"]
    assert git(tree.path, "ls-tree", left.commit, "gone.go").startswith("120000")


async def test_line_ends_are_those_that_git_would_commit(root: Path) -> None:
    git(root, "config", "core.autocrlf", "true")
    git(root, "config", "core.safecrlf", "true")
    tree = await add(root)
    assert (tree.path / "a.go").read_bytes() == b"package a.go\r\n"
    (tree.path / "new.go").write_bytes(b"one\r\ntwo\n")
    left = await take(tree)
    assert left.changed == ["new.go"]
    assert shown(tree, left.commit, "new.go") == "one\ntwo"


@pytest.mark.parametrize("how", ["edited", "deleted", "moved", "a folder", "committed"])
async def test_the_tasks_file_stays_as_it_was(tree: Worktree, how: str) -> None:
    path = tree.path / TASKS
    match how:
        case "edited":
            path.write_text("- [X] T001 it\n")
        case "deleted":
            shutil.rmtree(tree.path / "specs")
        case "moved":
            git(tree.path, "mv", TASKS, "done.md")
        case "a folder":
            path.unlink()
            write(tree.path, f"{TASKS}/inside")
        case "committed":
            commit(tree.path, TASKS, "- [X] T001 it\n")
    left = await collect(tree, tasks_file=TASKS, message="m")
    assert TASKS in left.left_out
    assert left.changed == (["done.md"] if how == "moved" else [])
    assert shown(tree, tree.branch, TASKS) == "- [ ] T001 it" == path.read_text().strip()
    assert_settled(tree, git(tree.path, "rev-parse", tree.branch))
    again = await collect(tree, tasks_file=TASKS, message="m")
    assert (again.commit, again.changed) == (left.commit, left.changed)


async def test_the_agents_commits_stay_below_what_it_left(tree: Worktree) -> None:
    first = commit(tree.path, "one.go")
    second = commit(tree.path, "two.go")
    write(tree.path, "three.go")
    left = await take(tree)
    assert left.changed == ["one.go", "three.go", "two.go"]
    assert parents(tree, left.commit) == [second]
    assert first in git(tree.path, "rev-list", tree.branch)


async def test_where_the_agent_committed_all_nothing_is_added(tree: Worktree) -> None:
    head = commit(tree.path, "one.go")
    assert await take(tree) == Delivery(head, ["one.go"], [])


async def test_ignored_files_are_left_out_even_if_it_committed_them(tree: Worktree) -> None:
    write(tree.path, "junk.log")
    commit(tree.path, "own.log")
    write(tree.path, "added.log")
    git(tree.path, "add", "-f", "added.log")
    write(tree.path, "forced.log", "tracked, so not ignored\n")
    left = await take(tree)
    assert (left.changed, left.left_out) == (["forced.log"], ["added.log", "own.log"])
    assert (tree.path / "own.log").exists()


async def test_ignored_is_what_the_rules_say_now_or_said_at_the_base(root: Path) -> None:
    tree = await add(root)
    write(tree.path, ".gitignore", "*.tmp\n!secret\n")
    for name in ("secret", "out/x", "deep/y.log", "new.tmp", "new.go"):
        write(tree.path, name)
    left = await take(tree)
    assert left.changed == [".gitignore", "new.go"]
    assert left.left_out == ["deep/y.log", "out/x", "secret"]


async def test_rules_that_an_agent_hides_do_not_reveal_what_is_ignored(tree: Worktree) -> None:
    write(tree.path, "deep/.gitignore", ".gitignore\n!*.log\n")
    write(tree.path, "deep/x.log")
    assert await take(tree) == Delivery(tree.base, [], ["deep/x.log"])


async def test_copied_files_and_our_folder_are_never_committed(root: Path) -> None:
    for name in ("plain.env", "tools/x", "secret"):
        write(root, name)
    tree = await add(root, "plain.env", "tools/**", "secret")
    write(tree.path, "plain.env", "KEY=2\n")
    write(tree.path, "tools/new")
    write(tree.path, ".gitignore", "!/.sixfold\n")
    write(tree.path, ".sixfold/result.json")
    git(tree.path, "add", "-f", ".sixfold", "plain.env")
    left = await take(tree)
    assert (left.changed, left.left_out) == ([".gitignore", "tools/new"], ["plain.env"])
    assert (tree.path / ".sixfold" / "result.json").exists()


async def test_its_index_its_locks_and_its_flags_do_not_count(tree: Worktree) -> None:
    git(tree.path, "update-index", "--assume-unchanged", "a.go")
    git(tree.path, "update-index", "--skip-worktree", "gone.go")
    write(tree.path, "a.go", "package z\n")
    write(tree.path, "gone.go", "package z\n")
    git(tree.path, "rm", "-q", "--cached", "pkg/b.go")
    (tree.record / "index.lock").write_text("")
    (tree.record / "HEAD.lock").write_text("")
    (tree.record.parents[1] / f"refs/heads/{tree.branch}.lock").write_text("")
    left = await take(tree)
    assert left.changed == ["a.go", "gone.go"]
    (tree.record / "index").write_text("broken")
    assert (await take(tree)).commit == left.commit
    assert_settled(tree, left.commit)


async def test_on_another_branch_its_work_comes_all_the_same(root: Path, tree: Worktree) -> None:
    ours = commit(tree.path, "ours.go")
    git(tree.path, "switch", "-qc", "mine", tree.base)
    theirs = commit(tree.path, "mine.go")
    left = await take(tree)
    assert left.changed == ["mine.go"]
    assert parents(tree, left.commit) == [theirs, ours]
    assert git(root, "rev-parse", "mine") == theirs
    assert_settled(tree, left.commit)


async def test_a_head_that_left_our_history_is_no_parent(root: Path, tree: Worktree) -> None:
    git(tree.path, "checkout", "-q", "--orphan", "island")
    island = commit(tree.path, "island.go")
    left = await take(tree)
    assert (left.changed, parents(tree, left.commit)) == (["island.go"], [tree.base])
    assert git(root, "rev-parse", "island") == island


async def test_a_branch_that_it_deleted_is_there_again(tree: Worktree) -> None:
    git(tree.path, "checkout", "-q", "--detach")
    git(tree.path, "branch", "-qD", tree.branch)
    write(tree.path, "new.go")
    left = await take(tree)
    assert_settled(tree, left.commit)


async def test_a_rebase_halfway_loses_no_commit(tree: Worktree) -> None:
    commit(tree.path, "a.go", "first\n")
    ours = commit(tree.path, "a.go", "second\n")
    git(tree.path, "switch", "-qc", "other", tree.base)
    commit(tree.path, "a.go", "third\n")
    git(tree.path, "switch", "-q", tree.branch)
    git(tree.path, "rebase", "other", code=1)
    left = await take(tree)
    assert "<<<<<<<" in shown(tree, left.commit, "a.go")
    assert ours in git(tree.path, "rev-list", left.commit)
    assert_settled(tree, left.commit)


async def conflict(root: Path, tree: Worktree) -> tuple[Worktree, str]:
    """Both sides change a.go, the tip a file more; the tip is being merged into the worktree."""
    write(tree.path, "a.go", "ours\n")
    delivered = (await take(tree)).commit
    commit(root, TASKS, "- [X] T000\n- [ ] T001 it\n")
    commit(root, "sibling.go")
    tip = commit(root, "a.go", "theirs\n")
    git(tree.path, "merge", "--no-commit", "--no-ff", tip, code=1)
    return structs.replace(tree, base=tip), delivered


@pytest.mark.parametrize("committed", [True, False])
async def test_a_merge_of_a_newer_tip_has_both_for_parents(
    root: Path, tree: Worktree, committed: bool
) -> None:
    tree, delivered = await conflict(root, tree)
    write(tree.path, "a.go", "both\n")
    if committed:
        git(tree.path, "commit", "-qam", "merged")
    left = await take(tree)
    assert (left.changed, left.left_out) == (["a.go"], [])
    assert parents(tree, left.commit) == [delivered, tree.base]
    assert shown(tree, left.commit, TASKS).startswith("- [X] T000")
    assert_settled(tree, left.commit)


async def test_a_merge_that_was_given_up_does_not_undo_the_tip(root: Path, tree: Worktree) -> None:
    tree, delivered = await conflict(root, tree)
    git(tree.path, "merge", "--abort")
    left = await take(tree)
    assert left == Delivery(delivered, ["a.go"], [])
    merge = ("merge-tree", "--write-tree", "--name-only", left.commit, tree.base)
    joined, *conflicts = git(root, *merge, code=1).split("\n\n")[0].split("\n")
    assert conflicts == ["a.go"]
    assert "sibling.go" in git(root, "ls-tree", "--name-only", joined)


@pytest.mark.parametrize("born", [True, False])
async def test_a_repository_inside_is_delivered_as_files(tree: Worktree, born: bool) -> None:
    for name in ("inner", "inner/deeper", "pkg"):
        write(tree.path, f"{name}/x.go")
        git(tree.path / name, "init", "-q")
        if born:
            who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
            git(tree.path / name, "add", ".")
            git(tree.path / name, *who, "commit", "-qm", "mine")
    left = await take(tree)
    assert left.changed == ["inner/deeper/x.go", "inner/x.go", "pkg/x.go"]
    assert left.left_out == []
    kept = tree.path / ".sixfold" / "nested" / "inner" / "git.1"
    assert (kept / "HEAD").exists()


async def test_a_submodule_of_the_base_stays_as_it_is(root: Path) -> None:
    there = f"160000,{git(root, 'rev-parse', 'HEAD')},sub"
    git(root, "update-index", "--add", "--cacheinfo", there)
    git(root, "commit", "-qm", "sub")
    tree = await add(root)
    shutil.rmtree(tree.path / "sub")
    assert (await take(tree)).changed == []
    git(tree.path, "init", "-q", "sub")
    write(tree.path, "sub/x")
    assert (await take(tree)).changed == []


@pytest.mark.parametrize("how", ["gone", "its own", "a file"])
async def test_without_its_link_to_git_the_work_is_delivered(
    root: Path, tree: Worktree, how: str
) -> None:
    link = tree.path / ".git"
    link.unlink()
    if how == "its own":
        git(tree.path, "init", "-q")
        write(tree.path, "new.go")
        git(tree.path, "add", ".")
    if how == "a file":
        link.write_text("gitdir: /nowhere\n")
    write(tree.path, "new.go")
    left = await take(tree)
    assert left.changed == ["new.go"]
    assert_settled(tree, left.commit)
    assert git(root, "status", "--porcelain") == ""


async def test_a_worktree_that_is_gone_is_told_in_words(tree: Worktree) -> None:
    shutil.rmtree(tree.record)
    with pytest.raises(GitError, match=r"T001\.1 is gone, or git's record"):
        await collect(tree, tasks_file=TASKS, message="m")


async def test_what_cannot_be_read_is_named_and_the_rest_delivered(tree: Worktree) -> None:
    for name in ("new.go", "closed.go", "shut/x.go", "a.go"):
        write(tree.path, name)
    closed = [tree.path / name for name in ("closed.go", "shut", "a.go")]
    for path in closed:
        path.chmod(0)
    if os.access(closed[0], os.R_OK):
        pytest.skip("this user reads everything")
    left = await take(tree)
    assert left.changed == ["new.go"]
    assert left.left_out == ["a.go", "closed.go", "shut"]


async def test_what_is_no_file_does_not_stand_in_the_way(tree: Worktree) -> None:
    os.mkfifo(tree.path / "pipe")
    write(tree.path, "new.go")
    assert (await take(tree)).changed == ["new.go"]


async def test_nothing_of_the_persons_checkout_changes(root: Path, tree: Worktree) -> None:
    write(root, "a.go", "the person's\n")
    write(root, "staged.go")
    git(root, "add", "staged.go")
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")
    write(tree.path, "a.go", "the agent's\n")
    await take(tree)
    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")) == before
    assert (root / "a.go").read_text() == "the person's\n"


@pytest.mark.parametrize("how", ["reset", "checkout"])
async def test_an_agent_that_goes_back_does_not_undo_what_others_did(root: Path, how: str) -> None:
    git(root, "branch", "older")
    newest = commit(root, "theirs.go")
    tree = await add(root)
    words = {"reset": ("reset", "--hard", "HEAD~1"), "checkout": ("checkout", "older")}[how]
    git(tree.path, *words, "-q")
    ours = commit(tree.path, "ours.go")
    write(tree.path, "a.go", "mine\n")
    left = await take(tree)
    assert left.changed == ["a.go", "ours.go"]
    assert parents(tree, left.commit) == [ours]
    joined = git(root, "merge-tree", "--write-tree", newest, left.commit)
    assert git(root, "diff-tree", "-r", "--name-only", newest, joined).split() == left.changed
    assert (await take(tree)).commit == left.commit
    assert_settled(tree, left.commit)


async def test_commits_that_it_left_for_another_branch_are_not_forgotten(root: Path) -> None:
    git(root, "branch", "older")
    commit(root, "theirs.go")
    tree = await add(root)
    ours = commit(tree.path, "ours.go")
    git(tree.path, "checkout", "-q", "older")
    with pytest.raises(GitError, match="left commits on"):
        await take(tree)
    assert git(root, "rev-parse", tree.branch) == ours
