"""People who edit `tasks.md` while a run is on: what they change is taken over."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from msgspec import structs

from sixfold import events as ev
from sixfold.model import Plan, TaskState
from sixfold.plan.change import Change, compare
from sixfold.runner.desk import Desk
from sixfold.runner.document import Document
from sixfold.runner.ground import Ground
from sixfold.workspace.git import GitError


class Edits:
    """Hears edits and tells them as events; `taken` is called with each that matters."""

    def __init__(
        self,
        desk: Desk,
        document: Document,
        ground: Ground,
        taken: Callable[[Change, Plan], None],
    ) -> None:
        self._state, self._emit = desk.state, desk.emit
        self._document, self._ground = document, ground
        self._taken = taken
        self._unticked: set[str] = set()
        """Done tasks whose open box was told of."""

    async def mind(self) -> None:
        """Take over edits until cancelled."""
        try:
            async for plan in self._document.edits(self._ground):
                self.take(await self._without_claims(plan))
        except (OSError, RuntimeError, GitError) as error:
            text = f"edits of tasks.md are not noticed from here on: {error}"
            self._emit(ev.Notice(text=text, level="warning"))

    def take(self, plan: Plan) -> None:
        """Take over a plan that may differ; what runs is not disturbed."""
        old = self._state.plan
        if old is None or not self._state.live:
            return
        change = compare(old, plan, self._states())
        if self._ground.together:
            self._tell_unticked(change.unticked, plan.tasks_file)
        if not change.visible:
            return
        self._taken(change, plan)

    async def catch_up(self, ignored: Collection[str]) -> None:
        """Take over what changed while no runner was there; ticks of the `ignored` do not count."""
        plan = await self._document.read_now()
        if plan and await self._ground.at_home():
            boxes = [
                structs.replace(task, state="pending") if task.id in ignored else task
                for task in plan.tasks
            ]
            self.take(await self._without_claims(structs.replace(plan, tasks=boxes)))

    async def _without_claims(self, plan: Plan) -> Plan:
        """A tick is a claim, whoever made it: one whose files are not there is taken back."""
        ticked = compare(self._state.plan or plan, plan, self._states()).ticked
        claims: dict[str, str] = {}
        for task in plan.tasks:
            lacking = await self._ground.lacking(task) if task.id in ticked else ""
            if lacking and not self._document.untick(task):
                claims[task.id] = lacking
        for name, lacking in claims.items():
            text = f"{name} was ticked, and stays open: {lacking}"
            self._emit(ev.Notice(text=text, level="warning"))
        tasks = [
            structs.replace(task, state="pending") if task.id in claims else task
            for task in plan.tasks
        ]
        return structs.replace(plan, tasks=tasks) if claims else plan

    def _states(self) -> dict[str, TaskState]:
        return {name: task.state for name, task in self._state.tasks.items()}

    def _tell_unticked(self, names: Sequence[str], tasks_file: str) -> None:
        for name in set(names) - self._unticked:
            text = f"{name} is done in this run, and its box in {tasks_file} is open"
            self._emit(ev.Notice(text=text, level="warning"))
        self._unticked = set(names)
