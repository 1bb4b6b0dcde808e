"""The plan as a graph one can walk: phases and tasks, and why each waits."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.figures import figures
from sixfold.dashboard.panes.phases import Phases
from sixfold.dashboard.screens.page import Page
from sixfold.dashboard.screens.pages import needs_page
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import BLANK, Part, row
from sixfold.dashboard.widgets.title import Title
from sixfold.model import Phase, Task
from sixfold.state import RunState


class Titled(LogView):
    """Lines below a title that says whether they are in focus."""

    def __init__(self, title: str) -> None:
        super().__init__(following=False, id=title)
        self._title = title

    def head(self) -> list[Iterable[Part]]:
        """The title."""
        return [row([(f" {self._title.upper()}", "title")], [], self.content_size.width)]

    def render_line(self, y: int) -> Strip:
        """It stands on a ground of its own."""
        if y == 0:
            return self.strip(self.heads[0], under="focusbar" if self.has_focus else "bar")
        return super().render_line(y)


class PlanScreen(Page):
    """Left the tree; right the selected task's edges; below the plan's figures and warnings."""

    place = "plan"
    AUTO_FOCUS = "Phases"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    def __init__(self) -> None:
        super().__init__(classes="page plan")
        self._shown: dict[str, list[Part]] = {}
        """Pane -> what it says."""

    def compose(self) -> ComposeResult:
        """Title, tree, edges, figures, keys."""
        yield Title(f"PLAN  {words.feature_of(self.dashboard.state)}")
        with Container(id="plan-body"):
            yield Phases()
            with Container(id="plan-right"):
                yield Titled("edges")
                yield Titled("figures")
        yield KeyBar()

    def on_mount(self) -> None:
        """Fill in, beginning where the panes are."""
        tree = self.query_one(Phases)
        tree.refresh_state()
        tree.choose(self.dashboard.main.phases.chosen)
        self.refresh_state()

    @property
    def chosen_task(self) -> str:
        """The task selected in the tree."""
        return self.query_one(Phases).chosen_task

    @property
    def chosen(self) -> str:
        """The task or phase that Enter would open."""
        return self.query_one(Phases).chosen

    async def action_details(self) -> None:
        """The selected task whole; a phase folds."""
        if task := self.dashboard.state.by_id.get(self.chosen_task):
            await self.app.push_screen(TaskScreen(task.id))
        else:
            self.query_one(Phases).fold()

    def refresh_state(self) -> None:
        """The state changed, perhaps the plan too."""
        self.query_one(Phases).refresh_state()
        if self.dashboard.state.plan:
            self._show("figures", figures(self.dashboard.state))
            self._show("edges", self._edges())

    @on(Phases.Opened)
    async def _open_chosen(self) -> None:
        await self.action_details()

    @on(Phases.Moved)
    def _turn_to(self) -> None:
        """Another one is selected: its edges, from the first."""
        if self.ready:
            self._show("edges", self._edges())
            self.query_one("#edges", LogView).show_from(0)

    def _edges(self) -> list[Part]:
        tree, state = self.query_one(Phases), self.dashboard.state
        if task := state.by_id.get(tree.chosen_task):
            return task_edges(state, task)
        phase = words.phase_of(state, tree.chosen_phase)
        return phase_edges(state, phase) if phase else []

    def _show(self, name: str, lines: list[Part]) -> None:
        """The text of a pane, where it is another one; the reader stays where they are."""
        if self._shown.get(name) == lines:
            return
        self._shown[name] = lines
        self.query_one(f"#{name}", LogView).replace(lines)


def task_edges(state: RunState, task: Task) -> list[Part]:
    """The task and its edges."""
    marks = [m for m in ("[P]" if task.parallel else "", task.story or "", task.role) if m]
    files: list[Part] = [(f"files  {', '.join(task.files)}", "quiet")] if task.files else []
    head: list[Part] = [(f"{task.id}  {task.title}", "strong"), ("  ".join(marks), "quiet")]
    return [*head, *files, BLANK, *needs_page(state, task)]


def phase_edges(state: RunState, phase: Phase) -> list[Part]:
    """The phase and the phases that it waits for."""
    done, _, total = words.tally(state, phase)
    needs = [f"phase {n}: its gate must be green, a failure there halts it" for n in phase.needs]
    needs += [f"phase {n}: comes after it, one story at a time" for n in phase.follows]
    return [
        (f"{phase.number}  {phase.title}", "strong"),
        (
            f"{phase.kind}   {done} of {words.count(total, 'task')} done   line {phase.line}",
            "quiet",
        ),
        BLANK,
        ("needs", "title"),
        *([(f"  {need}", "plain") for need in needs] or [("  nothing", "quiet")]),
    ]
