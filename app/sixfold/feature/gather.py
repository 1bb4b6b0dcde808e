"""Which lines belong to which task, and which to none."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from sixfold.feature.boxes import Boxes, Item
from sixfold.feature.structure import Heading, indent


class Body(Struct):
    """A task and what is indented below it. Line numbers are 0-based."""

    item: Item
    id: str
    lines: list[tuple[int, str]]
    code: set[int]
    """Those of its lines that stand in a code fence."""
    acceptance: list[str]


class Loose(Struct, frozen=True):
    """A line that belongs to no task. Its number is 0-based."""

    line: int
    text: str
    above: tuple[Heading, ...]
    fence: str | None


def gather(boxes: Boxes, ids: Mapping[int, str]) -> tuple[list[Body], list[Loose]]:
    """Every task with its lines, and every other line that says something, in file order."""
    return _Gathering(boxes, ids).run()


class _Gathering:
    """One pass over the lines, with the tasks that are still open to what is indented."""

    def __init__(self, boxes: Boxes, ids: Mapping[int, str]) -> None:
        self.lines = boxes.structure.lines
        self.headings = {heading.line: heading for heading in boxes.structure.headings}
        self.fenced = boxes.structure.fenced()
        self.hidden = {line for lines in boxes.structure.hidden for line in lines}
        self.items = {item.line: item for item in boxes.items}
        self.ids = ids
        self.open: list[Body] = []
        self.above: tuple[Heading, ...] = ()
        self.bodies: list[Body] = []
        self.loose: list[Loose] = []

    def run(self) -> tuple[list[Body], list[Loose]]:
        for number, raw in enumerate(self.lines):
            line = raw.rstrip()
            if number in self.hidden or not line:
                continue
            if heading := self.headings.get(number):
                self.open.clear()
                kept = (outer for outer in self.above if outer.level < heading.level)
                self.above = (*kept, heading)
            elif number in self.fenced:
                self.code(number, line)
            else:
                self.text(number, line)
        return self.bodies, self.loose

    def text(self, number: int, line: str) -> None:
        """A line outside fences: a task, a part of one, or loose."""
        self.close(indent(line))
        if number in self.ids:
            body = Body(self.items[number], self.ids[number], [], set(), [])
            self.bodies.append(body)
            self.open.append(body)
        elif self.open:
            self.open[-1].lines.append((number, line))
            if item := self.items.get(number):
                self.open[-1].acceptance.append(item.box.rest)
        else:
            self.loose.append(Loose(number, line, self.above, None))

    def code(self, number: int, line: str) -> None:
        """A line of a fence: it goes where the fence's first line goes."""
        fence = self.fenced[number]
        if number == fence.first:
            self.close(indent(line))
        if self.open:
            self.open[-1].lines.append((number, line))
            self.open[-1].code.add(number)
        elif fence.first < number < fence.last - fence.closed:
            self.loose.append(Loose(number, line, self.above, fence.info))

    def close(self, column: int) -> None:
        """End the tasks whose bullet does not stand left of `column`."""
        while self.open and self.open[-1].item.box.indent >= column:
            self.open.pop()
