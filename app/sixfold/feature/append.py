"""More tasks at the end of a `tasks.md`, in a phase of their own and in the file's own style."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct

from sixfold.feature.marking import MarkError
from sixfold.feature.phases import phase_of
from sixfold.feature.structure import decode, encode
from sixfold.feature.tasks import Outline, outline

_HEADING = re.compile(r"(?P<front>\W*\w*\W*?)(?P<number>\d+)(?P<then>\s*[:.：)\]–—-]\s*)?")
_NUMBER = re.compile(r"(?P<front>.*?)(?P<number>\d+)[A-Za-z]?")


class NewTask(Struct, frozen=True):
    """A task to be added."""

    title: str
    """Its description, one line."""
    details: str = ""
    """Shown below it in a fence, so that no word of it is read as a path or a dependency."""


def append(data: bytes, title: str, tasks: Sequence[NewTask]) -> bytes:
    """`data` with a phase `title` at its end that holds `tasks`.

    The heading, the ids and the bullets are made like the last ones in the file, its line endings
    too. Raises `MarkError` where what comes out would not read as that.
    """
    seen = outline(data)
    if not seen.bodies:
        raise MarkError("there is no task in the file whose style more could have")
    newline = "\r\n" if b"\r\n" in data else "\n"
    lines = [_front(data), "", _heading(seen, title), ""]
    for line, task in zip(_boxes(seen, tasks), tasks, strict=True):
        lines += [line, *_details(task.details)]
    after = encode(newline.join(lines).rstrip() + newline)
    _check(seen, after, tasks)
    return after


def append_too(data: bytes, before: bytes, after: bytes) -> bytes:
    """`data`, another text of the list, with the lines by which `append` made `after` of `before`.

    One that has their tasks stays as it is. Raises `MarkError` where they would read otherwise.
    """
    known = len(outline(before).bodies)
    added = [(body.id, body.item.entry.title) for body in outline(after).bodies[known:]]
    seen = outline(data)
    old = [(body.id, body.item.entry.title) for body in seen.bodies]
    if set(added) <= set(old):
        return data
    more = encode(_front(data)) + after[len(encode(_front(before))) :]
    now = outline(more)
    found = [(body.id, body.item.entry.title) for body in now.bodies]
    if found != [*old, *added] or any(
        body.item.line in now.ambiguous for body in now.bodies[len(old) :]
    ):
        raise MarkError("the committed list is too different for the same lines to be added there")
    return more


def _front(data: bytes) -> str:
    return decode(data).rstrip("\r\n \t")


def _heading(seen: Outline, title: str) -> str:
    """A heading like that of the last phase, its number one higher."""
    phases = [phase for body in seen.bodies if (phase := phase_of(body.item.above))]
    if not phases:
        return f"## {title}"
    last = max(phases, key=lambda phase: phase.line)
    marks = "#" * last.level
    match = _HEADING.match(last.text)
    if match is None:
        return f"{marks} {title}"
    front = re.sub(r"[^\w\s]", "", match["front"]).lstrip()
    return f"{marks} {front}{int(match['number']) + 1}{match['then'] or ': '}{title}"


def _details(text: str) -> list[str]:
    if not text:
        return []
    runs = [len(run) for run in re.findall("`+", text)]
    fence = "`" * max(3, *(length + 1 for length in runs), 3)
    return [
        "",
        f"  {fence}text",
        *(f"  {line}".rstrip() for line in text.splitlines()),
        f"  {fence}",
        "",
    ]


def _boxes(seen: Outline, tasks: Sequence[NewTask]) -> list[str]:
    """A line for each task, like that of the last one; without an id where that has none."""
    last = next((body.item for body in reversed(seen.bodies) if body.item.entry.id), None)
    start = re.match(r"\s*([-*+])", (last or seen.bodies[-1].item).text)
    bullet = start[1] if start else "-"
    if last is None or last.entry.id is None:
        return [f"{bullet} [ ] {task.title}" for task in tasks]
    opened, closed = _decoration(last.box.rest, last.entry.id.id)
    names = _fresh(last.entry.id.id, [body.id for body in seen.bodies], len(tasks))
    return [
        f"{bullet} [ ] {opened}{name}{closed} {task.title}"
        for name, task in zip(names, tasks, strict=True)
    ]


def _decoration(rest: str, name: str) -> tuple[str, str]:
    """What stands around an id: `**` and `**:`, `[` and `]`."""
    before, _, behind = rest.partition(name)
    opened = re.search(r"[*_`\[(]*$", before)
    closed = re.match(r"[*_`\])]*[:.]?[*_`]*", behind)
    return opened[0] if opened else "", closed[0] if closed else ""


def _fresh(last: str, known: Sequence[str], count: int) -> list[str]:
    """As many ids after the last, of its shape, that nobody has."""
    shape = _NUMBER.fullmatch(last)
    if shape is None:
        return [f"{last}-{n}" for n in range(1, count + 1)]
    front, width = shape["front"], len(shape["number"])
    alike = [match for name in known if (match := _NUMBER.fullmatch(name))]
    highest = max(int(match["number"]) for match in alike if match["front"] == front)
    return [f"{front}{highest + n:0{width}}" for n in range(1, count + 1)]


def _check(before: Outline, after: bytes, tasks: Sequence[NewTask]) -> None:
    """Raise `MarkError` unless the tasks are there, runnable, and all else is as it was."""
    seen = outline(after)
    old, new = seen.bodies[: len(before.bodies)], seen.bodies[len(before.bodies) :]
    same = [body.id for body in old] == [body.id for body in before.bodies]
    there = [body.item.entry.title for body in new] == [task.title for task in tasks]
    if not same or not there or any(body.item.line in seen.ambiguous for body in new):
        raise MarkError("the end of the file is not such that tasks can be added; add them by hand")
