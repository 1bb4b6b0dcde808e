"""The one language: every event, every bulk message and every command, typed.

An *event* is a numbered fact that the runner wrote to the journal. *Bulk* is chatter and test
output on its way to viewers: it may be dropped, and never stands in the journal. A *command* is
what a viewer asks; the runner's `Answer` accepts it or refuses it with a reason.

On the wire each is one JSON object a line, its kind in `type`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, Struct, UnsetType

from sixfold.model import Checklist, Failure, Plan, Verdict


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class Event(Struct, frozen=True, kw_only=True, tag_field="type", tag=_snake):
    """A fact. `seq` counts from 1 without a gap, `at` is in UTC; the journal stamps both."""

    seq: int = 0
    at: datetime | UnsetType = UNSET


class RunStarted(Event, frozen=True, kw_only=True):
    """The run exists: its lock is held and its journal open."""

    run: str
    repository: str
    """Absolute path of the repository's root."""
    branch: str
    commit: str
    """HEAD at the start; empty in a repository without a commit."""
    agent: str
    """The default agent's name."""
    slots: int
    pid: int
    """Process id of the runner."""
    context: str = ""
    """The feature context given to every agent."""


class PlanLoaded(Event, frozen=True, kw_only=True):
    """The plan as read at the start."""

    plan: Plan


class PlanChanged(Event, frozen=True, kw_only=True):
    """`tasks.md` was edited while the run is on; `plan` is what now holds."""

    plan: Plan
    added: list[str] = []
    removed: list[str] = []
    edited: list[str] = []
    """Ids whose text changed while they were pending."""
    ticked: list[str] = []
    """Ids that a person ticked; they count as done."""
    renamed: dict[str, str] = {}
    """Old id -> new id, recognised by the description."""


class ChecklistsRead(Event, frozen=True, kw_only=True):
    """The boxes of the feature's checklists, counted."""

    checklists: list[Checklist]


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


class GateStarted(Event, frozen=True, kw_only=True):
    """The test command is about to run."""

    gate: int
    """Number of the gate in this run, from 1."""
    cause: Literal["baseline", "phase", "asked"]
    phase: int = 0
    """The phase it judges; 0 for the baseline and for a gate a person asked for."""
    command: list[str]


class GateEnded(Event, frozen=True, kw_only=True):
    """The test command ended. `failures` lists what is wrong; green has none."""

    gate: int
    cause: Literal["baseline", "phase", "asked"]
    phase: int = 0
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


class FixEnded(Event, frozen=True, kw_only=True):
    """The fix agent's turn ended; the gate that follows judges it."""

    phase: int
    slot: int
    attempt: int
    outcome: Literal["done", "failed", "cancelled"]
    reason: str = ""


class PermissionAsked(Event, frozen=True, kw_only=True):
    """An agent waits for a person's leave."""

    slot: int
    task: str
    request: str
    text: str
    options: list[str]


class PermissionAnswered(Event, frozen=True, kw_only=True):
    """The request was answered."""

    slot: int
    task: str
    request: str
    option: str


class RunPaused(Event, frozen=True, kw_only=True):
    """Running turns finish; nothing new starts."""


class RunResumed(Event, frozen=True, kw_only=True):
    """The run goes on, after a pause or after it was blocked."""


class RunBlocked(Event, frozen=True, kw_only=True):
    """The run needs a person: for what, and the commands that help."""

    reason: str
    options: list[str]


class RunEnded(Event, frozen=True, kw_only=True):
    """The last event of a run."""

    outcome: Literal["finished", "failed", "stopped"]
    reason: str = ""
    done: int = 0
    total: int = 0


class Notice(Event, frozen=True, kw_only=True):
    """Something a person should know, and need not act on."""

    text: str
    level: Literal["info", "warning", "error"] = "info"


# Bulk: to viewers only, in batches; latest wins.


class Bulk(Struct, frozen=True, kw_only=True, tag_field="type", tag=_snake):
    """A message that may be dropped for a slow viewer."""


