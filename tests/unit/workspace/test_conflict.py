"""A conflict is laid out for the attempt's own agent, and nothing of it passes undecided."""

import shutil
from pathlib import Path

import pytest

from sixfold.workspace.conflict import Conflict, present, unresolved
from sixfold.workspace.git import GitError
from together import TASKS, Together, bash, git, ticking

Files = dict[str, bytes | None]
OURS: Files = {"a.go": b"package a\n\n// one\n// MINE\n// three\n"}
THEIRS: Files = {"a.go": b"package a\n\n// one\n// YOURS\n// three\n", "new.go": b"package a\n"}


@pytest.fixture
def together(tmp_path: Path) -> Together:
    return Together(tmp_path / 'reposi tory "ä"')


async def clash(together: Together, ours: Files, theirs: Files) -> tuple[Path, Conflict]:
    """An attempt that delivered `ours` after `theirs` and a tick were integrated."""
    trunk = await together.open()
    integrated = together.deliver_all("T001.1", together.start, theirs)
    tree = (await trunk.merge(integrated)).tree
    await trunk.commit(tree, "T001\n", rewrite=ticking("T001"))
    together.deliver_all("T002.1", together.start, ours)
    path = trunk.path.with_name("T002.1")
    return path, await present(path, trunk.tip)


async def test_markers_show_both_sides_and_what_they_came_from(together: Together) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    assert (conflict.paths, conflict.marked, conflict.unmarked) == (["a.go"], ["a.go"], [])
    text = (path / "a.go").read_text()
    for line in ("<<<<<<< HEAD", "// MINE", "// two", "// YOURS", f">>>>>>> {conflict.tip}"):
        assert f"\n{line}\n" in text
    assert (path / "new.go").exists()
    assert b"[X] T001" in (path / TASKS).read_bytes()
    assert await unresolved(path, conflict) == ["a.go"]


async def test_a_conflict_that_is_decided_is_resolved(together: Together) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    together.write(path, "a.go", b"package a\n\n// one\n// MINE\n// YOURS\n// three\n")
    assert await unresolved(path, conflict) == []
    git(path, "add", "--all")
    assert await unresolved(path, conflict) == []
    git(path, "commit", "-qm", "merged by the agent")
    assert await unresolved(path, conflict) == []


@pytest.mark.parametrize(
    "left", [b"<<<<<<< HEAD\n", b"||||||| 1234567\n", b">>>>>>> 1234567\r\n", b"<<<<<<<<<< HEAD\n"]
)
async def test_half_of_the_markers_is_not_resolved(together: Together, left: bytes) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    together.write(path, "a.go", b"package a\n" + left)
    git(path, "add", "--all")
    assert await unresolved(path, conflict) == ["a.go"]


async def test_markers_are_found_where_a_file_was_moved(together: Together) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    (path / "a.go").rename(path / "mo\nved ä.go")
    assert await unresolved(path, conflict) == ["mo\nved ä.go"]


@pytest.mark.parametrize(
    "given_up",
    [
        "git merge --abort",
        "git reset -q --hard",
        "git checkout -q HEAD -- .",
        "git checkout -q HEAD -- new.go a.go specs || git rm -qf new.go; git checkout HEAD specs",
    ],
)
async def test_an_agent_that_gives_up_does_not_undo_what_others_did(
    together: Together, given_up: str
) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    bash(path, given_up)
    assert TASKS in await unresolved(path, conflict)


async def test_a_merge_that_was_called_off_decides_nothing(together: Together) -> None:
    path, conflict = await clash(together, OURS, {"a.go": THEIRS["a.go"]})
    git(path, "merge", "--abort")
    assert "a.go" in await unresolved(path, conflict)


async def test_what_others_deleted_and_a_task_changed_waits_for_a_decision(
    together: Together,
) -> None:
    path, conflict = await clash(together, {"old.go": b"package a\n\n// new\n"}, {"old.go": None})
    assert (conflict.marked, conflict.unmarked) == ([], ["old.go"])
    assert await unresolved(path, conflict) == ["old.go"]
    git(path, "add", "old.go")
    assert await unresolved(path, conflict) == []


async def test_to_delete_what_was_changed_is_a_decision(together: Together) -> None:
    path, conflict = await clash(together, {"old.go": None}, {"old.go": b"package a\n\n// new\n"})
    assert conflict.unmarked == ["old.go"]
    assert await unresolved(path, conflict) == ["old.go"]
    (path / "old.go").unlink()
    assert await unresolved(path, conflict) == []


async def test_a_binary_file_waits_for_a_decision(together: Together) -> None:
    path, conflict = await clash(together, {"data.bin": b"\0mine"}, {"data.bin": b"\0yours"})
    assert conflict.unmarked == ["data.bin"]
    assert await unresolved(path, conflict) == ["data.bin"]
    together.write(path, "data.bin", b"\0both")
    assert await unresolved(path, conflict) == []


