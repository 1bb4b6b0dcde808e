"""A run is killed by SIGKILL at every turn, gone on with each time, and ends as if undisturbed."""

import os
import signal
from pathlib import Path
from typing import NamedTuple

import pytest

import chaos
from repository import ONE, Repository, wait_for
from sixfold import events as ev
from sixfold.runner.journal import Journal

TASKS = """\
# Tasks

## Phase 1: Setup

- [ ] T001 [P] Write `a.txt`
- [ ] T002 [P] Add a line
- [ ] T003 [P] Add another
- [ ] T004 [P] See that nothing is to be done

## Phase 2: Polish

- [ ] T005 Write `b.txt`
- [ ] T006 Move `a.txt` to `c.txt`
"""
AGENT = """\
sleep 99 > /dev/null 2>&1 &
once=$(git rev-parse --git-common-dir)/once/$SIXFOLD_TASK; test -e "$once" && again=yes
mkdir -p "${once%/*}"
case "$SIXFOLD_KIND $SIXFOLD_TASK" in
"task T001") echo a > a.txt ;;
"task T002" | "task T003") echo $SIXFOLD_TASK >> same.txt; sort -o same.txt same.txt; sleep 0.1 ;;
conflict*) grep -v '^[<|=>]' same.txt | sort -u > new; mv new same.txt ;;
"task T004") echo '{"no_change": "nothing is"}' > "$SIXFOLD_RESULT" ;;
"task T005") touch bug.txt "$once"; test "$again" && echo b > b.txt ;;
"task T006") git mv a.txt c.txt && git commit -qm "Mine" ;;
fix*) rm bug.txt ;;
validate*) echo '{"requirements": [{"id": "FR-001", "verdict": "met", "evidence":
    [{"file": "c.txt", "line": 1}]}]}' > "$SIXFOLD_RESULT" ;;
esac
"""
CONFLICT = "ConflictFound"
"""It has a chain of its own: whose rival was joined in a life before finds none."""


def feature(root: Path) -> Repository:
    """In conflict, without a change, failing at first, committed, red and fixed, judged."""
    sh = {"protocol": "command", "command": ["sh", "-c", AGENT], "writable": [".git/once"]}
    return Repository(
        root,
        TASKS,
        spec=ONE,
        isolation="worktree",
        agents={"default": "sh", "sh": sh},
        attempts=2,
        gate={
            "command": ["sh", "-c", "test ! -f bug.txt"],
            "format": "lines",
            "fix_attempts": 50,
        },
    )


class Calm(NamedTuple):
    """A run that nobody killed."""

    root: Path
    tree: str
    """The files that the feature comes to, as git lists them."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Calm:
    repository = feature(tmp_path_factory.mktemp("undisturbed"))
    assert repository.run()[0] == 0
    return Calm(repository.root, repository.git("ls-tree", "-r", "HEAD"))


@pytest.mark.parametrize("kind", ["before:3", "after", "after-ConflictFound", "outside"])
def test_a_run_that_is_killed_at_every_turn_ends_as_if_undisturbed(
    kind: str, undisturbed: Calm, tmp_path: Path
) -> None:
    repository = feature(tmp_path)
    start = repository.git("rev-parse", "HEAD").strip()
    done = chaos.go(tmp_path, kind)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    chaos.check(tmp_path, start, undisturbed.tree)
    reached = set(done.stdout.splitlines())
    if kind in {"before:3", "after"}:
        missed = chaos.boundaries(undisturbed.root, kind.partition(":")[0]) - reached
        assert [place for place in missed if CONFLICT not in place] == []
    assert reached or kind == "outside"


def test_a_git_that_outlives_its_runner_does_no_harm(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write one\n", isolation="worktree")
    repository.write(".gitattributes", "slow.txt filter=slow\n")
    repository.write("slow.txt", "slow\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "slow")
    start = repository.git("rev-parse", "HEAD").strip()
    process = repository.start("run", "--headless")
    repository.live()
    repository.git("config", "filter.slow.smudge", "sleep 1; cat")
    worktrees = tmp_path / ".sixfold/worktrees"
    wait_for(lambda: [*worktrees.glob("*/T001.1/sixfold.yaml")])
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    repository.git("config", "filter.slow.smudge", "cat")
    done = repository.sixfold("run", "--headless", "--resume")
    assert done.returncode == 0, done.stderr
    chaos.check(tmp_path, start, repository.git("ls-tree", "-r", "HEAD"))


def test_a_line_that_lacks_but_its_end_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(ev.encode(ev.RunPaused(seq=1)).rstrip(b"\n"))
    journal = Journal(path)
    journal.append(ev.RunResumed())
    journal.close()
    again = Journal(path)
    again.close()
    assert [type(event) for event in again.events] == [ev.RunPaused, ev.RunResumed]