class Utterance(Struct, frozen=True, array_like=True):
    """A line of an agent: said, done, asked, gone wrong (`error`), or our own (`note`)."""

    kind: Literal["say", "do", "ask", "error", "note"]
    text: str


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


# Commands and their answer.


class Command(Struct, frozen=True, kw_only=True, tag_field="type", tag=_snake):
    """What a viewer asks of the runner; `id` comes back in the answer."""

    id: int = 0


class Watch(Command, frozen=True, kw_only=True):
    """Send me the journal from its start, the latest bulk, and all that comes."""


class Pause(Command, frozen=True, kw_only=True):
    """Let running turns finish, start nothing new."""


class Resume(Command, frozen=True, kw_only=True):
    """Go on after a pause."""


class Retry(Command, frozen=True, kw_only=True):
    """A fresh attempt at a failed, halted or skipped task, from the current tree."""

    task: str


class Skip(Command, frozen=True, kw_only=True):
    """Leave the task's box open and let its dependents run."""

    task: str


class Cancel(Command, frozen=True, kw_only=True):
    """End the attempt at a running task, with its whole process group."""

    task: str
    """The task's id; `fix N` for the fix of phase N."""


class Gate(Command, frozen=True, kw_only=True):
    """Run the gate now; on a blocked run, judge the red phase again."""


class Stop(Command, frozen=True, kw_only=True):
    """End the run: running attempts are cancelled, nothing is ticked."""


class Diff(Command, frozen=True, kw_only=True):
    """The change so far, of one task or (empty `task`) of the whole run; comes in `Answer.text`."""

    task: str = ""


class Answer(Struct, frozen=True, kw_only=True, tag_field="type", tag="answer"):
    """To the command with the same `id`: accepted, or refused with the reason."""

    id: int
    accepted: bool
    reason: str = ""
    text: str = ""


AnyEvent: TypeAlias = (
    RunStarted
    | PlanLoaded
    | PlanChanged
    | ChecklistsRead
    | PhaseStarted
    | PhaseEnded
    | TaskStarted
    | TaskEnded
    | TaskHalted
    | TaskSkipped
    | TaskReopened
    | GateStarted
    | GateEnded
    | FixStarted
    | FixEnded
    | PermissionAsked
    | PermissionAnswered
    | RunPaused
    | RunResumed
    | RunBlocked
    | RunEnded
    | Notice
)
AnyBulk: TypeAlias = AgentOutput | GateOutput | GateProgress
AnyCommand: TypeAlias = Watch | Pause | Resume | Retry | Skip | Cancel | Gate | Stop | Diff
Message: TypeAlias = AnyEvent | AnyBulk | Answer
"""All that a viewer may receive."""

_encoder = msgspec.json.Encoder()
_events: msgspec.json.Decoder[AnyEvent] = msgspec.json.Decoder(AnyEvent)
_messages: msgspec.json.Decoder[Message] = msgspec.json.Decoder(Message)
_commands: msgspec.json.Decoder[AnyCommand] = msgspec.json.Decoder(AnyCommand)


def encode(item: Message | AnyCommand) -> bytes:
    """One JSON object and a newline."""
    return _encoder.encode(item) + b"\n"


def decode_event(line: bytes) -> AnyEvent:
    """One line of a journal. Raises `msgspec.MsgspecError` on anything else."""
    return _events.decode(line)


def decode_message(line: bytes) -> Message:
    """One line from the runner. Raises `msgspec.MsgspecError` on anything else."""
    return _messages.decode(line)


def decode_command(line: bytes) -> AnyCommand:
    """One line from a viewer. Raises `msgspec.MsgspecError` on anything else."""
    return _commands.decode(line)


def decode_journal(lines: Iterable[bytes]) -> list[AnyEvent]:
    """The events of a journal, in order.

    A last line that was cut short (the runner died while it wrote) is left out; the gap-free
    `seq` makes anything else that is missing visible. Raises `ValueError` on a broken line
    before the last.
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
        except msgspec.MsgspecError as error:
            broken = f"line {number}: {error}"
    return found
