"""Finished tasks that a person takes back: their commits are reverted, never rewritten."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from sixfold import events as ev
from sixfold.refusal import built_on, working_on
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Chosen, Ground, Proof
from sixfold.runner.ticks import Ticks
from sixfold.workspace.git import GitError

ASIDE = "set aside by a person: it made the gate red"


class Undoing:
    """Takes tasks back. `mended` tells whether what made the last gate red fails no more."""

    def __init__(
        self, desk: Desk, ground: Ground, ticks: Ticks, mended: Callable[[], Awaitable[bool]]
    ) -> None:
        self._state, self._emit = desk.state, desk.emit
        self._ground, self._ticks, self._mended = ground, ticks, mended

    async def undo(self, name: str) -> str:
        """Take a finished task back, and what was built on it; why not, where that cannot be."""

        def chosen() -> list[str] | str:
            if at_work := working_on(self._state, name):
                return f"{', '.join(at_work)} need {name} and are at work: cancel them first"
            return [name, *built_on(self._state, name)]

        commits = await self._revert(chosen)
        if isinstance(commits, str):
            return commits
        self._tell(commits, {})
        return ""

    async def set_aside(self, name: str) -> str:
        """Take the culprit of a red gate out, its work kept on a branch; why not, if it cannot be.

        With it goes what the gate would stay red for without it: the tests that were written
        first for it, then the finished tasks that need it.
        """
        needs = self._state.by_id[name].needs
        first = [need.task for need in needs if need.because == "test first"]
        tests = [other for other in first if self._state.tasks[other].commit]
        groups = [[name], [name, *tests], [name, *tests, *built_on(self._state, name)]]
        before = {other: self._state.tasks[other].commit for other in [name, *tests]}
        commits: dict[str, str] | str = ""
        for group in groups:
            commits = await self._revert(partial(list, group), self._mended)
            if not isinstance(commits, str):
                break
        else:
            commits = await self._revert(partial(list, [name]))
        if isinstance(commits, str):
            return commits
        aside = [other for other in before if other in commits]
        self._tell(commits, {other: await self._keep(other, before[other]) for other in aside})
        return ""

    async def _keep(self, name: str, commit: str) -> str:
        try:
            return await self._ground.keep(name, commit)
        except GitError:
            return commit  # on the run's branch all the same, before the commit that reverts it

    async def _revert(self, names: Chosen, proof: Proof | None = None) -> dict[str, str] | str:
        try:
            return await self._ground.revert(names, proof)
        except (GitError, OSError) as error:
            return str(error)

    def _tell(self, commits: Mapping[str, str], kept: Mapping[str, str]) -> None:
        for name, commit in commits.items():
            if name in kept:
                self._emit(
                    ev.TaskSetAside(task=name, commit=commit, branch=kept[name], reason=ASIDE)
                )
            else:
                self._emit(ev.TaskUndone(task=name, commit=commit))
            if not self._ground.ticks:
                self._ticks.untick(name)
