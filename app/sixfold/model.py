"""The nouns of Sixfold: plan, phase, task, failure. Plain data, shared by every floor.

The shapes are those of `sixfold plan --json` and of the events that carry them, so one
definition serves the planner, the journal and the screen.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

BoxState = Literal["pending", "done", "parked"]
"""What a task's box in `tasks.md` says: open, ticked, or neither."""

TaskState = Literal[
    "pending",
    "ready",
    "running",
    "integrating",
    "done",
    "failed",
    "halted",
    "skipped",
    "parked",
]

UNSTARTED: frozenset[TaskState] = frozenset(
    {"pending", "ready", "failed", "halted", "skipped", "parked"}
)
"""States in which no agent works on a task and none has finished it: a person's box counts."""

RunStatus = Literal["ready", "running", "paused", "blocked", "finished", "failed", "stopped"]
"""`ready` is the state before the run's first event."""

PhaseKind = Literal[
    "setup", "foundational", "story", "tests", "core", "integration", "polish", "other"
]
Role = Literal["setup", "core", "tests", "polish"]
Because = Literal["phase", "order", "file", "stated", "test first"]
Stories = Literal["one-by-one", "parallel"]
Roles = Literal["prefer", "strict"]
Isolation = Literal["worktree", "shared"]
"""Does every attempt have a worktree of its own, or do all share the one tree."""

Verdict = Literal["green", "red", "error", "timed_out"]
GateCause = Literal["baseline", "phase", "asked", "final"]
"""`final`: the last one, of the whole, with results of before left aside."""
FailureKind = Literal["fail", "race", "panic", "build", "timeout", "unfinished", "command"]

SLOT_ROLES: dict[int, Role] = {
    1: "setup",
    2: "setup",
    3: "core",
    4: "core",
    5: "tests",
    6: "polish",
}
"""The role each of the six slots prefers; slot 5 takes fixes first."""


class Need(Struct, frozen=True, omit_defaults=True):
    """An edge: the task that carries it needs `task`, because of `because`."""

    task: str
    because: Because
    detail: str = ""
    """What the edge rests on: the file both name, or the words that state it."""
    line: int = 0
    """Line of `tasks.md` (1-based) that states it; 0 where no single line does."""


class Task(Struct, frozen=True):
    """One box of `tasks.md` that is work for an agent."""

    id: str
    line: int
    phase: int
    """Position of its phase in `Plan.phases`, from 1; 0 before any phase heading."""
    state: BoxState
    parallel: bool
    story: str | None
    title: str
    """The description on the task's line, markers removed."""
    files: list[str]
    role: Role
    runnable: bool
    """False for what is ambiguous in the file: it is shown, and never given to an agent."""
    needs: list[Need]
    """In-phase and stated edges; the barrier between phases is `Phase.needs`."""
    text: str = ""
    """The task as the file has it: its line and what is indented below it."""


class Phase(Struct, frozen=True):
    """A phase of the plan, ended by a gate."""

    number: int
    """Position in the plan, from 1."""
    title: str
    line: int
    kind: PhaseKind
    story: str | None
    tasks: list[str]
    needs: list[int] = []
    """Phases whose tasks and gate this one needs: a failure there halts it."""
    follows: list[int] = []
    """Phases this one merely comes after (stories one by one): it waits for their gate,
    and a task that failed there does not halt it."""


class PlanWarning(Struct, frozen=True):
    """A defect of `tasks.md`, told with its line (1-based) and what to do."""

    line: int
    code: str
    message: str


class Plan(Struct, frozen=True):
    """What `tasks.md` asks for, as a graph; `sixfold plan --json` prints it."""

    version: int
    feature_dir: str
    branch: str
    tasks_file: str
    phases: list[Phase]
    tasks: list[Task]
    """In file order."""
    warnings: list[PlanWarning]
    critical_path: list[str]
    speedup: float
    """Open tasks / length of the schedule on the slots, every task taking one unit of time."""
    stories: Stories = "one-by-one"
    slots: int = 6
    waves: list[list[str]] = []
    """The tasks that run in each step of that schedule."""
    width: int = 0
    """Most tasks that could run side by side on slots without number."""
    speedups: dict[Stories, float] = {}
    """`speedup` under either order of the stories, where both were forecast."""


class Frame(Struct, frozen=True):
    """One place in a stack: function, file as printed, line (1-based)."""

    function: str
    file: str
    line: int


class Place(Struct, frozen=True, omit_defaults=True):
    """A line that a failure is about, with its neighbours as they were when it was tested."""

    file: str
    """Relative to the tree under test, where it lies in it."""
    line: int
    what: str = ""
    """What happens there: `Write by goroutine 9 in (*Store).Add`."""
    source: list[str] = []
    """Lines of the file, the one at `line` among them; none where they could not be read."""
    first: int = 0
    """Number of the first of them."""


class Failure(Struct, frozen=True):
    """One reason why a gate is not green."""

    package: str
    test: str
    """Empty where the package itself failed (build error, panic in init, `TestMain`)."""
    kind: FailureKind
    file: str = ""
    line: int = 0
    message: str = ""
    """One line for a list: `data race  store.go:17 <-> store.go:17`."""
    output: str = ""
    """What was printed for it, bounded; a data race comes as one block with both stacks."""
    old: bool = False
    """True where the baseline gate already had it."""
    flaky: bool = False
    """True where it passed when it was run alone; never for a race."""
    places: list[Place] = []
    """Where to look; a data race has two."""


class TestName(Struct, frozen=True, array_like=True):
    """A test, or with an empty `test` all of a package."""

    __test__ = False

    package: str
    test: str = ""


class Suspect(Struct, frozen=True):
    """An integrated commit that may have made a gate red."""

    task: str
    """The task's id; for a fix `fix N`; empty for a person's commit."""
    commit: str
    subject: str
    files: list[str]
    """Those that the failing packages are made of, or what they import."""


Judgement = Literal["met", "unmet", "unclear", "unproven"]
"""What validation says of a requirement; `unproven`: called met, with no evidence that exists."""


class Requirement(Struct, frozen=True, omit_defaults=True):
    """What the spec asks for: a requirement that has an id, or an acceptance scenario."""

    id: str
    """`FR-001`; of a scenario its story and number there, `US1.2`, or `AS-2` outside of stories."""
    line: int
    """Line of `spec.md`, from 1."""
    text: str
    """Bounded, decoration removed."""
    story: str = ""
    """`US1` for a scenario of that story."""
    open: bool = False
    """Does the spec itself say that it needs clarification."""


class Evidence(Struct, frozen=True, omit_defaults=True):
    """What is to prove that a requirement is met: a line of a file, or a test."""

    file: str = ""
    """From the repository's root."""
    line: int = 0
    test: str = ""
    """`package.TestName`, subtests after a slash."""
    flaw: str = ""
    """Why it does not count; empty where it does."""


class Usage(Struct, frozen=True):
    """What agents spent with their providers."""

    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    """US dollars, where the agent tells; 0 where it does not."""

    @property
    def tokens(self) -> int:
        """All of them."""
        return self.input_tokens + self.output_tokens

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cost + other.cost,
        )


class Checklist(Struct, frozen=True):
    """Boxes of one file below `checklists/`; `unknown` where it has none."""

    name: str
    open: int
    done: int
    status: Literal["complete", "incomplete", "unknown"]
