"""Commands, which a viewer asks of the runner, and their answer."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from sixfold.events.bulk import Utterance
from sixfold.events.tag import snake
from sixfold.model import TestName


class Command(Struct, frozen=True, kw_only=True, tag_field="type", tag=snake):
    """What a viewer asks of the runner; `id` comes back in the answer."""

    id: Annotated[int, Meta(ge=0, lt=1 << 53)] = 0


class Watch(Command, frozen=True, kw_only=True):
    """Send me the journal, the latest bulk, and all that comes."""

    after: Annotated[int, Meta(ge=0)] = 0
    """`seq` of the last event that I have: I was here before."""


class Pause(Command, frozen=True, kw_only=True):
    """Let running turns finish, start nothing new."""

    now: bool = False
    """Cut running turns short; they are taken up again, in the same session where that goes."""


class Resume(Command, frozen=True, kw_only=True):
    """Go on after a pause."""


class Retry(Command, frozen=True, kw_only=True):
    """A fresh attempt at a failed, halted or skipped task, from the current tree."""

    task: str
    agent: str = ""
    """Another agent than the one whose turn it is."""


class Skip(Command, frozen=True, kw_only=True):
    """Leave the task's box open and let its dependents run."""

    task: str


class Cancel(Command, frozen=True, kw_only=True):
    """End the attempt at a running task, with its whole process group."""

    task: str
    """The task's id; `fix N` for the fix of phase N."""


class Tell(Command, frozen=True, kw_only=True):
    """A person's message to an agent at work; it gets it at the end of its answer."""

    task: str
    """The task's id; `fix N` for the fix of phase N."""
    text: str


class Undo(Command, frozen=True, kw_only=True):
    """Take a finished task back: revert its commit, open its box, run it again."""

    task: str
    dependents: bool = False
    """Take back the finished tasks that need it, too; refused where there are some, and not."""


class SetAside(Command, frozen=True, kw_only=True):
    """Take the culprit of a red gate out: revert its commit, keep its work on a branch."""

    task: str


class Decide(Command, frozen=True, kw_only=True):
    """Answer what was asked in `PermissionAsked`."""

    request: str
    option: str


class Gate(Command, frozen=True, kw_only=True):
    """Run the gate now; on a blocked run, judge the red phase again."""


class Rerun(Command, frozen=True, kw_only=True):
    """Run some tests once more; whatever comes of it is no verdict of the run."""

    tests: list[TestName]


class Printed(Command, frozen=True, kw_only=True):
    """What a test printed in the latest gate, or rerun of it; comes in `Answer.text`, bounded."""

    package: str
    test: str = ""
    """Empty: what the package itself printed."""


class Revalidate(Command, frozen=True, kw_only=True):
    """Have what is not met become tasks at the end of `tasks.md`, and validate again after them."""


class Stop(Command, frozen=True, kw_only=True):
    """End the run: running attempts are cancelled, nothing is ticked."""


class Diff(Command, frozen=True, kw_only=True):
    """The change so far, of one task or (empty `task`) of the whole run; comes in `Answer.text`."""

    task: str = ""
    attempt: int = 0
    """That of one attempt at the task which is over; 0: what the task has come to."""


class Transcript(Command, frozen=True, kw_only=True):
    """What the agent of an attempt said, a page of it; comes in `Answer.said`."""

    task: str
    """As it was called when the attempt began; `fix N` for a fix of phase N."""
    attempt: int
    slot: int
    offset: int = 0
    """Where the page begins: `Answer.offset` of the one before; below 0: so far from the end."""


class Prompt(Command, frozen=True, kw_only=True):
    """The prompt of an attempt, as its agent got it last; comes in `Answer.text`."""

    task: str
    """As it was called when the attempt began."""
    attempt: int
    slot: int


class Answer(Struct, frozen=True, kw_only=True, tag_field="type", tag="answer"):
    """To the command with the same `id`: accepted, or refused with the reason."""

    id: int
    accepted: bool
    reason: str = ""
    text: str = ""
    said: list[Utterance] = []
    offset: int = 0
    """Where the next page begins."""
    more: bool = False
    """Is there a next page already."""
    skipped: int = 0
    """Bytes before a page that was asked for from the end."""
