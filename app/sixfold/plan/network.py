"""A plan compiled to numbers: nodes, their neighbours, and the barriers between phases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sixfold.model import BoxState, Plan, Task

_OPENNESS: Final[dict[BoxState, int]] = {"done": 0, "parked": 1, "pending": 2}


class Network:
    """The graph of a plan, ready for walking. Tasks and phases are small integers here.

    Tasks are numbered in file order; where an id stands twice in the file, its first place is
    the node. Phases are numbered as in the plan, with 0 for what stands before any heading:
    every phase that needs no other needs that one. All edges point backward in `order`.
    """

    def __init__(self, plan: Plan) -> None:
        self.ids = list(dict.fromkeys(task.id for task in plan.tasks))
        self.index = {name: node for node, name in enumerate(self.ids)}
        self.phase = [0] * len(self.ids)
        self.needs: list[list[int]] = [[] for _ in self.ids]
        self.dependents: list[list[int]] = [[] for _ in self.ids]
        self.members: list[list[int]] = [[] for _ in range(len(plan.phases) + 1)]
        self.tasks: list[Task] = []
        self.box: list[BoxState] = []
        self.runnable: list[bool] = []
        self._add_tasks(plan.tasks)
        self._add_phases(plan)
        self.order = [node for members in self.members for node in members]

    def _add_tasks(self, tasks: Sequence[Task]) -> None:
        for task in tasks:
            node = self.index[task.id]
            if node < len(self.tasks):
                # One id, several boxes: open as long as one of them is.
                self.box[node] = max(self.box[node], task.state, key=_OPENNESS.__getitem__)
                self.runnable[node] = False
                continue
            self.tasks.append(task)
            self.box.append(task.state)
            self.runnable.append(task.runnable)
            self.phase[node] = task.phase
            self.members[task.phase].append(node)
            self.needs[node] = list(
                dict.fromkeys(self.index[n.task] for n in task.needs if n.task in self.index)
            )
            for need in self.needs[node]:
                self.dependents[need].append(node)

    def _add_phases(self, plan: Plan) -> None:
        first = [0] if self.members[0] else []
        self.phase_needs = [[], *(list(phase.needs) or first for phase in plan.phases)]
        self.phase_follows = [[], *(list(phase.follows) for phase in plan.phases)]
        self.phase_dependents: list[list[int]] = [[] for _ in self.members]
        self.phase_successors: list[list[int]] = [[] for _ in self.members]
        for phase, needs in enumerate(self.phase_needs):
            for need in needs:
                self.phase_dependents[need].append(phase)
                self.phase_successors[need].append(phase)
            for earlier in self.phase_follows[phase]:
                self.phase_successors[earlier].append(phase)

    def remaining(self, units: Sequence[int]) -> list[int]:
        """Longest way to the end of the run from each task, itself included.

        `units` gives each task's duration; a task that is settled has 0.
        """
        return self._remaining(units)[0]

    def longest_path(self, units: Sequence[int]) -> list[int]:
        """The tasks (with units) on one longest way through edges and barriers, in order."""
        remaining, through, beyond = self._remaining(units)
        path: list[int] = []
        left = max(remaining, default=0)
        candidates = self.order
        while left:
            node = next(n for n in candidates if remaining[n] == left)
            if units[node]:
                path.append(node)
            left -= units[node]
            phase = self.phase[node]
            candidates = self.dependents[node]
            if beyond[phase] == left and all(remaining[n] != left for n in candidates):
                candidates = self._entry(phase, left, through)
        return path

    def _entry(self, phase: int, left: int, through: Sequence[int]) -> list[int]:
        """Members of the next phase on the longest way; phases without tasks are passed."""
        while left:
            phase = next(p for p in self.phase_successors[phase] if through[p] == left)
            if self.members[phase]:
                return self.members[phase]
        return []

    def _remaining(self, units: Sequence[int]) -> tuple[list[int], list[int], list[int]]:
        remaining = [0] * len(self.ids)
        beyond = [0] * len(self.members)
        """From the end of each phase to the end of the run."""
        through = [0] * len(self.members)
        """From the start of each phase to the end of the run."""
        for phase in range(len(self.members) - 1, -1, -1):
            after = beyond[phase]
            for node in reversed(self.members[phase]):
                later = max((remaining[n] for n in self.dependents[node]), default=0)
                remaining[node] = units[node] + max(after, later)
            through[phase] = max((remaining[n] for n in self.members[phase]), default=after)
            for earlier in (*self.phase_needs[phase], *self.phase_follows[phase]):
                beyond[earlier] = max(beyond[earlier], through[phase])
        return remaining, through, beyond

    def levels(self, units: Sequence[int]) -> list[int]:
        """The step (from 0) in which each task starts when slots are without number."""
        start = [0] * len(self.ids)
        end = [0] * len(self.members)
        for phase, members in enumerate(self.members):
            barriers = (*self.phase_needs[phase], *self.phase_follows[phase])
            opening = end[phase] = max((end[p] for p in barriers), default=0)
            for node in members:
                ready = max((start[n] + units[n] for n in self.needs[node]), default=0)
                start[node] = max(opening, ready)
                end[phase] = max(end[phase], start[node] + units[node])
        return start
