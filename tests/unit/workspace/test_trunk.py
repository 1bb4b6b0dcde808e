"""Results come together on the run's own branch, whole or not at all."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest

from sixfold.uncut import to_its_end
from sixfold.workspace.git import GitError
from sixfold.workspace.history import message
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.trunk import Revert, Reverts, Trunk
from together import OPEN, TASKS, Together, bash, git, opening, ticking


async def reverted(trunk: Trunk, reverts: list[Revert], rewrite: Rewrite) -> Reverts:
    done = await trunk.reverting(reverts, rewrite)
    if done.commits:
        await trunk.advance(done.commits[-1])
    return done


@pytest.fixture
def together(tmp_path: Path) -> Together:
    return Together(tmp_path / 'reposi tory "ä"')


async def integrate(together: Together, task: str, delivered: str) -> str:
    trunk = together.trunk
    joined = await trunk.merge(delivered)
    assert joined.conflicts == []
    await trunk.stage(joined.tree)
    said = message(f"{task}: it", task=task, run="r1", attempt=1)
    return await trunk.commit(joined.tree, said, rewrite=ticking(task))


async def test_a_delivery_becomes_one_commit_with_its_box_ticked(together: Together) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, new__go=b"package a\n")
    commit = await integrate(together, "T001", new)
    assert trunk.tip == commit
    assert together.is_at(commit)
    assert git(together.root, "rev-parse", f"{commit}^@").split() == [together.start]
    assert together.held(commit) == OPEN.replace(b"[ ] T001", b"[X] T001")
    assert (trunk.path / TASKS).read_bytes() == together.held(commit)
    assert (trunk.path / "new.go").exists()
    [seen] = await trunk.integrated(together.start)
    assert (seen.commit, seen.subject, seen.task) == (commit, "T001: it", "T001")
    assert (seen.attempt, seen.fix, seen.undoes) == (1, 0, "")
    assert seen.files == ["new.go", TASKS]


async def test_the_persons_checkout_branch_and_stash_stay_as_they_are(together: Together) -> None:
    (together.root / "a.go").write_text("edited\n")
    (together.root / "mine.txt").write_text("mine\n")
    git(together.root, "add", "mine.txt")
    before = git(together.root, "status", "--porcelain")
    trunk = await together.open()
    await integrate(together, "T001", together.deliver("T001.1", together.start, a__go=b"new\n"))
    await trunk.close(drop=False)
    assert git(together.root, "status", "--porcelain") == before
    assert git(together.root, "rev-parse", "001-x").strip() == together.start


async def test_a_task_that_changes_nothing_has_its_box_ticked_all_the_same(
    together: Together,
) -> None:
    trunk = await together.open()
    tree = together.tree_of(trunk.tip)
    commit = await trunk.commit(tree, "T002\n", rewrite=ticking("T002"))
    assert together.is_at(commit)
    assert b"[X] T002" in together.held(commit)
    tree = together.tree_of(commit)
    assert await trunk.commit(tree, "again\n", rewrite=ticking("T002")) == ""
    assert trunk.tip == commit


async def test_further_parents_are_joined_unless_they_are_there_already(
    together: Together,
) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, new__go=b"package a\n")
    tree = (await trunk.merge(new)).tree
    commit = await trunk.commit(tree, "T001\n", parents=[together.start, new])
    assert git(together.root, "rev-parse", f"{commit}^@").split() == [together.start, new]
    assert await trunk.commit(tree, "again\n", parents=[new]) == ""


async def test_a_repository_whose_tasks_are_not_in_git_works_too(together: Together) -> None:
    git(together.root, "rm", "-q", "--cached", TASKS)
    git(together.root, "commit", "-qm", "without")
    together.start = git(together.root, "rev-parse", "HEAD").strip()
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, new__go=b"package a\n")
    assert together.is_at(await integrate(together, "T001", new))
    [seen] = await trunk.integrated(together.start)
    assert seen.files == ["new.go"]


async def test_a_rewrite_that_fails_changes_nothing(together: Together) -> None:
    trunk = await together.open()

    def refuse(_: bytes) -> bytes:
        raise ValueError("no such task")

    with pytest.raises(ValueError, match="no such task"):
        await trunk.commit(together.tree_of(trunk.tip), "x\n", rewrite=refuse)
    assert together.is_at(together.start)


async def test_the_tasks_file_keeps_its_mode_and_every_foreign_byte(together: Together) -> None:
    odd = b"\xef\xbb\xbf- [ ] T001 \xff\xfe\r\n"
    together.write(together.root, TASKS, odd)
    (together.root / TASKS).chmod(0o755)
    git(together.root, "commit", "-qam", "odd")
    together.start = git(together.root, "rev-parse", "HEAD").strip()
    trunk = await together.open()
    tree = together.tree_of(trunk.tip)
    commit = await trunk.commit(tree, "T001\n", rewrite=ticking("T001"))
    assert together.held(commit) == odd.replace(b"[ ]", b"[X]")
    assert git(together.root, "ls-tree", commit, TASKS).startswith("100755")


async def test_a_branch_that_somebody_else_moved_is_not_written_over(together: Together) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, new__go=b"package a\n")
    git(together.root, "update-ref", f"refs/heads/{trunk.branch}", new)
    with pytest.raises(GitError, match="update-ref"):
        await trunk.commit(together.tree_of(trunk.tip), "x\n", rewrite=ticking("T001"))
    assert git(together.root, "rev-parse", trunk.branch).strip() == new
    assert trunk.tip == together.start


async def test_staging_leaves_ignored_and_kept_files_and_nothing_else(together: Together) -> None:
    trunk = await together.open()
    kept = [".env", "vendored/to ol*", "made.log"]
    junk = ["junk.txt", "vendored/to oly", "dir/.env", "deep/er/junk", "nested/.git/HEAD"]
    for name in [*kept, *junk]:
        together.write(trunk.path, name, b"x")
    (trunk.path / "a.go").write_text("broken")
    (trunk.path / "old.go").unlink()
    (trunk.path / "dir" / "b c.go").chmod(0o755)
    git(trunk.path, "add", "junk.txt", "a.go", "deep")
    await trunk.restore()
    assert together.trunk.tip == together.start
    status = git(trunk.path, "status", "--porcelain", "-uall", "--ignored", "-z").split("\0")
    assert sorted(filter(None, status)) == ["!! made.log", "?? .env", "?? vendored/to ol*"]


async def test_staging_puts_folders_in_the_place_of_files_and_back(together: Together) -> None:
    trunk = await together.open()
    new = together.deliver_all("T001.1", together.start, {"a.go": None})
    new = together.deliver_all("T001.1", new, {"a.go/inside.go": b"package a\n"})
    await trunk.stage(together.tree_of(new))
    assert (trunk.path / "a.go" / "inside.go").exists()
    together.write(trunk.path, "a.go/made.log", b"in the way")
    await trunk.restore()
    assert (trunk.path / "a.go").is_file()


# What does not join.


@pytest.mark.parametrize(
    ("ours", "theirs", "paths"),
    [
        ({"a.go": b"1\n"}, {"a.go": b"2\n"}, ["a.go"]),
        ({"n\new.go": b"1\n"}, {"n\new.go": b"2\n"}, ["n\new.go"]),
        ({"ä  b": b"1\n"}, {"ä  b": b"2\n"}, ["ä  b"]),
        ({"\udcff": b"1\n"}, {"\udcff": b"2\n"}, ["\udcff"]),
        ({"a.go": b"1\n"}, {"a.go": None}, ["a.go"]),
        ({"data.bin": b"\0a"}, {"data.bin": b"\0b"}, ["data.bin"]),
        ({"node": b"file\n"}, {"node/b.go": b"in\n"}, ["node"]),
        ({"node/b.go": b"in\n"}, {"node": b"file\n"}, ["node"]),
    ],
)
async def test_a_contradiction_names_its_paths_and_touches_nothing(
    together: Together,
    ours: dict[str, bytes | None],
    theirs: dict[str, bytes | None],
    paths: list[str],
) -> None:
    trunk = await together.open()
    first = together.deliver_all("T001.1", together.start, ours)
    tip = await integrate(together, "T001", first)
    second = together.deliver_all("T002.1", together.start, theirs)
    assert (await trunk.merge(second)).conflicts == paths
    assert together.is_at(tip)


async def test_renames_links_modes_and_submodules_contradict_too(together: Together) -> None:
    trunk = await together.open()
    first, second = (together.attempt(name, together.start) for name in ("T001.1", "T002.1"))
    for path, name in ((first, "new.go"), (second, "newer.go")):
        git(path, "mv", "old.go", name)
        (path / "link").symlink_to(name)
        fake = together.start if name == "new.go" else "1" * 40
        git(path, "update-index", "--add", "--cacheinfo", f"160000,{fake},module")
        git(path, "add", "link")
        git(path, "commit", "-qm", name)
    (first / "script").write_text("run\n")
    (first / "script").chmod(0o755)
    (second / "script").write_text("run\n")
    for path in (first, second):
        git(path, "add", "script")
        git(path, "commit", "-qm", "script")
    delivered = [git(path, "rev-parse", "HEAD").strip() for path in (first, second)]
    await integrate(together, "T001", delivered[0])
    assert (await trunk.merge(delivered[1])).conflicts == [
        *("link", "module", "new.go", "newer.go", "old.go", "script")
    ]


async def test_a_file_renamed_here_and_deleted_there_is_a_contradiction(
    together: Together,
) -> None:
    trunk = await together.open()
    first = together.attempt("T001.1", together.start)
    git(first, "mv", "old.go", "new.go")
    git(first, "commit", "-qm", "renamed")
    await integrate(together, "T001", git(first, "rev-parse", "HEAD").strip())
    second = together.deliver_all("T002.1", together.start, {"old.go": None})
    assert (await trunk.merge(second)).conflicts == ["new.go"]


async def test_a_new_file_in_a_folder_that_was_renamed_is_asked_about(together: Together) -> None:
    git(together.root, "config", "merge.directoryRenames", "true")
    trunk = await together.open()
    first = together.attempt("T001.1", together.start)
    git(first, "mv", "dir", "folder")
    git(first, "commit", "-qm", "renamed")
    await integrate(together, "T001", git(first, "rev-parse", "HEAD").strip())
    second = together.deliver_all("T002.1", together.start, {"dir/new.go": b"package dir\n"})
    assert (await trunk.merge(second)).conflicts == ["folder/new.go"]


async def test_a_folder_that_was_split_is_asked_about_though_no_file_is(together: Together) -> None:
    for name in ("x", "y"):
        together.write(together.root, f"two/{name}.go", f"package {name} {name * 99}\n".encode())
    git(together.root, "add", ".")
    git(together.root, "commit", "-qm", "two")
    together.start = git(together.root, "rev-parse", "HEAD").strip()
    trunk = await together.open()
    first = together.attempt("T001.1", together.start)
    for name in ("x", "y"):
        (first / f"part-{name}").mkdir()
        git(first, "mv", f"two/{name}.go", f"part-{name}/{name}.go")
    git(first, "commit", "-qm", "split")
    await integrate(together, "T001", git(first, "rev-parse", "HEAD").strip())
    second = together.deliver_all("T002.1", together.start, {"two/new.go": b"package two\n"})
    assert (await trunk.merge(second)).conflicts == ["two"]


async def test_a_commit_that_is_not_there_is_an_error(together: Together) -> None:
    trunk = await together.open()
    with pytest.raises(GitError, match="merge-tree"):
        await trunk.merge("1" * 40)


# What a person does meanwhile.


async def test_a_persons_commit_is_merged_and_their_text_gets_the_ticks(
    together: Together,
) -> None:
    trunk = await together.open()
    tree = together.tree_of(trunk.tip)
    await trunk.commit(tree, "T001\n", rewrite=ticking("T001"))
    together.write(together.root, TASKS, OPEN.replace(b"T001 one", b"T001 one, my words"))
    together.write(together.root, "mine.go", b"package a\n")
    git(together.root, "add", "--all")
    git(together.root, "commit", "-qm", "mine")
    theirs = git(together.root, "rev-parse", "HEAD").strip()
    before = trunk.tip
    assert await trunk.take_in(theirs, ticking("T001"), "merge\n") == []
    assert together.is_at(trunk.tip)
    assert together.held(trunk.tip) == OPEN.replace(b"[ ] T001 one", b"[X] T001 one, my words")
    assert git(together.root, "rev-parse", f"{trunk.tip}^@").split() == [before, theirs]
    assert await trunk.take_in(theirs, ticking("T001"), "merge\n") == []
    last = (await trunk.integrated(together.start))[-1]
    assert (last.task, last.fix, last.files) == ("", 0, ["mine.go", TASKS])


async def test_a_persons_commit_that_leaves_the_tasks_alone_keeps_the_ticks(
    together: Together,
) -> None:
    trunk = await together.open()
    await trunk.commit(together.tree_of(trunk.tip), "T001\n", rewrite=ticking("T001"))
    git(together.root, "commit", "-q", "--allow-empty", "-m", "nothing")
    theirs = git(together.root, "rev-parse", "HEAD").strip()
    assert await trunk.take_in(theirs, ticking("T001"), "merge\n") == []
    assert b"[X] T001" in together.held(trunk.tip)


@pytest.mark.parametrize(
    ("files", "paths"),
    [
        ({"a.go": b"mine\n", TASKS: b"- [ ] T001 mine\n"}, ["a.go"]),
        ({TASKS: None}, [TASKS]),
    ],
)
async def test_a_persons_commit_that_contradicts_changes_nothing(
    together: Together, files: dict[str, bytes | None], paths: list[str]
) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, a__go=b"theirs\n")
    tip = await integrate(together, "T001", new)
    for name, content in files.items():
        together.write(together.root, name, content)
    git(together.root, "commit", "-qam", "mine")
    theirs = git(together.root, "rev-parse", "HEAD").strip()
    assert await trunk.take_in(theirs, ticking("T001"), "merge\n") == paths
    assert together.is_at(tip)


# Taking back.


async def three(together: Together) -> list[str]:
    trunk = await together.open()
    contents: list[dict[str, bytes | None]] = [
        {"new.go": b"package a\n", "old.go": None},
        {"other.go": b"package a\n"},
        {"new.go": b"package a\n\nvar more = 1\n"},
    ]
    return [
        await integrate(
            together,
            f"T00{number}",
            together.deliver_all(f"T00{number}.1", trunk.tip, files),
        )
        for number, files in enumerate(contents, 1)
    ]


async def test_a_change_is_taken_back_and_its_box_opened(together: Together) -> None:
    first, second, third = await three(together)
    trunk = together.trunk
    said = [Revert(second, message("Undo T002", undo="T002"))]
    done = await reverted(trunk, said, opening("T002"))
    assert done.commits == [trunk.tip]
    assert together.is_at(trunk.tip)
    assert not (trunk.path / "other.go").exists()
    assert together.held(trunk.tip) == OPEN.replace(b"[ ]", b"[X]").replace(
        b"[X] T002", b"[ ] T002"
    )
    seen = await trunk.integrated(third)
    assert [(one.undoes, one.files) for one in seen] == [("T002", ["other.go", TASKS])]
    done = await reverted(
        trunk, [Revert(third, "3\n"), Revert(first, "1\n")], opening("T001", "T003")
    )
    assert len(done.commits) == 2
    assert together.tree_of(trunk.tip) == together.tree_of(together.start)


async def test_changes_that_others_build_on_are_taken_back_all_or_none(together: Together) -> None:
    first, second, third = await three(together)
    done = await reverted(together.trunk, [Revert(second, "2\n"), Revert(first, "1\n")], opening())
    assert (done.commits, done.conflicts) == ([], ["new.go"])
    assert together.is_at(third)
    assert together.trunk.tip == third


async def test_a_task_that_changed_nothing_is_taken_back_by_its_box(together: Together) -> None:
    trunk = await together.open()
    ticked = await trunk.commit(together.tree_of(trunk.tip), "T001\n", rewrite=ticking("T001"))
    done = await reverted(trunk, [Revert(ticked, "undo\n")], opening("T001"))
    assert done.commits == [trunk.tip]
    assert together.held(trunk.tip) == OPEN


async def test_what_is_not_on_the_branch_cannot_be_taken_back(together: Together) -> None:
    trunk = await together.open()
    other = together.deliver("T001.1", together.start, a__go=b"x\n")
    with pytest.raises(GitError, match="is not on sixfold/r1/run"):
        await reverted(trunk, [Revert(other, "x\n")], opening())


# Deaths.


DEATHS = {
    "locks": 'touch "$RECORD"/{index,HEAD}.lock "$REFS/run.lock"',
    "locked": 'echo initializing > "$RECORD/locked"',
    "detached": "git checkout -q --detach",
    "another branch": "git checkout -q -b other",
    "half checked out": "rm a.go; touch new; mkdir -p b",
    "nothing checked out": 'rm -r * .gitignore "$RECORD/index"',
    "broken index": 'echo "DIRC broken" > "$RECORD/index"',
    "no folder": 'rm -r "$PWD"',
    "no folder, locked": 'rm -r "$PWD"; echo initializing > "$RECORD/locked"',
    "no .git": "rm .git",
    "no HEAD": 'rm "$RECORD/HEAD"',
    "no record": 'rm -r "$RECORD"',
}


async def test_whatever_a_death_left_is_put_right(together: Together) -> None:
    trunk = await together.open()
    tree = together.tree_of(trunk.tip)
    for name, death in DEATHS.items():
        record = git(trunk.path, "rev-parse", "--absolute-git-dir").rstrip("\n")
        refs = str(together.root / ".git" / "refs" / "heads" / "sixfold" / "r1")
        bash(trunk.path, death, RECORD=record, REFS=refs)
        tip, trunk = trunk.tip, together.again()
        await trunk.open("no commit, and none is needed")
        assert trunk.tip == tip, name
        assert together.is_at(tip), name
        listed = git(together.root, "worktree", "list", "--porcelain")
        assert listed.count("worktree ") == 2, name
        await trunk.commit(tree, f"{name}\n", rewrite=lambda data: data + b"\n")
        assert together.is_at(trunk.tip), name
        tree = together.tree_of(trunk.tip)
    assert git(together.root, "status", "--porcelain") == ""


async def test_a_killed_runner_leaves_the_old_commit_or_the_new_one(
    together: Together, monkeypatch: pytest.MonkeyPatch
) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, new__go=b"package a\n")
    tree = (await trunk.merge(new)).tree
    seen: set[str] = set()
    real = subprocess.run
    for steps in range(30):
        left = steps

        def dying(*words: object, **options: object) -> object:
            nonlocal left
            left -= 1
            if left < 0:
                raise KeyboardInterrupt
            return real(*words, **options)  # type: ignore[call-overload]

        await trunk.open(together.start)
        monkeypatch.setattr(subprocess, "run", dying)
        died = False
        try:
            await asyncio.to_thread(asyncio.run, commit(trunk, tree))
        except (KeyboardInterrupt, GitError):
            died = True
        monkeypatch.setattr(subprocess, "run", real)
        after = together.again()
        await after.open(together.start)
        assert together.is_at(after.tip)
        seen.add(together.tree_of(after.tip))
        if not died:
            break
        git(together.root, "update-ref", f"refs/heads/{trunk.branch}", together.start)
    assert steps > 8
    assert len(seen) == 2


async def commit(trunk: Trunk, tree: str) -> None:
    await trunk.stage(tree)
    await trunk.commit(tree, "T001\n", rewrite=ticking("T001"))


async def test_without_its_git_file_the_trunk_never_takes_the_persons_repository(
    together: Together,
) -> None:
    trunk = await together.open()
    (together.root / "a.go").write_text("edited\n")
    (trunk.path / ".git").unlink()
    with pytest.raises(GitError, match="no worktree of this repository"):
        await trunk.stage(trunk.tip)
    assert (together.root / "a.go").read_text() == "edited\n"


async def test_a_copy_of_the_repository_never_touches_the_first(
    together: Together, tmp_path: Path
) -> None:
    await together.open()
    shutil.copytree(together.root, tmp_path / "copy", symlinks=True)
    copied = Trunk(tmp_path / "copy", "r1", TASKS)
    await copied.open(together.start)
    await copied.commit(together.tree_of(together.start), "T001\n", rewrite=ticking("T001"))
    assert together.is_at(together.start)
    assert git(copied.path, "rev-parse", "HEAD").strip() == copied.tip


async def test_a_repository_that_was_moved_is_opened_where_it_is(
    together: Together, tmp_path: Path
) -> None:
    await together.open()
    moved = Trunk(together.root.rename(tmp_path / "moved"), "r1", TASKS)
    await moved.open(together.start)
    assert (moved.path / "a.go").exists()
    assert git(moved.path, "rev-parse", "--show-toplevel").strip() == str(moved.path)


async def test_a_branch_that_a_person_looks_at_is_not_moved_below_them(together: Together) -> None:
    trunk = await together.open()
    await trunk.close(drop=False)
    git(together.root, "switch", "-q", trunk.branch)
    with pytest.raises(GitError, match=r"is checked out in .*; switch that to another"):
        await trunk.open(together.start)


async def test_a_cancelled_commit_is_ended_before_it_is_heard(together: Together) -> None:
    trunk = await together.open()
    work = asyncio.create_task(
        trunk.commit(together.tree_of(trunk.tip), "T001\n", rewrite=ticking("T001"))
    )
    for _ in range(3):
        await asyncio.sleep(0.005)
        work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert trunk.tip != together.start
    assert together.is_at(trunk.tip)


async def test_a_cancellation_is_heard_though_the_work_fails() -> None:
    @to_its_end
    async def fail() -> None:
        await asyncio.sleep(0.01)
        raise GitError("no")

    work = asyncio.create_task(fail())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work


async def test_closing_takes_the_worktree_and_with_drop_the_branch(together: Together) -> None:
    trunk = await together.open()
    await trunk.close(drop=False)
    assert not trunk.path.exists()
    assert git(together.root, "rev-parse", trunk.branch).strip() == together.start
    for _ in range(2):
        await trunk.close(drop=True)
    assert git(together.root, "branch", "--list", "sixfold/*") == ""
    assert git(together.root, "worktree", "list", "--porcelain").count("worktree ") == 1


async def test_a_branch_that_somebody_moved_is_not_dropped(together: Together) -> None:
    trunk = await together.open()
    new = together.deliver("T001.1", together.start, a__go=b"x\n")
    git(together.root, "update-ref", f"refs/heads/{trunk.branch}", new)
    with pytest.raises(GitError):
        await trunk.close(drop=True)
    assert git(together.root, "rev-parse", trunk.branch).strip() == new


# What is said and shown.


async def test_a_persons_settings_do_not_change_what_is_written_and_read(
    together: Together,
) -> None:
    new = together.deliver_all("T001.1", together.start, {"ä.go": b"package a\n"})
    for key, value in {
        "i18n.commitEncoding": "ISO-8859-1",
        "i18n.logOutputEncoding": "ISO-8859-1",
        "log.showSignature": "true",
        "trailer.separators": "=",
        "color.ui": "always",
        "diff.noprefix": "true",
        "diff.external": "false",
        "commit.gpgSign": "true",
        "merge.conflictStyle": "zdiff3",
        "status.showUntrackedFiles": "no",
    }.items():
        git(together.root, "config", key, value)
    git(together.root, "config", "--unset", "user.email")
    git(together.root, "config", "--unset", "user.name")
    trunk = await together.open()
    tree = (await trunk.merge(new)).tree
    commit = await trunk.commit(tree, message("Größe …", task="Ä1", attempt=2))
    raw = git(together.root, "cat-file", "commit", commit)
    assert "encoding" not in raw
    [seen] = await trunk.integrated(together.start)
    assert (seen.subject, seen.task, seen.attempt, seen.files) == ("Größe …", "Ä1", 2, ["ä.go"])
    diff = await trunk.diff(together.start, commit)
    assert diff.startswith("diff --git a/ä.go b/ä.go\n")


async def test_a_diff_finds_renames_and_keeps_to_the_paths_asked_for(together: Together) -> None:
    trunk = await together.open()
    path = together.attempt("T001.1", together.start)
    git(path, "mv", "old.go", "new.go")
    together.write(path, "*.go", b"package \xe4\n")
    git(path, "add", ".")
    git(path, "commit", "-qm", "x")
    after = git(path, "rev-parse", "HEAD").strip()
    whole = await trunk.diff(together.start, after)
    assert "rename from old.go" in whole
    assert "+package \ufffd" in whole
    assert "old.go" not in await trunk.diff(together.start, after, ["*.go"])


async def test_a_long_diff_is_cut(together: Together, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sixfold.workspace.tree.LONGEST_DIFF", 100)
    trunk = await together.open()
    after = together.deliver("T001.1", together.start, a__go=b"x" * 500)
    diff = await trunk.diff(together.start, after)
    assert len(diff.partition("\n[cut: ")[0]) == 100


def test_a_message_has_its_trailers_last() -> None:
    assert message("T001: Add", task="T001", run="r1", fix=0, agent="") == (
        "T001: Add\n\nSixfold-Task: T001\nSixfold-Run: r1\n"
    )


def test_a_long_subject_is_cut_and_stands_in_full_below() -> None:
    title = "T001: " + "word " * 30
    subject, _, below = message(title, fix=3).partition("\n\n")
    assert len(subject) <= 72
    assert subject.endswith("word…")
    assert below == f"In full: {title.strip()}\n\nSixfold-Fix: 3\n"


@pytest.mark.parametrize(
    "title",
    [
        "Add\n\nSixfold-Task: T999\nSixfold-Fix: 7",
        "Sixfold-Task: T999",
        "Sixfold-Task: T999 " + "x" * 99,
        "x" * 99 + "\nSixfold-Task: T999",
        "x\r\rSixfold-Task: T999\u2028\u2028Sixfold-Fix: 7\x1b[31m\u202e\udcff\0\x01",
        "# of things",
    ],
)
async def test_what_a_task_is_called_cannot_pass_for_a_trailer(
    together: Together, title: str
) -> None:
    trunk = await together.open()
    tree = together.tree_of(trunk.tip)
    for said in (message(title, run="r1"), message(title), message("x", run=title)):
        assert said.isascii() or said.replace("…", "").isascii()
        assert not said.startswith("#")
        await trunk.commit(tree, said, rewrite=lambda data: data + b"\n")
        tree = together.tree_of(trunk.tip)
    seen = await trunk.integrated(together.start)
    assert [(one.task, one.fix) for one in seen] == [("", 0)] * 3
    found = git(together.root, "log", "--format=%(trailers:key=Sixfold-Task)", trunk.tip)
    assert found.strip() == ""


async def test_a_branch_that_somebody_moved_is_put_back_and_their_commit_kept(
    together: Together,
) -> None:
    trunk = await together.open()
    (trunk.path / "theirs.go").write_text("package a\n")
    git(trunk.path, "add", "--all")
    git(trunk.path, "commit", "-qm", "in the wrong place")
    theirs = git(trunk.path, "rev-parse", "HEAD").strip()
    assert theirs[:10] in await trunk.heal()
    assert git(together.root, "rev-parse", trunk.branch).strip() == trunk.tip
    assert git(together.root, "rev-parse", f"{trunk.branch}-{theirs[:10]}").strip() == theirs
    assert together.is_at(trunk.tip)
    assert await trunk.heal() == ""


async def test_a_worktree_that_somebody_removed_is_made_anew(together: Together) -> None:
    trunk = await together.open()
    shutil.rmtree(trunk.path)
    assert "put right" in await trunk.heal()
    assert together.is_at(trunk.tip)
    git(trunk.path, "checkout", "-q", "--detach")
    assert await trunk.heal() != ""
    assert git(trunk.path, "symbolic-ref", "HEAD").strip() == f"refs/heads/{trunk.branch}"
