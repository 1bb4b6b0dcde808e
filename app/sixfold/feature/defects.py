"""Finding what is wrong with a `tasks.md`, and which tasks are too ambiguous to run."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from sixfold.feature import complaints
from sixfold.feature.boxes import Boxes, Item
from sixfold.feature.gather import Body, Loose
from sixfold.feature.ids import id_at
from sixfold.feature.phases import phase_of
from sixfold.feature.sections import is_checklist, is_reference
from sixfold.feature.structure import Fence
from sixfold.feature.taskline import box, entry, second_box
from sixfold.model import PlanWarning

_OUTCOME = (
    r"SKIP(?:PED)?|DEFERRED|BLOCKED|CANCELL?ED|SUPERSEDED|OBSOLETE|POSTPONED|REMOVED|DROPPED"
    r"|WON'?T DO|NOT DONE|NOT STARTED|INCOMPLETE|N/A"
)
_LABEL = re.compile(rf"(?:{_OUTCOME})\b.*", re.IGNORECASE)
_LOUD = re.compile(rf"(?<![\w/.-])(?:{_OUTCOME})(?![\w/.-])")
_SET_APART = re.compile(
    r"(?:[(（\[]\s*|[—–]\s*|\s-\s|\*\*|(?<![\w*])[*_])[✅⏭⏸❌⚠🚫⛔\ufe0f\s]*"
    rf"(?P<word>(?:(?!SKIP\b)(?:{_OUTCOME})|not (?:needed|required|applicable|implemented)"
    rf"|moved to|replaced by"
    r"|merged into|out of scope)\b)",
    re.IGNORECASE,
)
_WAITS = re.compile(r"\b(?:BLOCKED|DEFERRED|SKIPPED|CANCELL?ED|SUPERSEDED|OBSOLETE)\b")
_STRUCK = re.compile(r"~~.*~~")
_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")
_NO_BOX = re.compile(
    r"\s*(?:[-*+][ \t]+(?:[☐☑⬜🔲✅❌][\ufe0f]?[ \t]*)?|[-*+]?[ \t]*\[[ xX]?\][ \t]*"
    r"|[-*+]\[[ xX]\][ \t]*)"
    r"[*_~`]*"
)
_DEFINES = re.compile(r"[*_~`]*(?:[:：]|[ \t]+[-–—:][ \t]|[ \t]*\[|[ \t]+[^\W\d_a-z]|[ \t]+[*`])")


def judge(
    boxes: Boxes, bodies: Sequence[Body], loose: Sequence[Loose]
) -> tuple[set[int], list[PlanWarning]]:
    """The 0-based lines of the tasks that cannot be run, and every warning."""
    ambiguous: set[int] = set()
    warnings: list[PlanWarning] = []
    for lines, warning in (*_ambiguous(bodies), *_swallowed(boxes, bodies), *_waiting(bodies)):
        ambiguous.update(lines)
        warnings.append(warning)
    warnings += _commented_out(boxes)
    warnings += _ticked(bodies)
    warnings += _loud(bodies)
    warnings += _boxless(boxes, bodies, loose)
    warnings += _nameless(boxes, bodies)
    return ambiguous, warnings


def _ambiguous(bodies: Sequence[Body]) -> Iterator[tuple[list[int], PlanWarning]]:
    """Tasks that no id tells apart."""
    first: dict[str, int] = {}
    for body in bodies:
        at, said = body.item.line, body.item.entry
        if said.id and said.id.kind == "placeholder":
            yield [at], complaints.placeholder(body.id, at + 1)
            continue
        if said.id and said.id.kind == "range":
            yield [at], complaints.several(body.id, at + 1)
        if second_box(body.item.box.rest):
            yield [at], complaints.two_boxes(body.id, at + 1)
        before = first.setdefault(body.id, at)
        if before != at:
            yield [before, at], complaints.duplicate(body.id, at + 1, before + 1)


def _swallowed(boxes: Boxes, bodies: Sequence[Body]) -> Iterator[tuple[list[int], PlanWarning]]:
    """Tasks inside a fence that was meant to end before them."""
    fences = {line: fence for fence in boxes.lost for line in range(fence.first, fence.last)}
    held: dict[Fence, list[Body]] = {}
    for body in bodies:
        if body.item.lost:
            held.setdefault(fences[body.item.line], []).append(body)
    for fence, inside in held.items():
        last = fence.last if fence.closed else None
        warning = complaints.lost_fence(fence.first + 1, last, [body.id for body in inside])
        yield [body.item.line for body in inside], warning


def _waiting(bodies: Sequence[Body]) -> Iterator[tuple[list[int], PlanWarning]]:
    """Open tasks whose label says that nobody shall work on them, and boxes of a wrong width."""
    for body in bodies:
        at, state = body.item.line, body.item.box.state
        words = next(filter(_LABEL.fullmatch, body.item.entry.labels), None)
        if _STRUCK.fullmatch(body.item.box.rest):
            words = "~~"
        if state == "pending" and words:
            yield [at], complaints.open_but(body.id, at + 1, words)
        if state == "parked" and body.item.box.mark.strip() in ("", "x", "X"):
            yield [at], complaints.no_box(body.id, at + 1)


def _commented_out(boxes: Boxes) -> Iterator[PlanWarning]:
    """A comment without an end, when it hides a task."""
    lines = boxes.structure.lines
    for hidden in boxes.structure.hidden:
        whole = [lines[line] for line in hidden]
        if not whole[0].lstrip().startswith("<!--") or any("-->" in line for line in whole):
            continue
        for line in whole:
            found = box(line)
            said = found and entry(found.rest, found.before).id
            if said and said.kind == "sure":
                yield complaints.lost_comment(hidden.start + 1, said.id)
                break


def _ticked(bodies: Sequence[Body]) -> Iterator[PlanWarning]:
    """Ticked tasks whose words say that they were not done."""
    for body in bodies:
        if body.item.box.state == "done" and (words := _against_tick(body.item)):
            yield complaints.ticked_but(body.id, body.item.line + 1, words)


def _loud(bodies: Sequence[Body]) -> Iterator[PlanWarning]:
    """Open tasks that shout that they shall wait, in the line or below it."""
    for body in bodies:
        if body.item.box.state == "pending":
            text = " ".join([body.item.entry.title, *(text for _, text in body.lines)])
            if words := _WAITS.search(_QUOTED.sub("", text)):
                yield complaints.run_though(body.id, body.item.line + 1, words[0])


def _against_tick(item: Item) -> str | None:
    """The words that contradict a tick."""
    for label in item.entry.labels:
        if _LABEL.fullmatch(label.strip()):
            return label.strip()
    plain = _QUOTED.sub("", item.entry.title)
    if found := _SET_APART.search(plain):
        return found["word"]
    found = _LOUD.search(plain)
    return found[0] if found else None


def _boxless(boxes: Boxes, bodies: Sequence[Body], loose: Sequence[Loose]) -> Iterator[PlanWarning]:
    """Headings and plain list items that define a task."""
    known = {body.id for body in bodies}
    owners = {heading for body in bodies for heading in body.item.above}
    for heading in boxes.structure.headings:
        name = _sure_id(re.sub(r"^[\s*_~`]+", "", heading.text), known)
        if name and heading not in owners:
            yield complaints.no_box(name, heading.line + 1)
    for line in loose:
        start = _NO_BOX.match(line.text)
        if start is None or line.fence is not None:
            continue
        if any(is_reference(heading.text) for heading in line.above):
            continue
        rest = line.text[start.end() :]
        name = _sure_id(rest, known)
        boxed = "[" in start[0]
        if name and " " not in name and (boxed or _DEFINES.match(rest, len(name))):
            yield complaints.no_box(name, line.line + 1)


def _sure_id(text: str, known: Collection[str]) -> str | None:
    """The id that `text` begins with, unless a box has it."""
    found = id_at(text)
    return found.id if found and found.kind == "sure" and found.id not in known else None


def _nameless(boxes: Boxes, bodies: Sequence[Body]) -> Iterator[PlanWarning]:
    """Files without tasks, without ids, or with boxes that lack one."""
    if not bodies:
        yield complaints.no_tasks()
    elif all(body.id.startswith("#") for body in bodies):
        yield complaints.no_ids(bodies[0].item.line + 1, len(bodies))
    elif left := list(_left_out(boxes, bodies)):
        yield complaints.some_without_id([line + 1 for line in left])


def _left_out(boxes: Boxes, bodies: Sequence[Body]) -> Iterator[int]:
    """0-based lines of open boxes without an id that could have been meant as tasks."""
    inside = {line for body in bodies for line, _ in body.lines}
    inside.update(body.item.line for body in bodies)
    owners = {body.item.above[-1] for body in bodies if body.item.above}
    for item in boxes.items:
        if item.line in inside or item.acceptance or item.box.state != "pending":
            continue
        if item.entry.legend or (item.entry.id and item.entry.id.kind == "criterion"):
            continue
        if any(is_checklist(heading.text, strict=True) for heading in item.above):
            continue
        if item.above and item.above[-1] in owners and phase_of(item.above):
            yield item.line
