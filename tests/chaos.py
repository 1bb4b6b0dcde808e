"""Runs that are killed at every turn, and what must hold of them in the end."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import dying
from repository import leftovers, of
from sixfold import events as ev
from sixfold.runner.store import RunFolder, Store
from sixfold.workspace.history import LOG, Integrated, read


def go(root: Path, *kinds: str) -> subprocess.CompletedProcess[str]:
    """A run in `root`, killed wherever `kinds` say and gone on with to its end."""
    words = [sys.executable, dying.__file__, *kinds]
    return subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)


def git(root: Path, *words: str) -> str:
    """What git says."""
    done = subprocess.run(["git", *words], cwd=root, check=True, capture_output=True, text=True)
    return done.stdout


def last_run(root: Path) -> RunFolder:
    """The only run there is."""
    (run,) = Store(root).runs()
    return run


def boundaries(root: Path, kind: str = "after") -> set[str]:
    """Where a run like the undisturbed one in `root` is to be killed, as `dying` calls it."""
    events = last_run(root).events()
    return {f"{kind} {dying.name_of(event)}" for event in events}


def check(root: Path, start: str, tree: str) -> list[ev.AnyEvent]:
    """That a run from `start` came to the files in `tree` with nothing lost or left; its events."""
    run = last_run(root)
    events = run.events()
    assert isinstance(events[-1], ev.RunEnded)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert git(root, "ls-tree", "-r", "HEAD") == tree
    assert set(git(root, "status", "--porcelain").splitlines()) <= {"?? artifacts/implement_info"}
    check_commits(root, start, events)
    check_kept(root, events)
    check_nothing_left(root, run)
    return events


def check_commits(root: Path, start: str, events: list[ev.AnyEvent]) -> None:
    """One commit and one end for each task, and no more commits than there were reasons for."""
    plan = next(iter(of(events, ev.PlanLoaded))).plan
    done = {e.task: e.commit for e in of(events, ev.TaskEnded) if e.outcome == "done"}
    ends = Counter(e.task for e in of(events, ev.TaskEnded) if e.outcome == "done")
    assert ends == Counter(task.id for task in plan.tasks)
    commits: list[Integrated] = read(git(root, *LOG, f"{start}..HEAD"))
    assert {one.task: one.commit for one in commits if one.task} == done
    fixes = [e.commit for e in of(events, ev.FixEnded) if e.outcome == "done"]
    assert [one.commit for one in commits if one.fix] == fixes
    assert len(commits) == len(done) + len(fixes)
    text = git(root, "show", f"HEAD:{plan.tasks_file}")
    assert text.count("- [X]") == len(plan.tasks)
    assert "- [ ]" not in text


def check_kept(root: Path, events: list[ev.AnyEvent]) -> None:
    """What attempts left that were killed is on the branches that were named, and on no other."""
    listed = git(root, "for-each-ref", "--format=%(refname:short)", "refs/heads/sixfold/")
    named = {e.branch for e in events if isinstance(e, ev.TaskEnded | ev.FixEnded)}
    assert set(listed.split()) == named - {""}


def check_nothing_left(root: Path, run: RunFolder) -> None:
    """No process, lock, worktree, or note of something begun."""
    assert leftovers(run.id) == []
    assert Store(root).live() is None
    assert git(root, "worktree", "list").count("\n") == 1
    known = root / ".git"
    assert [*known.rglob("*.lock"), *known.glob("sixfold-*"), *known.glob("worktrees/*")] == []
    assert [*(root / ".sixfold/worktrees").glob("*/*")] == []
    clean = [sys.executable, "-m", "sixfold", "clean"]
    told = subprocess.run(clean, cwd=root, check=True, capture_output=True, text=True).stdout
    assert "lock" not in told
    assert "worktree" not in told
