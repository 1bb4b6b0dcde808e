"""Where `sixfold test` tests: in the module, or the workspace, that the person stands in."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from msgspec import structs

from sixfold.config import Duration, GateSettings
from sixfold.errors import UserError
from sixfold.gate import toolchain
from sixfold.gate.command import survey
from sixfold.runner.store import find_root

A_DAY = 24 * 60 * 60.0
MOST_NAMED = 5
"""Modules that a message names."""


def top_of(directory: Path) -> Path | None:
    """The git repository that `directory` is in, if any. Raises `UserError` for no directory."""
    try:
        return find_root(directory)
    except UserError:
        if not directory.is_dir():
            raise
        return None


def module_of(directory: Path, top: Path | None) -> Path:
    """The module or workspace around `directory`, else in `top` the only one below.

    Raises `UserError` where there is none, or more than one.
    """
    here = directory.resolve()
    for folder in (here, *here.parents):
        if (folder / "go.work").is_file() or (folder / "go.mod").is_file():
            return folder
    for folder in dict.fromkeys((here, top)) if top else ():  # elsewhere there may be a whole disk
        below = sorted(survey(folder).sources.modules.values())
        if len(below) > 1:
            more = f" and {len(below) - MOST_NAMED} more" if len(below) > MOST_NAMED else ""
            what = f"{len(below)} modules and no go.work: {', '.join(below[:MOST_NAMED])}{more}"
            raise UserError(str(directory), what, "name one of them with -C")
        if below:
            return folder / below[0]
    hint = "run `go mod init`, or name a module with -C"
    raise UserError(str(directory), "no go.mod here or above", hint)


def workspace(root: Path) -> list[str]:
    """The patterns of all modules of the workspace at `root`; none where it is a mere module."""
    if not (root / "go.work").is_file():
        return []
    tools = toolchain.find(root)
    said = subprocess.run(
        [tools.go, "list", "-m", "-f", "{{.Dir}}"],
        cwd=root,
        env=tools.environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    return [rebased("./...", Path(folder), root) for folder in said.stdout.splitlines() if folder]


def rebased(word: str, directory: Path, root: Path) -> str:
    """A pattern of packages, or a file, as one in `directory` says it, for a command in `root`."""
    local = word in (".", "..") or word.startswith(("./", "../")) or word.endswith(".go")
    if not local:
        return word
    path = os.path.relpath(directory.resolve() / word, root.resolve())
    return path if path.startswith("..") else f"./{path}" if path != "." else "."


def patient(gate: GateSettings) -> GateSettings:
    """The settings; where nobody asked for any, go's own `-timeout` alone ends what hangs."""
    return structs.replace(gate, timeout=Duration(A_DAY)) if gate == GateSettings() else gate
