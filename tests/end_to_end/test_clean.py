"""`sixfold clean` and `sixfold doctor` in a repository where runs have left things."""

from pathlib import Path

from repository import Repository
from sixfold import events as ev

ONE = "- [ ] T001 Write one\n"


def leave(repository: Repository, run: str, *, finished: bool) -> None:
    """A run's branch and worktree, one attempt with work and one without."""
    folder = repository.store.path / "runs" / run
    folder.mkdir(parents=True)
    ended = ev.RunEnded(outcome="finished" if finished else "stopped", seq=1)
    (folder / "journal.jsonl").write_bytes(ev.encode(ended) + b"\n")
    for name in ("run", "T001.1", "T002.1"):
        place = f".sixfold/worktrees/{run}/{name}"
        repository.git("worktree", "add", "-q", "-b", f"sixfold/{run}/{name}", place)
    repository.write(f".sixfold/worktrees/{run}/T001.1/new.go", "package a\n")


def test_what_holds_nothing_goes_and_the_rest_is_named(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    repository.write(".git/info/exclude", "/.sixfold/\n")
    assert repository.sixfold("clean").stdout == "nothing is left over\n"
    assert "ok    leftovers      none" in repository.sixfold("doctor").stdout
    leave(repository, "r1", finished=True)
    leave(repository, "r2", finished=False)
    told = repository.sixfold("doctor")
    assert told.returncode == 0
    assert "`sixfold clean` removes those that hold nothing" in told.stdout

    dry = repository.sixfold("clean", "--dry-run")
    assert "would go worktree .sixfold/worktrees/r1/T002.1" in dry.stdout
    assert (tmp_path / ".sixfold/worktrees/r1/T002.1").exists()

    done = repository.sixfold("clean")
    assert done.returncode == 0, done.stderr
    for line in (
        "removed  worktree .sixfold/worktrees/r1/run",
        "removed  branch   sixfold/r2/T002.1",
        "kept     worktree .sixfold/worktrees/r1/T001.1: 1 file is in no branch",
        "kept     branch   sixfold/r2/run: its run can be resumed",
        "-> sixfold run --resume r2",
    ):
        assert line in done.stdout, done.stdout
    branches = repository.git("branch", "--list", "sixfold/*", "--format=%(refname:short)")
    assert branches.split() == ["sixfold/r1/T001.1", "sixfold/r2/T001.1", "sixfold/r2/run"]
    assert (tmp_path / ".sixfold/worktrees/r1/T001.1/new.go").exists()
    assert (tmp_path / ".sixfold/runs/r1/journal.jsonl").exists()
