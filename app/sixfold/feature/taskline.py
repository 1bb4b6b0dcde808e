"""One line of `tasks.md`: its box, its id, its labels, its description."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from sixfold.feature.ids import Id, id_at
from sixfold.feature.structure import indent
from sixfold.model import BoxState

_BULLET = re.compile(r"[ \t]*(?P<bullet>[-*+]|\d{1,9}[.)])[ \t]+(?=\[)")
_BRACKETS = re.compile(r"\[(?P<inner>[^\[\]]{0,60})\](?!\()[ \t]*")
_PARKED_WORD: Final = re.compile(
    r"N/?A|SKIP(?:PED)?|DEFER(?:RED)?|BLOCKED|CANCEL(?:L?ED)?|WONTFIX|WIP|TODO|DROPPED|OBSOLETE",
    re.IGNORECASE,
)
_GLUE = re.compile(r"[ \t]*(?:[:：.,、)|]|[-–—](?=[ \t]))?")
_BLANK = re.compile(r"[ \t]*")
_SYMBOLS = re.compile(r"[^\w\s\[\](){}<>`*_~\"'#@/.,:;!?$%&=+|\\-]{1,3}[ \t]*")
_GAP = re.compile(r"[ \t]*(?:[:：](?=[ \t\[]))?[ \t]*")
_LABELS = re.compile(r"(?P<deco>[*_~`]{0,3})(?P<groups>(?:\[[^\[\]]{0,80}\](?!\())+)(?P=deco)")
_GROUP = re.compile(r"\[([^\[\]]*)\]")
_PARALLEL_AT_END = re.compile(r"[ \t]*[*_`]{0,3}\[P\][*_`]{0,3}[ \t]*[.。]?[ \t]*$")
_SPLIT = re.compile(r"\s*[,/+&|;、，]\s*|\s+")
_STORY = re.compile(
    r"(?:US|STORY)(?:[- ]?(?P<number>\d\w*(?:\.\d+)?)|-(?P<name>[A-Z]\w*))", re.IGNORECASE
)
_LEGEND = re.compile(r"\[(?:P|US\d?|Story|Parallel|Labels?)\?\]|T###|\[(?:Task)?ID\]|TaskID\]")
_OPENED = re.compile(r"[*_~`\[(]*")
_CLOSED = re.compile(r"[*_~`\])]*")


class Box(Struct, frozen=True):
    """The box of a list item."""

    indent: int
    """Column of the bullet, tabs expanded."""
    ordered: bool
    """Whether the bullet is a number."""
    at: int
    """Index in the line of what stands between the real brackets."""
    mark: str
    """What stands there."""
    state: BoxState
    before: tuple[str, ...]
    """Brackets that stood in first place and are no state, such as `P`."""
    rest: str
    """The line after the box."""


class Entry(Struct, frozen=True):
    """A box's text, taken apart."""

    id: Id | None
    parallel: bool
    stories: tuple[str, ...]
    labels: tuple[str, ...]
    title: str
    legend: bool
    """Explains the format instead of asking for work."""


def box(line: str) -> Box | None:
    """The box of `line`; None where it is no list item, or its brackets hold no state.

    `- [P] tasks = …` and links have none; in `- [P] [ ] T001` the real box stands second.
    """
    bullet = _BULLET.match(line)
    if bullet is None:
        return None
    before: list[str] = []
    at = bullet.end()
    while group := _BRACKETS.match(line, at):
        state = _state(group["inner"])
        if state:
            return Box(
                indent(line),
                bullet["bullet"][0].isdigit(),
                group.start("inner"),
                group["inner"],
                state,
                tuple(before),
                line[group.end() :].rstrip(),
            )
        before.append(group["inner"])
        at = group.end()
    return None


def entry(text: str, before: tuple[str, ...] = ()) -> Entry:
    """What `text`, the line after its box, says: labels, id, labels, description."""
    marks = _Marks()
    for label in before:
        marks.add(label)
    at = marks.read(text, 0)
    found, at = _id(text, at)
    if found:
        at = marks.read(text, at)
    title = text[at:].strip()
    if ending := _PARALLEL_AT_END.search(title[-40:]):
        marks.parallel = True
        title = title[: len(title) - len(title[-40:]) + ending.start()]
    return Entry(
        found,
        marks.parallel,
        tuple(marks.stories),
        tuple(marks.labels),
        _unwrapped(title, text[:at]),
        _is_legend(text, found),
    )


