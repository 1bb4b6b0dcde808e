"""Odd repositories: a run does in them what it does in others, or is refused in one line."""

import subprocess
from pathlib import Path

import pytest

from repository import TASKS, Repository, end_of, leftovers
from sixfold import events as ev

TWO = """\
# Tasks

## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
"""


def odd(root: Path, tasks: str = TWO, **settings: object) -> Repository:
    return Repository(root, tasks, isolation=settings.pop("isolation", "worktree"), **settings)


def assert_runs(repository: Repository, *words: str) -> list[ev.AnyEvent]:
    """All is done, committed and in the checkout, and nothing is left over."""
    code, events = repository.run(*words)
    assert (code, end_of(events).command) == (0, ""), events[-1]
    assert b"- [ ]" not in repository.tasks.read_bytes()
    listed = repository.git("status", "--porcelain", "--untracked-files=all")
    assert set(listed.splitlines()) <= {"?? artifacts/implement_info"}
    kept = repository.git("branch", "--list", "sixfold/*").split()
    named = repository.git("branch", "--show-current").strip()
    run = events[0].run  # type: ignore[union-attr]
    assert kept == ([] if named else [f"sixfold/{run}/run"]), "else no branch holds the work"
    assert ".sixfold/worktrees" not in repository.git("worktree", "list")
    assert leftovers(run) == []
    return events


def assert_refused(repository: Repository, why: str) -> None:
    done = repository.sixfold("run", "--headless")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert why in done.stderr
    assert repository.store.runs() == []
    assert not (repository.root / ".sixfold/worktrees").exists()


def play(repository: Repository, **tasks: str) -> None:
    """A command for each task, committed."""
    repository.play({name: [{"run": command}] for name, command in tasks.items()})
    repository.git("commit", "-qam", "playbook")


def test_names_may_be_in_any_language(tmp_path: Path) -> None:
    tasks = """\
# Tasks

## Phase 1: Einrichtung — первая

- [ ] T001a Schreibe `größe/naïve.txt`
- [ ] T-026 Напиши `файл.txt`
"""
    repository = odd(tmp_path / "my 'ré\"po $HOME", tasks)
    repository.git("checkout", "-qb", "функция/ä'1")
    write = "mkdir -p größe; echo ä > größe/naïve.txt; echo b > 'with \" and space.txt'"
    play(repository, **{"T001a": write, "T-026": "echo ю > файл.txt; rm größe/naïve.txt"})
    assert_runs(repository)
    named = repository.git("-c", "core.quotePath=false", "ls-files", "-z").split("\0")
    assert {'with " and space.txt', "файл.txt"} <= set(named)
    assert "größe/naïve.txt" not in named
    assert repository.git("symbolic-ref", "HEAD").strip() == "refs/heads/функция/ä'1"