async def test_a_file_that_a_folder_displaced_waits_under_another_name(
    together: Together,
) -> None:
    path, conflict = await clash(together, {"node/in.go": b"in\n"}, {"node": b"file\n"})
    displaced = f"node~{conflict.tip}"
    assert conflict.unmarked == [displaced]
    assert await unresolved(path, conflict) == [displaced]
    (path / displaced).rename(path / "node" / "file")
    assert await unresolved(path, conflict) == []


async def test_a_file_that_both_renamed_is_decided_by_its_new_names(together: Together) -> None:
    trunk = await together.open()
    tips = []
    for attempt, name in (("T001.1", "one.go"), ("T002.1", "two.go")):
        path = together.attempt(attempt, together.start)
        git(path, "mv", "old.go", name)
        git(path, "commit", "-qm", name)
        tips.append(git(path, "rev-parse", "HEAD").strip())
    conflict = await present(path, tips[0])
    assert conflict.paths == ["old.go", "one.go", "two.go"]
    assert conflict.unmarked == ["one.go", "two.go"]
    git(path, "rm", "-q", "--cached", "old.go")
    git(path, "rm", "-q", "one.go")
    git(path, "add", "two.go")
    assert await unresolved(path, conflict) == []
    assert trunk.tip == together.start


async def test_links_that_point_to_different_files_wait_for_a_decision(
    together: Together,
) -> None:
    paths = []
    for attempt in ("T001.1", "T002.1"):
        path = together.attempt(attempt, together.start)
        (path / "link").symlink_to(attempt)
        git(path, "add", ".")
        git(path, "commit", "-qm", "link")
        paths.append(path)
    conflict = await present(paths[1], git(paths[0], "rev-parse", "HEAD").strip())
    assert conflict.unmarked == ["link"]
    assert await unresolved(paths[1], conflict) == ["link"]
    (paths[1] / "link").unlink()
    (paths[1] / "link").symlink_to("both")
    assert await unresolved(paths[1], conflict) == []


async def test_a_second_conflict_follows_the_first(together: Together) -> None:
    path, _ = await clash(together, OURS, THEIRS)
    together.write(path, "a.go", b"package a\n\n// one\n// BOTH\n// three\n")
    trunk = together.trunk
    tree = together.tree_of(trunk.tip)
    parents = ["-p", "HEAD", "-p", trunk.tip]
    delivered = git(path, "commit-tree", tree, *parents, "-m", "delivered").strip()
    git(path, "update-ref", "HEAD", delivered)
    together.write(path, TASKS, b"what the agent wrote\n")
    (path / "ignored.log").write_text("kept")
    git(path, "add", "-f", "ignored.log")
    newer = together.deliver_all("T003.1", trunk.tip, {"a.go": b"package a\n\n// three\n"})
    await trunk.commit((await trunk.merge(newer)).tree, "T003\n")
    conflict = await present(path, trunk.tip)
    assert conflict.paths == []
    assert (path / "a.go").read_bytes() == b"package a\n\n// three\n"
    assert b"[X] T001" in (path / TASKS).read_bytes()
    assert (path / "ignored.log").read_text() == "kept"
    assert await unresolved(path, conflict) == []


async def test_a_persons_settings_do_not_resolve_anything(together: Together) -> None:
    for key, value in {
        "rerere.enabled": "true",
        "rerere.autoUpdate": "true",
        "merge.conflictStyle": "merge",
        "merge.renames": "false",
        "merge.ff": "only",
        "merge.verifySignatures": "true",
        "pull.twohead": "resolve",
        "color.ui": "always",
    }.items():
        git(together.root, "config", key, value)
    path, conflict = await clash(together, OURS, THEIRS)
    assert b"|||||||" in (path / "a.go").read_bytes()
    assert await unresolved(path, conflict) == ["a.go"]


async def test_a_worktree_without_its_git_file_is_an_error_and_not_the_persons(
    together: Together,
) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    (path / ".git").unlink()
    before = git(together.root, "status", "--porcelain")
    with pytest.raises(GitError, match="no worktree"):
        await present(path, conflict.tip)
    shutil.copytree(together.root / ".git", path / ".git")
    with pytest.raises(GitError, match="no worktree"):
        await unresolved(path, conflict)
    assert git(together.root, "status", "--porcelain") == before
    assert not (together.root / ".git" / "MERGE_HEAD").exists()


async def test_a_commit_that_cannot_be_merged_is_an_error(together: Together) -> None:
    path, _ = await clash(together, OURS, THEIRS)
    git(path, "checkout", "-q", "--orphan", "alone", "-f")
    git(path, "commit", "-q", "--allow-empty", "-m", "alone")
    with pytest.raises(GitError):
        await present(path, together.trunk.tip)


async def test_a_conflict_that_was_not_resolved_begins_anew(together: Together) -> None:
    path, conflict = await clash(together, OURS, THEIRS)
    together.write(path, "a.go", b"half way\n")
    git(path, "reset", "-q")
    again = await present(path, together.trunk.tip)
    assert again == conflict
    assert (path / "new.go").read_bytes() == b"package a\n"
