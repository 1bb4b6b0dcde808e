"""Ticking one task in `tasks.md`: one character changes, every other byte stays."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sixfold.feature.boxes import Item
from sixfold.feature.gather import Body
from sixfold.feature.structure import BOM, decode, encode
from sixfold.feature.tasks import outline

_PATIENCE: Final = 50
"""How often a file that others keep writing is read again."""


class MarkError(Exception):
    """The task cannot be ticked; the message says why, and what to do."""


def mark(data: bytes, id: str, title: str) -> bytes:  # noqa: A002 - the word of the domain
    """`data` with the box of the task `id`, described by `title`, ticked.

    Exactly one character changes; a task that is done already leaves `data` as it is. Where the
    tasks were renumbered, the description finds it. Raises `MarkError` when no task or several
    fit, or the one that does is parked or ambiguous.
    """
    seen = outline(data)
    body = _find(seen.bodies, id, title)
    item, line = body.item, body.item.line + 1
    if item.box.state == "done":
        return data
    if item.box.state == "parked":
        raise MarkError(
            f"line {line}: the box of {body.id} holds [{item.box.mark}], which is neither open"
            " nor done; tick it by hand if the work counts"
        )
    if item.line in seen.ambiguous:
        raise MarkError(
            f"line {line}: {body.id} cannot be told from another task; mend the file as"
            " `sixfold plan` says, then tick it by hand"
        )
    return _ticked(data, item, _tick_mark(seen.boxes.items))


def unmark(data: bytes, id: str, title: str) -> bytes:  # noqa: A002 - the same
    """`data` with the box of the task opened again; one that is not ticked stays as it is.

    Raises `MarkError` when no task or several fit.
    """
    item = _find(outline(data).bodies, id, title).item
    return _ticked(data, item, " ") if item.box.state == "done" else data


def tick(path: Path, id: str, title: str) -> tuple[bytes, bytes]:  # noqa: A002 - the same
    """Tick the task in the file at `path`, keeping what others write there meanwhile.

    The file is replaced atomically; its permissions stay, and a symbolic link stays a link.
    Returns what it held before and what it holds then. Raises `MarkError` as `mark` does, and
    `OSError` where the file cannot be read or replaced.
    """
    return rewrite(path, lambda data: mark(data, id, title))


def untick(path: Path, id: str, title: str) -> tuple[bytes, bytes]:  # noqa: A002 - the same
    """Open the task's box again, as carefully as `tick` ticks it."""
    return rewrite(path, lambda data: unmark(data, id, title))


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> tuple[bytes, bytes]:
    """Change the file as carefully as `tick` does; `change` may be called more than once."""
    target = path.resolve(strict=True)
    for _ in range(_PATIENCE):
        before = target.read_bytes()
        after = change(before)
        if after == before or _replaced(target, before, after):
            return before, after
    raise MarkError(f"{path} changes faster than it can be read; tick it by hand")


def _find(bodies: Sequence[Body], id: str, title: str) -> Body:  # noqa: A002 - the same
    """The one task meant. Raises `MarkError`."""
    described = [body for body in bodies if body.item.entry.title == title]
    found = [body for body in described if body.id == id] or described
    if len(found) == 1:
        return found[0]
    if found:
        lines = " and ".join(str(body.item.line + 1) for body in found)
        raise MarkError(
            f"lines {lines} all may be {id} ({title}); give each an id of its own, then tick"
            " the right one by hand"
        )
    for body in bodies:
        if body.id == id:
            raise MarkError(
                f"line {body.item.line + 1}: {id} now reads {body.item.entry.title!r}, not"
                f" {title!r}; tick it by hand if it is the same task"
            )
    raise MarkError(f"{id} ({title}) is no longer in the file; nothing was ticked")


def _ticked(data: bytes, item: Item, tick_mark: str) -> bytes:
    """`data` with the one character between the item's real brackets replaced."""
    lines = decode(data).split("\n")
    line = lines[item.line]
    at = item.box.at + (len(BOM) if item.line == 0 and line.startswith(BOM) else 0)
    lines[item.line] = line[:at] + tick_mark + line[at + 1 :]
    return encode("\n".join(lines))


def _tick_mark(items: Iterable[Item]) -> str:
    """`x` where the file's ticked boxes use only that, else `X`."""
    used = {item.box.mark for item in items if item.box.state == "done"}
    return "x" if used == {"x"} else "X"


def _replaced(target: Path, before: bytes, after: bytes) -> bool:
    """Put `after` in the place of `before`; False where the file is no longer `before`."""
    status = target.stat()
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            with suppress(PermissionError):
                os.fchown(file.fileno(), status.st_uid, status.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(status.st_mode))
            os.fsync(file.fileno())
        if target.read_bytes() != before:
            return False
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return True
