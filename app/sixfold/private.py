"""Files that are their owner's alone: folders of mode 0700, files of 0600, no links followed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO, Literal, Self

from sixfold.masking import Masks, Veil

_NOFOLLOW = os.O_NOFOLLOW | os.O_CLOEXEC


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
    """A file to write that only its owner may read. Raises `OSError`, for a link too."""
    flags = os.O_WRONLY | os.O_CREAT | _NOFOLLOW
    flags |= os.O_APPEND if mode == "ab" else os.O_TRUNC
    descriptor = os.open(path, flags, 0o600)
    os.fchmod(descriptor, 0o600)
    return os.fdopen(descriptor, mode, buffering=0)


class Transcript:
    """What a child printed, without secrets; nothing is kept where `path` is None.

    Both streams are in it, line by line: where one of them breaks off, the other does not go on.
    Raises `OSError` where it cannot be opened or written.
    """

    def __init__(self, path: Path | None, masks: Masks, mode: Literal["ab", "wb"] = "ab") -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._file = opened(path, mode) if path else None
        self._veils = {True: Veil(masks), False: Veil(masks)}

    def write(self, chunk: bytes, *, is_out: bool = True) -> None:
        """A chunk of stdout, or of stderr; a last line waits for its end."""
        if self._file and (data := self._veils[is_out].feed(chunk)):
            _write(self._file, data)

    def close(self) -> None:
        """What lacks its newline, too."""
        if not self._file:
            return
        with self._file:
            for rest in filter(None, [veil.close() for veil in self._veils.values()]):
                _write(self._file, rest if rest.endswith(b"\n") else rest + b"\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _write(file: IO[bytes], data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]
