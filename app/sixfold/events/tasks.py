"""Phases and tasks: attempts, how their work comes together, and what people do with them."""

from __future__ import annotations

from typing import Literal

from sixfold.events.event import Event


class PhaseStarted(Event, frozen=True, kw_only=True):
    """The first task of a phase is about to start."""

    phase: int
    title: str


class PhaseEnded(Event, frozen=True, kw_only=True):
    """The phase's gate is green: what needs the phase may start."""

    phase: int


class TaskStarted(Event, frozen=True, kw_only=True):
    """An attempt at a task begins in a slot."""

    task: str
    slot: int
    attempt: int
    """From 1, counted over the whole run."""
    agent: str
    branch: str = ""
    """The attempt's own branch; empty in a shared tree."""
    base: str = ""
    """The commit it starts from."""


class IntegrationStarted(Event, frozen=True, kw_only=True):
    """An attempt's turn is over; what it left is about to be joined to the run's branch."""

    task: str
    """The task's id; for a fix `fix N`."""
    slot: int
    attempt: int


class ConflictFound(Event, frozen=True, kw_only=True):
    """What an attempt left contradicts work integrated meanwhile; its own agent is asked."""

    task: str
    """The task's id; for a fix `fix N`."""
    slot: int
    attempt: int
    paths: list[str]
    """The files in conflict."""
    tasks: list[str] = []
    """Tasks whose integrated work it conflicts with."""


class TaskEnded(Event, frozen=True, kw_only=True):
    """An attempt ended. `failed` with `again` is followed by another attempt."""

    task: str
    slot: int
    attempt: int
    outcome: Literal["done", "failed", "cancelled"]
    reason: str = ""
    commit: str = ""
    """The commit that carries the change; empty where agents share the one tree."""
    again: bool = False
    branch: str = ""
    """Where the work of an attempt that was not integrated is kept; empty where there is none."""
    outside: list[str] = []
    """Files it changed that its task does not name."""
    left_out: list[str] = []
    """What it left and is in no commit: edits of `tasks.md`, files that are ignored."""


class TaskHalted(Event, frozen=True, kw_only=True):
    """A task cannot start, because a task it needs (`because`) failed."""

    task: str
    because: str


class TaskSkipped(Event, frozen=True, kw_only=True):
    """A person let the task go: its box stays open, its dependents may run."""

    task: str


class TaskReopened(Event, frozen=True, kw_only=True):
    """A failed, halted or skipped task is pending again."""

    task: str
    agent: str = ""
    """The agent that a person wants for it; empty: whose turn it is."""


class TaskUndone(Event, frozen=True, kw_only=True):
    """A finished task was taken back: its commit is reverted, it is pending again."""

    task: str
    commit: str
    """The commit that reverts; empty where its own is on the run's branch no more."""


class TaskSetAside(Event, frozen=True, kw_only=True):
    """The culprit of a red gate was taken out: its commit is reverted, the task has failed."""

    task: str
    commit: str
    """The commit that reverts."""
    branch: str
    """Where its work is kept."""
    reason: str
