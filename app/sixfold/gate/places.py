"""Where code lies: stacks into frames, frames and packages into files of the repository. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from sixfold.model import Frame

_FILE = re.compile(r"\s+(\S.*?):(\d+)(?: \+0x[0-9a-f]+.*)?$")
_TEST = re.compile(r"(?<!\))\.((?:Test|Fuzz|Example|Benchmark)(?:[^a-z.\[][^.\[]*)?)(?:[.\[]|$)")
_VERSION = re.compile(r"(?<=.)/v\d+$")
"""The end of a module's path that names no folder."""
_STANDARD = frozenset(
    """
    archive bufio builtin bytes cmp cmd compress container context crypto database debug embed
    encoding errors expvar flag fmt go hash html image index internal io iter log main maps math
    mime net os path plugin reflect regexp runtime slices sort strconv strings structs sync
    syscall testing text time unicode unique unsafe vendor weak
    """.split()  # noqa: SIM905 - seventy quoted words would be seven times as long
)
"""First elements of the standard library's import paths; `main` is the generated test's own."""


class Sources(Struct, frozen=True):
    """The repository under test."""

    root: str = ""
    """Its absolute path with symbolic links resolved; empty where it is not at hand."""
    modules: Mapping[str, str] = {}
    """Module path -> its directory relative to the root (empty: the root itself)."""
    start: str = ""
    """The directory that the go command runs in, relative to the root."""

    def owner(self, package: str) -> str | None:
        """The innermost module that `package` belongs to; None for foreign code."""
        owners = [m for m in self.modules if package == m or package.startswith(m + "/")]
        return max(owners, key=len, default=None)

    def short(self, package: str) -> str:
        """A package's name for the eye: relative to its module, else its last element."""
        module = self.owner(package)
        if module is None or package == module:
            return _VERSION.sub("", package).rsplit("/", 1)[-1] or package
        return package[len(module) + 1 :]

    def in_package(self, package: str, base: str) -> str:
        """The file called `base` in the directory of `package`."""
        module = self.owner(package)
        if module is None or "/" in base:
            return base
        return posixpath.join(self.modules[module], package[len(module) + 1 :], base)

    def printed(self, path: str) -> str:
        """A path as the go command printed it, relative to the root where it lies below it."""
        if self.root and path.startswith(self.root + "/"):
            return path[len(self.root) + 1 :]
        if path.startswith("/"):
            return path
        return posixpath.normpath(posixpath.join(self.start, path))

    def of_frame(self, frame: Frame) -> str:
        """The file of a frame, relative to the root where it is known."""
        package = package_of(frame.function)
        if self.owner(package) is not None:
            return self.in_package(package, posixpath.basename(frame.file))
        return self.printed(frame.file) if frame.file.startswith("/") else frame.file

    def own(self, frames: Iterable[Frame]) -> Frame | None:
        """The frame to look at: the first in the repository, else in foreign code, else any."""
        return min(frames, key=self._distance, default=None)

    def _distance(self, frame: Frame) -> int:
        package = package_of(frame.function)
        if self.owner(package) is not None:
            return 0
        return 2 if package.split("/", 1)[0] in _STANDARD else 1


class Tree(Struct, frozen=True):
    """What of Go is in a repository."""

    sources: Sources
    has_go: bool
    """There is a `.go` file."""

    @property
    def empty(self) -> bool:
        """Nothing to test: neither a module nor a Go file."""
        return not self.has_go and not self.sources.modules


def package_of(function: str) -> str:
    """`example.com/m/store.(*Store).Add` -> `example.com/m/store`."""
    head, slash, last = function.partition("[")[0].rpartition("/")
    package = head + slash + last.partition(".")[0].replace("%2e", ".")
    return package.removesuffix("_test")


def short_function(function: str) -> str:
    """`example.com/m/store.(*Store).Add` -> `(*Store).Add`."""
    head, bracket, rest = function.partition("[")
    return head.rpartition("/")[2].partition(".")[2] + bracket + rest or function


def frames(lines: Iterable[str]) -> list[Frame]:
    """The frames of a stack, as the runtime or the race detector prints it."""
    found: list[Frame] = []
    function = ""
    for line in lines:
        place = _FILE.match(line)
        if place and function:
            found.append(Frame(function, place[1], int(place[2])))
        function = "" if place else _function(line)
    return found


def _function(line: str) -> str:
    text = line.strip()
    if text.startswith("created by "):
        return text.removeprefix("created by ").partition(" in goroutine ")[0]
    return text.rpartition("(")[0] if text.endswith(")") else ""


def blamed_test(stack: Iterable[Frame], package: str, charged: str) -> str:
    """The test whose code stands in `stack`.

    Output of parallel tests is charged to whichever was last marked, so `charged` counts only
    where the stack does not speak against it. A subtest cannot be told from a stack.
    """
    names = [
        name[1]
        for frame in stack
        if package_of(frame.function) == package and (name := _TEST.search(frame.function))
    ]
    if not names or charged.split("/", 1)[0] in names:
        return charged
    return "" if names[0] == "TestMain" else names[0]
