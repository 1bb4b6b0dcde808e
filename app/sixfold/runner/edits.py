"""People edit `tasks.md` while a run is on: notice it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from watchfiles import awatch


async def edits(path: Path) -> AsyncIterator[bytes]:
    """What `tasks.md` holds after each change of it, whoever made it.

    What cannot be read is somebody's half-done save: the next change tells.
    """
    real = path.resolve()
    known = b""
    async for changes in awatch(real.parent, recursive=False, debounce=200, rust_timeout=250):
        if not any(Path(name).name == real.name for _, name in changes):
            continue
        try:
            data = real.read_bytes()
        except OSError:
            continue
        if data == known:
            continue
        known = data
        yield data
