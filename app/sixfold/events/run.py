"""The run itself: its plan, whether it goes on, where its branch is seen, how it ends."""

from __future__ import annotations

from typing import Literal

from sixfold.events.event import Event
from sixfold.events.journal import VERSION
from sixfold.model import (
    Checklist,
    Isolation,
    Plan,
)


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
