"""Files that are their owner's alone: folders of mode 0700, files of 0600, no links followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Literal, Self

from sixfold.masking import Masks, Veil

MOST = 256 << 20
"""Bytes of a record of what somebody says: who talks on fills no disk."""

_FULL = b"(more was said, and is not kept: this is %d MiB long)\n" % (MOST >> 20)
_NOFOLLOW = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


def folder(path: Path) -> None:
    """Make a folder of mode 0700, or make the one that is there so.

    Raises `PermissionError` or `NotADirectoryError` where it is a link, a file or somebody else's.
    """
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        check(path)
    path.chmod(0o700)


def check(path: Path) -> None:
    """Raise `OSError` where the folder at `path` is a link, a file or somebody else's."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        what = "is a symbolic link" if stat.S_ISLNK(found.st_mode) else "is no folder"
        raise NotADirectoryError(errno.ENOTDIR, f"{what}: remove it", str(path))
    if found.st_uid != os.geteuid():
        what = f"belongs to another user (uid {found.st_uid}): remove it"
        raise PermissionError(errno.EPERM, what, str(path))


def opened(path: Path, mode: Literal["ab", "wb"]) -> IO[bytes]:
    """A file to write that only its owner may read. Raises `OSError`, for a link or a pipe too."""
    flags = os.O_WRONLY | os.O_CREAT | _NOFOLLOW
    flags |= os.O_APPEND if mode == "ab" else os.O_TRUNC
    descriptor = os.open(path, flags, 0o600)
    try:
        _check_plain(descriptor, path)
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return os.fdopen(descriptor, mode, buffering=0)


def take(path: Path, most: int, change: Callable[[bytes], bytes]) -> bytes:
    """What somebody else left in a file of at most so many bytes; what `change` says stays there.

    Raises `OSError`, for what is no plain file and for a longer one too; it waits for nobody.
    """
    descriptor = os.open(path, os.O_RDWR | _NOFOLLOW)
    with os.fdopen(descriptor, "r+b", buffering=0) as file:
        size = _check_plain(descriptor, path).st_size
        data = b"" if size > most else _read(file, most + 1)
        if size > most or len(data) > most:
            raise OSError(errno.EFBIG, f"has more than {most} bytes", str(path))
        os.fchmod(descriptor, 0o600)
        if (kept := change(data)) != data:
            file.seek(0)
            file.truncate()
            _write(file, kept)
    return data


def record(file: IO[bytes], data: bytes, end: bytes) -> None:
    """Write at the end of a file; one of `MOST` bytes gets the line `end`, and no more after it."""
    size = os.fstat(file.fileno()).st_size
    if size < MOST:
        _write(file, data)
    if size < MOST <= size + len(data):
        _write(file, end if data.endswith(b"\n") else b"\n" + end)


def _check_plain(descriptor: int, path: Path) -> os.stat_result:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "is no plain file", str(path))
    return found


class Transcript:
    """What a child printed, without secrets; nothing is kept where `path` is None.

    Both streams are in it, line by line: where one of them breaks off, the other does not go on.
    Of very much, only the beginning is (`MOST`). Raises `OSError` where it cannot be opened or
    written.
    """

    def __init__(self, path: Path | None, masks: Masks, mode: Literal["ab", "wb"] = "ab") -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = opened(path, mode) if path else None
        self._veils = {True: Veil(masks), False: Veil(masks)}

    def write(
        self, chunk: bytes, *, is_out: bool = True, said: Iterable[str] | None = None
    ) -> None:
        """A chunk of stdout, or of stderr; a last line waits for its end. `said`: see `Veil`."""
        if self._file and (data := self._veils[is_out].feed(chunk, said)):
            record(self._file, data, _FULL)

    def close(self) -> None:
        """What lacks its newline, too."""
        if not self._file:
            return
        with self._file:
            for rest in filter(None, [veil.close() for veil in self._veils.values()]):
                data = rest if rest.endswith(b"\n") else rest + b"\n"
                record(self._file, data, _FULL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _read(file: IO[bytes], most: int) -> bytes:
    parts: list[bytes] = []
    while most > 0 and (part := file.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _write(file: IO[bytes], data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
