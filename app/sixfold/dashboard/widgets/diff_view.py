"""A diff to read: the file one is in stays named, code is coloured once it has been painted."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Iterable

from textual import work
from textual.strip import Strip

from sixfold.dashboard import syntax
from sixfold.dashboard.diff import Block, Diff
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part, row


class DiffView(LogView):
    """A diff's lines. What is seen is painted plain at once, and coloured a moment later."""

    def __init__(self, diff: Diff) -> None:
        super().__init__(keep=1_000_000, following=False)
        self._diff = diff
        self._starts = [file.line for file in diff.files]
        self._block_starts = [block.start for block in diff.blocks]
        self._seen: set[int] = set()
        """Blocks that are coloured, or will be."""
        self._waiting: list[Block] = []
        self._colouring = False

    def on_mount(self) -> None:
        """Fill in the text."""
        tone = self.dashboard.tone
        self.extend(self._diff.lines)
        for number, marks in self._diff.marks.items():
            self._spans[number] = [(start, end, tone(name)) for start, end, name in marks]

    @property
    def last_top(self) -> int:
        """The last file can be brought to the top, however short it is."""
        last = self._row_of(self._starts[-1]) if self._starts else 0
        return max(super().last_top, last)

    def go_to_file(self, by: int) -> None:
        """Go to the next file, or to the one before; before the first is the list of them."""
        here = self._rows[self.top][0] if self._rows else 0
        at = bisect_right(self._starts, here) - 1
        if by < 0 and at >= 0 and here > self._starts[at]:
            at += 1  # the beginning of this one comes first
        at = min(at + by, len(self._starts) - 1)
        self.go_to(self._starts[at] if at >= 0 else 0)

    def head(self) -> list[Iterable[Part]]:
        """The file at the top of the pane."""
        here = self._rows[self.top][0] if self._rows else 0
        at = bisect_right(self._starts, here) - 1
        width = self.content_size.width
        if at < 0:
            return [row([(" FILES", "title")], [], width)]
        file = self._diff.files[at]
        place = f"   file {at + 1} of {len(self._diff.files)} "
        return [row([(f" {file.name}", "strong")], [*file.size, (place, "quiet")], width)]

    def render_line(self, y: int) -> Strip:
        """The file's name stands on a ground of its own."""
        return self.strip(self.head()[0], under="bar") if y == 0 else super().render_line(y)

    def row_strip(self, index: int) -> Strip:
        """A row; the first sight of one has its block coloured."""
        at = bisect_right(self._block_starts, self._rows[index][0]) - 1
        if at >= 0 and at not in self._seen and self._rows[index][0] < self._diff.blocks[at].end:
            self._seen.add(at)
            self._waiting.append(self._diff.blocks[at])
            if not self._colouring:
                self._colouring = True
                self._colour()
        return super().row_strip(index)

    @work
    async def _colour(self) -> None:
        """Colour what waits, off the loop: a keystroke never waits for it."""
        names = {*syntax.TONES.values(), "good", "bad"}
        tones = {name: self.dashboard.tone(name) for name in names}
        while self._waiting:
            block = self._waiting.pop()
            lines = self.lines[block.start : block.end]
            found = await asyncio.to_thread(syntax.spans_of_change, block.path, lines, tones)
            for number, spans in enumerate(found, block.start):
                sign = tones["good"] if self.lines[number].startswith("+") else tones["bad"]
                lead = [] if self.lines[number].startswith(" ") else [(0, 1, sign)]
                self._spans[number] = [*lead, *spans]
            self.refresh()
        self._colouring = False
