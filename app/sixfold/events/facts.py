"""Events: numbered facts that the runner wrote to the journal."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from sixfold.events.journal import VERSION
from sixfold.events.tag import snake
from sixfold.model import (
    Checklist,
    Evidence,
    Failure,
    GateCause,
    Isolation,
    Judgement,
    Plan,
    Requirement,
    Suspect,
    TestName,
    Usage,
    Verdict,
)


class Event(Struct, frozen=True, kw_only=True, tag_field="type", tag=snake):
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
    isolation: Isolation = "shared"
    work_branch: str = ""
    """The run's own branch, where finished work comes together; empty in a shared tree."""
    asked: dict[str, str] = {}
    """Options of the command line by name, for whoever goes on with the run."""
    sandbox: Literal["bwrap", "off"] = "off"
    """What keeps agents from writing anything but where they work."""
    version: int = VERSION
    """Of the journal that begins here."""


class RunContinued(Event, frozen=True, kw_only=True):
    """Another process goes on with a run that stopped or died: what was at work is pending."""

    pid: int


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


class RunPaused(Event, frozen=True, kw_only=True):
    """Running turns finish; nothing new starts."""

    now: bool = False
    """Running turns are cut short, and taken up again later."""


class RunResumed(Event, frozen=True, kw_only=True):
    """The run goes on, after a pause or after it was blocked."""


class RunBlocked(Event, frozen=True, kw_only=True):
    """The run needs a person: for what, and the commands that help."""

    reason: str
    options: list[str]


class CheckoutHeld(Event, frozen=True, kw_only=True):
    """The person's branch and checkout do not follow the run's branch, until `CheckoutFollowed`."""

    reason: str
    command: str
    """What brings them together, once the reason is gone."""


class CheckoutFollowed(Event, frozen=True, kw_only=True):
    """The person's branch and checkout follow again."""

    commit: str


class RunEnded(Event, frozen=True, kw_only=True):
    """The last event of a run."""

    outcome: Literal["finished", "failed", "stopped"]
    reason: str = ""
    done: int = 0
    total: int = 0
    command: str = ""
    """What brings the run's branch and the person's together; empty where they are one."""


class Notice(Event, frozen=True, kw_only=True):
    """Something a person should know, and need not act on."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
