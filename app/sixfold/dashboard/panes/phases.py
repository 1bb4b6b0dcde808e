"""Phases and their tasks, each with its state, and why the selected one waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.message import Message
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.reasons import reasons
from sixfold.dashboard.widgets.cursor_rows import CursorRows
from sixfold.dashboard.widgets.row import Part, row, width_of
from sixfold.model import Phase, Task

PHASE = "phase "
"""A phase's key is its number behind this, a task's its id behind `TASK`."""
TASK = "task "
END = "validation"
"""The key of the last row."""
ROOMY = 12
"""Rows from which the pane tells below the tree why the selected one waits."""


class Phases(CursorRows):
    """The tree. One row for each phase, and below it one for each task unless it is folded.

    `reasons`: are the selected one's needs told below it.
    """

    class Opened(Message):
        """The person wants to see more of what is selected."""

    def __init__(self, *, reasons: bool = False) -> None:
        super().__init__(id="phases", classes="pane")
        self.compact = False
        """Phases alone, a row each."""
        self.following = True
        """Do window and cursor follow the work? Until the reader moves."""
        self._reasons = reasons
        self._folded: dict[int, bool] = {}
        """Phases that the reader folded or opened."""
        self._id_width = 4
        self._critical: frozenset[str] = frozenset()

    @property
    def chosen_task(self) -> str:
        """The id under the cursor; empty on a phase."""
        return self.chosen.removeprefix(TASK) if self.chosen.startswith(TASK) else ""

    @property
    def chosen_phase(self) -> int:
        """The phase under the cursor; 0 on a task."""
        return _number(self.chosen)

    @property
    def page(self) -> int:
        """Rows of the tree that fit."""
        return max(0, super().page - self._foot_height)

    @property
    def _foot_height(self) -> int:
        height = self.content_size.height
        return 3 if self._reasons and not self.compact and height >= ROOMY else 0

    def refresh_state(self) -> None:
        """Take over the app's state."""
        state = self.dashboard.state
        self._id_width = min(12, max((len(id_) for id_ in state.by_id), default=4))
        self._critical = frozenset(state.plan.critical_path if state.plan else ())
        loose = [task.id for task in state.by_id.values() if not task.phase]
        keys = [] if self.compact else [TASK + id_ for id_ in loose]
        for phase in state.phases:
            keys.append(f"{PHASE}{phase.number}")
            if not self.compact and not self._is_folded(phase):
                keys += [TASK + id_ for id_ in phase.tasks if id_ in state.by_id]
        if words.is_validating(state):
            keys.append(END)
        if keys != self.keys:
            self.set_keys(keys)
        if self.following:
            self._follow_work()
        self.refresh()

    def _is_folded(self, phase: Phase) -> bool:
        """Passed phases fold by themselves where not all fits."""
        state = self.dashboard.state
        crowded = len(state.phases) + len(state.by_id) > self.page > 0
        return self._folded.get(phase.number, crowded and words.has_passed(state, phase))

    def _follow_work(self) -> None:
        phase = words.current_phase(self.dashboard.state)
        key = f"{PHASE}{phase.number}" if phase else END
        if key in self.keys:
            self.cursor = at = self.keys.index(key)
            self.top = max(0, min(at - 1 if at else 0, self.last_top))

    def step(self, rows: int) -> None:
        """The reader takes over."""
        self.following = False
        super().step(rows)

    def scroll_rows(self, rows: int) -> None:
        """The reader takes over."""
        self.following = False
        super().scroll_rows(rows)

    def fold(self) -> None:
        """Fold or open the phase under the cursor."""
        if phase := words.phase_of(self.dashboard.state, self.chosen_phase):
            self._folded[phase.number] = not self._is_folded(phase)
            self.refresh_state()

    def turn(self, opened: bool) -> None:
        """Open the phase under the cursor; or fold it, from its tasks in two steps."""
        task = self.dashboard.state.by_id.get(self.chosen_task)
        phase = words.phase_of(self.dashboard.state, self.chosen_phase)
        if phase and self._is_folded(phase) == opened:
            self.fold()
        elif task and not opened:
            self.choose(f"{PHASE}{task.phase}")

    def fold_all(self) -> None:
        """Fold all phases, or open all where all are folded; the cursor goes to its phase."""
        state = self.dashboard.state
        task = state.by_id.get(self.chosen_task)
        fold = not all(self._is_folded(phase) for phase in state.phases if phase.tasks)
        self._folded = {phase.number: fold for phase in state.phases}
        self.refresh_state()
        if fold and task:
            self.choose(f"{PHASE}{task.phase}")
        elif self.keys:
            self.reveal()

    def go_to(self, wanted: Sequence[str]) -> None:
        """To the next of `wanted` tasks below the cursor, else to the first; its phase opens."""
        state = self.dashboard.state
        order = [id_ for id_ in state.by_id if id_ in wanted]
        if not order:
            return
        task = next((id_ for id_ in order if self._is_below(id_)), order[0])
        if phase := words.phase_of(state, state.by_id[task].phase):
            self._folded[phase.number] = False
            self.refresh_state()
        self.choose(TASK + task)

    def _is_below(self, task: str) -> bool:
        """Does it stand below the cursor, whether its phase is folded or not."""
        state = self.dashboard.state
        places = {id_: place for place, id_ in enumerate(state.by_id)}
        if self.chosen_task in places:
            return places[task] > places[self.chosen_task]
        return state.by_id[task].phase >= self.chosen_phase

    def refit(self) -> None:
        """More or less may fit now; a window that follows the work keeps to it, not the cursor."""
        self.refresh_state()
        if not self.following:
            super().refit()

    def on_click(self, event: events.Click) -> None:
        """A click selects a task and folds a phase; a second one opens what is selected."""
        if not len(self.head()) <= event.y < len(self.head()) + self.page:
            return
        index = self.top + event.y - len(self.head())
        if index >= len(self.keys):
            return
        if event.chain > 1:
            if self.chosen_task or self.compact:
                self.post_message(self.Opened())
            return
        super().on_click(event)
        if not self.compact:
            self.fold()

    # Painting

    def head(self) -> list[Iterable[Part]]:
        """The pane's title, with what is left of the phase that is worked on."""
        app, width = self.dashboard, self.content_size.width
        state = app.state
        number = sum(words.has_passed(state, phase) for phase in state.phases)
        passed: list[Part] = []
        if state.phases:
            passed = [(f"{number}/{len(state.phases)} passed ", "quiet")]
        phase = words.current_phase(state)
        left = app.feed.estimate.left(app.feed.history, app.clock(), phase.number) if phase else ""
        title: list[Part] = [(" PHASES", "title")]
        told: list[Part] = [(f"{phase.number}: {left}   ", "plain")] if phase and left else []
        if width_of([*title, *told, *passed]) < width:
            passed = [*told, *passed]
        return [row(title, passed, width)]

    def render_line(self, y: int) -> Strip:
        """The title stands on a ground of its own, and so does the foot."""
        if y == 0:
            return self.strip(self.head()[0], under="focusbar" if self.has_focus else "bar")
        at = y - (self.content_size.height - self._foot_height)
        if at < 0:
            return super().render_line(y)
        width = self.content_size.width
        if at == 0:
            return self.strip([(" " + "─" * (width - 2), "faint")])
        told = reasons(self.dashboard.state, self.chosen_task, self.chosen_phase)
        return self.strip(row(told[at - 1], [], width) if at <= len(told) else [])

    def row_strip(self, index: int) -> Strip:
        """A phase or a task; blank where the plan lost it since the last frame."""
        key = self.keys[index]
        state = self.dashboard.state
        parts: list[Part] = []
        if key == END:
            parts = self._end_row(self.content_size.width)
        elif task := state.by_id.get(key.removeprefix(TASK)):
            parts = self._task_row(task, self.content_size.width)
        elif phase := words.phase_of(state, _number(key)):
            parts = self._phase_row(phase, self.content_size.width)
        chosen = index == self.cursor
        under = ("cursor" if self.has_focus else "shadow") if chosen else ""
        return self.strip(parts, under=under)

    def _phase_row(self, phase: Phase, width: int) -> list[Part]:
        state = self.dashboard.state
        look = words.phase_look(state, phase)
        done, lost, total = words.tally(state, phase)
        size = 10 if width >= 60 else 6
        fold = " " if self.compact or not phase.tasks else "▸" if self._is_folded(phase) else "▾"
        left: list[Part] = [
            (f"{fold}{look.glyph} ", look.tone),
            (f"{phase.number} {phase.title}", "strong" if look.tone != "quiet" else "plain"),
        ]
        word = (
            look.word
            if width >= 60 or look.tone in {"look", "bad"} or look.word == "gate runs"
            else ""
        )
        right: list[Part] = [
            (f"{word}  " if word else "", look.tone),
            *words.bar(done, lost, total, size),
            (f"{done:>3}/{total:<3}", "strong" if done == total else "plain"),
        ]
        return row(left, right, width)

    def _end_row(self, width: int) -> list[Part]:
        """How many requirements are met."""
        state = self.dashboard.state
        look, total = words.validation_look(state), len(state.requirements)
        size = 10 if width >= 60 else 6
        left: list[Part] = [(f" {look.glyph} ", look.tone), ("Validation", "strong")]
        right: list[Part] = [(f"{look.word}  ", look.tone)]
        if total:
            right += words.bar(state.met, len(state.unmet), total, size)
            right.append(
                (f"{state.met:>3}/{total:<3}", "strong" if state.met == total else "plain")
            )
        return row(left, right, width)

    def _task_row(self, task: Task, width: int) -> list[Part]:
        app = self.dashboard
        progress = app.state.tasks[task.id]
        look = words.task_look(app.state, task)
        spent = words.since(progress.started, progress.ended, app.clock())
        critical = words.CRITICAL.glyph if task.id in self._critical else " "
        settled = progress.state in words.SETTLED
        left: list[Part] = [
            (f" {critical} ", "faint" if settled else words.CRITICAL.tone),
            (f"{look.glyph} ", look.tone),
            (f"{task.id:<{self._id_width}} ", "plain" if look.tone != "busy" else "strong"),
            (task.title, "quiet" if look.tone in {"quiet", "good"} else "plain"),
        ]
        changed = app.feed.edits.get(task.id, "")
        right: list[Part] = [
            (f"{changed} " if changed else "", "look"),
            (look.word, look.tone),
            (f"{spent:>6} " if spent else " ", "quiet"),
        ]
        return row(left, right, width)


def _number(key: str) -> int:
    """The phase's number; 0 where the key is a task's."""
    return int(key.removeprefix(PHASE)) if key.startswith(PHASE) else 0
