"""The boxes of a `tasks.md`, and which of them are tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from sixfold.feature.ids import is_unlikely, shape
from sixfold.feature.phases import is_meant, is_phase
from sixfold.feature.sections import (
    is_checklist,
    is_checklist_label,
    is_label,
    is_later,
    is_legend,
)
from sixfold.feature.structure import Fence, Heading, Structure, indent, without
from sixfold.feature.taskline import Box, Entry, box, entry

_SWALLOWED: Final = 3
"""So many tasks of ids found nowhere else make a fence a lost one: a sample repeats real ids."""
_LIKELY: Final = 2
_UNLIKELY: Final = 4
"""So many ids of one shape confirm each other; more where the shape is that of `S3` or `P1`."""


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
    seen = _sectioned(seen)
    items = tuple(_visible(seen, frozenset()))
    ids = {item.entry.id.id for item in items if item.entry.id}
    lost = tuple(fence for fence in seen.fences if _is_lost(seen, fence, ids))
    if not lost:
        return Boxes(seen, items, ())
    inside = frozenset(line for fence in lost for line in range(fence.first, fence.last))
    opened = _sectioned(_without(seen, lost))
    return Boxes(opened, tuple(_visible(opened, inside)), lost)


def tasks_in(boxes: Boxes) -> dict[int, str]:
    """Which items are tasks: the 0-based line and the id of each, in file order.

    In a file with ids they are what makes a task; in one without, every outer box is one that
    no heading or label calls a check, and its id is its place: `#1`, `#2`.
    """
    items = [item for item in boxes.items if not item.entry.legend]
    named = {
        item.line: item.entry.id.id
        for item in items
        if item.entry.id and item.entry.id.kind != "criterion"
    }
    likely = {item.line for item in items if item.line in named and _kind(item) == "likely"}
    sure = len(named) > len(likely)
    dropped = likely - _confirmed(items, beside_sure=sure)
    dropped |= _samples(items, {line: name for line, name in named.items() if line not in dropped})
    if len(dropped) < len(named):
        return {line: name for line, name in named.items() if line not in dropped}
    outer = [item.line for item in _outermost(items) if _is_work(item)]
    return {line: f"#{number}" for number, line in enumerate(outer, 1)}


def _sectioned(seen: Structure) -> Structure:
    """`seen` without the headings that are one by accident."""
    return replace(seen, headings=tuple(filter(is_meant, seen.headings)))


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
    """Whether the fence holds tasks that stand nowhere else, and is no sample of the format."""
    unseen, headings = set(), False
    for line in seen.lines[fence.first + 1 : fence.last]:
        headings = headings or line.startswith("## ")
        found = box(line)
        if found is None:
            continue
        said = entry(found.rest, found.before)
        if said.id and said.id.kind == "sure" and not said.legend and said.id.id not in ids:
            unseen.add(said.id.id)
    if not fence.closed:
        return bool(unseen)
    return len(unseen) >= _SWALLOWED and (headings or not _is_sample(seen, fence))


def _is_sample(seen: Structure, fence: Fence) -> bool:
    """Whether the fence stands below a heading that explains the format."""
    above = [heading for heading in seen.headings if heading.line < fence.first]
    return bool(above) and is_legend(above[-1].text)


def _without(seen: Structure, lost: Sequence[Fence]) -> Structure:
    """The structure once the lost fences are open, and their closers with them."""
    opened = without(seen, [fence.first for fence in lost])
    closers = {fence.last - 1 for fence in lost if fence.closed}
    left = [fence.first for fence in opened.fences if fence.first in closers]
    return without(seen, [fence.first for fence in lost] + left) if left else opened


def _kind(item: Item) -> str:
    return item.entry.id.kind if item.entry.id else ""


def _confirmed(items: Sequence[Item], *, beside_sure: bool) -> set[int]:
    """Lines whose `likely` id others of its shape confirm, so that `AES-128` is none.

    `beside_sure`: the file has ids that are beyond doubt; then what is nested is an acceptance
    item, whatever its number.
    """
    likely = [item for item in items if _kind(item) == "likely" and _is_work(item)]
    if beside_sure:
        outer = {item.line for item in _outermost(items)}
        likely = [item for item in likely if item.line in outer]
    shapes: defaultdict[str, set[str]] = defaultdict(set)
    for item in likely:
        if item.entry.id:
            shapes[shape(item.entry.id.id)].add(item.entry.id.id)
    families = {
        found
        for family in shapes.values()
        for found in family
        if len(family) >= (_UNLIKELY if is_unlikely(found) else _LIKELY)
    }
    return {item.line for item in likely if item.entry.id and item.entry.id.id in families}


def _samples(items: Sequence[Item], named: dict[int, str]) -> set[int]:
    """Lines below a legend or a checklist that repeat the ids of tasks."""
    shown = {
        item.line
        for item in items
        if item.line in named
        and item.above
        and (is_legend(item.above[-1].text) or is_checklist(item.above[-1].text))
    }
    used = {name for line, name in named.items() if line not in shown}
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
    return not any(
        is_checklist(heading.text) or is_later(heading.text)
        for heading in item.above
        if heading.level > 1 and not is_phase(heading)
    )
