"""Whether the packages that a change touches build.

Tests may be ahead of the code that they ask for: what only a `_test.go` file gets wrong is the
gate's business, not ours.
"""

from __future__ import annotations

import asyncio
import os
import posixpath
import re
import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.gate.call import Said, call, decoded
from sixfold.gate.text import clean, shorten

SOURCES = (".go", ".s", ".S", ".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp", ".m", ".syso")
"""How the names of files end that the go command compiles into a package."""
WORDS = 2000
"""Characters of what does not build."""
FIRST = 200
"""Characters of its first line."""

_MODULE_FILES = {"go.mod", "go.sum"}
_WORKSPACE_FILES = {"go.work", "go.work.sum"}
_SKIPPED = {"testdata", "vendor"}
_PLACE = re.compile(r"(?:vet: )?([^\s:][^:]*\.\w+):\d+(?::\d+)?: ")
_IN_TEST = "import cycle not allowed in test"
_OUTSIDE = re.compile(r"workspace modules|modules listed in go\.work")
_NO_NEWS = ("#", "go: downloading ", "go: finding ")
_VERBS = (("build", "-buildvcs=false", "-o", os.devnull), ("vet",))
_FIELDS = "Error,Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles"


class _Package(Struct, rename="pascal"):
    """What `go list` says of a package."""

    dir: str = ""
    go_files: list[str] = []
    cgo_files: list[str] = []
    test_go_files: list[str] = []
    x_test_go_files: list[str] = []


async def build(
    root: Path,
    changed: Sequence[str],
    *,
    env: Mapping[str, str],
    commands: Sequence[Sequence[str]] = (),
    timeout: float,  # noqa: ASYNC109 - running out of time is an answer here, no exception
) -> str:
    """What does not build in the tree at `root` after `changed` paths changed; empty: all does.

    The packages of these paths are built and vetted with the go command, unless `commands` are
    given: then each of them must exit 0. The answer begins with one line that says it all and has
    about `WORDS` characters; taking more than `timeout` seconds is one, too.
    """
    try:
        async with asyncio.timeout(timeout):
            if commands:
                return await _each(root, commands, env)
            return await _go(root, changed, env)
    except TimeoutError:
        return f"the check was still running after {timeout:g} s"


async def _each(root: Path, commands: Sequence[Sequence[str]], env: Mapping[str, str]) -> str:
    for command in commands:
        words = shlex.join(command)
        try:
            said = await call(command, cwd=root, env=env)
        except OSError as error:
            return f"cannot start {words}: {error.strerror or error}"
        if said.code:
            output = shorten(said.out.strip(), WORDS)
            return f"{clean(words)[:FIRST]} ended with exit code {said.code}\n{output}".rstrip()
    return ""


async def _go(root: Path, changed: Sequence[str], env: Mapping[str, str]) -> str:
    patterns = await asyncio.to_thread(touched, root, changed)
    if not patterns or not shutil.which("go", path=env.get("PATH", os.defpath)):
        return ""
    said = [await _module(root, module, patterns[module], env) for module in sorted(patterns)]
    return shorten("\n".join(filter(None, said)), WORDS, head=WORDS)


def touched(root: Path, changed: Sequence[str]) -> dict[str, set[str]]:
    """Directory of a module, from `root` -> patterns of its packages, as seen from there."""
    found: dict[str, set[str]] = {}
    for path in changed:
        folder, name = posixpath.split(path)
        if not name.endswith(SOURCES) and name not in _MODULE_FILES | _WORKSPACE_FILES:
            continue
        if any(part in _SKIPPED or part[0] in "._" for part in folder.split("/") if part):
            continue
        if name in _WORKSPACE_FILES:
            for below in _modules_below(root, folder):
                found.setdefault(below, set()).add("./...")
            continue
        module = _module_of(root, folder)
        if module is not None:
            below = posixpath.relpath(folder or ".", module or ".")
            whole = name in _MODULE_FILES
            pattern = "./..." if whole else "." if below == "." else f"./{below}"
            found.setdefault(module, set()).add(pattern)
    return {module: {"./..."} if "./..." in all_ else all_ for module, all_ in found.items()}


def _module_of(root: Path, folder: str) -> str | None:
    """The nearest directory with a `go.mod`, from `folder` up to the root."""
    while not (root / folder / "go.mod").is_file():
        if not folder:
            return None
        folder = posixpath.dirname(folder)
    return folder


def _modules_below(root: Path, folder: str) -> list[str]:
    found = []
    for place, folders, files in os.walk(root / folder):
        folders[:] = [name for name in folders if name not in _SKIPPED and name[0] not in "._"]
        if "go.mod" in files:
            below = os.path.relpath(place, root)
            found.append("" if below == "." else below.replace(os.sep, "/"))
    return found


async def _module(root: Path, module: str, patterns: set[str], env: Mapping[str, str]) -> str:
    """What does not build in one module."""
    cwd = root / module
    listing = ("go", "list", "-e", f"-json={_FIELDS}", "--", *sorted(patterns))
    said = await call(listing, cwd=cwd, env=env, apart=True)
    if _OUTSIDE.search(said.out + said.err):
        env = {**env, "GOWORK": "off"}  # no module of the workspace is still one of its own
        said = await call(listing, cwd=cwd, env=env, apart=True)
    if said.code:
        return _words("go list", module, said.err)
    listed = decoded(said.out, _Package)
    packages = [package for package in listed if package.go_files + package.cgo_files]
    if not packages:
        return ""
    for verb in _VERBS:
        if wrong := await _wrong(verb, packages, cwd, env):
            return _words(f"go {verb[0]}", module, wrong)
    return ""


async def _wrong(
    verb: Sequence[str], packages: Sequence[_Package], cwd: Path, env: Mapping[str, str]
) -> str:
    """What `go VERB` has against packages; where its words are on tests, against the rest."""
    folders = [_from(package.dir, cwd) for package in packages]
    said = await call(("go", *verb, "--", *folders), cwd=cwd, env=env)
    if not said.code or not _on_tests(said):
        return said.out if said.code else ""
    # The go command looks no further in a package whose tests do not compile: ask by file.
    for package, folder in zip(packages, folders, strict=True):
        if not package.test_go_files + package.x_test_go_files:
            continue
        files = [f"{folder}/{name}" for name in package.go_files + package.cgo_files]
        said = await call(("go", *verb, "--", *files), cwd=cwd, env=env)
        if said.code:
            return said.out
    return ""


def _from(folder: str, cwd: Path) -> str:
    return f"./{os.path.relpath(os.path.realpath(folder), os.path.realpath(cwd))}"


def _on_tests(said: Said) -> bool:
    """Whether all places in what the go command said lie in tests."""
    places = [place[1] for line in said.out.splitlines() if (place := _PLACE.match(line))]
    told = bool(places) or _IN_TEST in said.out
    return told and all(place.endswith("_test.go") for place in places)


def _words(what: str, module: str, said: str) -> str:
    """`go build: store/store.go:3:5: undefined: x`, and below it all that was said."""
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(_NO_NEWS)]
    first = next((line for line in lines if _PLACE.match(line)), lines[0] if lines else "failed")
    where = f" in {module}" if module else ""
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    head = clean(f"{what}{where}: {first.strip()}")[:FIRST] + more
    return "\n".join([head, *lines]) if len(lines) > 1 else head
