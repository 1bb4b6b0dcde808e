"""Bulk: agents' chatter and test output on its way to viewers, in batches; latest wins."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from sixfold.events.tag import snake
from sixfold.model import Failure


class Bulk(Struct, frozen=True, kw_only=True, tag_field="type", tag=snake):
    """A message that may be dropped for a slow viewer."""


class Utterance(Struct, frozen=True, array_like=True, gc=False):
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


class OutputLine(Struct, frozen=True, array_like=True, gc=False):
    """A line of test output, with what it means for the eye."""

    text: str
    level: Literal["", "pass", "fail", "skip", "race", "build", "note"] = ""


class GateOutput(Bulk, frozen=True, kw_only=True):
    """Lines the test command printed since the last batch."""

    gate: int
    lines: list[OutputLine]


class TestProgress(Struct, frozen=True, array_like=True, gc=False):
    """A test that has ended."""

    __test__ = False

    test: str
    state: Literal["passed", "failed", "skipped"]
    seconds: float = 0.0
    note: str = ""
    """Why it skipped itself, as far as it said so."""


class PackageProgress(Struct, frozen=True, omit_defaults=True):
    """A package under test: the latest of its numbers, and more of its tests."""

    package: str
    state: Literal["awaited", "running", "passed", "failed", "skipped"]
    """`awaited`: go has not said a word of it, it may be compiling; `skipped`: no test files."""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    name: str = ""
    """For the eye: relative to its module."""
    races: int = 0
    cached: bool = False
    """Nothing was run: go knew the result."""
    coverage: float | None = None
    """Percent of the statements, where coverage was asked for."""
    note: str = ""
    """Why it failed though no test did, or that it has no tests."""
    tests: list[TestProgress] = []
    """Those that ended since the message before; of many that passed only the first are told."""


class RunningTest(Struct, frozen=True):
    """A test that has started and not ended; `since` is seconds after the gate's start."""

    package: str
    test: str
    since: float


class SlowTest(Struct, frozen=True, array_like=True):
    """A test that ended, and took its time."""

    package: str
    test: str
    seconds: float


class GateProgress(Bulk, frozen=True, kw_only=True):
    """What changed in the tally of a gate since the message before; `sixfold.tally` folds them.

    `whole` begins anew: it carries all that was ever told. A viewer that missed a message is sent
    one.
    """

    gate: int
    seconds: float
    passed: int
    failed: int
    skipped: int
    races: int
    packages: list[PackageProgress] = []
    """Those of which there is news."""
    running: list[RunningTest] = []
    """All there are, the longest running first, at most 20."""
    slowest: list[SlowTest] = []
    """All there are, the slowest first, at most 10."""
    failures: list[Failure] | None = None
    """All there are; None where they are as before."""
    heard: float = 0.0
    """When the test command last said something; as `seconds`, after its start."""
    expected: int = 0
    """How many packages it will come to, those without tests too; 0 while that is not known."""
    rerun: int = 0
    """The rerun that it is about; 0 for the gate itself."""
    whole: bool = False
