"""The one language: every event, every bulk message and every command, typed.

An *event* is a numbered fact that the runner wrote to the journal. *Bulk* is chatter and test
output on its way to viewers: it may be dropped, and never stands in the journal. A *command* is
what a viewer asks; the runner's `Answer` accepts it or refuses it with a reason.

On the wire each is one JSON object a line, its kind in `type`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import TypeAlias

import msgspec

from sixfold.events.agents import (
    AgentRecovered,
    AgentStalled,
    PermissionAnswered,
    PermissionAsked,
    ProviderBack,
    ProviderLimited,
    TurnBegan,
    TurnHeld,
    UsageReported,
)
from sixfold.events.bulk import (
    AgentOutput,
    Bulk,
    GateOutput,
    GateProgress,
    OutputLine,
    PackageProgress,
    RunningTest,
    SlowTest,
    TestProgress,
    Utterance,
)
from sixfold.events.commands import (
    Answer,
    Cancel,
    Command,
    Decide,
    Diff,
    Gate,
    Pause,
    Printed,
    Prompt,
    Rerun,
    Resume,
    Retry,
    Revalidate,
    SetAside,
    Skip,
    Stop,
    Tell,
    Transcript,
    Undo,
    Watch,
)
from sixfold.events.event import Event
from sixfold.events.gates import (
    FixEnded,
    FixStarted,
    GateEnded,
    GateStarted,
    RerunEnded,
    RerunStarted,
)
from sixfold.events.journal import VERSION, Journal, read
from sixfold.events.run import (
    ChecklistsRead,
    CheckoutFollowed,
    CheckoutHeld,
    Notice,
    PlanChanged,
    PlanLoaded,
    RunBlocked,
    RunContinued,
    RunEnded,
    RunPaused,
    RunResumed,
    RunStarted,
)
from sixfold.events.tasks import (
    ConflictFound,
    IntegrationStarted,
    PhaseEnded,
    PhaseStarted,
    TaskEnded,
    TaskHalted,
    TaskReopened,
    TaskSetAside,
    TaskSkipped,
    TaskStarted,
    TaskUndone,
)
from sixfold.events.validation import (
    RequirementJudged,
    RequirementsReturned,
    ValidationEnded,
    ValidationStarted,
)

__all__ = [
    "VERSION",
    "AgentOutput",
    "AgentRecovered",
    "AgentStalled",
    "Answer",
    "Bulk",
    "Cancel",
    "ChecklistsRead",
    "CheckoutFollowed",
    "CheckoutHeld",
    "Command",
    "ConflictFound",
    "Decide",
    "Diff",
    "Event",
    "FixEnded",
    "FixStarted",
    "Gate",
    "GateEnded",
    "GateOutput",
    "GateProgress",
    "GateStarted",
    "IntegrationStarted",
    "Journal",
    "Notice",
    "OutputLine",
    "PackageProgress",
    "Pause",
    "PermissionAnswered",
    "PermissionAsked",
    "PhaseEnded",
    "PhaseStarted",
    "PlanChanged",
    "PlanLoaded",
    "Printed",
    "Prompt",
    "ProviderBack",
    "ProviderLimited",
    "RequirementJudged",
    "RequirementsReturned",
    "Rerun",
    "RerunEnded",
    "RerunStarted",
    "Resume",
    "Retry",
    "Revalidate",
    "RunBlocked",
    "RunContinued",
    "RunEnded",
    "RunPaused",
    "RunResumed",
    "RunStarted",
    "RunningTest",
    "SetAside",
    "Skip",
    "SlowTest",
    "Stop",
    "TaskEnded",
    "TaskHalted",
    "TaskReopened",
    "TaskSetAside",
    "TaskSkipped",
    "TaskStarted",
    "TaskUndone",
    "Tell",
    "TestProgress",
    "Transcript",
    "TurnBegan",
    "TurnHeld",
    "Undo",
    "UsageReported",
    "Utterance",
    "ValidationEnded",
    "ValidationStarted",
    "Watch",
]

AnyEvent: TypeAlias = (
    RunStarted
    | RunContinued
    | PlanLoaded
    | PlanChanged
    | ChecklistsRead
    | PhaseStarted
    | PhaseEnded
    | TaskStarted
    | IntegrationStarted
    | ConflictFound
    | TaskEnded
    | TaskHalted
    | TaskSkipped
    | TaskReopened
    | TaskUndone
    | TaskSetAside
    | GateStarted
    | GateEnded
    | RerunStarted
    | RerunEnded
    | FixStarted
    | FixEnded
    | ValidationStarted
    | RequirementJudged
    | ValidationEnded
    | RequirementsReturned
    | TurnHeld
    | TurnBegan
    | AgentStalled
    | AgentRecovered
    | UsageReported
    | ProviderLimited
    | ProviderBack
    | PermissionAsked
    | PermissionAnswered
    | RunPaused
    | RunResumed
    | RunBlocked
    | CheckoutHeld
    | CheckoutFollowed
    | RunEnded
    | Notice
)
AnyBulk: TypeAlias = AgentOutput | GateOutput | GateProgress
AnyCommand: TypeAlias = (
    Watch
    | Pause
    | Resume
    | Retry
    | Skip
    | Cancel
    | Tell
    | Undo
    | SetAside
    | Decide
    | Gate
    | Rerun
    | Printed
    | Revalidate
    | Stop
    | Diff
    | Transcript
    | Prompt
)
Message: TypeAlias = AnyEvent | AnyBulk | Answer
"""All that a viewer may receive."""

_encoder = msgspec.json.Encoder()


# Made when they are first needed: to read all annotations takes as long as the rest of the import.


@cache
def _events() -> msgspec.json.Decoder[AnyEvent]:
    return msgspec.json.Decoder(AnyEvent)


@cache
def _messages() -> msgspec.json.Decoder[Message]:
    return msgspec.json.Decoder(Message)


@cache
def _said() -> msgspec.json.Decoder[Utterance | datetime]:
    return msgspec.json.Decoder(Utterance | datetime)


@cache
def _commands() -> msgspec.json.Decoder[AnyCommand]:
    return msgspec.json.Decoder(AnyCommand)


def encode(item: Message | AnyCommand) -> bytes:
    """One JSON object and a newline."""
    return _encoder.encode(item) + b"\n"


def encode_said(lines: Iterable[Utterance | datetime]) -> bytes:
    """Lines of an agent, each as JSON on a line, and the time from which on they were said."""
    return b"".join(_encoder.encode(line) + b"\n" for line in lines)


def decode_said(line: bytes) -> Utterance | datetime:
    """One such line. Raises `msgspec.MsgspecError` on anything else."""
    return _said().decode(line)


def decode_event(line: bytes) -> AnyEvent:
    """One line of a journal. Raises `msgspec.MsgspecError` on anything else."""
    return _events().decode(line)


def decode_message(line: bytes) -> Message:
    """One line from the runner. Raises `msgspec.MsgspecError` on anything else."""
    return _messages().decode(line)


def decode_command(line: bytes) -> AnyCommand:
    """One line from a viewer. Raises `msgspec.MsgspecError` on anything else."""
    return _commands().decode(line)


def read_journal(data: bytes) -> Journal[AnyEvent]:
    """A journal, from its first event. Raises `ValueError` where it is damaged or too new."""
    return read(data, decode_event)


def decode_journal(lines: Iterable[bytes]) -> list[AnyEvent]:
    """Events of a stream, in order, wherever it begins; a last line that was cut short is left out.

    Raises `ValueError` on a broken line before the last.
    """
    found: list[AnyEvent] = []
    broken: str | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if broken:
            raise ValueError(broken)
        try:
            found.append(decode_event(line))
        except (ValueError, RecursionError) as error:
            broken = f"line {number}: {error}"
    return found
