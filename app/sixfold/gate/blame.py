"""Which commits may have made a gate red: by what failing packages are made of, or by bisecting."""

from __future__ import annotations

import asyncio
import os
import posixpath
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.gate.call import call, decoded
from sixfold.gate.command import survey
from sixfold.gate.places import Sources, frames
from sixfold.gate.touched import SOURCES
from sixfold.model import Failure, Suspect

LIST_SECONDS = 60.0
"""How long `go list` may take; without it, a package is its directory."""

_MODULE_FILES = {"go.mod", "go.sum", "go.work", "go.work.sum"}
_PLACE = re.compile(r"([^\s:()\"']+\.\w+):\d+")
_FIELDS = "ImportPath,Dir,Standard,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"


class Change(Struct, frozen=True):
    """An integrated commit."""

    task: str
    """The task's id; for a fix `fix N`; empty for a person's commit."""
    commit: str
    subject: str
    files: list[str]
    """Paths that it changed, from the root."""


class _Package(Struct, rename="pascal"):
    """What `go list` says of a package."""

    import_path: str = ""
    dir: str = ""
    standard: bool = False
    embed_files: list[str] = []
    test_embed_files: list[str] = []
    x_test_embed_files: list[str] = []


class _Parts(Struct):
    """What failing packages are made of, as paths from the root (empty: the root itself)."""

    own: set[str] = set()
    """Directories of the packages themselves."""
    imports: set[str] = set()
    """Directories of what they import."""
    embedded: set[str] = set()
    """Files that are compiled into any of them."""
    named: set[str] = set()
    """Files that the failures name."""

    def rank(self, path: str) -> int | None:
        """How close `path` is to the failures, from 0; None where it has no part in them."""
        folder, name = posixpath.split(path)
        if path in self.named:
            return 0
        if folder in self.own or self._is_data(folder):
            return 1
        if path in self.embedded or (folder in self.imports and _is_compiled(name)):
            return 2
        if name in _MODULE_FILES and any(_is_in(part, folder) for part in self.own | self.imports):
            return 2
        return None

    def _is_data(self, folder: str) -> bool:
        above, testdata, _ = f"/{folder}/".partition("/testdata/")
        return bool(testdata) and above.strip("/") in self.own


def _is_compiled(name: str) -> bool:
    return name.endswith(SOURCES) and not name.endswith("_test.go")


def _is_in(folder: str, above: str) -> bool:
    return not above or folder == above or folder.startswith(above + "/")


async def suspects(
    root: Path, failures: Sequence[Failure], commits: Sequence[Change], *, env: Mapping[str, str]
) -> list[Suspect]:
    """The commits, given oldest first, that may be why `failures` are there; likeliest first.

    First those that touched a file which a failure names, then the failing packages, then what
    these import in the repository at `root`; the newer first among equals. Failures without a
    package known here make all commits suspect.
    """
    sources = (await asyncio.to_thread(survey, root)).sources
    packages = {_package(failure, sources, root) for failure in failures if failure.package}
    owned = {package for package in packages if sources.owner(package) is not None}
    newest = list(reversed(commits))
    if not owned:
        return [Suspect(one.task, one.commit, one.subject, one.files) for one in newest]
    parts = await _parts(root, owned, sources, env)
    parts.named |= {file for failure in failures for file in _named(failure, sources)}
    ranked: list[tuple[int, Suspect]] = []
    for one in newest:
        ranks = {path: rank for path in one.files if (rank := parts.rank(path)) is not None}
        if ranks:
            files = sorted(ranks, key=ranks.__getitem__)
            found = Suspect(one.task, one.commit, one.subject, files)
            ranked.append((min(ranks.values()), found))
    return [suspect for _, suspect in sorted(ranked, key=lambda pair: pair[0])]


def _package(failure: Failure, sources: Sources, root: Path) -> str:
    """The failing package's import path; builds may be told as `p [p.test]` or `p_test`."""
    package = failure.package.partition(" ")[0].removesuffix(".test")
    plain = package.removesuffix("_test")
    return package if (root / _folder(package, sources)).is_dir() else plain


def _folder(package: str, sources: Sources) -> str:
    return posixpath.dirname(sources.in_package(package, "x"))


def _named(failure: Failure, sources: Sources) -> set[str]:
    """The files that a failure names, in its place, its stacks and its output."""
    lines = failure.output.splitlines()
    package = failure.package.partition(" ")[0]
    printed = {place for line in lines for place in _PLACE.findall(line)}
    named = {sources.of_frame(frame) for frame in frames(lines)}
    for path in {failure.file, *printed} - {""}:
        plain = "/" not in path
        named.add(sources.in_package(package, path) if plain else sources.printed(path))
    return named | {failure.file}


async def _parts(
    root: Path, packages: set[str], sources: Sources, env: Mapping[str, str]
) -> _Parts:
    parts = _Parts({_folder(package, sources) for package in packages})
    modules: dict[str, list[str]] = {}
    for package in sorted(packages):
        modules.setdefault(sources.modules[sources.owner(package) or ""], []).append(package)
    for module, names in modules.items():
        for listed in await _listed(root / module, names, env):
            folder = _below(listed, sources.root)
            if folder is None:
                continue
            parts.imports.add(folder)
            embedded = list(listed.embed_files)
            if folder in parts.own:
                embedded += listed.test_embed_files + listed.x_test_embed_files
            parts.embedded |= {posixpath.join(folder, name) for name in embedded}
    return parts


def _below(package: _Package, root: str) -> str | None:
    """The package's directory, from the root; None where it lies elsewhere."""
    if package.standard or not package.dir:
        return None
    folder = os.path.relpath(os.path.realpath(package.dir), root).replace(os.sep, "/")
    if folder == ".." or folder.startswith("../"):
        return None
    return "" if folder == "." else folder


async def _listed(cwd: Path, packages: Sequence[str], env: Mapping[str, str]) -> list[_Package]:
    """The packages and all that they and their tests import, as far as can be told."""
    command = ("go", "list", "-e", "-deps", "-test", f"-json={_FIELDS}", "--", *packages)
    try:
        async with asyncio.timeout(LIST_SECONDS):
            said = await call(command, cwd=cwd, env=env, apart=True)
    except (OSError, TimeoutError):
        return []
    return decoded(said.out, _Package)


async def first_bad(count: int, fails: Callable[[int], Awaitable[bool | None]]) -> int | None:
    """The first bad of `count` commits, 0 being the oldest; None where that cannot be told.

    `fails` says whether the tree after a commit fails, or None where it cannot tell: such a commit
    is stepped around. Good before the first and bad after the last is taken for granted.
    """
    good, bad = -1, count - 1
    mute: set[int] = set()
    while bad - good > 1:
        untold = [n for n in range(good + 1, bad) if n not in mute]
        if not untold:
            return None
        at = min(untold, key=lambda n: abs(2 * n - good - bad))
        answer = await fails(at)
        if answer is None:
            mute.add(at)
        elif answer:
            bad = at
        else:
            good = at
    return bad if count > 0 else None
