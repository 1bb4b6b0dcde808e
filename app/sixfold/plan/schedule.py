"""What may start now, in which slot, and what a failure halts. Bookkeeping without a clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from heapq import heappop, heappush
from typing import Final, get_args

from msgspec import Struct

from sixfold.model import SLOT_ROLES, Plan, Role, Roles, TaskState
from sixfold.plan.barriers import Barriers
from sixfold.plan.network import Network

ROLES: Final[tuple[Role, ...]] = get_args(Role)
SATISFIED: Final[frozenset[TaskState]] = frozenset({"done", "skipped", "parked"})
"""States of a task that let what needs it start."""
_BAD: Final[frozenset[TaskState]] = frozenset({"failed", "halted"})
_BUSY: Final[frozenset[TaskState]] = frozenset({"running", "integrating"})
_SETTLED: Final = SATISFIED | _BAD
_LED: Final[frozenset[TaskState]] = frozenset({"pending", "ready", "halted"})
"""States that follow from what the task needs; the others are set by what happened to it."""
_KEPT: Final[frozenset[TaskState]] = SATISFIED | _BUSY | {"failed"}
"""States that a schedule takes over from an earlier one."""
_ATTEMPTED: Final[frozenset[TaskState]] = frozenset({"done", "skipped", "failed"})
"""States after which the gate of the task's phase has something to judge."""


class Assignment(Struct, frozen=True):
    """A task that starts now, and its slot (from 1)."""

    task: str
    slot: int


class Halt(Struct, frozen=True):
    """A task that cannot run, because `because`, which it needs, failed or is ambiguous."""

    task: str
    because: str


def slot_role(slot: int) -> Role:
    """The role a slot prefers; beyond six slots the pattern repeats."""
    return SLOT_ROLES[(slot - 1) % len(SLOT_ROLES) + 1]


