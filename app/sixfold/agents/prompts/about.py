"""What prompts are about, beside tasks and gates."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from sixfold.events import GateEnded
from sixfold.model import Requirement


class Brief(Struct, frozen=True):
    """What every agent of a run is told alike."""

    context: str
    """The feature context the user gave, or the summary of spec_info."""
    feature_dir: str
    """From the repository's root."""
    documents: Sequence[str]
    """What there is to read, each with a word on what it holds; from the repository's root."""
    spec: str
    """The text of spec.md."""
    plan: str
    """The relevant parts of plan.md."""
    contracts: str
    """The text of what stands in contracts/, where it is short enough to be told whole."""
    gate: str
    """The test command, as one line."""


class Contradiction(Struct, frozen=True):
    """A conflict between what an attempt left and what was integrated since it began."""

    label: str
    """The task's id, or `fix N`."""
    marked: Sequence[str]
    """Files that hold conflict markers."""
    unmarked: Sequence[str]
    """Files in conflict that cannot hold any: deleted on one side, renamed, binary."""
    others: Sequence[str]
    """Commits on the other side, a line each."""
    ours: str
    """What the attempt changed in these files, as a diff."""
    theirs: str
    """What the others changed there."""


class Inquiry(Struct, frozen=True):
    """What a validator is asked."""

    requirements: Sequence[Requirement]
    gate: GateEnded
    """The last gate: tests that passed in it are evidence."""
    spec_file: str
    """From the repository's root."""
    before: Sequence[str] = ()
    """Why what was said of them before does not count, a line each."""
