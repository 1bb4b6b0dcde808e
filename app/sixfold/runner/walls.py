"""A sandbox for each turn: what the agent works with is its own, all else can only be read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from sixfold.agents import sandbox
from sixfold.agents.sandbox import TMP, Bounds
from sixfold.runner.ground import Place
from sixfold.runner.job import Job
from sixfold.runner.sittings import Before
from sixfold.runner.store import RunFolder
from sixfold.uncut import whatever_comes
from sixfold.workspace import enclosed
from sixfold.workspace.enclosed import Reach
from sixfold.workspace.worktrees import delete


class Walls:
    """Sandboxes for the turns of a run, where the job has any."""

    def __init__(self, job: Job, folder: RunFolder) -> None:
        self._job, self._folder = job, folder

    @asynccontextmanager
    async def around(self, place: Place, slot: int) -> AsyncIterator[Before]:
        """What stands in front of an agent's command, for the time of a turn. Raises `GitError`."""
        if not self._job.sandbox.program:
            yield _nothing
            return
        reach = await self._reach(place, slot)
        try:
            yield partial(self._before, place, reach)
        finally:
            await whatever_comes(self._leave(place, reach))

    async def _reach(self, place: Place, slot: int) -> Reach:
        if place.worktree:
            return await enclosed.enclose(place.worktree)
        return await enclosed.enclose_shared(place.root, self._folder.cells / f"slot-{slot}")

    async def _leave(self, place: Place, reach: Reach) -> None:
        if place.worktree:
            await enclosed.release(place.worktree)
        else:
            await asyncio.to_thread(delete, reach.own)

    def _before(self, place: Place, reach: Reach, name: str) -> Sequence[str]:
        job = self._job
        bounds = Bounds(
            writable=[*reach.writable, *([] if place.worktree else [place.results])],
            fixed=[*reach.fixed, self._folder.transcripts],
            hidden=[job.root / ".sixfold"],
            instead={**reach.instead, TMP: reach.tmp},
        )
        agent, folder = job.settings.agents[name], job.reading.folder
        return sandbox.before(
            job.sandbox, name, agent, bounds, cwd=place.root, environ=job.env, folder=folder
        )


def _nothing(_: str) -> Sequence[str]:
    return ()
