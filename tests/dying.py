"""`sixfold run`, killed again and again, until no place is left where it was not killed.

    python tests/dying.py KIND...

In the current directory a run is started, dies by SIGKILL at the first place where none died yet,
is gone on with, dies at the next, and so on to its end. Every place is printed as it is reached;
the exit code is that of the process that came through. Kinds of places:

- `before`, `torn`, `unended`, `after`: an event's line in the journal is not written, half written,
  written but for its end, written;
- `after-TYPE`: the same for events of one type alone;
- `git`, `done`: a git command is about to be run, and has been;
- `join`: as `git`, where it brings together what attempts left, or has the person's branch follow;
- `outside`: none, but somebody kills it 20 times whatever it is at.

`before:3` is every third of its places: the others are printed and lived through.

Processes are forked, as starting Python for each would take longer than all that they do.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sixfold import cli
from sixfold import events as ev
from sixfold.commands import run as _run  # noqa: F401 - once, not in every process
from sixfold.runner.journal import Journal
from sixfold.workspace import git as git_room

TOLD = ("task", "phase", "outcome", "cause", "verdict")
"""Fields that tell an event from others of its type."""
JOINING = ("joining", "trunk", "checkout", "move")
"""Modules whose git commands bring things together."""
MOST = 1000
"""Processes, before it is plain that they get nowhere."""
TIMES, LONGEST = 20, 1.5
"""How often somebody kills it, and how many seconds after its first event at most."""


class Places:
    """Places of some kinds, and which of them were reached, in a file that outlives us."""

    def __init__(self, kinds: set[str], path: Path) -> None:
        asked = (kind.partition(":") for kind in kinds)
        self._every = {kind: int(every or 1) for kind, _, every in asked}
        self._path = path
        self._known = set(path.read_text().splitlines()) if path.exists() else set[str]()

    def die_at(self, kind: str, place: str, last_act: Callable[[], Any] = lambda: None) -> None:
        """Die here, unless somebody did before."""
        name = f"{kind} {place}"
        if kind not in self._every or name in self._known:
            return
        before = sum(known.startswith(f"{kind} ") for known in self._known)
        self._known.add(name)
        with self._path.open("a") as file:
            file.write(f"{name}\n")
        print(name, flush=True)
        if before % self._every[kind]:
            return
        last_act()
        os.kill(os.getpid(), signal.SIGKILL)


def name_of(event: ev.AnyEvent) -> str:
    """An event as a place."""
    told = [f"{name}={getattr(event, name)}" for name in TOLD if hasattr(event, name)]
    return " ".join([type(event).__name__, *told])


def wire(places: Places) -> None:
    """Put the places where we may die into the journal and before and after git."""
    write, run = Journal._write, git_room.run

    def dying_write(journal: Journal, line: bytes) -> None:
        (event,) = ev.decode_journal([line, b""])
        name = name_of(event)
        places.die_at("before", name)
        places.die_at("torn", name, lambda: os.write(journal._file, line[: len(line) // 2]))
        places.die_at("unended", name, lambda: os.write(journal._file, line[:-1]))
        write(journal, line)
        places.die_at("after", name)
        places.die_at(f"after-{type(event).__name__}", name)

    async def dying_run(root: Path, *words: str, **more: Any) -> git_room.Done:
        name = f"{words[0]} of {called_by()}"
        places.die_at("git", name)
        if any(f"{room}." in name for room in JOINING):
            places.die_at("join", name)
        done = await run(root, *words, **more)
        places.die_at("done", name)
        return done

    Journal._write = dying_write  # type: ignore[method-assign, assignment]
    for module in list(sys.modules.values()):
        if getattr(module, "run", None) is run:
            module.run = dying_run  # type: ignore[attr-defined]


def called_by() -> str:
    """The lines of our code that led to a git command, the innermost last."""
    frame, names = sys._getframe(2), list[str]()
    while frame and len(names) < 4:
        path = frame.f_code.co_filename
        if "/sixfold/" in path and not path.endswith(("workspace/git.py", "uncut.py")):
            names.append(f"{Path(path).stem}.{frame.f_code.co_name}:{frame.f_lineno}")
        frame = frame.f_back  # type: ignore[assignment]
    return " ".join(reversed(names))


def live(kinds: set[str], path: Path) -> int:
    """One process, to its death or its end."""
    begun = any(Path(".sixfold/runs").glob("*/journal.jsonl"))
    words = ["run", "--headless", *(["--resume"] if begun else [])]
    try:
        wire(Places(kinds, path))
        return cli.main(words)
    except BaseException:  # noqa: BLE001 - it is told, as at the end of any program
        traceback.print_exc()
        return 70


def kill_at_work(child: int, seconds: float) -> None:
    """Kill a process so long after its first event, if it lives as long."""
    before = written()
    while written() == before:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.01)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)


def written() -> int:
    """Bytes in all journals."""
    return sum(path.stat().st_size for path in Path(".sixfold/runs").glob("*/journal.jsonl"))


def main(kinds: set[str]) -> int:
    """The exit code of the process that came through."""
    path = Path(".git/places")
    moments = random.Random(6)  # noqa: S311 - the same ones every time
    for number in range(MOST):
        child = os.fork()
        if not child:
            code = live(kinds, path)
            sys.stdout.flush()
            os._exit(code)
        if "outside" in kinds and number < TIMES:
            kill_at_work(child, moments.uniform(0, LONGEST))
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            return os.waitstatus_to_exitcode(status)
    return 71


if __name__ == "__main__":
    sys.exit(main(set(sys.argv[1:])))