class Schedule:
    """The state of every task of a plan, and what may start.

    `states` and `passed` (phases whose gate is green) take over what is known from before;
    boxes of the file speak for the tasks that `states` does not name. `worked` are tasks that
    agents were at already: their phases have something to judge, whatever the boxes say.

    Over a whole run the cost is O((tasks + edges) log tasks). Task ids that the plan does not
    have raise `KeyError`.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        slots: int = 6,
        roles: Roles = "prefer",
        states: Mapping[str, TaskState] | None = None,
        passed: Collection[int] = (),
        worked: Collection[str] = (),
    ) -> None:
        network = self._network = Network(plan)
        count = len(network.ids)
        self._strict = roles == "strict"
        self._homeless = set(ROLES) - {slot_role(slot) for slot in range(1, slots + 1)}
        self._state: list[TaskState] = ["pending"] * count
        self._unmet = [len(needs) for needs in network.needs]
        self._bad_needs = [0] * count
        self._clear = [False] * count
        """Satisfied, and all that it needs is clear: what was skipped, or ticked by hand, lets
        nothing pass that waits for something further up."""
        self._ill = [False] * count
        """Failed or halted, or satisfied although something it needs is ill."""
        self._users = [0] * count
        """Dependents that run, where a task was reopened after they had started."""
        self._queues: dict[Role, list[tuple[int, int]]] = {role: [] for role in ROLES}
        self._count: Counter[TaskState] = Counter({"pending": count})
        self._barriers = Barriers(network)
        self._ours = [
            box == "pending" or name in worked
            for name, box in zip(network.ids, network.box, strict=True)
        ]
        """Tasks whose state is this run's work, not what the file said at the start."""
        known = [self._known_state(node, states or {}) for node in range(count)]
        self._remaining = network.remaining([int(state not in SATISFIED) for state in known])
        self._begin(known, passed)
        self.halts = self._blame()
        """What is halted from the start, in file order."""

    def start(self, free: Collection[int]) -> list[Assignment]:
        """Give ready tasks to the free slots (numbers from 1), and mark them running.

        Longest remaining path first, then file order. A task gets a slot of its role where one
        is free, else any; with roles `strict` it waits for one of its role, unless there is none.
        """
        slots = sorted(free)
        pairs = self._pair_strictly(slots) if self._strict else self._pair(slots)
        for node, _ in pairs:
            self._settle(node, "running")
        return [Assignment(self._network.ids[node], slot) for node, slot in pairs]

    def finish(self, task: str) -> list[str]:
        """The task is done; returns what is no longer halted, where it had failed before."""
        return self._names(self._settle(self._network.index[task], "done"))

    def fail(self, task: str) -> list[Halt]:
        """The task failed; returns what is halted by that, transitively, in file order."""
        halted = self._settle(self._network.index[task], "failed")
        return [Halt(name, task) for name in self._names(halted)]

    def skip(self, task: str) -> list[str]:
        """Let what needs the task run without it; returns what is no longer halted.

        A task that runs or is done stays as it is.
        """
        node = self._network.index[task]
        if self._state[node] in _BUSY | SATISFIED:
            return []
        freed = self._settle(node, "skipped")
        return self._names([n for n in freed if n != node])

    def retry(self, task: str) -> list[str]:
        """Reopen a failed, skipped or halted task; returns what is reopened, the task first.

        Empty where there is nothing to reopen: the task is in another state, is ambiguous, or
        something it needs has failed and would halt it again at once.
        """
        node = self._network.index[task]
        if self._state[node] not in _BAD | {"skipped"} or self._is_halted(node):
            return []
        freed = self._settle(node, "pending")
        return [task, *self._names([n for n in freed if n != node])]

    def pass_gate(self, phase: int) -> None:
        """The gate of a phase that is due is green."""
        self._refresh(self._members(self._barriers.pass_gate(phase)))

    def due(self) -> list[int]:
        """Phases whose gate should run now, in order (0: the tasks before any heading).

        All tasks of such a phase are settled, and at least one of them was attempted.
        """
        return sorted(self._barriers.due)

    def state(self, task: str) -> TaskState:
        """The task's state; `ready` is what would start if a slot were free."""
        return self._state[self._network.index[task]]

    @property
    def ready(self) -> list[str]:
        """What would start if slots were free, first come first."""
        entries = {entry for queue in self._queues.values() for entry in queue}
        return [
            self._network.ids[node] for _, node in sorted(entries) if self._state[node] == "ready"
        ]

    @property
    def any_ready(self) -> bool:
        """Whether there is a task that would start if a slot were free."""
        return self._count["ready"] > 0

    @property
    def idle(self) -> bool:
        """Whether nothing runs."""
        return not any(self._count[state] for state in _BUSY)

    @property
    def over(self) -> bool:
        """Whether nothing runs, nothing can start any more, and no gate is due."""
        return self.idle and not self._count["ready"] and not self._barriers.due

    def _ambiguous(self, node: int) -> bool:
        return self._network.box[node] == "pending" and not self._network.runnable[node]

    def _known_state(self, node: int, states: Mapping[str, TaskState]) -> TaskState:
        known = states.get(self._network.ids[node])
        if known in _KEPT:
            return known
        box = self._network.box[node]
        return "pending" if box == "pending" else box

    def _begin(self, known: list[TaskState], passed: Collection[int]) -> None:
        for node, state in enumerate(known):
            if state != "pending":
                self._settle(node, state)
        for phase in range(len(self._network.members)):
            self._barriers.review(phase)
        self._refresh(self._network.order)
        for phase in sorted(passed):
            if phase < len(self._network.members):
                self.pass_gate(phase)

    def _is_halted(self, node: int) -> bool:
        return (
            self._bad_needs[node] > 0
            or self._ambiguous(node)
            or self._barriers.halted(self._network.phase[node])
        )

    def _rightful(self, node: int) -> TaskState:
        """The state of a task that is not settled by itself."""
        if self._is_halted(node):
            return "halted"
        opened = self._barriers.opened(self._network.phase[node])
        waits = self._unmet[node] or self._users[node]
        return "ready" if opened and not waits else "pending"

    def _settle(self, node: int, state: TaskState) -> list[int]:
        """Put a task into a state, and all others where that leaves them.

        Returns the tasks that are newly halted or no longer halted, in file order.
        """
        return self._refresh(self._put(node, state))

    def _refresh(self, nodes: Iterable[int]) -> list[int]:
        moved: set[int] = set()
        stale = list(nodes)
        while stale:
            node = stale.pop()
            state = self._state[node]
            rightful = self._rightful(node)
            if state in _LED and state != rightful:
                if "halted" in {state, rightful}:
                    moved.add(node)
                stale += self._put(node, rightful)
        return sorted(moved)

    def _put(self, node: int, state: TaskState) -> list[int]:
        """Change one task's state; returns the tasks to look at again."""
        old, self._state[node] = self._state[node], state
        self._count[old] -= 1
        self._count[state] += 1
        if state == "ready":
            role = self._network.tasks[node].role
            heappush(self._queues[role], (-self._remaining[node], node))
        stale = [node, *self._spread(node)]
        busy = (state in _BUSY) - (old in _BUSY)
        if busy:
            for need in self._network.needs[node]:
                self._users[need] += busy
                stale.append(need)
        return stale + self._members(self._shift_phase(node, old, state))

    def _spread(self, node: int) -> list[int]:
        """Tell the dependents whether a task is clear and whether it is ill."""
        told: list[int] = []
        work = [node]
        while work:
            node = work.pop()
            satisfied = self._state[node] in SATISFIED
            clear = satisfied and not self._unmet[node]
            ill = self._state[node] in _BAD or (satisfied and self._bad_needs[node] > 0)
            changed = clear - self._clear[node], ill - self._ill[node]
            self._clear[node], self._ill[node] = clear, ill
            if changed == (0, 0):
                continue
            for later in self._network.dependents[node]:
                self._unmet[later] -= changed[0]
                self._bad_needs[later] += changed[1]
                (work if self._state[later] in SATISFIED else told).append(later)
        return told

    def _shift_phase(self, node: int, old: TaskState, new: TaskState) -> list[int]:
        return self._barriers.shift(
            self._network.phase[node],
            bad=(new in _BAD) - (old in _BAD),
            unsettled=(old in _SETTLED) - (new in _SETTLED),
            attempted=((new in _ATTEMPTED) - (old in _ATTEMPTED)) * self._ours[node],
        )

    def _members(self, phases: Iterable[int]) -> list[int]:
        return [node for phase in phases for node in self._network.members[phase]]

    def _names(self, nodes: Iterable[int]) -> list[str]:
        return [self._network.ids[node] for node in nodes]

    def _pop(self, roles: Iterable[Role]) -> int | None:
        """Take the most urgent ready task of these roles off its queue."""
        heads = []
        for role in roles:
            queue = self._queues[role]
            while queue and self._state[queue[0][1]] != "ready":
                heappop(queue)
            if queue:
                heads.append((queue[0], role))
        if not heads:
            return None
        _, role = min(heads)
        return heappop(self._queues[role])[1]

    def _pair(self, slots: list[int]) -> list[tuple[int, int]]:
        taken = [node for _ in slots if (node := self._pop(ROLES)) is not None]
        chosen: dict[int, int] = {}
        left = list(slots)
        for any_slot in (False, True):
            for node in taken:
                role = self._network.tasks[node].role
                fitting = [s for s in left if any_slot or slot_role(s) == role]
                if node not in chosen and fitting:
                    chosen[node] = fitting[0]
                    left.remove(fitting[0])
        return [(node, chosen[node]) for node in taken]

    def _pair_strictly(self, slots: list[int]) -> list[tuple[int, int]]:
        pairs = []
        for slot in slots:
            node = self._pop({slot_role(slot), *self._homeless})
            if node is not None:
                pairs.append((node, slot))
        return pairs

    def _blame(self) -> list[Halt]:
        """Each halted task with the first failed or ambiguous one it rests on."""
        blamed: dict[int, int] = {}
        seen: set[int] = set()
        phases: set[int] = set()
        for root in self._network.order:
            own = self._state[root] == "halted" and self._ambiguous(root)
            work = [root] if own or self._state[root] == "failed" else []
            while work:
                for node in self._later(work.pop(), phases):
                    if node in seen or not self._ill[node] or self._ambiguous(node):
                        continue
                    seen.add(node)
                    work.append(node)
                    if self._state[node] == "halted":
                        blamed[node] = root
        ids = self._network.ids
        return [Halt(ids[node], ids[root]) for node, root in sorted(blamed.items())]

    def _later(self, node: int, phases: set[int]) -> list[int]:
        """What needs a bad task, directly or by its phase; each phase is entered once."""
        later = list(self._network.dependents[node])
        work = [self._network.phase[node]]
        while work:
            fresh = set(self._network.phase_dependents[work.pop()]) - phases
            phases |= fresh
            work += fresh
            later += self._members(fresh)
        return later
