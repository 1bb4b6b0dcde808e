"""All about one task, kept true while the run goes on."""

from __future__ import annotations

from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part


class TaskScreen(TextScreen):
    """A task's page; it stays as it was where the task was taken out of the plan."""

    def __init__(self, task: str) -> None:
        super().__init__(f"TASK  {task}", [], about=task)

    def fill(self) -> None:
        """What is known now."""
        self.refresh_state()

    def refresh_state(self) -> None:
        """The state changed, perhaps the task's too."""
        state = self.dashboard.state
        task = state.by_id.get(self.chosen_task)
        if task is None:
            return
        lines: list[Part] = pages.task_page(state, task, self.dashboard.clock())
        if lines != self._lines:
            self._lines = lines
            self.query_one(LogView).replace(lines)
