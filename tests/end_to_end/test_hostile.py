"""Agents that break every rule of conduct: nothing is lost, and nothing else is harmed."""

import subprocess
import sys
from pathlib import Path

from repository import TASKS, Repository, end_of, leftovers, of, outcomes
from sixfold import events as ev

AGENT = Path(__file__).with_name("hostile.py")
NUMBER = 13


def hostile(folder: Path) -> Repository:
    boxes = "".join(f"- [ ] T{n:03} [P] Do as you like\n" for n in range(1, NUMBER + 1))
    mine = {
        "protocol": "command",
        "command": [sys.executable, str(AGENT)],
        "env": {"LEDGER": str(folder / "ledger")},
    }
    root = folder / "repository"
    repository = Repository(
        root,
        f"# Tasks\n\n## Phase 1: Setup\n\n{boxes}\nThe end, without a line end",
        isolation="worktree",
        sandbox="off",  # so that nothing keeps them from it
        attempts=2,
        agents={"default": "mine", "mine": mine},
    )
    repository.git("branch", "main")
    repository.git("branch", "precious")
    repository.git("tag", "v1")
    for name in ("a.txt", "b.txt", "shared.txt"):
        repository.write(name, "".join(f"{name} {n}\n" for n in range(20)))
    repository.write(".gitignore", "*.log\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "two")
    repository.write("shared.txt", "my stash\n")
    repository.git("stash")
    subprocess.run(["git", "init", "-q", "--bare", str(folder / "origin")], check=True)
    repository.git("remote", "add", "origin", str(folder / "origin"))
    return repository


def lines_of(repository: Repository, *refs: str) -> set[str]:
    """Lines of agents that stand in the files of commits."""
    return set(repository.git("grep", "-a", "-h", "^line T", *refs).splitlines())


def own_branches(repository: Repository) -> set[str]:
    """Where a person's branches and tags are, but for those that agents move on purpose."""
    moved = {"001-x", "main", "decoy", "side-T001", "elsewhere-T005"}
    listed = repository.git(
        "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads", "refs/tags"
    )
    return {
        line
        for line in listed.splitlines()
        if not line.startswith("refs/heads/sixfold/")
        and line.split()[0].removeprefix("refs/heads/") not in moved
    }


def ticked(text: bytes, done: set[str]) -> bytes:
    for name in done:
        text = text.replace(f"[ ] {name}".encode(), f"[X] {name}".encode())
    return text


def test_whatever_agents_do_every_line_is_on_the_branch_or_on_a_kept_one(tmp_path: Path) -> None:
    repository = hostile(tmp_path)
    root, before = repository.root, repository.tasks.read_bytes()
    branches, stash = own_branches(repository), repository.git("rev-parse", "stash").strip()
    code, events = repository.run()
    assert (code, end_of(events).command) == (0, ""), events[-1]
    ended = of(events, ev.TaskEnded)
    kept = {event.branch for event in ended if event.branch}
    reasons = {(event.task, event.attempt): event.reason for event in ended if event.branch}
    assert reasons["T010", 1] == "killed by signal 9"
    assert "still in T011.txt" in reasons["T011", 1]

    delivered = set((tmp_path / "ledger").read_text().splitlines())
    assert delivered - lines_of(repository, "001-x", *kept) == set()
    lost_to_rival = "line T013.1 in T012.txt"
    assert lost_to_rival not in lines_of(repository, "001-x")
    assert f"+{lost_to_rival}" in repository.git("log", "-p", "--format=", "001-x").splitlines()
    assert {"a.txt 3", "b.txt 3"} <= {*repository.git("grep", "-h", " 3$", "001-x").splitlines()}

    done = {name for name, outcome in outcomes(events).items() if outcome == "done"}
    assert repository.git("show", f"001-x:{TASKS}").encode() == ticked(before, done)
    assert repository.tasks.read_bytes() == ticked(before, done)

    assert repository.git("symbolic-ref", "HEAD") == "refs/heads/001-x\n"
    assert repository.git("status", "--porcelain").split() == ["??", "artifacts/implement_info"]
    assert own_branches(repository) == branches
    assert stash in repository.git("reflog", "show", "--format=%H", "refs/stash").split()
    names = repository.git("ls-tree", "-r", "-z", "--name-only", "001-x").split("\0")
    assert not any(name.startswith((".sixfold", "secret.log")) for name in names)
    assert repository.git("ls-remote", "origin").split()[1::2] == ["refs/heads/pushed"]

    assert leftovers(events[0].run) == []  # type: ignore[union-attr]
    assert list((root / ".git").rglob("*.lock")) == []
    assert repository.git("worktree", "list").count("\n") == 1
    assert not list((root / ".sixfold/worktrees").rglob("T0*"))
