"""What is kept of a run, for those who watched it to its end."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sixfold import events as ev
from sixfold.link import Look
from sixfold.runner.store import RunFolder

if TYPE_CHECKING:
    from sixfold.runner.archive import Past


def once_over(folder: RunFolder) -> Look:
    """Answers as `Past.look` does; the journal is read when this is first asked."""
    past: Past | None = None

    async def look(command: ev.AnyCommand) -> ev.Answer | None:
        nonlocal past
        if not isinstance(command, ev.Transcript | ev.Prompt | ev.Printed | ev.Diff):
            return None
        try:
            if past is None:
                past = await asyncio.to_thread(_past, folder)
        except (OSError, ValueError) as error:
            return ev.Answer(id=command.id, accepted=False, reason=str(error))
        return await past.look(command)

    return look


def _past(folder: RunFolder) -> Past:
    """Raises `OSError` or `ValueError` where the journal cannot be read."""
    from sixfold.runner.archive import Past  # noqa: PLC0415 - a live run needs none of it

    return Past(folder, folder.events())
