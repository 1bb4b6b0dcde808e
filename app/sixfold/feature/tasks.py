"""Reading `tasks.md`: its phases, its tasks, the prose between them, and its defects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from sixfold.feature.boxes import Boxes, boxes_in, tasks_in
from sixfold.feature.defects import judge
from sixfold.feature.gather import Body, Loose, gather
from sixfold.feature.model import Prose, ReadPhase, ReadTask, TasksFile
from sixfold.feature.paths import Mention, directories, files_in, mentions
from sixfold.feature.phases import kind_of, phase_of, story_of, title_of
from sixfold.feature.structure import Heading, structure, text_of
from sixfold.model import PlanWarning


class Outline(Struct, frozen=True):
    """Where the tasks are and whether they can be told apart: what ticking one needs."""

    boxes: Boxes
    bodies: list[Body]
    loose: list[Loose]
    ambiguous: set[int]
    """0-based lines of the tasks that are not run."""
    warnings: list[PlanWarning]


def outline(data: bytes) -> Outline:
    """The tasks in the bytes of a `tasks.md`. Never raises; linear in their length."""
    boxes = boxes_in(structure(text_of(data)))
    bodies, loose = gather(boxes, tasks_in(boxes))
    return Outline(boxes, bodies, loose, *judge(boxes, bodies, loose))


def read(data: bytes) -> TasksFile:
    """What the bytes of a `tasks.md` say. Never raises; linear in their length."""
    seen = outline(data)
    phases = _phases(seen.bodies, seen.loose)
    numbers = {phase.line - 1: phase.number for phase in phases}
    named = [_mentions(body) for body in seen.bodies]
    known = directories(mention for found in named for mention in found)
    return TasksFile(
        phases,
        tuple(
            _task(body, numbers, files_in(found, known), body.item.line not in seen.ambiguous)
            for body, found in zip(seen.bodies, named, strict=True)
        ),
        tuple(_prose(line, numbers) for line in seen.loose),
        tuple(sorted(seen.warnings, key=lambda warning: warning.line)),
    )


def _mentions(body: Body) -> list[Mention]:
    """What may be a path in the task's description and in the prose below it."""
    prose = [text for line, text in body.lines if line not in body.code]
    return mentions("\n".join([body.item.entry.title, *prose]))


def _task(
    body: Body, numbers: Mapping[int, int], files: tuple[str, ...], runnable: bool
) -> ReadTask:
    """The task a body makes; `numbers` are the phases' by their heading's 0-based line."""
    item, said = body.item, body.item.entry
    phase = phase_of(item.above)
    within = [heading for heading in item.above if phase is None or heading.line > phase.line]
    return ReadTask(
        id=body.id,
        line=item.line + 1,
        phase=numbers[phase.line] if phase else 0,
        box=item.box.mark,
        state=item.box.state,
        parallel=said.parallel,
        story=said.stories[0] if said.stories else None,
        labels=said.labels,
        title=said.title,
        text="\n".join([item.text, *(text for _, text in body.lines)]),
        group=within[-1].text if within and within[-1].level > 1 else "",
        files=files,
        acceptance=tuple(body.acceptance),
        continuation=tuple((line + 1, text) for line, text in body.lines),
        runnable=runnable,
    )


def _phases(bodies: Sequence[Body], loose: Iterable[Loose]) -> tuple[ReadPhase, ...]:
    """The headings that own tasks, in file order."""
    owned: dict[Heading, list[Body]] = {}
    for body in bodies:
        if phase := phase_of(body.item.above):
            owned.setdefault(phase, []).append(body)
    purposes = _purposes(owned, loose)
    ordered = sorted(owned, key=lambda heading: heading.line)
    return tuple(
        _phase(number, heading, owned[heading], purposes[heading])
        for number, heading in enumerate(ordered, 1)
    )


def _phase(number: int, heading: Heading, bodies: Sequence[Body], text: str) -> ReadPhase:
    """The phase a heading makes, with the story that it or all its tasks name."""
    title = title_of(heading.text)
    outer = [above.text for above in bodies[0].item.above if above.line <= heading.line]
    told = next((told for text in reversed(outer) if (told := story_of(text))), None)
    labels = Counter(story for body in bodies for story in body.item.entry.stories[:1] or [None])
    if told is None and len(labels) == 1:
        told = next(iter(labels))
    kind = kind_of(title, told)
    return ReadPhase(
        number=number,
        title=title,
        heading=heading.text,
        line=heading.line + 1,
        kind=kind,
        story=told if kind == "story" else None,
        text=text,
    )


def _purposes(
    owned: Mapping[Heading, Sequence[Body]], loose: Iterable[Loose]
) -> dict[Heading, str]:
    """The prose between each phase's heading and its first task."""
    first = {heading: bodies[0].item.line for heading, bodies in owned.items()}
    found: dict[Heading, list[str]] = {heading: [] for heading in owned}
    for line in loose:
        phase = phase_of(line.above)
        if phase in found and line.line < first[phase]:
            found[phase].append(line.text)
    return {heading: "\n".join(lines) for heading, lines in found.items()}


def _prose(line: Loose, numbers: Mapping[int, int]) -> Prose:
    """A loose line, with the phase it stands in."""
    phase = phase_of(line.above)
    return Prose(
        line=line.line + 1,
        text=line.text,
        section=tuple(heading.text for heading in line.above),
        phase=numbers.get(phase.line, 0) if phase else 0,
        fence=line.fence,
    )
