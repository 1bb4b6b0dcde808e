"""Dependencies that `tasks.md` states in words, arrows, tables and diagrams."""

from __future__ import annotations

from msgspec import Struct

from sixfold.feature.model import TasksFile


class Stated(Struct, frozen=True):
    """A sentence's claim that one task needs another; either id may be unknown."""

    task: str
    needs: str
    line: int
    detail: str
    """The words that state it."""


class StatedPhase(Struct, frozen=True):
    """A sentence's claim that one phase needs another; positions in the plan."""

    phase: int
    needs: int
    line: int
    detail: str


class Statements(Struct, frozen=True):
    """All that a file states, in the order of its lines."""

    tasks: list[Stated]
    phases: list[StatedPhase]


def read(tasks: TasksFile) -> Statements:
    """What the file states; nothing is checked against the order of the file."""
    return Statements([], [])
