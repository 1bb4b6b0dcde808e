"""A log of what an agent says and does: each tool call is one line, and unfolds."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip

from sixfold.dashboard.speech import Spoken, unfolded
from sixfold.dashboard.widgets.ansi import decode
from sixfold.dashboard.widgets.log_view import LogView

MOST_DETAIL = 4_000_000
"""Characters to unfold that are kept; the oldest go first."""
FOLDED, OPEN = "  ▸", "  ▾"
"""Stand behind a line that has more to it."""


class Talk(LogView):
    """Lines, some of which unfold. Where `reads`, a cursor goes from line to line."""

    def __init__(
        self,
        *,
        keep: int = 10_000,
        following: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(keep=keep, following=following, id=id, classes=classes)
        self._calls: dict[str, int] = {}
        """Tool call -> its line."""
        self._details: dict[int, str] = {}
        self._weight = 0
        self._open: set[int] = set()
        self._cursor: int | None = None
        """The line it is on; None: the last that is seen."""

    @property
    def reads(self) -> bool:
        """Is there a cursor."""
        return True

    # Lines

    def hear(self, lines: Iterable[Spoken]) -> None:
        """Take lines in; what is told of a tool call once more takes the place of what was."""
        fresh: list[Spoken] = []
        known: dict[str, int] = {}
        for line in lines:
            if not line.call:
                fresh.append(line)
            elif (at := known.get(line.call)) is not None:
                fresh[at] = replace(line, detail=line.detail or fresh[at].detail)
            elif self._calls.get(line.call, -1) >= self.first:
                self._tell_anew(self._calls[line.call], line)
            else:
                known[line.call] = len(fresh)
                fresh.append(line)
        for number, line in enumerate(fresh, self.total):
            if line.call:
                self._calls[line.call] = number
            if line.detail:
                self._remember(number, line.detail)
        self.extend((line.text + FOLDED if line.detail else line.text, line.tone) for line in fresh)
        self._forget()

    def clear(self) -> None:
        """Forget everything."""
        super().clear()
        self._calls.clear()
        self._details.clear()
        self._open.clear()
        self._weight, self._cursor = 0, None

    def _tell_anew(self, number: int, line: Spoken) -> None:
        at = number - self.total + len(self.lines)
        if line.detail:
            self._remember(number, line.detail)
        text, spans = decode(line.text)
        self.lines[at] = text + (FOLDED if number in self._details else "")
        self._tones[at] = line.tone
        self._spans.pop(number, None)
        if spans:
            self._spans[number] = spans
        if number in self._open:
            self._open.discard(number)
            self.unfold(number)
        else:
            self._break_line(number)
            self._settle()

    def _remember(self, number: int, detail: str) -> None:
        self._weight += len(detail) - len(self._details.get(number, ""))
        self._details[number] = detail

    def _forget(self) -> None:
        """Let go of what there was to unfold below lines that are gone, and of what is too much."""
        first, lines = self.first, self.total - len(self.lines)
        if self._weight > MOST_DETAIL or next(iter(self._details), first) < first:
            for number in sorted(self._details):
                heavy = self._weight > MOST_DETAIL * 3 // 4 and number not in self._open
                if number < first or heavy:
                    self._weight -= len(self._details.pop(number))
                    self._open.discard(number)
                    if number >= first:
                        self.lines[number - lines] = self.lines[number - lines].removesuffix(FOLDED)
                        self._break_line(number)
        if len(self._calls) > 2 * self.keep:
            self._calls = {call: at for call, at in self._calls.items() if at >= first}
        if self._cursor is not None and self._cursor < first:
            self._cursor = None

    # Folding

    def unfold(self, number: int) -> None:
        """Show what there is below a line, or hide it again; rows above stay where they are."""
        if number not in self._details:
            return
        at = number - self.total + len(self.lines)
        line = self.lines[at].partition("\n")[0]
        end = len(line) - len(FOLDED)
        spans = [span for span in self._spans.pop(number, []) if span[1] <= end]
        if number in self._open:
            self._open.discard(number)
            self.lines[at] = line[:end] + FOLDED
        else:
            self._open.add(number)
            self.lines[at] = line[:end] + OPEN
            for raw, tone in unfolded(self._details[number]):
                begin = len(self.lines[at]) + 1
                text, own = decode(raw)
                self.lines[at] += f"\n{text}"
                spans.append((begin, begin + len(text), self.dashboard.tone(tone)))
                spans += [(begin + a, begin + b, style) for a, b, style in own]
        if spans:
            self._spans[number] = spans
        self._break_line(number)
        self._settle()

    @property
    def unfolds(self) -> bool:
        """Is there more to the line under the cursor."""
        return self.reads and self.cursor in self._details

    def unfold_here(self) -> None:
        """Show what there is below the line under the cursor, or hide it; it is kept in sight."""
        if (number := self.cursor) is not None:
            self._cursor, self.following = number, False
            self.unfold(number)
            self._put(number)

    def text_of(self, number: int) -> str:
        """The line with what it unfolds to."""
        detail = "" if number in self._open else self._details.get(number, "")
        return f"{self._bare(number)}\n{detail}" if detail else self._bare(number)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where it is; the sign that there is more is no part of the text."""
        return super().places(text.removesuffix(FOLDED).removesuffix(OPEN))

    def _go_to(self, number: int) -> None:
        """Go to a line that was found; it is unfolded where what is looked for is below it."""
        if self.pattern and not self.inverse and not self.places(self.line(number)):
            self.unfold(number)
        super()._go_to(number)
        self._cursor = number

    # The cursor

    @property
    def cursor(self) -> int | None:
        """The line under the cursor; None where there is none."""
        if not self._rows:
            return None
        if self._cursor is not None and not self.following:
            return self._cursor
        return self._rows[min(self.top + max(1, self.page), len(self._rows)) - 1][0]

    def step(self, rows: int) -> None:
        """Move the cursor, and the window with it; a line higher than the pane goes by row."""
        at = self.cursor
        if not self.reads or at is None or not rows:
            super().step(rows)
            return
        begin, end = self._row_of(at), self._row_of(at + 1)
        if end <= self.top or begin >= self.top + self.page:  # the wheel went elsewhere
            begin = self.top if end <= self.top else self.top + self.page - 1
            end = begin + 1
        if rows == 1 and end > self.top + self.page:
            self.scroll_rows(1)
        elif rows == -1 and begin < self.top:
            self.scroll_rows(-1)
        else:
            row = end if rows == 1 else begin + rows
            self._put(self._rows[max(0, min(row, len(self._rows) - 1))][0])

    def _put(self, number: int) -> None:
        """Put the cursor on a line, and bring it into sight. At the last line the log follows."""
        begin, end = self._row_of(number), self._row_of(number + 1)
        self._cursor = number
        self.following = end == len(self._rows) and end - begin <= self.page
        self.missed = 0 if self.following else self.missed
        top = min(max(self.top, end - self.page), begin)
        self.show_from(self.last_top if self.following else top)

    def follow(self, following: bool) -> None:
        """Follow the end from now on, or stay at the line the cursor is on."""
        self._cursor = self.cursor
        super().follow(following)

    def copied(self) -> str:
        """What is marked, else the line under the cursor, with what is unfolded below it."""
        if self.marked or not self.reads or self.cursor is None:
            return super().copied()
        return self._bare(self.cursor)

    def _bare(self, number: int) -> str:
        """A line, as far as it is unfolded, without the sign that there is more."""
        return self.line(number).replace(OPEN, "", 1).removesuffix(FOLDED)

    def on_click(self, event: events.Click) -> None:
        """A click chooses a line, and unfolds it."""
        spot = self.at_mouse(event)
        if spot is None or self.marked:
            return
        number = spot[0]
        if self.reads and not (self.following and number == self.cursor):
            self._cursor, self.following = number, False
        self.unfold(number)

    def under(self, number: int) -> Style:
        """The cursor's line stands on a ground of its own."""
        here = self.reads and self.has_focus and number == self.cursor
        return self.dashboard.tone("cursor") if here else super().under(number)

    def row_strip(self, index: int) -> Strip:
        """A row; the cursor's line has a sign at the left."""
        strip, number = super().row_strip(index), self._rows[index][0]
        if not (under := self.under(number)):
            return strip
        sign = "›" if index == self._row_of(number) else " "
        return Strip([Segment(sign, self.base + under), *strip.crop(1)])
