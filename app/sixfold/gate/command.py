"""The test command made to speak JSON, and a look at the tree it runs in."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from sixfold.gate.places import Sources, Tree

_GO = re.compile(r"go(\d+(\.\d+)*)?(\.exe)?")
_MODULE = re.compile(r"^\s*module\s+[\"`]?([^\s\"`]+)", re.MULTILINE)
_SKIPPED = {"node_modules", "vendor", "testdata"}


class GoTest(Struct, frozen=True):
    """A `go test` command: made to print JSON, and where it runs."""

    command: list[str]
    start: str
    """The directory of `-C`, relative to where the command is started; empty without."""
    ours: bool = True
    """False for a command of another kind, which is said to print the same."""


def as_go_test(command: Sequence[str]) -> GoTest | None:
    """`command` with `-json` behind its `test`, if it is a `go test` that does not refuse it.

    An `env NAME=VALUE …` before it, a full path to go and `go -C dir` are seen through; what
    stands behind `-args` belongs to the test binary.
    """
    words = list(command)
    place = _behind_test(words)
    if place is None:
        return None
    at, start = place
    flags = _flags(words[at:])
    if {"json=false", "json=0"} & set(flags):
        return None
    if not {"json", "json=true", "json=1"} & set(flags):
        words.insert(at, "-json")
    start = start or next((flag[2:] for flag in flags if flag.startswith("C=")), "")
    return GoTest(words, start)


def afresh(command: Sequence[str]) -> list[str]:
    """`command` with `-count=1`, if it is a `go test` that does not say itself how often.

    No result of before counts then. Any other command stays as it is.
    """
    words = list(command)
    place = _behind_test(words)
    if place and not any(
        re.match(r"(?:test\.)?count(?:=|$)", f) for f in _flags(words[place[0] :])
    ):
        words.insert(place[0], "-count=1")
    return words


def _behind_test(words: list[str]) -> tuple[int, str] | None:
    """Where the flags of a `go test` begin, and the directory it runs in."""
    at = _skip_env(words)
    if at >= len(words) or not _GO.fullmatch(Path(words[at]).name):
        return None
    at, start = _skip_directory(words, at + 1)
    if at >= len(words) or words[at] != "test":
        return None
    return at + 1, start


def _flags(own: list[str]) -> list[str]:
    own = own[: own.index("-args")] if "-args" in own else own
    return [word.lstrip("-") for word in own if word.startswith("-")]


def _skip_env(words: list[str]) -> int:
    if not words or Path(words[0]).name != "env":
        return 0
    at = 1
    while at < len(words) and (words[at].startswith("-") or "=" in words[at]):
        at += 2 if words[at] in ("-u", "--unset") else 1
    return at


def _skip_directory(words: list[str], at: int) -> tuple[int, str]:
    if at < len(words):
        flag = words[at].replace("--", "-", 1)
        if flag.startswith("-C="):
            return at + 1, flag[3:]
        if flag == "-C" and at + 1 < len(words):
            return at + 2, words[at + 1]
    return at, ""


def survey(root: Path, start: str = "") -> Tree:
    """Look for modules and Go files, where the go command would."""
    top = os.path.realpath(root)
    modules: dict[str, str] = {}
    has_go = False
    for folder, folders, files in os.walk(top):
        folders[:] = [f for f in folders if f[0] not in "._" and f not in _SKIPPED]
        has_go = has_go or any(file.endswith(".go") for file in files)
        if "go.mod" in files:
            below = os.path.relpath(folder, top).replace(os.sep, "/")
            modules[_module_path(Path(folder, "go.mod"))] = "" if below == "." else below
    return Tree(Sources(top, modules, _below(top, root, start)), has_go)


def _below(top: str, root: Path, start: str) -> str:
    """`start` relative to the root, also where `-C` got an absolute path."""
    path = os.path.realpath(root / start)
    below = os.path.relpath(path, top).replace(os.sep, "/")
    return "" if below == "." else posixpath.normpath(below)


def _module_path(file: Path) -> str:
    try:
        match = _MODULE.search(file.read_text(errors="replace"))
    except OSError:
        match = None
    return match[1] if match else ""
