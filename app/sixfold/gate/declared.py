"""Where tests are declared: the place of a failure that names none itself."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import structs

from sixfold.gate.places import Sources
from sixfold.model import Failure, Place

LARGEST = 2 << 20
"""Bytes of a file that is read; what is larger is no source that a person wrote."""
MOST_FILES = 500
"""Files of tests of one package that are looked into."""

_FUNCTION = re.compile(r"^func ((?:Test|Fuzz|Example|Benchmark)\w*)\(", re.MULTILINE)
_PLACELESS = {"fail", "race", "panic", "timeout", "unfinished"}


class Declared:
    """Reads the tests of each package once, and only where a failure needs it."""

    def __init__(self, root: Path, sources: Sources) -> None:
        self._root, self._sources = root, sources
        self._known: dict[str, Mapping[str, Place]] = {}

    def placed(self, failure: Failure) -> Failure:
        """The failure, at its test's declaration (of a package: at `TestMain`) if at no place."""
        if failure.file or failure.kind not in _PLACELESS or not failure.package:
            return failure
        name = failure.test.partition("/")[0] or "TestMain"
        place = self._of(failure.package).get(name)
        if place is None:
            return failure
        return structs.replace(failure, file=place.file, line=place.line, places=[place])

    def _of(self, package: str) -> Mapping[str, Place]:
        if package not in self._known:
            self._known[package] = self._read(package)
        return self._known[package]

    def _read(self, package: str) -> Mapping[str, Place]:
        if self._sources.owner(package) is None:
            return {}
        folder = posixpath.dirname(self._sources.in_package(package, "x"))
        found: dict[str, Place] = {}
        for path in sorted((self._root / folder).glob("*_test.go"))[:MOST_FILES]:
            text = _text(path)
            for match in _FUNCTION.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                file = posixpath.join(folder, path.name)
                found.setdefault(match[1], Place(file, line, f"{match[1]} begins"))
        return found


def _text(path: Path) -> str:
    try:
        is_source = path.is_file() and path.stat().st_size <= LARGEST
        return path.read_text("utf-8", errors="replace") if is_source else ""
    except OSError:
        return ""
