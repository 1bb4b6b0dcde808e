"""Bulk: agents' chatter and test output on its way to viewers, in batches; latest wins."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sixfold.events.tag import snake
from sixfold.model import Failure


class Bulk(Struct, frozen=True, kw_only=True, tag_field="type", tag=snake):
    """A message that may be dropped for a slow viewer."""


class Utterance(Struct, frozen=True, array_like=True):
    """A line of an agent, or our own about it (`note`).

    A tool call is told when it begins (`do`) and when it has ended: well (`did`) or not (`error`).
    """

    kind: Literal["say", "think", "plan", "do", "did", "ask", "error", "note"]
    text: str
    call: str = ""
    """The tool call that it is about, the same in all that is told of it; unique in an attempt."""
    detail: str = ""
    """What there is to unfold, in lines: the change as a unified diff, the output; bounded."""


class AgentOutput(Bulk, frozen=True, kw_only=True):
    """What the agent in a slot said and did since the last batch."""

    slot: int
    task: str
    """The task's id; for a fix `fix N`, N being the phase's position."""
    attempt: int
    lines: list[Utterance]


class OutputLine(Struct, frozen=True, array_like=True):
    """A line of test output, with what it means for the eye."""

    text: str
    level: Literal["", "pass", "fail", "skip", "race", "build", "note"] = ""


class GateOutput(Bulk, frozen=True, kw_only=True):
    """Lines the test command printed since the last batch."""

    gate: int
    lines: list[OutputLine]


class PackageProgress(Struct, frozen=True, omit_defaults=True):
    """A package under test."""

    package: str
    state: Literal["running", "passed", "failed", "skipped"]
    """`skipped`: no test files."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0


class RunningTest(Struct, frozen=True):
    """A test that has started and not ended; `since` is seconds after the gate's start."""

    package: str
    test: str
    since: float


class GateProgress(Bulk, frozen=True, kw_only=True):
    """The running tally of a gate, whole: the latest message replaces the ones before."""

    gate: int
    seconds: float
    passed: int
    failed: int
    skipped: int
    races: int
    packages: list[PackageProgress]
    running: list[RunningTest]
    """The longest running first, at most 20."""
    failures: list[Failure]
