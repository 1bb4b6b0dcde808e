"""One of the six slots: who works there on what, and what it says and does."""

from __future__ import annotations

from collections.abc import Iterable

from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part, cut, row, width_of
from sixfold.model import SLOT_ROLES
from sixfold.state import VALIDATION, RunState, Work


class Slot(LogView):
    """A slot: two rows of facts above its log; in little room one row with its last line."""

    def __init__(self, number: int) -> None:
        super().__init__(id=f"slot-{number}", classes="pane slot")
        self.number = number
        self.role = SLOT_ROLES[(number - 1) % len(SLOT_ROLES) + 1]

    @property
    def work(self) -> Work | None:
        """What it works on now."""
        return self.dashboard.state.work.get(self.number)

    def refresh_state(self) -> None:
        """Take over the app's state."""
        self.refresh()

    def head(self) -> list[Iterable[Part]]:
        """The facts."""
        if self.content_size.height <= 2:
            return [self._one_row()]
        return [self._first_row(), self._second_row()]

    def render_line(self, y: int) -> Strip:
        """The first row stands on a ground of its own where there are more."""
        if y == 0:
            return self.strip(self.head()[0], under=self._ground())
        return super().render_line(y)

    def tone_of(self, tone: str) -> str:
        """What an idle slot said before steps back."""
        return tone if self.work else "quiet"

    def _ground(self) -> str:
        if self.has_focus:
            return "focusbar"
        return "bar" if self.content_size.height > 1 else ""

    def _who(self) -> list[Part]:
        return [(f" {self.number} ", "slotkey"), (f"{self.role:<7}", "quiet")]

    def _state(self, *, worded: bool = False, pad: int = 7) -> list[Part]:
        work, state = self.work, self.dashboard.state
        if not work:
            return [("idle ", "faint")]
        look = words.work_look(state, work)
        if look is words.ASKS:
            return [(f"{look.glyph} {look.word} ", look.tone)]
        spent = words.since(work.started, None, self.dashboard.clock())
        word = f"{look.word} " if worded else ""
        return [(f"{look.glyph} {word}", look.tone), (f"{spent:>{pad}} ", "plain")]

    def _label(self) -> list[Part]:
        work = self.work
        if not work:
            return []
        again = f" #{work.attempt}" if work.attempt > 1 else ""
        return [(f"{work.label}{again}", "strong")]

    def _first_row(self) -> list[Part]:
        """As much as fits; what tells the slot and its task goes last."""
        width, (number, role), label = self.content_size.width, self._who(), self._label()
        mark, *time = self._state(pad=0)
        rare = self.work is not None and words.is_rare(self.work)  # a word says more than the role
        forms = [
            ([number, role, *label], self._state(worded=True)),
            *([([number, *label], self._state(worded=True))] if rare else []),
            ([number, role, *label], [mark, *time]),
            ([number, *label], [mark, *time]),
            ([number, *label], [mark]),
        ]
        left, right = next(
            (form for form in forms if width_of(form[0]) + 1 + width_of(form[1]) <= width),
            forms[-1],
        )
        return row(left, right, width) if width_of(left) < width - 2 else cut(left, width)

    def _second_row(self) -> list[Part]:
        work, state = self.work, self.dashboard.state
        width = self.content_size.width
        if not work:
            return row([("   ", "")], [], width)
        if work.held:
            limit = words.back_in(state, self.dashboard.clock())
            why = limit if limit and work.held != "paused" else work.held
            return row([(f"   rests: {why}", "look")], [], width)
        if work.stalled:
            quiet = words.since(work.quiet_since, None, self.dashboard.clock())
            return row([(f"   no sign of life for {quiet.strip()}", "warn")], [], width)
        asked = next((ask for ask in state.asked.values() if ask.slot == self.number), None)
        if asked:
            return row([(f"   asks: {words.one_line(asked.text)}", "look")], [], width)
        spending = [(f"{words.spending(work.usage)} ", "quiet")] if work.usage.tokens else []
        if not work.task:
            return row([(f"   {_purpose(work, state)}", "quiet")], spending, width)
        task = state.by_id.get(work.task)
        return row([(f"   {task.title if task else ''}", "quiet")], spending, width)

    def _one_row(self) -> list[Part]:
        """Name, task, time and the last thing heard."""
        left = [*self._who(), *self._label()]
        if self.work:
            rare = bool(self.work.held or self.work.stalled)
            left += [("  ", ""), *self._state(worded=rare), (" ", "")]
        last = next((i for i in range(len(self.lines) - 1, -1, -1) if self.lines[i]), None)
        if last is not None:
            tone = self._tones[last]
            left.append((self.lines[last], tone if self.work or tone == "bad" else "faint"))
        return row(left, [] if self.work else self._state(), self.content_size.width)


def _purpose(work: Work, state: RunState) -> str:
    """What somebody without a task is to do."""
    if work.label == VALIDATION:
        return f"judge {words.count(len(state.requirements), 'requirement')} of the spec"
    return f"turn the gate of phase {work.phase} green"
