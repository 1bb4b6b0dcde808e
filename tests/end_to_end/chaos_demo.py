"""The demonstration, killed at every event of its journal: a quarter of an hour, so no test.

    python tests/end_to_end/chaos_demo.py [KIND...]

The kinds of places where it dies are those of `tests/dying.py`; without any, `after`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import mkdtemp

sys.path.insert(0, str(Path(__file__).parents[1]))

import chaos
from sixfold.demo.build import build

SPEED = 100


def repository(folder: Path) -> str:
    """The demonstration's repository in `folder`; its first commit."""
    build(folder, speed=SPEED)
    return chaos.git(folder, "rev-parse", "HEAD").strip()


def main(kinds: list[str]) -> int:
    """0 where nothing was lost."""
    base = Path(mkdtemp(prefix="sixfold-chaos-"))
    calm, wild = base / "calm", base / "wild"
    repository(calm)
    chaos.go(calm).check_returncode()
    start = repository(wild)
    done = chaos.go(wild, *(kinds or ["after"]))
    (base / "places").write_text(done.stdout)
    (base / "said").write_text(done.stderr)
    print(f"{base}: {done.stdout.count(chr(10))} deaths, exit code {done.returncode}")
    if done.returncode:
        print(done.stderr[-2000:])
        return 1
    events = chaos.check(wild, start, chaos.git(calm, "ls-tree", "-r", "HEAD"))
    missed = chaos.boundaries(calm) - set(done.stdout.splitlines())
    print(f"{len(events)} events; never killed after: {sorted(missed) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
