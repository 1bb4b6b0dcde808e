"""`sixfold demo`: the main job, whole, on a sample feature in a fresh repository."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from sixfold.commands import run
from sixfold.demo.build import build
from sixfold.errors import UserError
from sixfold.runner.store import Store


def main(asked: argparse.Namespace) -> int:
    """Build the repository, run it like any other; without `--keep` it goes again afterwards."""
    if asked.keep is None:
        return _run_for_now(asked)
    if asked.keep.exists() and (not asked.keep.is_dir() or any(asked.keep.iterdir())):
        raise UserError(str(asked.keep), "is not an empty directory", "name a new one with --keep")
    code = _run(asked.keep, asked)
    again = f"sixfold -C {shlex.quote(str(asked.keep))}"
    print(f"the repository is in {asked.keep}; `{again} report` tells of its run", file=sys.stderr)
    return code


def _run_for_now(asked: argparse.Namespace) -> int:
    folder = Path(tempfile.mkdtemp(prefix="sixfold-demo-"))
    directory = folder / "word-count"
    try:
        return _run(directory, asked)
    finally:
        if Store(directory).live():
            print(f"its repository is {directory}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)
            print(
                "its repository is gone again; `sixfold demo --keep DIR` keeps it", file=sys.stderr
            )


def _run(directory: Path, asked: argparse.Namespace) -> int:
    directory.mkdir(parents=True, exist_ok=True)
    build(directory, speed=asked.speed)
    told = argparse.Namespace(
        directory=directory, headless=asked.headless, json=asked.json, wait=False, resume=None
    )
    return run.main(told)
