"""What a reader of `tasks.md` found: phases, tasks, and the prose between them."""

from __future__ import annotations

from msgspec import Struct

from sixfold.model import BoxState, PhaseKind, PlanWarning


class ReadTask(Struct, frozen=True):
    """A task as the file has it, before any edge is drawn."""

    id: str
    """As written, decoration removed: `T001`, `T001a`, `T-026`, `1.1`; `#N` in a file without."""
    line: int
    """1-based."""
    phase: int
    """Position of its phase in `TasksFile.phases`, from 1; 0 before any phase heading."""
    box: str
    """What stands between the brackets, verbatim."""
    state: BoxState
    parallel: bool
    story: str | None
    """`US1`; the first where it names several."""
    labels: tuple[str, ...]
    """All other bracket groups after the id, verbatim."""
    title: str
    """The description on the task's line, markers removed."""
    text: str
    """The task whole: its line and what is indented below it."""
    group: str
    """The sub-heading within the phase that it stands under, or empty."""
    files: tuple[str, ...]
    """Paths it names, in order, without repeats: relative to the repository's root."""
    acceptance: tuple[str, ...]
    """Boxes without an id below it."""
    continuation: tuple[tuple[int, str], ...]
    """Lines indented below it: (1-based line, text)."""
    runnable: bool
    """False where it is ambiguous: a warning says why."""


class ReadPhase(Struct, frozen=True):
    """A phase-like heading."""

    number: int
    """Position in the file, from 1."""
    title: str
    """The heading's text without `Phase N:`, status marks kept off."""
    heading: str
    """The heading's text, whole."""
    line: int
    kind: PhaseKind
    story: str | None
    text: str
    """The prose between the heading and its first task: purpose, goal, independent test."""


class Prose(Struct, frozen=True):
    """A line that is no task and belongs to none: where dependencies are stated."""

    line: int
    text: str
    section: tuple[str, ...]
    """The headings it stands under, outermost first."""
    phase: int
    """Position of the phase it stands in; 0 for none."""
    fence: str | None
    """Info string of the code fence it stands in (`mermaid`, or empty); None outside."""


class TasksFile(Struct, frozen=True):
    """A whole `tasks.md`, read. Tasks, phases and prose are in file order."""

    phases: tuple[ReadPhase, ...]
    tasks: tuple[ReadTask, ...]
    prose: tuple[Prose, ...]
    warnings: tuple[PlanWarning, ...]
