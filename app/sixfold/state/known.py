"""What is known of a run: the fields that the fold fills in, and what follows from them."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from sixfold import events as ev
from sixfold.model import Checklist, Isolation, Phase, Plan, RunStatus, Task, Usage
from sixfold.state.parts import (
    NOTHING_SPENT,
    Asked,
    GateRun,
    RerunRun,
    TaskProgress,
    Validation,
    Work,
)


class Known(Struct):
    """Everything a viewer may know about a run."""

    run: str = ""
    status: RunStatus = "ready"
    repository: str = ""
    branch: str = ""
    commit: str = ""
    agent: str = ""
    slots: int = 6
    pid: int = 0
    isolation: Isolation = "shared"
    work_branch: str = ""
    """The run's own branch; empty in a shared tree."""
    asked_for: dict[str, str] = {}
    """Options of the command line that the run was started with."""
    held: str = ""
    """Why the person's checkout does not follow the run's branch; empty while it does."""
    command: str = ""
    """What brings the two together."""
    started: datetime | None = None
    ended: datetime | None = None
    reason: str = ""
    """Why the run is blocked, or how it ended."""
    options: list[str] = []
    """Commands that help a blocked run."""
    plan: Plan | None = None
    tasks: dict[str, TaskProgress] = {}
    by_id: dict[str, Task] = {}
    """The plan's tasks by id; parallel to `tasks`."""
    removed: dict[tuple[str, str], TaskProgress] = {}
    """Id and description -> progress of tasks that were taken out of `tasks.md`."""
    passed: set[int] = set()
    """Phases whose gate is green."""
    begun: set[int] = set()
    """Phases that have started."""
    work: dict[int, Work] = {}
    """Busy slots."""
    gates: list[GateRun] = []
    reruns: list[RerunRun] = []
    """Those since the latest gate began."""
    last_rerun: int = 0
    """Number of the latest rerun in the run."""
    fixes: dict[int, int] = {}
    """Phase -> fix attempts so far."""
    validation: Validation = field(default_factory=Validation)
    requirements: dict[str, Asked] = {}
    """What the latest round of validation judges, by id."""
    checklists: list[Checklist] = []
    asked: dict[str, ev.PermissionAsked] = {}
    """Open permission requests by their name."""
    settled: dict[str, str] = {}
    """Wish -> `always` or `never`, as a person said for the rest of the run."""
    paused_now: bool = False
    """Were running turns cut short by the pause."""
    limited: dict[str, ev.ProviderLimited] = {}
    """Providers that take no more for now, by name."""
    usage: Usage = NOTHING_SPENT
    """What the run spent."""
    spent_by: dict[int, Usage] = {}
    """Slot -> what the agents in it spent."""
    granted: Usage = NOTHING_SPENT
    """What was spent when a person last let a blocked run go on: the budget counts from it."""
    notices: list[ev.Notice] = []
    seq: int = 0
    """`seq` of the latest event."""

    @property
    def phases(self) -> list[Phase]:
        """The plan's phases; empty before a plan is loaded."""
        return self.plan.phases if self.plan else []

    @property
    def gate(self) -> GateRun | None:
        """The latest gate, running or ended."""
        return self.gates[-1] if self.gates else None

    @property
    def testing(self) -> bool:
        """Does the test command run, for a gate or for a rerun."""
        rerun = self.reruns[-1] if self.reruns else None
        return bool((self.gate and not self.gate.ended) or (rerun and not rerun.ended))

    @property
    def done(self) -> int:
        """Number of tasks that are done."""
        return sum(task.state == "done" for task in self.tasks.values())

    @property
    def total(self) -> int:
        """Number of tasks that count: all but those parked in the file."""
        return sum(task.state != "parked" for task in self.tasks.values())

    @property
    def met(self) -> int:
        """Number of requirements that are met."""
        return sum(one.verdict == "met" for one in self.requirements.values())

    @property
    def unmet(self) -> list[str]:
        """Ids of the requirements that were judged, and are not met."""
        return [name for name, one in self.requirements.items() if one.verdict not in {"", "met"}]

    @property
    def live(self) -> bool:
        """Started and not ended, as far as the journal goes: its process may have died."""
        return self.status in {"running", "paused", "blocked"}

    def progress_of(self, name: str) -> TaskProgress:
        """Of a task of the plan, or of one that was taken out while it ran."""
        return self.tasks[name] if name in self.tasks else self.taken_out(name)

    def taken_out(self, name: str) -> TaskProgress:
        """Of the task that had this id last and is no longer in the list."""
        gone = [task for (known, _), task in self.removed.items() if known == name]
        return gone[-1] if gone else TaskProgress(state="pending")

    def free(self, slot: int) -> None:
        """Nobody works in a slot any more, nor waits there for an answer."""
        self.work.pop(slot, None)
        self.asked = {name: ask for name, ask in self.asked.items() if ask.slot != slot}
