"""Requirements that are not met go back: as tasks, at the end of `tasks.md`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sixfold import events as ev
from sixfold.feature.append import NewTask
from sixfold.feature.marking import MarkError
from sixfold.runner.desk import Desk
from sixfold.runner.document import Document
from sixfold.runner.edits import Edits
from sixfold.runner.ground import Ground
from sixfold.state import Asked
from sixfold.uncut import to_the_end
from sixfold.workspace.git import GitError
from sixfold.workspace.tasks_blob import Rewrite

TITLE = "Unmet requirements"
GIST = 90
"""Characters of a requirement in its task's description."""


class Returning:
    """Makes tasks of what is not met, and takes them over like a person's edit."""

    def __init__(self, desk: Desk, ground: Ground, document: Document, edits: Edits) -> None:
        self._state, self._emit = desk.state, desk.emit
        self._ground, self._document, self._edits = ground, document, edits

    async def send_back(self) -> str:
        """Add the tasks; why not, where that cannot be."""
        names = self._state.unmet
        if not names:
            return "no requirement is unmet"
        if not await self._ground.at_home():
            return f"tasks.md is that of another branch now: `git switch {self._state.branch}`"
        known = set(self._state.tasks)
        wanted = [_task(self._state.requirements[name]) for name in names]
        number = self._state.validation.round
        try:
            appended = self._document.append(TITLE, wanted)
        except (MarkError, OSError) as error:
            return str(error)
        if appended is None:
            return "tasks.md cannot be read any more"
        plan, more = appended
        added = [task.id for task in plan.tasks if task.id not in known]
        await to_the_end(self._enlist(more, added))
        self._emit(ev.RequirementsReturned(round=number, requirements=names, tasks=added))
        self._edits.take(plan)
        return ""

    async def _enlist(self, more: Rewrite, added: Sequence[str]) -> None:
        """Have the list hold them where their commits will tick them."""
        try:
            await self._ground.enlist(more, f"Add {', '.join(added)}: what is not met")
        except (GitError, MarkError, OSError) as error:
            text = f"{', '.join(added)} stay an edit of tasks.md that is not committed: {error}"
            self._emit(ev.Notice(text=text, level="warning"))


def _task(asked: Asked) -> NewTask:
    """A task for a requirement; paths in its description would have to be delivered by it."""
    one = asked.requirement
    words = [word for word in one.text.split() if not re.search(r"[/`\\\[\]]|\w\.\w", word)]
    gist = " ".join(words)
    gist = gist if len(gist) <= GIST else f"{gist[:GIST].rsplit(' ', 1)[0]} ..."
    found = f"\n\nValidation found it {asked.verdict}" + (
        f": {asked.reason}" if asked.reason else ""
    )
    return NewTask(
        f"Meet {one.id}: {gist}", f"{one.id} (line {one.line} of the spec): {one.text}{found}"
    )
