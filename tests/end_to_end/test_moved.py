"""A run goes on after its branch was moved meanwhile, or says in a line why it cannot."""

from pathlib import Path

import pytest

from repository import Repository, end_of, wait_for
from sixfold import events as ev

TWO = "- [ ] T001 Write `a.txt`\n- [ ] T002 Write `b.txt`\n"
UNTIL_GO = "until [ -e ../../../../.git/go ]; do sleep 0.05; done; echo b > b.txt"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """A run that was killed while its second task was at work, the first being done."""
    repository = Repository(tmp_path, TWO, isolation="worktree", sandbox="off")
    repository.play(
        {"T001": [{"write": {"path": "a.txt", "text": "a\n"}}], "T002": [{"run": UNTIL_GO}]}
    )
    repository.git("commit", "-qam", "playbook")
    process = repository.start("run", "--headless")
    repository.wait_for_event(ev.TaskStarted, task="T002")
    process.kill()
    process.communicate()
    wait_for(lambda: repository.store.live() is None)
    repository.write(".git/go", "")
    return repository


def resumed(repository: Repository) -> str:
    """Go on to the end, which must be that of all; where the work is."""
    code, events = repository.run("--resume")
    assert (code, end_of(events).outcome) == (0, "finished"), events[-3:]
    return next(event.branch for event in repository.store.runs()[0].events() if event.seq == 1)  # type: ignore[union-attr]


def test_a_person_committed_meanwhile(repository: Repository) -> None:
    repository.write("mine.txt", "mine\n")
    repository.git("add", "mine.txt")
    repository.git("commit", "-qm", "mine")
    branch = resumed(repository)
    files = repository.git("ls-tree", "--name-only", branch).split()
    assert {"a.txt", "b.txt", "mine.txt"} <= set(files)


def test_a_person_took_the_last_commit_off_the_branch(repository: Repository) -> None:
    repository.git("reset", "-q", "--hard", "HEAD~1")
    branch = resumed(repository)
    files = repository.git("ls-tree", "--name-only", branch).split()
    assert {"a.txt", "b.txt"} <= set(files), "the run's own branch had it"


def test_a_branch_that_is_gone_is_named_and_how_to_have_it_again(repository: Repository) -> None:
    repository.git("switch", "-q", "-c", "other")
    repository.git("branch", "-q", "-D", "001-x")
    done = repository.sixfold("run", "--headless", "--resume")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    run = repository.store.runs()[0]
    again = f"git switch -c 001-x sixfold/{run.id}/run"
    assert f"the run began on 001-x, which is gone; `{again}`" in done.stderr
    repository.git(*again.split()[1:])
    assert resumed(repository) == "001-x"


def test_the_runs_own_branch_and_worktree_are_gone(repository: Repository) -> None:
    run = repository.store.runs()[0]
    worktrees = repository.root / ".sixfold/worktrees"
    for tree in sorted(worktrees.glob("*/*")):
        repository.git("worktree", "remove", "--force", str(tree))
    for branch in repository.git("branch", "--format=%(refname:short)").split():
        if branch.startswith("sixfold/"):
            repository.git("branch", "-q", "-D", branch)
    assert resumed(repository) == "001-x"
    assert {"a.txt", "b.txt"} <= set(repository.git("ls-tree", "--name-only", "001-x").split())
    assert run.id == repository.store.runs()[-1].id


def test_the_list_was_edited_meanwhile(repository: Repository) -> None:
    text = repository.tasks.read_text()
    repository.tasks.write_text(f"{text}- [ ] T003 Write `c.txt`\n")
    repository.play(
        {
            "T002": [{"run": UNTIL_GO}],
            "T003": [{"write": {"path": "c.txt", "text": "c\n"}}],
        }
    )
    assert resumed(repository) == "001-x"
    assert "- [X] T003" in repository.tasks.read_text()
    assert (repository.root / "c.txt").exists()