def test_nobody_named_and_every_setting_that_gets_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = odd(tmp_path / "repository")
    repository.write("a.txt", "one\ntwo\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "two")
    play(repository, T001="echo three >> a.txt", T002="printf 'x\\r\\ny\\r\\n' > b.txt")
    for name in ("pre-commit", "post-checkout", "reference-transaction", "post-index-change"):
        repository.write(f"../hooks/{name}", "#!/bin/sh\nexit 1\n")
        (tmp_path / "hooks" / name).chmod(0o755)
    for key, value in {
        "commit.gpgSign": "true",
        "gpg.program": "false",
        "core.hooksPath": str(tmp_path / "hooks"),
        "core.autocrlf": "true",
        "core.safecrlf": "true",
        "core.quotePath": "true",
        "status.showUntrackedFiles": "no",
        "status.relativePaths": "true",
        "merge.ff": "no",
        "diff.noprefix": "true",
        "diff.external": "false",
        "diff.renames": "copies",
        "color.ui": "always",
        "init.defaultBranch": "trunk",
        "extensions.worktreeConfig": "true",
        "core.repositoryFormatVersion": "1",
        "log.showSignature": "true",
        "log.follow": "true",
        "format.pretty": "oneline",
        "push.default": "current",
        "index.version": "4",
        "feature.manyFiles": "true",
        "checkout.defaultRemote": "nowhere",
        "alias.commit-tree": "!false",
        "user.useConfigOnly": "true",
    }.items():
        repository.git("config", key, value)
    for key in ("user.name", "user.email"):
        repository.git("config", "--unset", key)
    monkeypatch.setenv("HOME", str(tmp_path / "nobody"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("NAME", "EMAIL"):
        monkeypatch.delenv(f"GIT_AUTHOR_{name}", raising=False)
        monkeypatch.delenv(f"GIT_COMMITTER_{name}", raising=False)
    code, events = repository.run()
    assert (code, end_of(events).command) == (0, ""), events
    assert repository.git("cat-file", "blob", "HEAD:a.txt") == "one\ntwo\nthree\n"
    assert repository.git("cat-file", "blob", "HEAD:b.txt") == "x\ny\n"
    assert "Sixfold <sixfold@localhost>" in repository.git("cat-file", "commit", "HEAD")


@pytest.mark.parametrize("how", ["detached", "linked"])
def test_a_checkout_may_be_detached_or_a_linked_worktree(tmp_path: Path, how: str) -> None:
    repository = odd(tmp_path / "first")
    start = repository.git("rev-parse", "HEAD")
    if how == "detached":
        repository.git("checkout", "-q", "--detach")
    else:
        repository.git("worktree", "add", "-q", "-b", "002-y", str(tmp_path / "second"))
        first, repository.root = repository.root, tmp_path / "second"
        repository.tasks = repository.root / TASKS
        repository.store = type(repository.store)(repository.root)
    assert_runs(repository)
    assert repository.git("rev-parse", "001-x") == start
    assert repository.git("rev-list", "--count", f"{start.strip()}..HEAD") == "2\n"
    if how == "linked":
        assert not (first / "work-T001.txt").exists()


def test_line_ends_and_filters_are_those_of_the_repository(tmp_path: Path) -> None:
    repository = odd(tmp_path)
    repository.git("config", "filter.upper.clean", "tr a-z A-Z")
    repository.git("config", "filter.upper.smudge", "tr A-Z a-z")
    repository.git("config", "filter.upper.required", "true")
    repository.write(".gitattributes", "*.bat eol=crlf\n*.up filter=upper\n*.md eol=crlf\n")
    repository.write("one.bat", "a\r\n")
    repository.write("one.up", "words\n")
    repository.git("add", "--renormalize", ".")
    repository.git("add", ".")
    repository.git("commit", "-qm", "attributes")
    play(repository, T001="printf 'b\\r\\n' >> one.bat", T002="cat one.up one.up > two.up")
    repository.tasks.unlink()
    repository.git("checkout", "-q", "--", TASKS)
    assert b"\r\n" in repository.tasks.read_bytes()
    assert_runs(repository)
    assert repository.git("cat-file", "blob", "HEAD:one.bat") == "a\nb\n"
    assert repository.git("cat-file", "blob", "HEAD:two.up") == "WORDS\nWORDS\n"
    assert (tmp_path / "two.up").read_text() == "words\nwords\n"
    assert (tmp_path / "one.bat").read_bytes() == b"a\r\nb\r\n"
    assert b"\n" not in repository.tasks.read_bytes().replace(b"\r\n", b"")


def test_what_tools_need_comes_along_and_is_never_committed(tmp_path: Path) -> None:
    seen = "cat .env go.work tools/bin/gen tools/note.txt"
    repository = odd(
        tmp_path,
        isolation={"mode": "worktree", "copy": [".env", "go.work", "tools/**"]},
        gate={"command": ["sh", "-c", f"{seen} && git status --short"], "format": "lines"},
    )
    repository.write(".gitignore", ".env\n/go.work\ntools/bin/\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "ignore")
    write = f"{seen} > $SIXFOLD_TASK.txt; echo changed >> .env; echo changed >> tools/note.txt"
    play(repository, T001=write, T002=f"{write}; git add -f .env tools")
    held = {".env": "A\n", "go.work": "B\n", "tools/bin/gen": "C\n", "tools/note.txt": "D\n"}
    for name, text in held.items():
        repository.write(name, text)
    code, events = repository.run()
    assert (code, end_of(events).command) == (0, ""), events[-1]
    assert (tmp_path / "T001.txt").read_text() == "A\nB\nC\nD\n"
    assert (tmp_path / "T002.txt").read_text() == "A\nB\nC\nD\n"
    assert {name: (tmp_path / name).read_text() for name in held} == held
    assert repository.git("ls-files", *held) == ""


def test_a_list_that_git_ignores_is_ticked_where_it_is(tmp_path: Path) -> None:
    repository = odd(tmp_path)
    repository.write(".gitignore", "specs/\nartifacts/\n")
    repository.git("rm", "-rq", "--cached", "specs", "artifacts")
    repository.git("add", ".")
    repository.git("commit", "-qm", "specs are nobody's business")
    play(repository, T001="cp specs/001-x/tasks.md one.txt", T002="touch two.txt")
    assert_runs(repository)
    assert repository.tasks.read_text() == TWO.replace("[ ]", "[X]")
    assert (tmp_path / "one.txt").read_text() == TWO
    assert repository.git("ls-files", "specs") == ""


def test_of_a_shallow_clone_nothing_is_pushed_nor_is_it_run_in_a_folder(tmp_path: Path) -> None:
    upstream = odd(tmp_path / "upstream")
    upstream.write("deep/er/a.txt", "a\n")
    upstream.git("add", ".")
    upstream.git("commit", "-qm", "two")
    upstream.git("checkout", "-qb", "other")
    before = upstream.git("for-each-ref")
    clone = odd(tmp_path / "clone")
    subprocess.run(["rm", "-rf", str(clone.root)], check=True)
    where = upstream.root.as_uri()
    upstream.git("clone", "-q", "--depth=1", "-b", "001-x", where, str(clone.root))
    assert clone.git("rev-list", "--count", "HEAD") == "1\n"
    assert_runs(clone, "-C", "deep/er")
    assert clone.git("rev-list", "--count", "HEAD") == "3\n"
    assert upstream.git("for-each-ref") == before


def test_twenty_thousand_files_are_no_burden(tmp_path: Path) -> None:
    repository = odd(tmp_path, TWO.replace("[ ] T002", "[X] T002"))
    lines = ["commit refs/heads/001-x", "committer A <a@example.com> 1700000000 +0000"]
    lines += ["data 4", "many", "from refs/heads/001-x^0"]
    for n in range(20_000):
        lines += [f"M 100644 inline many/{n % 100}/{n}.txt", f"data {len(str(n))}", str(n)]
    subprocess.run(
        ["git", "fast-import", "--quiet"],
        cwd=tmp_path,
        input="\n".join([*lines, ""]).encode(),
        check=True,
    )
    repository.git("reset", "-q", "--hard")
    assert_runs(repository)  # which takes as long as git writes three checkouts
    assert repository.git("ls-files").count("\n") > 20_000


def test_a_submodule_is_refused(tmp_path: Path) -> None:
    repository = odd(tmp_path)
    head = repository.git("rev-parse", "HEAD").strip()
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{head},lib")
    repository.git("commit", "-qm", "submodule")
    (tmp_path / "lib").mkdir()
    assert_refused(repository, "lib is a submodule")


def test_a_sparse_checkout_is_refused(tmp_path: Path) -> None:
    repository = odd(tmp_path)
    repository.git("sparse-checkout", "set", "specs", "artifacts", ".specify")
    assert_refused(repository, "this is a sparse checkout")


def test_a_branch_that_takes_our_name_is_refused(tmp_path: Path) -> None:
    repository = odd(tmp_path)
    repository.git("branch", "-m", "sixfold")
    assert_refused(repository, "git branch -m sixfold NAME")
