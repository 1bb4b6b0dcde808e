"""The lines of source that failures are about, read from the tree while it is as it was tested."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import structs

from sixfold.gate.declared import LARGEST, Declared
from sixfold.gate.places import Sources
from sixfold.gate.text import screen_line
from sixfold.model import Failure, Place

AROUND = 3
"""Lines before and after the one that is meant."""
NO_SOURCES = Sources()


class Excerpts:
    """Reads each place once; only files inside the tree, for tests may print any name."""

    def __init__(self, root: Path, sources: Sources = NO_SOURCES) -> None:
        self._root = root.resolve()
        self._declared = Declared(self._root, sources)
        self._read: dict[tuple[str, int], tuple[list[str], int]] = {}

    def fill(self, failures: Sequence[Failure]) -> list[Failure]:
        """The failures, each of their places with its lines of source."""
        return [self._filled(self._declared.placed(failure)) for failure in failures]

    def _filled(self, failure: Failure) -> Failure:
        places = failure.places or ([Place(failure.file, failure.line)] if failure.file else [])
        if not places:
            return failure
        return structs.replace(failure, places=[self._shown(place) for place in places])

    def _shown(self, place: Place) -> Place:
        key = place.file, place.line
        if key not in self._read:
            self._read[key] = self._lines(*key)
        source, first = self._read[key]
        return structs.replace(place, source=source, first=first)

    def _lines(self, file: str, line: int) -> tuple[list[str], int]:
        try:
            path = (self._root / file).resolve()
            if not path.is_relative_to(self._root) or path.stat().st_size > LARGEST:
                return [], 0
            text = path.read_text("utf-8", errors="replace")
        except (OSError, ValueError):
            return [], 0
        lines = text.split("\n")
        if not 1 <= line <= len(lines):
            return [], 0
        first = max(1, line - AROUND)
        return [screen_line(one) for one in lines[first - 1 : line + AROUND]], first
