"""A log: plain lines kept, visible rows rendered, and never a jump while someone reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sixfold.dashboard.widgets.ansi import Span, decode
from sixfold.dashboard.widgets.row import Part
from sixfold.dashboard.widgets.rows import Rows
from sixfold.dashboard.widgets.wrap import INDENT, breaks

GUTTER = 1
"""Blank cells at both sides; the mark that says where the reader stands has its place there."""


class LogView(Rows):
    """Lines of text, wrapped to the pane. Follows its end until the reader scrolls up."""

    def __init__(
        self,
        *,
        keep: int = 10_000,
        following: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.keep = keep
        self.following = following
        """Do new lines scroll the pane? Only the reader changes this."""
        self.missed = 0
        """Lines that came since the reader scrolled up."""
        self._grows = following
        self.total = 0
        """Lines ever taken in."""
        self.pattern: re.Pattern[str] | None = None
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
            self._wrap(before)
            self._trim()
            self.missed += self.total - before if self._grows and not self.following else 0
            self._settle()

    def clear(self) -> None:
        """Forget everything, and follow again."""
        self.lines.clear()
        self._tones.clear()
        self._spans.clear()
        self._rows.clear()
        self.missed = self.top = 0
        self.refresh()

    def replace(self, lines: Iterable[Part]) -> None:
        """Other lines in place of all there are; the reader stays where they are."""
        top = self.top
        self.clear()
        self.extend(lines)
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
        anchor = self._rows[self.top][0] if self.top < len(self._rows) else 0
        width = self.content_size.width - 2 * GUTTER
        if width != self._width:
            self._width = width
            self._rows.clear()
            self._wrap(self.total - len(self.lines))
            self.top = self._row_of(anchor)
        self._settle()

    def _settle(self) -> None:
        self.top = self.last_top if self.following else min(self.top, self.last_top)
        self.refresh()

    def _wrap(self, start: int) -> None:
        """Break the lines from number `start` on into rows."""
        width, first = self._width, self.total - len(self.lines)
        if width <= 0:
            return
        rows = self._rows
        for number in range(start, self.total):
            text = self.lines[number - first]
            if len(text) <= width and text.isascii():
                rows.append((number, 0, len(text)))
            else:
                rows.extend((number, *part) for part in breaks(text, width))

    def _trim(self) -> None:
        """Drop the oldest lines in blocks, so that it costs next to nothing for each."""
        excess = len(self.lines) - self.keep
        if excess <= self.keep >> 2:
            return
        first = self.total - len(self.lines) + excess
        del self.lines[:excess]
        del self._tones[:excess]
        self._spans = {n: spans for n, spans in self._spans.items() if n >= first}
        dropped = self._row_of(first)
        del self._rows[:dropped]
        self.top = max(0, self.top - dropped)

    def _row_of(self, number: int) -> int:
        """The first row of line `number`, or of the one after it."""
        low, high = 0, len(self._rows)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._rows[middle][0] < number else (low, middle)
        return low

    # Finding

    def find(self, text: str) -> int:
        """Mark `text` wherever it stands and go to the nearest place; the number of lines.

        Capitals count only where `text` has one.
        """
        flags = re.IGNORECASE if text == text.lower() else re.NOFLAG
        self.pattern = re.compile(re.escape(text), flags) if text else None
        found = list(self._matches())
        here = self._rows[self.top][0] if self.top < len(self._rows) else 0
        if found:
            self._go_to(next((number for number in found if number >= here), found[-1]))
        self.refresh()
        return len(found)

    def find_next(self, forward: bool) -> None:
        """Go to the next or the previous line with the pattern, round the end."""
        found = list(self._matches())
        if not found:
            return
        here = self._found_at if self._found_at is not None else -1
        after = [n for n in found if (n > here if forward else n < here)]
        around = found[0] if forward else found[-1]
        self._go_to((after[0] if forward else after[-1]) if after else around)

    _found_at: int | None = None
    """Number of the line that was last gone to."""

    def _matches(self) -> Iterator[int]:
        if self.pattern is None:
            return
        first = self.total - len(self.lines)
        for index, text in enumerate(self.lines):
            if self.pattern.search(text):
                yield first + index

    def _go_to(self, number: int) -> None:
        self._found_at = number
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

    def row_strip(self, index: int) -> Strip:
        """A row of a line, in the line's tone, its own colours and the marks of a search."""
        number, start, end = self._rows[index]
        at = number - self.total + len(self.lines)
        tone = self.tone_of(self._tones[at])
        style = self.base + self.dashboard.tone(tone) if tone else self.base
        ground = style.background_style if style.bgcolor else self.base
        text, width = self.lines[at][start:end], self.content_size.width
        lead = " " * (GUTTER + INDENT if start else GUTTER)
        if number not in self._spans and self.pattern is None:
            return Strip([Segment(lead + text, style)]).adjust_cell_length(width, ground)
        segments = self._marked(number, text, start, style)
        return Strip([Segment(lead, style), *segments]).adjust_cell_length(width, ground)

    def _marked(self, number: int, text: str, start: int, style: Style) -> list[Segment]:
        """`text` (from character `start` of its line) in pieces of one style each."""
        spans = [
            (max(0, a - start), min(len(text), b - start), s)
            for a, b, s in self._spans.get(number, ())
        ]
        if self.pattern:
            name = "chosen" if number == self._found_at else "found"
            mark = self.dashboard.tone(name)
            spans += [(m.start(), m.end(), mark) for m in self.pattern.finditer(text)]
        edges = sorted({0, len(text), *(p for a, b, _ in spans if a < b for p in (a, b))})
        return [
            Segment(
                text[a:b],
                sum((s for x, y, s in spans if x <= a and b <= y), style),
            )
            for a, b in pairwise(edges)
        ]

    def render_line(self, y: int) -> Strip:
        """As the rows are, with a word in the last one when lines wait below."""
        strip = super().render_line(y)
        if self.missed and y == self.content_size.height - 1 and self.page > 1:
            text = f" {self.missed} new below · f follow "
            style = self.base + self.dashboard.tone("chosen")
            width = self.content_size.width
            if len(text) < width:
                kept = strip.crop(0, width - len(text) - 1)
                edge = strip.crop(width - 1, width)
                return Strip([*kept, Segment(text, style), *edge])
        return strip
