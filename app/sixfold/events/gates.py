"""Gates, tests that are run once more, and fixes."""

from __future__ import annotations

from typing import Literal

from sixfold.events.event import Event
from sixfold.model import (
    Failure,
    GateCause,
    Suspect,
    TestName,
    Verdict,
)


class GateStarted(Event, frozen=True, kw_only=True):
    """The test command is about to run."""

    gate: int
    """Number of the gate in this run, from 1."""
    cause: GateCause
    phase: int = 0
    """The phase it judges; 0 for the baseline and for a gate a person asked for."""
    command: list[str]
    root: str = ""
    """Absolute path of the tree that is tested."""


class GateEnded(Event, frozen=True, kw_only=True):
    """The test command ended. `failures` lists what is wrong; green has none."""

    gate: int
    cause: GateCause
    phase: int = 0
    verdict: Verdict
    reason: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    races: int = 0
    seconds: float = 0.0
    failures: list[Failure] = []
    commit: str = ""
    """The commit that was judged; empty in a shared tree."""
    fixed: list[str] = []
    """`package Test` of what failed in the baseline and passes now."""
    suspects: list[Suspect] = []
    """Commits since the last green gate that may be to blame, the likeliest first."""


class RerunStarted(Event, frozen=True, kw_only=True):
    """A person has some tests run once more."""

    rerun: int
    """Number of the rerun in this run, from 1."""
    tests: list[TestName]
    command: list[str]


class RerunEnded(Event, frozen=True, kw_only=True):
    """The tests were run once more. No verdict of the run: no phase passes by it."""

    rerun: int
    verdict: Verdict
    reason: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    races: int = 0
    seconds: float = 0.0
    failures: list[Failure] = []


class FixStarted(Event, frozen=True, kw_only=True):
    """An agent is about to turn a red gate green."""

    phase: int
    slot: int
    attempt: int
    """From 1, up to `gate.fix_attempts`."""
    agent: str
    branch: str = ""
    base: str = ""


class FixEnded(Event, frozen=True, kw_only=True):
    """The fix agent's turn ended; the gate that follows judges it."""

    phase: int
    slot: int
    attempt: int
    outcome: Literal["done", "failed", "cancelled"]
    reason: str = ""
    commit: str = ""
    branch: str = ""
    """Where the work of a fix that was not integrated is kept."""
