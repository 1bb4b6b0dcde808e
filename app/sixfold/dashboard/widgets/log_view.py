"""A log: plain lines kept, visible rows rendered, and never a jump while someone reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TypeVar

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual.message import Message
from textual.strip import Strip

from sixfold.dashboard import words
from sixfold.dashboard.widgets.ansi import Span, decode
from sixfold.dashboard.widgets.in_time import in_time
from sixfold.dashboard.widgets.marking import Marking, Spot, character
from sixfold.dashboard.widgets.row import Part, clean, fit
from sixfold.dashboard.widgets.sought import SLOW, Hits, Sought, understand
from sixfold.dashboard.widgets.wrap import INDENT, breaks

_MARKED = Style(reverse=True)
PATIENCE = 0.5
"""Seconds that looking for something may take; the screen stands still meanwhile."""
GUTTER = 1
"""Blank cells at both sides; the mark that says where the reader stands has its place there."""
T = TypeVar("T")


class LogView(Marking):
    """Lines of text, wrapped to the pane. Follows its end until the reader scrolls up."""

    class GivenUp(Message):
        """What was looked for is not any more: it took too long."""

    def __init__(
        self,
        *,
        keep: int = 10_000,
        following: bool = True,
        hang: int = INDENT,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.keep = keep
        self._hang = hang
        """Cells by which the rows after a line's first are set in, where there is room."""
        self.following = following
        """Do new lines scroll the pane? Only the reader changes this."""
        self.missed = 0
        """Lines that came since the reader scrolled up."""
        self._grows = following
        self.total = 0
        """Lines ever taken in."""
        self.pattern: re.Pattern[str] | None = None
        """What is looked for."""
        self.inverse = False
        """Are the lines with it hidden, instead of marked."""
        self.hits = Hits()
        """The lines with it; each line is looked at once, when it comes."""
        self.wrapped = True
        """Do lines break that are wider than the pane; else they are cut."""
        self.lost = 0
        """Lines that are kept no more; where there are some, the first of `lines` says so."""
        self.elsewhere = ""
        """The file that has them, where it is known."""
        self.lines: list[str] = []
        self._tones: list[str] = []
        self._spans: dict[int, list[Span]] = {}
        self._rows: list[tuple[int, int, int]] = []
        """For each row the line's number (counted from the first ever), start and end."""
        self._width = 0

    def count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def extend(self, lines: Iterable[Part]) -> None:
        """Take in lines with their tones; call at most once a frame."""
        before = self.total
        for raw, tone in lines:
            if raw.isprintable() and len(raw) <= 4000:
                text = raw
            else:
                text, spans = decode(raw)
                if spans:
                    self._spans[self.total] = spans
            self.lines.append(text)
            self._tones.append(tone)
            self.total += 1
        if self.total > before:
            self.hits.lines += self._with_it(range(before, self.total))
            self._wrap(before)
            self._trim()
            self.missed += self.total - before if self._grows and not self.following else 0
            self._settle()

    def clear(self) -> None:
        """Forget everything."""
        self.lines.clear()
        self._tones.clear()
        self._spans.clear()
        self._rows.clear()
        self.missed = self.top = self.lost = 0
        self.hits = Hits()
        self.unmark()
        self.refresh()

    def replace(self, lines: Iterable[Part]) -> None:
        """Other lines in place of all there are; the reader stays where they are."""
        top, at, first = self.top, self.hits.at, self.first
        self.clear()
        self.extend(lines)
        self.hits.at = None if at is None else at - first + self.first
        self.show_from(top)

    def go_to(self, number: int) -> None:
        """Bring line `number` to the top, as far as there are rows below."""
        self.following = False
        self.show_from(self._row_of(number))

    def follow(self, following: bool) -> None:
        """Follow the end from now on, or stay here."""
        self.following, self.missed = following, 0
        self._settle()

    def scroll_rows(self, rows: int) -> None:
        """Scrolling up stays there; scrolling down to the end follows again."""
        super().scroll_rows(rows)
        if rows:
            self.following = self.following if self.last_top == 0 else self.top >= self.last_top
            self.missed = 0 if self.following else self.missed

    def on_resize(self) -> None:
        """Break the lines anew; the line at the top stays there."""
        width = self.content_size.width - 2 * GUTTER
        if width != self._width:
            self._width = width
            self._break_anew()
        self._settle()

    def wrap(self, wrapped: bool) -> None:
        """Break long lines, or cut them; the line at the top stays there."""
        self.wrapped = wrapped
        self._break_anew()
        self._settle()

    @property
    def _anchor(self) -> int:
        """The line at the top."""
        return self._rows[self.top][0] if self.top < len(self._rows) else 0

    def _break_anew(self) -> None:
        """Break all lines into rows; the one at the top stays there."""
        anchor = self._anchor
        self._rows.clear()
        self._wrap(self.total - len(self.lines))
        self.top = self._row_of(anchor)

    def _settle(self) -> None:
        self.top = self.last_top if self.following else min(self.top, self.last_top)
        self.refresh()

    def _wrap(self, start: int) -> None:
        """Break the lines from number `start` on into rows."""
        width, first = self._width, self.total - len(self.lines)
        if width <= 0:
            return
        rows, hidden = self._rows, set(self.hits.since(start) if self.inverse else ())
        for number in range(start, self.total):
            text = self.lines[number - first]
            if number in hidden:
                continue
            if len(text) <= width and text.isascii() and "\n" not in text:
                rows.append((number, 0, len(text)))
            else:
                rows.extend((number, *part) for part in self._broken(text))

    def _broken(self, text: str) -> list[tuple[int, int]]:
        """Start and end of each row of a line; below its first there may be some to unfold."""
        if "\n" not in text:
            return breaks(text, self._width, self._indent) if self.wrapped else [(0, len(text))]
        rows, start, width = list[tuple[int, int]](), 0, self._width
        for part in text.split("\n"):
            pieces = breaks(part, width, self._indent) if self.wrapped else [(0, len(part))]
            rows += [(start + begin, start + end) for begin, end in pieces]
            start, width = start + len(part) + 1, self._width - self._indent
        return rows

    @property
    def _indent(self) -> int:
        return self._hang if self._width >= 2 * self._hang else INDENT

    def _trim(self) -> None:
        """Drop the oldest lines in blocks, so that it costs next to nothing for each."""
        excess = len(self.lines) - self.keep
        if excess <= self.keep >> 2:
            return
        first = self.total - len(self.lines) + excess
        self.hits.drop(first + 1)
        del self.lines[:excess]
        del self._tones[:excess]
        self._spans = {n: spans for n, spans in self._spans.items() if n > first}
        if self.marked and self.marked[0][0] <= first:
            self.unmark()
        dropped = self._row_of(first)
        del self._rows[:dropped]
        self.top = max(0, self.top - dropped)
        self._tell_of_loss(excess + (not self.lost))

    def _tell_of_loss(self, lines: int) -> None:
        """So many more are kept no more, that in whose place it is said included."""
        self.lost += lines
        place = f"; all of it is in {self.elsewhere}" if self.elsewhere else ""
        self.lines[0] = clean(f"… {self.lost:,} lines before this are not kept here{place}")
        self._tones[0] = "quiet"
        self._break_line(self.total - len(self.lines))

    def _break_line(self, number: int) -> None:
        """Break one line anew, as it was changed; a reader below it stays on their line."""
        start, end = self._row_of(number), self._row_of(number + 1)
        if self.pattern and number >= self.first:
            self.hits.put(number, bool(self._with_it([number])))
        hidden = self._width <= 0 or (self.inverse and self.hits.has(number))
        rows = [] if hidden else [(number, *part) for part in self._broken(self.line(number))]
        self._rows[start:end] = rows
        if end <= self.top:
            self.top += len(rows) - (end - start)

    @property
    def first(self) -> int:
        """The number of the first line that was taken in and is there."""
        return self.total - len(self.lines) + bool(self.lost)

    def _row_of(self, number: int) -> int:
        """The first row of line `number`, or of the one after it."""
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._rows[middle][0] < number else (low, middle)
        return low

    # Finding

    def find(self, typed: str) -> Sought:
        """Mark what is looked for, or hide all lines with it, and go to the nearest place."""
        sought, was_hidden = understand(typed), self.inverse
        self.pattern, self.inverse = sought.pattern, sought.inverse
        self.hits = Hits()
        self.hits.lines = self._with_it(range(self.first, self.total))
        if was_hidden or self.inverse:
            self._break_anew()
        elif self.hits.lines:
            self._go_to([*self.hits.since(self._anchor), self.hits.lines[-1]][0])
        self._settle()
        given_up = sought.pattern and not self.pattern
        found = replace(sought, lines=len(self.hits.lines))
        return Sought(None, error=SLOW) if given_up else found

    def find_next(self, forward: bool) -> None:
        """Go to the next or the previous line with the pattern, round the end."""
        shown = sorted({row[0] for row in self._rows}) if self.inverse else self.hits.lines
        line = Hits(shown, self.hits.at).beside(forward)
        if line is not None:
            self._go_to(line)

    @property
    def standing(self) -> str:
        """Which of the lines found one is at, or how many there are; empty where none is."""
        number, place = len(self.hits.lines), self.hits.place
        if self.inverse or not place:
            told = words.count(number, "line")
            return f"{told} hidden" if self.inverse else told if number else ""
        return f"{place} of {number}"

    def _with_it(self, numbers: Iterable[int]) -> list[int]:
        """Those of the lines that have what is looked for."""
        if not self.pattern:
            return []
        search = self.pattern.search
        return self.look(lambda: [n for n in numbers if search(self.text_of(n))])

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where in a text is what is looked for."""
        pattern = self.pattern
        return self.look(lambda: [one.span() for one in pattern.finditer(text)]) if pattern else []

    def look(self, how: Callable[[], list[T]]) -> list[T]:
        """What is found by the pattern; where that takes too long, it is looked for no more."""
        try:
            with in_time(PATIENCE):
                return how()
        except TimeoutError:
            if self.inverse:
                self.call_later(self.wrap, self.wrapped)  # what was hidden is seen again
            self.pattern, self.inverse, self.hits = None, False, Hits()
            self.post_message(self.GivenUp())
            return []

    def line(self, number: int) -> str:
        """Line `number` as it is shown."""
        return self.lines[number - self.total + len(self.lines)]

    def text_of(self, number: int) -> str:
        """All of line `number`, in which is looked for what is to be found."""
        return self.line(number)

    # Copying

    def copied(self) -> str:
        """What `copy` takes: what is marked, else the line found, else the one at the top."""
        if self.marked:
            return self.marked_text()
        first, rows = self.total - len(self.lines), self._rows
        if self.hits.at is not None and self.hits.at >= first:
            return self.line(self.hits.at)
        return self.line(rows[self.top][0]) if self.top < len(rows) else ""

    def spot(self, x: int, y: int) -> Spot:
        """What is at a cell, or nearest to it."""
        index = min(self.top + max(0, y - len(self.head())), len(self._rows) - 1)
        number, start, end = self._rows[index]
        lead = GUTTER + self._indent if start else GUTTER
        return number, start + character(self.line(number)[start:end], x - lead)

    def _go_to(self, number: int) -> None:
        self.hits.at = number
        self.following = False
        row = self._row_of(number)
        if not self.top <= row < self.top + self.page:
            self.show_from(row - self.page // 2)
        self.refresh()

    # Painting

    def shows_thumb(self) -> bool:
        """Only where the reader stands still; a log that follows is at its end."""
        return not self.following and self.last_top > 0

    def tone_of(self, tone: str) -> str:
        """The tone to paint a line in that came in as `tone`."""
        return tone

    def under(self, number: int) -> Style:  # noqa: ARG002 - the line's
        """The ground of a line that has one of its own; the marks of a search stand out from it."""
        return Style.null()

    def row_strip(self, index: int) -> Strip:
        """A row of a line, in the line's tone, its own colours and the marks of a search."""
        number, start, end = self._rows[index]
        at = number - self.total + len(self.lines)
        tone = self.tone_of(self._tones[at])
        style = self.base + self.dashboard.tone(tone) if tone else self.base
        under = self.under(number)
        style += under
        ground = style.background_style if style.bgcolor else self.base
        text, width = self.lines[at][start:end], self.content_size.width
        lead = " " * (GUTTER + self._indent if start else GUTTER)
        if not self.wrapped:
            text = fit(text, width - len(lead) - GUTTER)
        if number not in self._spans and self.pattern is None and self.marked is None:
            return Strip([Segment(lead + text, style)]).adjust_cell_length(width, ground)
        segments = self._marked(number, text, start, style, under)
        return Strip([Segment(lead, style), *segments]).adjust_cell_length(width, ground)

    def _marked(
        self, number: int, text: str, start: int, style: Style, under: Style
    ) -> list[Segment]:
        """`text` (from character `start` of its line) in pieces of one style each."""
        found = [*self._spans.get(number, ()), (start, start + len(text), under)]
        if self.pattern and not self.inverse:
            mark = self.dashboard.tone("hit" if number == self.hits.at else "found")
            found += [(*place, mark) for place in self._places(number, start)]
        if part := self.marked_in(number):
            found.append((*part, _MARKED))
        spans = [(max(0, a - start), min(len(text), b - start), s) for a, b, s in found]
        edges = sorted({0, len(text), *(p for a, b, _ in spans if a < b for p in (a, b))})
        return [
            Segment(
                text[a:b],
                sum((s for x, y, s in spans if x <= a and b <= y), style),
            )
            for a, b in pairwise(edges)
        ]

    def _places(self, number: int, at: int) -> list[tuple[int, int]]:
        """Where in a line of the log is what is looked for: in the text line with character `at`.

        A row is only a part of that, and what was found may begin in one row and end in the next.
        """
        line = self.line(number)
        begin, end = line.rfind("\n", 0, at) + 1, line.find("\n", at)
        text = line[begin : end if end >= 0 else len(line)]
        return [(begin + a, begin + b) for a, b in self.places(text)]

    def _missed_below(self) -> int:
        """How many of the lines that came are below the last one seen."""
        end = self.top + self.page
        if self.page <= 1 or end >= len(self._rows):
            return 0
        lines = self.total - 1 - self._rows[end - 1][0]
        return min(self.missed, max(1, lines), len(self._rows) - end)

    def render_line(self, y: int) -> Strip:
        """As the rows are, with a word in the last one when lines wait below."""
        strip = super().render_line(y)
        if self.missed and y == self.content_size.height - 1 and (below := self._missed_below()):
            text = f" {below} new below · f follow "
            style = self.base + self.dashboard.tone("chosen")
            width = self.content_size.width
            if len(text) < width:
                kept = strip.crop(0, width - len(text) - 1)
                edge = strip.crop(width - 1, width)
                return Strip([*kept, Segment(text, style), *edge])
        return strip
