"""Which packages a change can make a difference to, as the go command sees it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.gate.call import call, decoded
from sixfold.gate.words import parse

_FIELDS = "ImportPath,Dir,Standard,DepOnly,Deps,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"
_TESTDATA = f"{os.sep}testdata{os.sep}"
_MODULE_FILES = {"go.mod", "go.sum", "go.work", "go.work.sum"}


class _Package(Struct, rename="pascal"):
    """What `go list` says of a package, or of its test binary (`p.test`)."""

    import_path: str = ""
    dir: str = ""
    """Empty where it is imported and not there."""
    standard: bool = False
    dep_only: bool = False
    """It is no package to test: one of these rests on it."""
    deps: list[str] = []
    embed_files: list[str] = []
    test_embed_files: list[str] = []
    x_test_embed_files: list[str] = []

    def has(self, path: str) -> bool:
        """Is a file, absolute, one that it is made of."""
        embedded = [*self.embed_files, *self.test_embed_files, *self.x_test_embed_files]
        folder = os.path.realpath(self.dir)
        return (
            folder == _folder(path)
            or f"{folder}{os.sep}".startswith(f"{path}{os.sep}")  # a whole folder changed
            or any(path == os.path.realpath(Path(self.dir, name)) for name in embedded)
        )


async def affected(
    root: Path,
    changed: Iterable[Path],
    *,
    command: Sequence[str],
    env: Mapping[str, str],
    red: Collection[str] = (),
) -> Sequence[str] | None:
    """Import paths of the packages that `command` tests and `changed` files may make differ.

    Where there are any, those of `red` that are there still stand among them. None where it cannot
    be told, or all may: a module file changed, `go list` says nothing, or it is no `go test`. A
    file counts for the package in whose directory or `testdata` it is, for what embeds it, and,
    unless only tests see it, for all that imports one of these; a folder for all packages in it;
    what is gone for all that imports what is not there. Raises `OSError` where go cannot start.
    """
    paths = {os.path.realpath(path) for path in changed}
    words = parse(command)
    if not words or any(os.path.basename(path) in _MODULE_FILES for path in paths):  # noqa: PTH119
        return None
    asked = words.listing("-e", "-deps", "-test", f"-json={_FIELDS}")
    said = await call(asked, cwd=root, env=env, apart=True)
    packages = [one for one in decoded(said.out, _Package) if not one.standard]
    if said.code or not any(one.dir for one in packages):
        return None
    found = _affected(packages, paths)
    there = {_name(one) for one in packages if one.dir and not one.dep_only}
    return sorted(found | (there & set(red))) if found else []


def _affected(packages: Sequence[_Package], paths: set[str]) -> set[str]:
    there = [one for one in packages if one.dir]
    tested = {path for path in paths if path.endswith("_test.go") or _TESTDATA in path}
    alone = {_plain(one.import_path) for one in there if any(map(one.has, tested))}
    hit = {_plain(one.import_path) for one in there if any(map(one.has, paths - tested))}
    if not all(map(os.path.lexists, paths)):
        hit |= {one.import_path for one in packages if not one.dir}
    own = [one for one in there if not one.dep_only]
    return {_name(one) for one in own if _plain(one.import_path) in alone or _rests_on(one, hit)}


def _name(package: _Package) -> str:
    """What `go test` calls it."""
    return _plain(package.import_path).removesuffix(".test")


def _rests_on(package: _Package, hit: set[str]) -> bool:
    return _plain(package.import_path) in hit or any(_plain(name) in hit for name in package.deps)


def _plain(path: str) -> str:
    """`m/a_test [m/a.test]` -> `m/a`, whose tests these are."""
    name, variant, _ = path.partition(" [")
    return name.removesuffix("_test") if variant else name


def _folder(path: str) -> str:
    """The directory of the package that a file belongs to."""
    folder = os.path.dirname(path)  # noqa: PTH120 - as above
    return folder.partition(_TESTDATA.rstrip(os.sep))[0] if _TESTDATA in path else folder
