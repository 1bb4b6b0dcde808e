"""The boxes of a `tasks.md`, and which of them are tasks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from sixfold.feature.ids import is_unlikely, shape
from sixfold.feature.sections import is_checklist, is_checklist_label, is_label, is_legend
from sixfold.feature.structure import Fence, Heading, Structure, indent, without
from sixfold.feature.taskline import Box, Entry, box, entry

_SWALLOWED: Final = 3
"""So many tasks of ids found nowhere else make a fence a lost one: a sample repeats real ids."""


class Item(Struct, frozen=True):
    """A list item with a box."""

    line: int
    """0-based."""
    text: str
    """The line whole, its ending taken off."""
    box: Box
    entry: Entry
    above: tuple[Heading, ...]
    """The headings it stands under, outermost first."""
    acceptance: bool
    """Below a label of acceptance items."""
    lost: bool
    """Inside a fence that was never meant to hold it."""


class Boxes(Struct, frozen=True):
    """Every box of a file, and the structure it was found in."""

    structure: Structure
    items: tuple[Item, ...]
    lost: tuple[Fence, ...]
    """Fences that swallowed tasks; `structure` is what the file is without them."""


def boxes_in(seen: Structure) -> Boxes:
    """Every box that a reader sees, and those that a lost fence hides."""
    items = tuple(_visible(seen, frozenset()))
    ids = {item.entry.id.id for item in items if item.entry.id}
    lost = tuple(fence for fence in seen.fences if _is_lost(seen, fence, ids))
    if not lost:
        return Boxes(seen, items, ())
    inside = frozenset(line for fence in lost for line in range(fence.first, fence.last))
    opened = _without(seen, lost)
    return Boxes(opened, tuple(_visible(opened, inside)), lost)


def tasks_in(boxes: Boxes) -> dict[int, str]:
    """Which items are tasks: the 0-based line and the id of each, in file order.

    In a file with ids they are what makes a task; in one without, every outer box is one that
    no heading or label calls a check, and its id is its place: `#1`, `#2`.
    """
    items = [item for item in boxes.items if not item.entry.legend]
    families = _families(items)
    named = {
        item.line: item.entry.id.id
        for item in items
        if item.entry.id and (item.entry.id.kind in _NAMED or item.entry.id.id in families)
    }
    if named:
        samples = _samples(items, named)
        return {line: id_ for line, id_ in named.items() if line not in samples}
    outer = [item.line for item in _outermost(items) if _is_work(item)]
    return {line: f"#{number}" for number, line in enumerate(outer, 1)}


_NAMED: Final = ("sure", "range", "placeholder")


def _visible(seen: Structure, lost: frozenset[int]) -> Iterator[Item]:
    """The items outside fences and hidden lines, each with its headings and label."""
    covered = seen.covered()
    headings = {heading.line: heading for heading in seen.headings}
    above: tuple[Heading, ...] = ()
    label, label_indent = False, 0
    for number, line in enumerate(seen.lines):
        if heading := headings.get(number):
            above = (*(outer for outer in above if outer.level < heading.level), heading)
            label = False
        elif number in covered or not line.strip():
            continue
        elif found := box(line):
            if found.indent < label_indent:
                label = False
            said = entry(found.rest, found.before)
            yield Item(number, line.rstrip(), found, said, above, label, number in lost)
        elif is_label(line):
            label, label_indent = is_checklist_label(line), indent(line)
        elif indent(line) < label_indent:
            label = False


def _is_lost(seen: Structure, fence: Fence, ids: set[str]) -> bool:
    """Whether the fence holds tasks that stand nowhere else."""
    unseen = set()
    for line in seen.lines[fence.first + 1 : fence.last]:
        found = box(line)
        if found is None:
            continue
        said = entry(found.rest, found.before)
        if said.id and said.id.kind == "sure" and not said.legend and said.id.id not in ids:
            unseen.add(said.id.id)
    return len(unseen) >= (_SWALLOWED if fence.closed else 1)


def _without(seen: Structure, lost: Sequence[Fence]) -> Structure:
    """The structure once the lost fences are open, and their closers with them."""
    opened = without(seen, [fence.first for fence in lost])
    closers = {fence.last - 1 for fence in lost if fence.closed}
    left = [fence.first for fence in opened.fences if fence.first in closers]
    return without(seen, [fence.first for fence in lost] + left) if left else opened


def _families(items: Sequence[Item]) -> set[str]:
    """The `likely` ids that others of their shape confirm, so that `AES-128` is none."""
    likely = Counter(
        item.entry.id.id for item in items if item.entry.id and item.entry.id.kind == "likely"
    )
    shapes: defaultdict[str, set[str]] = defaultdict(set)
    for found in likely:
        shapes[shape(found)].add(found)
    return {
        found
        for family in shapes.values()
        for found in family
        if len(family) >= (4 if is_unlikely(found) else 2)
    }


def _samples(items: Sequence[Item], named: dict[int, str]) -> set[int]:
    """Lines that show the format below a heading that says so, with an id used elsewhere."""
    shown = {
        item.line
        for item in items
        if item.line in named and item.above and is_legend(item.above[-1].text)
    }
    used = {id_ for line, id_ in named.items() if line not in shown}
    return {line for line in shown if named[line] in used}


def _outermost(items: Sequence[Item]) -> Iterator[Item]:
    """Items that are not nested in another one of their list."""
    outer = -1
    above: tuple[Heading, ...] = ()
    for item in items:
        if item.above != above or item.box.indent <= outer or outer < 0:
            outer, above = item.box.indent, item.above
            yield item


def _is_work(item: Item) -> bool:
    """Whether an item without an id asks for work, rather than for a check."""
    if item.acceptance or (item.entry.id and item.entry.id.kind == "criterion"):
        return False
    return not any(is_checklist(heading.text) for heading in item.above if heading.level > 1)
