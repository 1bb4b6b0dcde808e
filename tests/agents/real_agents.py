"""Six real agents implement a small feature by a scripted model, with no way out to the world.

`python real_agents.py [AGENT ...]` installs the agents (npm, into .venv/agents). Then, for each,
`sixfold run --headless` has six of it at work at a time, in a network of its own that leads nowhere
but to loopback. What was seen of each is a line that begins with `passed` or `FAILED`. Exit code 1
where one failed, 2 where something that is needed is missing.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from agents import nowhere, trial
from agents.makers import MAKERS

SCRATCH = Path(__file__).resolve().parents[2] / ".venv/agents"
INSIDE = "SIXFOLD_TEST_AGENTS_INSIDE"


def main(names: list[str]) -> int:
    """Install, go into a network of our own, and try each agent."""
    if unknown := [name for name in names if name not in MAKERS]:
        print(f"no agent {unknown[0]} here; there are {', '.join(MAKERS)}", file=sys.stderr)
        return 2
    names = names or list(MAKERS)
    if INSIDE not in os.environ:
        return _install(names) or _go_inside(names)
    nowhere.set_up()
    passed = [_passed(name) for name in names]
    return 0 if all(passed) else 1


def _install(names: list[str]) -> int:
    for program in ("node", "npm", "unshare", "ip"):
        if not shutil.which(program):
            print(f"{program} is not on PATH: install it", file=sys.stderr)
            return 2
    SCRATCH.mkdir(parents=True, exist_ok=True)
    missing = [MAKERS[name].package for name in names if not _installed(MAKERS[name].package)]
    if missing:
        print("installing", *missing)
        quiet = ["--no-audit", "--no-fund", "--loglevel", "error"]
        command = ["npm", "install", *quiet, "--prefix", str(SCRATCH), *missing]
        return 2 if subprocess.run(command, check=False).returncode else 0
    return 0


def _installed(package: str) -> bool:
    return (SCRATCH / "node_modules" / package / "package.json").exists()


def _go_inside(names: list[str]) -> int:
    """This script again, where there is no network but loopback."""
    command = nowhere.inside(sys.executable, __file__, *names)
    return subprocess.run(command, env={**os.environ, INSIDE: "1"}, check=False).returncode


def _passed(name: str) -> bool:
    """Have an agent tried, and say how it went."""
    folder = Path(tempfile.mkdtemp(prefix=f"sixfold-{name}-"))
    seen = trial.run(name, folder, SCRATCH)
    wrong = seen.wrong()
    print(f"{'FAILED' if wrong else 'passed'}  {name}: {seen.figures()}", flush=True)
    for why in wrong:
        print(f"        {why}")
    if wrong:
        print(f"        everything is kept in {folder}")
    else:
        shutil.rmtree(folder)
    return not wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