def second_box(rest: str) -> bool:
    """Whether another box stands further on in the line, with an id or at its very end.

    Brackets right after the id are labels (`[ ]`, `[X]`), those in code are samples.
    """
    plain = re.sub(r"`[^`]*`", "", rest)
    for group in re.finditer(r"\[([ xX])\](?:[ \t]+|$)", plain):
        opened = _after(_OPENED, plain, group.end())
        found = id_at(plain, opened)
        if found and found.kind in ("sure", "range"):
            return True
        if group.end() == len(plain) and not re.fullmatch(r"\W*", plain[: group.start()]):
            return True
    return False


def _state(inner: str) -> BoxState | None:
    """What a bracket's content means; None for a label, which is no state."""
    if len(inner) == 1 and (inner.isspace() or inner == "\u200b"):
        return "pending"
    if inner in ("x", "X"):
        return "done"
    if _PARKED_WORD.fullmatch(inner):
        return "parked"
    bare = inner.strip()
    if (
        not bare
        or bare in ("x", "X")
        or (len(bare) <= 3 and not any(char.isalnum() for char in bare))
    ):
        return "parked" if bare != "#" else None
    return None


class _Marks:
    """Labels collected around an id."""

    def __init__(self) -> None:
        self.parallel = False
        self.stories: list[str] = []
        self.labels: list[str] = []

    def read(self, text: str, at: int) -> int:
        """Take every bracket group from `text[at]` on; the index where they end."""
        at = _after(_GAP if at else _BLANK, text, at)
        while groups := _LABELS.match(text, at):
            inner = _GROUP.findall(groups["groups"])
            if not self.labels_only(inner):
                break
            for label in inner:
                self.add(label)
            at = _after(_GAP, text, groups.end())
        return at

    @staticmethod
    def labels_only(inner: list[str]) -> bool:
        """False where a bracket holds the id itself, as in `[T001]`."""
        return not any(
            (found := id_at(label.strip()))
            and found.end == len(label.strip())
            and found.kind in ("sure", "range", "placeholder")
            for label in inner
        )

    def add(self, label: str) -> None:
        """Sort one label: parallel, stories, anything else."""
        parts = [part for part in _SPLIT.split(label.strip()) if part]
        if parts and all(part == "P" or _STORY.fullmatch(part) for part in parts):
            for part in parts:
                if part == "P":
                    self.parallel = True
                else:
                    self.stories.append(story(part))
        elif whole := _STORY.fullmatch(label.strip()):
            self.stories.append(story(whole[0]))
        else:
            self.labels.append(label)


def story(label: str) -> str:
    """`US-1`, `us01`, `Story 1` are all `US1`; `US-HOST` stays."""
    found = _STORY.fullmatch(label)
    if found is None:
        return label
    if found["name"]:
        return f"US-{found['name']}"
    return "US" + (found["number"].lstrip("0") or "0")


def _id(text: str, at: int) -> tuple[Id | None, int]:
    """The id at `text[at]`, and the index after it, its decoration and what ends it."""
    found, opened = _bare_id(text, at)
    if found is None and (symbols := _SYMBOLS.match(text, at)):
        found, opened = _bare_id(text, symbols.end())
        if found and found.kind == "likely":
            found = None
    if found is None:
        return None, at
    end = found.end
    for pattern in (_CLOSED, _GLUE, _CLOSED) if opened else (_GLUE,):
        end = _after(pattern, text, end)
    return found, end


def _bare_id(text: str, at: int) -> tuple[Id | None, bool]:
    """The id at `text[at]` below its decoration, and whether it has one."""
    start = _after(_OPENED, text, at)
    found = id_at(text, start)
    if found and found.kind == "likely" and text[at:start].endswith(("`", "(")):
        return None, False
    return found, start > at


def _is_legend(text: str, found: Id | None) -> bool:
    """Whether the line shows what a task looks like: `[P?]`, `T###`, "Description"."""
    if not _LEGEND.search(text[:200]):
        return False
    return found is None or found.kind != "sure" or "descr" in text.lower()


def _after(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Where `pattern`, which may match nothing, ends when it starts at `at`."""
    found = pattern.match(text, at)
    return found.end() if found else at


def _unwrapped(title: str, head: str) -> str:
    """`title` without emphasis that was opened before it or encloses all of it."""
    title = title.strip()
    for mark in ("**", "~~", "`"):
        if title.endswith(mark) and title.count(mark) == 1 and mark in head:
            title = title[: -len(mark)].rstrip()
    if title.startswith("**") and title.endswith("**") and title.count("**") == 2:
        title = title[2:-2].strip()
    return title
