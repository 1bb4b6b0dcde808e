"""A person's editor: which it is, how it is told the line, and which copy of a file it gets."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
from collections.abc import Mapping
from pathlib import Path

from sixfold.state import RunState

_AT_COLON = frozenset({"subl", "sublime_text", "zed", "zeditor", "lapce", "hx", "helix"})
_GOTO = frozenset({"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf", "positron"})
_LINE_FLAG = {
    "kate": "-l",
    "kwrite": "-l",
    "mate": "-l",
    "goland": "--line",
    "idea": "--line",
    "pycharm": "--line",
    "fleet": "--line",
}
_LINELESS = frozenset({"open", "xdg-open"})
_WINDOWED = _GOTO | frozenset(
    """
    subl sublime_text zed zeditor lapce kate kwrite mate goland idea pycharm fleet gvim neovide
    gedit gnome-text-editor xed pluma geany leafpad mousepad
    """.split()  # noqa: SIM905 - the same
)
"""Editors with a window of their own: the terminal stays ours."""


class EditorError(Exception):
    """Nothing can be opened, and why."""


def wanted(environment: Mapping[str, str]) -> list[str]:
    """The words of `$VISUAL`, else of `$EDITOR`. Raises `EditorError`."""
    for name in ("VISUAL", "EDITOR"):
        try:
            words = shlex.split(environment.get(name, ""))
        except ValueError as error:
            raise EditorError(f"${name} cannot be read: {error}") from error
        if words and not shutil.which(words[0], path=environment.get("PATH")):
            raise EditorError(f"${name} is {words[0]}, which is not there")
        if words:
            return words
    raise EditorError("set $EDITOR, or $VISUAL, to the editor you want")


def command(words: list[str], file: Path, line: int) -> list[str]:
    """The editor on `file`, at `line` (0: no line is known); `+17` is what most of them take."""
    name, path = Path(words[0]).name, str(file)
    if line <= 0 or name in _LINELESS:
        return [*words, path]
    if name in _GOTO:
        return [*words, "-g", f"{path}:{line}"]
    if name in _AT_COLON:
        return [*words, f"{path}:{line}"]
    if name in _LINE_FLAG:
        return [*words, _LINE_FLAG[name], str(line), path]
    return [*words, f"+{line}", path]


def has_window(words: list[str]) -> bool:
    """Does the editor leave the terminal alone."""
    return Path(words[0]).name in _WINDOWED and not {"-nw", "-t", "--tty"} & set(words)


def copy_of(state: RunState, file: str) -> Path:
    """The copy of a tested file to edit. Raises `EditorError`.

    That is the person's own, while it follows the run's branch; else the one that was tested.
    """
    gate = state.gate
    tested = gate.started.root if gate else ""
    own = state.repository
    order = [tested, own] if state.held else [own, tested]
    for root in filter(None, order):
        path = Path(root, file)
        if path.is_file():
            return path
    raise EditorError(f"there is no file {file}" + (f" below {own or tested}" if order else ""))


def environment() -> Mapping[str, str]:
    """Where the person said which editor they want."""
    return os.environ


async def in_front(words: list[str]) -> int:
    """Run an editor on this terminal to its end; its exit code. Raises `OSError`."""
    child = await asyncio.create_subprocess_exec(*words)
    return await child.wait()


async def beside(words: list[str]) -> None:
    """Start an editor that has a window of its own. Raises `OSError`."""
    nothing = asyncio.subprocess.DEVNULL
    await asyncio.create_subprocess_exec(
        *words, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True
    )
