"""The files that `sixfold test` leaves for others: the stream of go, and JUnit XML."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sixfold import events as ev
from sixfold.errors import UserError
from sixfold.gate import junit
from sixfold.gate.archive import copy_records


def check(path: Path) -> None:
    """Raise `UserError` where no file could be written at `path`; nothing stays there."""
    there = path.exists()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab"):
            pass
        if not there:
            path.unlink()
    except OSError as error:
        why = "its folder is a file" if isinstance(error, FileExistsError) else error.strerror
        what = f"cannot be written: {why or error}"
        raise UserError(str(path), what, "name a file in a folder of yours") from error


def leave(
    jsonfile: Path | None,
    junitfile: Path | None,
    records: Sequence[Path],
    begun: ev.GateStarted,
    ended: ev.GateEnded,
) -> str:
    """Write the files that are asked for; why one could not be, or nothing.

    `records` are what the gate printed, and what its reruns did.
    """
    try:
        if jsonfile:
            copy_records(records, jsonfile)
        if junitfile:
            junit.write(junitfile, begun, ended, records[0])
    except OSError as error:
        return f"{error.filename}: {error.strerror or error}"
    return ""
