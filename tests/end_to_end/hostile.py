"""An agent that breaks every rule of conduct; its task says in which way.

What it leaves on purpose are lines that nobody else writes; they stand in `LEDGER` too.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

TASK, KIND, ATTEMPT = (os.environ[f"SIXFOLD_{name}"] for name in ("TASK", "KIND", "ATTEMPT"))
TASKS = Path("specs/001-x/tasks.md")
SHARED = "shared.txt"
left: list[str] = []


def append(name: str, what: str = "") -> None:
    """A line of its own at the end of a file."""
    line = f"line {TASK}.{ATTEMPT} in {what or name}"
    with Path(name).open("a") as file:
        file.write(f"{line}\n")
    left.append(line)


def tell() -> None:
    with Path(os.environ["LEDGER"]).open("a") as file:
        file.write("".join(f"{line}\n" for line in left))


def git(*words: str) -> str:
    return subprocess.run(["git", *words], check=False, capture_output=True, text=True).stdout


def commit(*words: str) -> None:
    git("add", "--all")
    git("commit", "-qm", f"my own, {TASK}", *words)


def commits_in_all_ways() -> None:
    append(SHARED)
    commit()
    append("a.txt")
    commit()
    append("amended.txt")
    commit("--amend")
    git("checkout", "-qb", f"side-{TASK}", "HEAD~1")
    append("side.txt")
    commit()
    git("checkout", "-q", "-")
    git("merge", "-q", "--no-ff", "-m", "merge", f"side-{TASK}")


def moves_files_of_others() -> None:
    append(SHARED)
    git("mv", "a.txt", "moved.txt")
    git("rm", "-q", "b.txt")
    append("moved.txt")


def ticks_all_boxes() -> None:
    for name in (SHARED, "a.txt", "b.txt"):
        append(name)
    TASKS.write_text(TASKS.read_text().replace("[ ]", "[X]"))
    commit()


def deletes_the_list_detached() -> None:
    git("checkout", "-q", "--detach")
    TASKS.unlink()
    append(SHARED)
    commit()


def renames_the_list_elsewhere() -> None:
    git("checkout", "-qb", f"elsewhere-{TASK}")
    git("mv", str(TASKS), "todo.md")
    append("b.txt")
    commit()


def leaves_junk() -> None:
    Path("blob.bin").write_bytes(os.urandom(5_000_000))
    for name in ("with space.txt", "naïve.txt", 'quo"te.txt', "new\nline.txt", "-dash", ":(top)x"):
        append(name, f"odd name {name!r}")
    for born in (True, False):
        git("init", "-q", name := f"nested-{born}")
        append(f"{name}/file.txt")
        if born:
            git("-C", name, "add", ".")
            git("-C", name, "commit", "-qm", "nested")
    for name, target in {"out": "/etc", "up": "../../../..", "loop": "loop"}.items():
        Path(name).symlink_to(target)
    os.mkfifo("pipe")
    closed = Path("closed.txt")
    closed.write_text("nobody reads this\n")
    closed.chmod(0)
    Path("secret.log").write_text("ignored\n")
    git("add", "-f", "secret.log")
    (Path(git("rev-parse", "--absolute-git-dir").strip()) / "index.lock").touch()


def takes_git_away() -> None:
    append(SHARED)
    Path(".git").unlink()
    append("without git.txt")


def goes_to_main() -> None:
    git("checkout", "-q", "main")
    append("on main.txt")
    commit()


def wrecks() -> None:
    append("stashed.txt")
    git("stash", "-qu")
    left.clear()
    git("reset", "-q", "--hard", "HEAD~1")
    git("branch", "-f", "decoy", "HEAD")
    git("branch", "-f", "001-x", "HEAD")
    git("branch", "-D", "001-x")
    git("push", "-q", "origin", "HEAD:refs/heads/pushed")
    git("clean", "-qxdff")
    append("after all.txt")


def dies() -> None:
    append(SHARED)
    if ATTEMPT == "1":
        tell()
        os.kill(os.getpid(), signal.SIGKILL)


def wait_for(look: Callable[[], object]) -> None:
    until = time.monotonic() + 10
    while not look() and time.monotonic() < until:
        time.sleep(0.05)


def comes_too_late() -> None:
    """Behind its rival, so that there is a conflict."""
    name, others = f"{TASK}.txt", f"HEAD..sixfold/{os.environ['SIXFOLD_RUN']}/run"
    append(name)
    if ATTEMPT == "1":
        wait_for(lambda: git("rev-list", others, "--", name))


def rivals() -> None:
    for task in ("T011", "T012"):
        wait_for(Path("..", f"{task}.1").exists)
        append(f"{task}.txt")


def keeps_both_sides() -> None:
    listed = git("diff", "--name-only", "-z", "--diff-filter=U").split("\0")
    marks = (b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>")
    for path in (Path(name) for name in listed if name and Path(name).is_file()):
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(line for line in lines if not line.startswith(marks)))
    git("add", "--all")


def picks_its_own_side() -> None:
    git("checkout", "--ours", "--", ".")
    git("add", "--all")


def resolves_nothing() -> None:
    """As if there were no conflict."""


WAYS: dict[str, Callable[[], None]] = {
    "T001": commits_in_all_ways,
    "T002": moves_files_of_others,
    "T003": ticks_all_boxes,
    "T004": deletes_the_list_detached,
    "T005": renames_the_list_elsewhere,
    "T006": leaves_junk,
    "T007": takes_git_away,
    "T008": goes_to_main,
    "T009": wrecks,
    "T010": dies,
    "T011": comes_too_late,
    "T012": comes_too_late,
    "T013": rivals,
}
ANSWERS = {"T011": resolves_nothing, "T012": picks_its_own_side}

if KIND == "conflict":
    ANSWERS.get(TASK, keeps_both_sides)()
else:
    WAYS[TASK]()
    tell()
    shutil.rmtree(".sixfold", ignore_errors=True)
