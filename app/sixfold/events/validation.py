"""Validation: whether what the spec asks for is there."""

from __future__ import annotations

from typing import Literal

from sixfold.events.event import Event
from sixfold.model import (
    Evidence,
    Judgement,
    Requirement,
)


class ValidationStarted(Event, frozen=True, kw_only=True):
    """An agent is about to judge whether what the spec asks for is there."""

    round: int
    """From 1; a round ends with a verdict on every requirement, or without any."""
    slot: int
    attempt: int
    """From 1, counted over the whole run."""
    agent: str
    requirements: list[Requirement]
    """All that this round judges, in the order of the spec."""
    asked: list[str]
    """Ids of those that this attempt is asked for: what an earlier one left open."""
    branch: str = ""
    base: str = ""
    """The commit that is judged; empty in a shared tree."""


class RequirementJudged(Event, frozen=True, kw_only=True):
    """A requirement has its verdict: the agent's, once its evidence was looked at."""

    round: int
    requirement: str
    verdict: Judgement
    evidence: list[Evidence] = []
    """All that the agent gave; what does not count says why."""
    reason: str = ""
    """Why it is not met, as far as that is known."""


class ValidationEnded(Event, frozen=True, kw_only=True):
    """A validator's turn is over, or there was nothing to validate (`slot` 0)."""

    round: int
    slot: int = 0
    attempt: int = 0
    outcome: Literal["passed", "failed", "error", "cancelled"]
    """`failed`: something is not met; `error`: the agent could not judge."""
    reason: str = ""
    met: int = 0
    total: int = 0
    again: bool = False
    """Another attempt of the same round follows."""
    commit: str = ""


class RequirementsReturned(Event, frozen=True, kw_only=True):
    """Requirements that are not met became tasks, at the end of `tasks.md`."""

    round: int
    requirements: list[str]
    tasks: list[str]
