"""Agents at work: what holds them up, what they spend, what they ask."""

from __future__ import annotations

from datetime import datetime

from sixfold.events.event import Event
from sixfold.model import (
    Usage,
)


class TurnHeld(Event, frozen=True, kw_only=True):
    """An attempt rests in its slot: its turn was cut short, or may not begin yet."""

    slot: int
    task: str
    """The task's id; for a fix `fix N`."""
    attempt: int
    reason: str


class TurnBegan(Event, frozen=True, kw_only=True):
    """An attempt that rested goes on, perhaps with another agent."""

    slot: int
    task: str
    attempt: int
    agent: str


class AgentStalled(Event, frozen=True, kw_only=True):
    """An agent gave no sign of life for so long."""

    slot: int
    task: str
    attempt: int
    seconds: float


class AgentRecovered(Event, frozen=True, kw_only=True):
    """A stalled agent gave a sign of life."""

    slot: int
    task: str
    attempt: int


class UsageReported(Event, frozen=True, kw_only=True):
    """What an attempt spent since this was reported last."""

    slot: int
    task: str
    attempt: int
    agent: str
    usage: Usage


class ProviderLimited(Event, frozen=True, kw_only=True):
    """A provider takes no more for now: its agents start nothing before `until` (UTC)."""

    provider: str
    until: datetime
    reason: str


class ProviderBack(Event, frozen=True, kw_only=True):
    """A provider's agents may start again."""

    provider: str


class PermissionAsked(Event, frozen=True, kw_only=True):
    """An agent, or the work it left, waits for a person's leave."""

    slot: int
    task: str
    request: str
    """Name of the request, to be answered by."""
    text: str
    options: list[str]
    """Of a tool: allow, always, reject, never; else yes, no."""
    kind: str = ""
    """Of the tool, as the protocol calls it; empty where it is no tool."""
    command: str = ""
    """The shell command that it would run."""
    diff: str = ""
    """What it would change."""
    wish: str = ""
    """The same for every request of the same thing."""


class PermissionAnswered(Event, frozen=True, kw_only=True):
    """The request was answered."""

    slot: int
    task: str
    request: str
    option: str
    """One of those offered; `withdrawn` where nobody waits for the answer any more."""
    wish: str = ""
