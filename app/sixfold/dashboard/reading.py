"""Reading all that an agent said in an attempt, page by page, from the run or from its files."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard.speech import Spoken, spoken
from sixfold.link import LinkError, Source

MOST = 16_000_000
"""Bytes of a transcript, from its end, that are read."""
PATIENCE = 5.0
"""Seconds that a page may take."""


class Begun(Struct, frozen=True):
    """An attempt, by what it was called when it began."""

    task: str
    attempt: int
    slot: int


class Reading:
    """Reads one attempt, as far as it has come."""

    def __init__(self, about: Begun) -> None:
        self.about = about
        self.begun = False
        """Has anything been read yet."""
        self.file = ""
        """Where all of it is, once something has been read."""
        self._offset = -MOST

    async def rest(self, source: Source | None) -> list[Spoken] | None:
        """What has come since; None where nobody has it."""
        found: list[Spoken] = []
        while (answer := await self._page(source)) and answer.accepted:
            name = f"{self.about.task} {self.about.attempt}"
            if answer.skipped:
                before = f"… {answer.skipped >> 10} KiB before this are not shown"
                found.append(Spoken(f"{before}; all of it is in {answer.text}", "quiet"))
            found += [spoken(line, name) for line in answer.said]
            self._offset, self.begun, self.file = answer.offset, True, answer.text
            if not answer.more:
                return found
        return None

    async def _page(self, source: Source | None) -> ev.Answer | None:
        if source is None:
            return None
        one = self.about
        wanted = ev.Transcript(
            task=one.task, attempt=one.attempt, slot=one.slot, offset=self._offset
        )
        try:
            async with asyncio.timeout(PATIENCE):
                return await source.ask(wanted)
        except (LinkError, TimeoutError):
            return None
