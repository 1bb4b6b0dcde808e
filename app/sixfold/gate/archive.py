"""What one test printed, found again in the raw output of a gate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from sixfold.gate.decode import Decoder, Record
from sixfold.gate.marks import Closing, is_frame
from sixfold.gate.text import Kept, clean

_PLAIN = re.compile(r"[\w/.#=,:+@ -]*", re.ASCII)
"""The beginning of a name that JSON writes as it is."""


def printed(archives: Iterable[Path], package: str, test: str) -> str | None:
    """What a test and its subtests printed, in the first of `archives` that knows of it.

    Without a test, what the package itself printed. Of much output the middle is left out. None
    where no archive has a word of it.
    """
    for archive in archives:
        if (text := _printed(archive, package, test)) is not None:
            return text
    return None


def copy_records(archives: Iterable[Path], target: Path) -> None:
    """Leave the records of archives, and nothing else that was printed, in a file of their own.

    Raises `OSError`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as records:
        for archive in filter(Path.exists, archives):
            with archive.open("rb") as lines:
                records.writelines(line for line in lines if line.startswith(b"{"))


def _printed(archive: Path, package: str, test: str) -> str | None:
    kept, found = Kept(), False
    try:
        for record in _about(archive, package, test):
            found = True
            if record.action == "output" and not _framing(record):
                kept.add(record.output)
    except OSError:
        return None
    return clean("\n".join(kept.lines())) if found else None


def _about(archive: Path, package: str, test: str) -> Iterator[Record]:
    """The records of the test; most lines are told apart without decoding them."""
    mark = _beginning(test or package).encode()
    decoder = Decoder()
    with archive.open("rb") as lines:
        for line in lines:
            if mark not in line:
                continue
            for record in decoder.feed(line):
                if record.package == package and _within(record.test, test):
                    yield record


def _framing(record: Record) -> bool:
    """Is it what go says around the output, and no output."""
    if record.test:
        return is_frame(record.test, record.output)
    return Closing().takes(record.output)


def _within(name: str, test: str) -> bool:
    return name == test or (bool(test) and name.startswith(f"{test}/"))


def _beginning(name: str) -> str:
    match = _PLAIN.match(name)
    return match[0] if match else ""
