"""Ticking one task in `tasks.md`: one character changes, every other byte stays."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from sixfold.feature.boxes import boxes_in
from sixfold.feature.model import ReadTask
from sixfold.feature.structure import BOM, decode, encode, structure, text_of
from sixfold.feature.taskline import box
from sixfold.feature.tasks import read

_PATIENCE: Final = 50
"""How often a file that others keep writing is read again."""


class MarkError(Exception):
    """The task cannot be ticked; the message says why, and what to do."""


def mark(data: bytes, id: str, title: str) -> bytes:  # noqa: A002 - the domain's word
    """`data` with the box of the task `id`, described by `title`, ticked.

    Exactly one character changes; a task that is done already leaves `data` as it is. Where the
    tasks were renumbered, the description finds it. Raises `MarkError` when no task or several
    fit, or the one that does is parked or ambiguous.
    """
    task = _find(read(data).tasks, id, title)
    if task.state == "done":
        return data
    if task.state == "parked":
        raise MarkError(
            f"line {task.line}: the box of {task.id} holds [{task.box}], which is neither open"
            " nor done; tick it by hand if the work counts"
        )
    if not task.runnable:
        raise MarkError(
            f"line {task.line}: {task.id} is ambiguous in the file; mend it as `sixfold plan`"
            " says, then tick it by hand"
        )
    return _ticked(data, task.line - 1)


def tick(path: Path, id: str, title: str) -> None:  # noqa: A002 - the same
    """Tick the task in the file at `path`, keeping what others write there meanwhile.

    The file is replaced atomically; its permissions stay, and a symbolic link stays a link.
    Raises `MarkError` as `mark` does, and `OSError` where the file cannot be read or replaced.
    """
    target = path.resolve(strict=True)
    for _ in range(_PATIENCE):
        before = target.read_bytes()
        after = mark(before, id, title)
        if after == before or _replaced(target, before, after):
            return
    raise MarkError(f"{path} changes faster than it can be read; tick {id} by hand")


def _find(tasks: tuple[ReadTask, ...], id: str, title: str) -> ReadTask:  # noqa: A002 - the same
    """The one task meant. Raises `MarkError`."""
    described = [task for task in tasks if task.title == title]
    exact = [task for task in described if task.id == id]
    found = exact or described
    if len(found) == 1:
        return found[0]
    if found:
        lines = " and ".join(str(task.line) for task in found)
        raise MarkError(
            f"{id} cannot be told apart on lines {lines}: same description; give each task an"
            " id of its own, then tick it by hand"
        )
    other = next((task for task in tasks if task.id == id), None)
    if other:
        raise MarkError(
            f"line {other.line}: {id} now reads {other.title!r} instead of {title!r}; tick it"
            " by hand if it is the same task"
        )
    raise MarkError(f"{id} ({title}) is no longer in the file; nothing was ticked")


def _ticked(data: bytes, line: int) -> bytes:
    """`data` with the first real box of the 0-based `line` ticked in the file's own way."""
    lines = decode(data).split("\n")
    skipped = len(BOM) if line == 0 and lines[0].startswith(BOM) else 0
    found = box(text_of(encode(lines[line]))[skipped:])
    if found is None:
        raise MarkError(f"line {line + 1} has no box")
    at = found.at + skipped
    lines[line] = lines[line][:at] + _tick_mark(data) + lines[line][at + 1 :]
    return encode("\n".join(lines))


def _tick_mark(data: bytes) -> str:
    """`x` where the file's ticked boxes use only that, else `X`."""
    items = boxes_in(structure(text_of(data))).items
    used = {item.box.mark for item in items if item.box.state == "done"}
    return "x" if used == {"x"} else "X"


def _replaced(target: Path, before: bytes, after: bytes) -> bool:
    """Put `after` in the place of `before`; False where the file is no longer `before`."""
    status = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            os.fsync(file.fileno())
        if target.read_bytes() != before:
            return False
        os.replace(name, target)  # noqa: PTH105 - both are names in one directory
    finally:
        Path(name).unlink(missing_ok=True)
    return True
