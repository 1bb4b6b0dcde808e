"""A runner in the background, that outlives the terminal it was started from."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sixfold import private
from sixfold.link import Link, LinkError
from sixfold.runner.afterwards import once_over
from sixfold.runner.store import Store

START_SECONDS = 30.0


async def spawn(root: Path, arguments: Sequence[str]) -> Link:
    """Start `sixfold run --headless --wait ARGUMENTS` in the background, and link to it.

    Raises `LinkError` with what the runner said last where it ended.
    """
    store = Store(root)
    store.claim()
    log = store.path / "runner.log"
    command = [sys.executable, "-P", "-m", "sixfold", "run", "--headless", "--wait", *arguments]
    with private.opened(log, "wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 (returns at once)
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        run = store.live()
        if run and run.socket.exists():
            try:
                return await Link.connect(run.socket, once_over(run))
            except LinkError:
                pass
        await asyncio.sleep(0.05)
    said = log.read_text(errors="replace").strip().splitlines()
    if process.poll() is None:
        raise LinkError(f"the runner has not answered for {START_SECONDS:.0f} s; see {log}")
    raise LinkError(said[-1] if said else f"the runner ended with {process.returncode}")
