"""All about one task, section by section, kept true while the run goes on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeAlias

from textual import on, work
from textual.app import ComposeResult

from sixfold import events as ev
from sixfold.dashboard.diff import read_diff
from sixfold.dashboard.reading import Begun, Reading
from sixfold.dashboard.screens import pages
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.diff_view import DiffView
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part
from sixfold.dashboard.widgets.sections import Sections
from sixfold.dashboard.widgets.talk import Talk
from sixfold.dashboard.widgets.title import Title
from sixfold.link import LinkError
from sixfold.state import Attempt

OF_TASK = ("task", "attempts", "evidence")
OF_ATTEMPT = ("prompt", "diff", "transcript")
SECTIONS = (*OF_TASK[:2], *OF_ATTEMPT, OF_TASK[2])
WHOLE = 100_000
"""Lines of a transcript that are kept."""
NO_ATTEMPT: list[Part] = [("No attempt has been made yet.", "quiet")]
NO_EVIDENCE: list[Part] = [
    ("Nothing has been judged yet of what the spec asks of this task.", "quiet")
]
NOT_ASKED: list[Part] = [("The spec asks for nothing that names this task.", "quiet")]
Asking: TypeAlias = ev.Prompt | ev.Diff


class TaskScreen(TextScreen):
    """A task's page; it stays as it was where the task was taken out of the plan."""

    AUTO_FOCUS = "#text"

    def __init__(self, task: str) -> None:
        super().__init__(f"TASK  {task}", [], about=task)
        self.section = OF_TASK[0]
        self._chosen: int | None = None
        """The attempt looked at, by its place; None: the latest."""
        self._shown: tuple[str, Attempt | None] = ("", None)
        """Section and attempt that are filled in."""
        self._reading: Reading | None = None

    def compose(self) -> ComposeResult:
        """Title, sections, what they show, keys."""
        yield Title(self._heading)
        yield Sections(SECTIONS)
        yield LogView(id="text", keep=1_000_000, following=False)
        yield Talk(id="said", keep=WHOLE)
        yield KeyBar()

    def fill(self) -> None:
        """What is known now."""
        self.query_one("#said").display = False
        self.refresh_state()

    # Attempts and sections

    @property
    def history(self) -> list[Attempt]:
        """The attempts, the latest last."""
        progress = self.dashboard.state.tasks.get(self.chosen_task)
        return progress.history if progress else []

    @property
    def attempt(self) -> Attempt | None:
        """The one that is looked at."""
        history = self.history
        if self._chosen is None or self._chosen >= len(history):
            return history[-1] if history else None
        return history[self._chosen]

    @property
    def sections(self) -> bool:
        """There are some."""
        return True

    @property
    def of_attempt(self) -> bool:
        """Is it about one attempt, of several."""
        return self.section in OF_ATTEMPT and len(self.history) > 1

    @property
    def enter(self) -> str:
        """What Enter does."""
        log = self.log_view
        return "unfold" if isinstance(log, Talk) and log.unfolds else ""

    def action_details(self) -> None:
        """Unfold what an agent did."""
        self.query_one("#said", Talk).unfold_here()

    def action_go_round(self, by: int) -> None:
        """The next section, or the one before."""
        self.go_to(SECTIONS[(SECTIONS.index(self.section) + by) % len(SECTIONS)])

    def action_go_to_attempt(self, by: int) -> None:
        """The attempt before, or the next."""
        last = len(self.history) - 1
        at = min(max(0, (last if self._chosen is None else self._chosen) + by), last)
        self._chosen = None if at == last else at
        self.refresh_state()

    @on(Sections.Chosen)
    def _choose(self, event: Sections.Chosen) -> None:
        self.go_to(event.name)

    def go_to(self, section: str) -> None:
        """Show a section."""
        self.section = section
        self.refresh_state()

    # What they show

    def refresh_state(self) -> None:
        """The state changed, perhaps the task's too; or another section is wanted."""
        self.query_one(Sections).show(self.section, self._about_attempt())
        if self.section in OF_TASK:
            self._write(self._lines_of_task())
        if self._shown != (self.section, self.attempt if self.section in OF_ATTEMPT else None):
            self._shown = self.section, self.attempt if self.section in OF_ATTEMPT else None
            self._show()

    def _about_attempt(self) -> str:
        attempt = self.attempt
        if not attempt or self.section not in OF_ATTEMPT:
            return "Tab next"
        return f"attempt {attempt.number}, {self.history.index(attempt) + 1} of {len(self.history)}"

    def _lines_of_task(self) -> Sequence[Part]:
        state, now = self.dashboard.state, self.dashboard.clock()
        task = state.by_id.get(self.chosen_task)
        if task is None:
            return self._lines
        if self.section == "attempts":
            return pages.attempts_page(self.history, now) or NO_ATTEMPT
        if self.section == "evidence":
            judged = state.validation.outcome == "passed"
            return pages.evidence_page(state, task) or (NOT_ASKED if judged else NO_EVIDENCE)
        return pages.task_page(state, task, now)

    def _write(self, lines: Sequence[Part]) -> None:
        if lines != self._lines:
            self._lines = lines
            self.query_one("#text", LogView).replace(lines)

    def _show(self) -> None:
        """Bring the section's pane to the front, and have it filled."""
        self.query(DiffView).remove()
        transcript = self.section == "transcript"
        text, said = self.query_one("#text", LogView), self.query_one("#said", Talk)
        text.display, said.display = not transcript, transcript
        (said if transcript else text).focus()
        text.show_from(0)
        self._reading = None
        attempt = self.attempt
        if self.section in OF_TASK:
            return
        self._write([] if attempt else NO_ATTEMPT)
        said.clear()
        if attempt is None:
            said.extend(NO_ATTEMPT)
        elif transcript:
            said.follow(not attempt.outcome)
            self._reading = Reading(Begun(attempt.name, attempt.number, attempt.slot))
            self._read(self._reading)
        elif self.section == "prompt":
            self._fill(ev.Prompt(task=attempt.name, attempt=attempt.number, slot=attempt.slot))
        else:
            earlier = attempt.number if attempt is not self.history[-1] else 0
            self._fill(ev.Diff(task=self.chosen_task, attempt=earlier))

    @work(exclusive=True, group="section")
    async def _fill(self, command: Asking) -> None:
        """Ask for a prompt or a diff, and show it, or why there is none."""
        source = self.dashboard.source
        try:
            answer = await source.ask(command) if source else None
        except LinkError as error:
            answer = ev.Answer(id=0, accepted=False, reason=str(error))
        if answer is None or not answer.accepted:
            self._write([(answer.reason if answer else "There is no run to ask.", "quiet")])
        elif isinstance(command, ev.Prompt):
            self._write([(line, "plain") for line in answer.text.splitlines()])
        elif not answer.text:
            self._write([("It has changed nothing.", "quiet")])
        else:
            view = DiffView(read_diff(answer.text))
            await self.mount(view, after=self.query_one("#text"))
            self.query_one("#text").display = False
            view.focus()

    def take_note(self, slots: Collection[int]) -> None:
        """More was said in the attempt that is read."""
        if self._reading and self._reading.about.slot in slots:
            self._read(self._reading)

    @work(exclusive=True, group="section")
    async def _read(self, reading: Reading) -> None:
        said = self.query_one("#said", Talk)
        if not said.following and len(said.lines) >= said.keep:
            return
        begun = reading.begun
        lines = await reading.rest(self.dashboard.source)
        said.elsewhere = reading.file
        if lines:
            said.hear(lines)
        elif not begun:
            said.extend([("Nothing of what was said is kept.", "quiet")])
        if not begun and not said.following:
            said.show_from(0)
