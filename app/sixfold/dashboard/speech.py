"""What an agent says, as lines of a log. Pure."""

from __future__ import annotations

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard.widgets.row import Part

_LOOKS = {
    "say": ("", "plain"),
    "think": ("", "thought"),
    "plan": ("", "quiet"),
    "do": ("> ", "busy"),
    "did": ("✓ ", "busy"),
    "ask": ("? ", "look"),
    "error": ("✗ ", "bad"),
    "note": ("", "quiet"),
}


class Spoken(Struct, frozen=True, gc=False):
    """A line of a log; `call` is the tool call that it tells of, `detail` what it unfolds to."""

    text: str
    tone: str
    call: str = ""
    detail: str = ""
    by_agent: bool = False
    """Did the agent say it; else it is ours, about it."""


def spoken(said: ev.Utterance, attempt: str) -> Spoken:
    """A line of an agent; ids of tool calls are unique in an `attempt` alone."""
    lead, tone = _LOOKS[said.kind]
    told = said.call and said.kind in ("do", "did", "error")
    return Spoken(
        lead + said.text, tone, f"{attempt} {said.call}" if told else "", said.detail, True
    )


def unfolded(detail: str) -> list[Part]:
    """What a tool call changed and gave, line by line: the change coloured, the output not."""
    lines: list[Part] = []
    change = False
    for line in detail.splitlines():
        change = line.startswith("--- ") or (change and line[:1] in {"+", "-", "@", " ", "\\"})
        lines.append((line, _CHANGE.get(line[:1], "plain") if change else "quiet"))
    return lines


_CHANGE = {"+": "good", "-": "bad", "@": "look"}


class Steps:
    """An agent's plan: its steps as it told them last."""

    def __init__(self) -> None:
        self._marks: dict[str, str] = {}

    def take(self, text: str) -> None:
        """A step with its mark in front, as agents tell those that are new or changed."""
        mark, _, step = text.partition("] ")
        if mark[:1] == "[" and step:
            self._marks[step] = mark[1:]

    @property
    def at(self) -> int:
        """The place of the step it is at: the one in progress, else the first that is open."""
        marks = list(self._marks.values())
        going = (place for sign in (">", " ") for place, mark in enumerate(marks) if mark == sign)
        return next(going, len(marks) - 1)

    @property
    def now(self) -> str:
        """The step it is at; empty without a plan."""
        return [*self._marks, ""][self.at]

    @property
    def tally(self) -> str:
        """`2/5`; empty without a plan."""
        done = sum(mark == "x" for mark in self._marks.values())
        return f"{done}/{len(self._marks)}" if self._marks else ""

    def lines(self) -> list[Part]:
        """A line for each step."""
        return [(f"{_STEPS[mark][0]} {step}", _STEPS[mark][1]) for step, mark in self._known()]

    def _known(self) -> list[tuple[str, str]]:
        return [(step, mark if mark in _STEPS else " ") for step, mark in self._marks.items()]


_STEPS = {"x": ("✓", "quiet"), ">": ("●", "busy"), " ": ("·", "plain")}
