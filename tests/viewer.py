"""A viewer in a process of its own: `python tests/viewer.py SOCKET`.

It prints a line when it has the first event, and one when the run has ended or is gone: how many
events it got, whether each was the next, and whether the last one was the run's end.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from sixfold import events as ev
from sixfold.link import Link


async def watch(socket: Path) -> dict[str, object]:
    """What one viewer saw."""
    link = await Link.connect(socket)
    last, gaps, ended = 0, 0, False
    async for batch in link.messages():
        for message in batch:
            if isinstance(message, ev.Event):
                gaps += message.seq != last + 1
                last, ended = message.seq, isinstance(message, ev.RunEnded)
                if last == 1:
                    print("here", flush=True)
    await link.close()
    return {"events": last, "gaps": gaps, "ended": ended}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(watch(Path(sys.argv[1])))))
