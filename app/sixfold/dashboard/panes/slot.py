"""One of the six slots: who works there on what, and what it says and does."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable

import textual
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.reading import Reading
from sixfold.dashboard.speech import Spoken
from sixfold.dashboard.widgets.row import Part, cut, row, width_of
from sixfold.dashboard.widgets.talk import FOLDED, Talk
from sixfold.model import SLOT_ROLES
from sixfold.state import VALIDATION, RunState, Work

TAIL, WHOLE = 10_000, 100_000
"""Lines that are kept: of what came last, and while all is read."""
OVERLAP = 500
"""Lines that may be read before they come."""
LEAST_FOR_STEPS = 8
"""Rows of a slot that shows what its agent's plan is at."""


class Slot(Talk):
    """A slot: two rows of facts above its log; in little room one row with its last line."""

    def __init__(self, number: int) -> None:
        super().__init__(id=f"slot-{number}", classes="pane slot")
        self.number = number
        self.role = SLOT_ROLES[(number - 1) % len(SLOT_ROLES) + 1]
        self._all_steps = False
        self._reading: Reading | None = None
        self._news = asyncio.Event()
        self._said: deque[Spoken] = deque(maxlen=TAIL)
        """The last that came: once one attempt was read whole, it is shown again."""
        self._came: deque[Spoken] = deque(maxlen=TAIL)
        """What came since the last page was asked for."""
        self._read_last: list[Spoken] = []

    @property
    def work(self) -> Work | None:
        """What it works on now."""
        return self.dashboard.state.work.get(self.number)

    @property
    def reads(self) -> bool:
        """The cursor comes with the whole screen."""
        return self.dashboard.main.zoomed == self.id

    # All that was said

    def take(self, lines: Iterable[Spoken]) -> None:
        """What came; while all is read, the agent's part comes from there."""
        lines = list(lines)
        self._said.extend(lines)
        if self._reading is None:
            self.hear(lines)
            return
        self._came.extend(lines)
        self._news.set()

    def open(self) -> None:
        """Show all that was said in the latest attempt; in a replay only what came so far."""
        begun = self.dashboard.feed.begun.get(self.number)
        if begun and self._reading is None and not self.dashboard.replay:
            self._reading = Reading(begun)
            self._read(self._reading)

    def shut(self) -> None:
        """Show the last that came, as before."""
        if self._reading:
            self._reading = None
            self.workers.cancel_group(self, "read")
            self.keep, self.elsewhere = TAIL, ""
            self._came.clear()
            self._read_last = []
            self._tell_all(self._said)

    def forget(self) -> None:
        """Nothing has been said yet."""
        self._said.clear()
        self.clear()

    def _hear_rest(self) -> None:
        """What came and was not read; the file is ahead of what comes, so some may be in both."""
        said = [line for line in self._came if line.by_agent]
        read = self._read_last
        both = next((n for n in range(len(read), 0, -1) if read[-n:] == said[:n]), 0)
        for line in self._came:
            if line.by_agent and both:
                both -= 1
            else:
                self.hear([line])
        self._came.clear()
        self._read_last = []

    def follow(self, following: bool) -> None:
        """Follow the end from now on, or stay here."""
        super().follow(following)
        self._news.set()

    @textual.work(group="read", exclusive=True)
    async def _read(self, reading: Reading) -> None:
        """Take in what is there, then what comes, also of the attempts after this one."""
        feed, source = self.dashboard.feed, self.dashboard.source
        while True:
            self._news.clear()
            if self.following or len(self.lines) < self.keep:
                first, came = not reading.begun, len(self._came)
                lines = await reading.rest(source)
                if lines is None:
                    self._reading = None
                    self._hear_rest()
                    return
                self.elsewhere = reading.file
                known = [self._came.popleft() for _ in range(min(came, len(self._came)))]
                if first and reading is self._reading:
                    self._begin_anew(lines)
                else:
                    self.hear(lines)
                self.hear(line for line in known if not line.by_agent)
                self._read_last = [*self._read_last, *lines][-OVERLAP:]
            begun = feed.begun.get(self.number, reading.about)
            if begun != reading.about:
                reading = Reading(begun)
            else:
                await self._news.wait()

    def _begin_anew(self, lines: list[Spoken]) -> None:
        """All lines in place of the last ones; a reader stays at the line they are at."""
        ended = self.dashboard.feed.ended.get(self.number)
        was_told = ended is not None and self.total and self.line(self.total - 1) == ended[0]
        self.keep = WHOLE
        self._tell_all([*lines, Spoken(*ended)] if ended and was_told else lines)

    def _tell_all(self, lines: Iterable[Spoken]) -> None:
        seen = self.top < len(self._rows) and not self.following
        at = self.line(self._rows[self.top][0]) if seen else None
        self.clear()
        self.hear(lines)
        self.missed = 0
        if at is not None:
            same = (n for n in range(self.total - 1, -1, -1) if self.total - n <= len(self.lines))
            self.go_to(next((n for n in same if self.line(n) == at), self.total - len(self.lines)))

    # Painting

    def head(self) -> list[Iterable[Part]]:
        """The facts."""
        if self.content_size.height <= 2:
            return [self._one_row()]
        return [self._first_row(), self._second_row(), *self._step_rows()]

    def show_steps(self) -> None:
        """All steps of the agent's plan, or the one that it is at; the log stays where it is."""
        before = len(self.head())
        self._all_steps = not self._all_steps
        self.show_from(self.last_top if self.following else self.top + len(self.head()) - before)

    def render_line(self, y: int) -> Strip:
        """The first row stands on a ground of its own where there are more."""
        if y == 0:
            return self.strip(self.heads[0], under=self._ground())
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
        spending = words.spending(work.usage)
        spent: list[Part] = [(f"{spending} ", "quiet")] if spending else []
        if work.held:
            limit = words.back_in(state, self.dashboard.clock())
            why = limit if limit and work.held != "paused" else work.held
            return row([(f"   rests: {why}", "look")], spent, width)
        if work.stalled:
            quiet = words.since(work.quiet_since, None, self.dashboard.clock())
            return row([(f"   no sign of life for {quiet.strip()}", "warn")], spent, width)
        asked = next((ask for ask in state.asked.values() if ask.slot == self.number), None)
        if asked:
            return row([(f"   asks: {words.one_line(asked.text)}", "look")], spent, width)
        return row([(f"   {self._purpose(work)}", "quiet")], spent, width)

    def _purpose(self, work: Work) -> str:
        """What somebody at work is to do."""
        if not work.task:
            return _purpose(work, self.dashboard.state)
        task = self.dashboard.state.by_id.get(work.task)
        return task.title if task else ""

    def _step_rows(self) -> list[list[Part]]:
        """What the agent's plan has it do now, or all steps; nothing where there is no room."""
        steps = self.dashboard.feed.steps.get(self.number) if self.work else None
        width, height = self.content_size.width, self.content_size.height
        if not steps or height < LEAST_FOR_STEPS:
            return []
        if not self._all_steps:
            left: list[Part] = [(f"   plan {steps.tally}  ", "quiet"), (steps.now, "plain")]
            return [row(left, [("t ", "key")] if self.has_focus else [], width)]
        lines, most = steps.lines(), height // 2
        first = max(0, min(steps.at - most // 2, len(lines) - most))
        shown = lines[first : first + most]
        rows = [row([(f"   plan {steps.tally}", "quiet")], [], width)]
        return rows + [row([(f"   {text}", tone)], [], width) for text, tone in shown]

    def _one_row(self) -> list[Part]:
        """Name, task, time and the last thing heard."""
        left = [*self._who(), *self._label()]
        if self.work:
            rare = bool(self.work.held or self.work.stalled)
            left += [("  ", ""), *self._state(worded=rare), (" ", "")]
        last = next((i for i in range(len(self.lines) - 1, -1, -1) if self.lines[i]), None)
        if last is not None:
            tone = self._tones[last]
            text = self.lines[last].partition("\n")[0].removesuffix(FOLDED)
            left.append((text, tone if self.work or tone == "bad" else "faint"))
        return row(left, [] if self.work else self._state(), self.content_size.width)


def _purpose(work: Work, state: RunState) -> str:
    """What somebody without a task is to do."""
    if work.label == VALIDATION:
        return f"judge {words.count(len(state.requirements), 'requirement')} of the spec"
    return f"turn the gate of phase {work.phase} green"
