"""Which packages a change can make a difference to, as the go command sees it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.gate.call import call, decoded

_FIELDS = "ImportPath,Dir,Standard,Deps,EmbedFiles,TestEmbedFiles,XTestEmbedFiles"
_TESTDATA = f"{os.sep}testdata{os.sep}"
_MODULE_FILES = {"go.mod", "go.sum", "go.work", "go.work.sum"}


class _Package(Struct, rename="pascal"):
    """What `go list` says of a package, or of its test binary (`p.test`)."""

    import_path: str = ""
    dir: str = ""
    standard: bool = False
    deps: list[str] = []
    embed_files: list[str] = []
    test_embed_files: list[str] = []
    x_test_embed_files: list[str] = []

    def has(self, path: str) -> bool:
        """Is a file, absolute, one that it is made of."""
        embedded = [*self.embed_files, *self.test_embed_files, *self.x_test_embed_files]
        return os.path.realpath(self.dir) == _folder(path) or any(
            path == os.path.realpath(Path(self.dir, name)) for name in embedded
        )


async def affected(
    root: Path, changed: Iterable[Path], *, env: Mapping[str, str]
) -> Sequence[str] | None:
    """Import paths of the packages below `root` whose tests `changed` files may make differ.

    None where it cannot be told, or all may: a module file changed, or `go list` says nothing. A
    file counts for the package in whose directory or `testdata` it is, for what embeds it, and,
    unless only tests see it, for all that imports one of these. Raises `OSError` where go cannot
    be started.
    """
    paths = {os.path.realpath(path) for path in changed}
    if any(os.path.basename(path) in _MODULE_FILES for path in paths):  # noqa: PTH119 - as above
        return None
    command = ("go", "list", "-e", "-deps", "-test", f"-json={_FIELDS}", "./...")
    said = await call(command, cwd=root, env=env, apart=True)
    packages = [one for one in decoded(said.out, _Package) if one.dir and not one.standard]
    return None if said.code or not packages else _affected(packages, paths, root)


def _affected(packages: Sequence[_Package], paths: set[str], root: Path) -> list[str]:
    tested = {path for path in paths if path.endswith("_test.go") or _TESTDATA in path}
    alone = {_plain(one.import_path) for one in packages if any(map(one.has, tested))}
    hit = {_plain(one.import_path) for one in packages if any(map(one.has, paths - tested))}
    top = os.path.realpath(root)
    own = [one for one in packages if _is_below(os.path.realpath(one.dir), top)]
    names = {_name(one) for one in own if _plain(one.import_path) in alone or _rests_on(one, hit)}
    return sorted(names)


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


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top}{os.sep}")
