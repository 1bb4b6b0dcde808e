"""What the words of the command line mean: options, and the run they name."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sixfold import events as ev
from sixfold.errors import UserError
from sixfold.runner.store import RunFolder, Store, find_root

if TYPE_CHECKING:
    from sixfold.runner.job import Options

OPTIONS = ("feature", "spec_info", "config", "agent", "slots", "stories", "context", "revalidate")
FLAGS = ("allow_dirty", "yes")


def options(asked: argparse.Namespace) -> Options:
    """The options of `run`, `plan` and those that take a part of them."""
    from sixfold.runner.job import Options  # noqa: PLC0415 - `status` and its like read no job

    given = {name: getattr(asked, name) for name in (*OPTIONS, *FLAGS) if hasattr(asked, name)}
    for name in ("spec_info", "config"):
        if given.get(name):
            given[name] = _file(asked.directory, given[name])
    return Options(directory=asked.directory, **given)


def _file(directory: Path, path: Path) -> Path:
    """A file that the command line names: in the directory of `-C`, else in the current one."""
    there = directory.absolute() / path
    return there if there.exists() else path.absolute()


def words(asked: argparse.Namespace) -> list[str]:
    """The same options as words for another `sixfold run`; paths are made absolute."""
    given = ["-C", str(asked.directory.absolute())]
    meant = options(asked)
    for name in ("feature", "spec_info", "config", "agent", "slots", "stories", "revalidate"):
        value = getattr(meant, name)
        if value is not None:
            given += [f"--{name.replace('_', '-')}", str(value)]
    given += [f"--{name.replace('_', '-')}" for name in FLAGS if getattr(meant, name)]
    return [*given, "--", meant.context] if meant.context else given


def store(asked: argparse.Namespace) -> Store:
    """The runs of the repository that is meant. Raises `UserError`."""
    return Store(find_root(asked.directory))


def find(runs: Store, name: str | None) -> RunFolder:
    """The run called `name`, or the last one. Raises `UserError`."""
    found = runs.find(name)
    if found is None:
        last = runs.find(None)
        what = f"no run {name}" if name else "no run has been started here"
        hint = f"the last one is {last.id}" if last else "start one with `sixfold run`"
        raise UserError(str(runs.path.parent), what, hint)
    return found


def recorded(asked: argparse.Namespace) -> RunFolder:
    """The run that is named: by a journal, by its folder, by its id, or the last one.

    Raises `UserError`.
    """
    if asked.run:
        path = _file(asked.directory, Path(asked.run))
        journal = path / "journal.jsonl" if path.is_dir() else path
        if journal.is_file():
            return RunFolder(journal.parent, journal.name)
        if "/" in asked.run:
            hint = "name a run of this repository, a journal, or the folder of a run"
            raise UserError(asked.run, "there is no journal", hint)
    return find(store(asked), asked.run)


def writes(run: RunFolder) -> bool:
    """Does a runner still write the run's journal."""
    above = run.path.absolute().parents  # runs, .sixfold, the repository
    live = Store(above[2]).live() if len(above) > 2 else None
    return live is not None and live.journal.exists() and run.journal.samefile(live.journal)


def shown(runs: Store, name: str | None) -> RunFolder:
    """The run to show: the one called `name`, else the live one, else the last.

    Raises `UserError`.
    """
    live = runs.live() if name is None else None
    return live or find(runs, name)


def journal(run: RunFolder) -> list[ev.AnyEvent]:
    """The events of a run, none of one that died at once. Raises `UserError` where it is broken."""
    try:
        return run.events()
    except (OSError, ValueError) as error:
        hint = "what stands before that line is a journal by itself"
        raise UserError(str(run.journal), str(error), hint) from error


def refuse_second(run: str) -> int:
    """Another run is live: say so; its exit code."""
    hint = "`sixfold attach` shows it, `sixfold stop` ends it"
    print(f"sixfold: run {run}: is live in this repository; {hint}", file=sys.stderr)
    return 3
