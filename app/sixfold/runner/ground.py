"""What the runner needs of the place where agents work: one shared tree, or worktrees apart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from msgspec import Struct

from sixfold import events as ev
from sixfold.agents.agent import TurnEnd
from sixfold.agents.prompts.about import Inquiry
from sixfold.gate.blame import Change
from sixfold.model import Phase, Task
from sixfold.state import Work
from sixfold.workspace.tasks_blob import Rewrite
from sixfold.workspace.worktrees import Worktree

LONGEST_REASON = 500
"""Characters of what an agent says about its end."""

Proof: TypeAlias = Callable[[], Awaitable[bool]]
"""Asks whether the tree that is judged is as it should be."""


Chosen: TypeAlias = Callable[[], Sequence[str] | str]
"""Gives ids of finished tasks, or why none may be taken."""


class Place(Struct, frozen=True):
    """Where a turn is taken."""

    root: Path
    """The agent's working directory."""
    results: Path
    """Folder inside it for the agent's result, never committed."""
    worktree: Worktree | None = None
    """None in a shared tree."""


class Attempt(Struct, frozen=True):
    """An attempt at a task, or at a fix, as it is known when it starts."""

    label: str
    """The task's id; `fix N` for phase N; `validation`."""
    slot: int
    number: int
    branch: str = ""
    base: str = ""


class Ending(Struct, frozen=True, kw_only=True):
    """How an attempt ended: nothing in `failure` means that it is done."""

    failure: str = ""
    """One line."""
    cancelled: bool = False
    note: str = ""
    """Why a task that is done changed nothing."""
    commit: str = ""
    branch: str = ""
    """Where the work of an attempt that failed is kept."""
    outside: list[str] = []
    left_out: list[str] = []
    after: str = ""
    """The shared tree at its end."""
    said: list[Any] = []
    """What a validator said of each requirement, as it wrote it."""


def one_line(text: str) -> str:
    """What an agent says of its end, as one line of a list."""
    return " ".join(text.split())[:LONGEST_REASON]


def judged(end: TurnEnd, changed: list[str]) -> Ending:
    """How a validator's turn ended."""
    failure = "" if end.ok else one_line(end.reason)
    return Ending(failure=failure, said=end.result.requirements, outside=changed)


def line_count(text: str) -> int:
    """Lines of a file's text; one without any counts as one that is not there."""
    return text.count("\n") + (not text.endswith("\n") and bool(text))


class Ground(Protocol):
    """Where attempts work, and how what they leave becomes part of the result."""

    together: bool
    """Do agents share one tree: then it comes to rest before it is judged."""
    ticks: bool
    """Are boxes ticked by the commits of finished tasks; else in the person's file."""
    root: Path
    """The tree that the gate judges."""

    @property
    def tip(self) -> str:
        """The commit that the result is at; empty in a shared tree."""
        ...

    async def open(self) -> None:
        """Make ready, also where a run that died left things halfway. Raises `GitError`."""
        ...

    async def recover(self, works: Sequence[Work]) -> dict[int, Ending]:
        """How attempts ended whose runner died, by slot: integrated, or cancelled."""
        ...

    async def undone(self) -> Mapping[str, str]:
        """Task -> commit that reverts it, where the run's branch has it and the state has not.

        Empty for a task whose own commit is on the branch no more.
        """
        ...

    def place(self, label: str, number: int) -> tuple[str, str]:
        """Branch and base of an attempt that is about to start; empty in a shared tree."""
        ...

    async def task(self, attempt: Attempt, task: Task, phase: Phase | None, before: str) -> Ending:
        """Have a task done; `before` says why the attempt before this one failed."""
        ...

    async def fix(self, attempt: Attempt, phase: Phase, gate: ev.GateEnded, since: str) -> Ending:
        """Have a red gate mended; `since` is the commit that was green last."""
        ...

    async def validate(self, attempt: Attempt, inquiry: Inquiry) -> Ending:
        """Have the result judged; what the validator changes is `outside`, and no part of it."""
        ...

    async def lines(self, file: str, attempt: Attempt) -> int:
        """How many lines a file of what is judged has, as a path from the root; 0: no file."""
        ...

    def finish(self, task: str, ending: Ending) -> None:
        """A task is done."""
        ...

    def at_rest(self) -> AbstractAsyncContextManager[str]:
        """While the tree is judged nothing is joined to it; gives its commit."""
        ...

    async def changes(self, since: str) -> Sequence[Change]:
        """Everything integrated since a commit, oldest first, with all its files."""
        ...

    async def show(self, commit: str) -> None:
        """Put an older state, with the tests of today, into the tree while it is at rest."""
        ...

    async def revert(self, tasks: Chosen, proof: Proof | None = None) -> dict[str, str] | str:
        """Take tasks back: the commits that revert them by id, or why not.

        `tasks` are asked for when nothing else is joined any more; with a `proof` it is done only
        where that holds in the tree without them.
        """
        ...

    async def keep(self, task: str, commit: str) -> str:
        """A branch that holds the work of a commit which is about to be reverted; its name."""
        ...

    async def lacking(self, task: Task) -> str:
        """Which files that a task names are not there; empty where all are."""
        ...

    async def diff(self, label: str) -> str:
        """What a task or a fix changed, so far. Raises `KeyError` for one that has not run."""
        ...

    def rename(self, tasks: Mapping[str, str], phases: Mapping[int, int]) -> None:
        """Tasks and phases have new names."""
        ...

    async def at_home(self) -> bool:
        """Is the person's checkout on the branch that the run began on."""
        ...

    async def enlist(self, more: Rewrite, subject: str) -> None:
        """Have `tasks.md` hold more where it is committed, in a commit with this subject.

        The person's file has it already. Raises `GitError`, `OSError`, and what `more` raises.
        """
        ...

    def accept(self, task: str) -> None:
        """A person ticked a task, and it counts."""
        ...

    def ours(self, before: bytes, after: bytes) -> bool:
        """Do two texts of `tasks.md` differ only by boxes that this ground ticked or opened."""
        ...

    async def mind(self) -> str:
        """Look after the person's branch and checkout: what they committed, does it follow.

        Gives the commit that the result is at; empty in a shared tree.
        """
        ...

    async def owed(self) -> list[str]:
        """Finished tasks whose box is open in the result. Raises `GitError`."""
        ...

    async def close(self, *, finished: bool) -> str:
        """The run ends; the command that a person needs to have its result, or nothing."""
        ...
