"""What may start and what is due: the schedule, kept in agreement with the run's state."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sixfold import events as ev
from sixfold.model import Phase, Plan
from sixfold.plan.schedule import Assignment, Halt, Schedule
from sixfold.runner.desk import Desk


class Agenda:
    """The schedule of the plan as it stands; who is halted by what is told as events."""

    def __init__(self, desk: Desk) -> None:
        self._roster, self._state, self._emit = desk.job.settings.roster, desk.state, desk.emit
        self._schedule = self._drawn(desk.job.plan)

    def redraw(self) -> None:
        """A new schedule from the state; tell what is halted under it, or no longer."""
        if self._state.plan is None:
            return
        self._schedule = self._drawn(self._state.plan)
        because = {halt.task: halt.because for halt in self._schedule.halts}
        for name, task in list(self._state.tasks.items()):
            halted = self._schedule.state(name) == "halted"
            if halted and task.state != "halted":
                self._emit(ev.TaskHalted(task=name, because=because.get(name, name)))
            elif task.state == "halted" and not halted:
                self._emit(ev.TaskReopened(task=name))

    @property
    def ready(self) -> bool:
        """Could a task start, had it a slot."""
        return self._schedule.any_ready

    def start(self, free: Collection[int]) -> Sequence[Assignment]:
        """Ready tasks for free slots; they count as running from now on."""
        return self._schedule.start(free)

    def finish(self, task: str) -> None:
        """The task is done."""
        self._schedule.finish(task)

    def fail(self, task: str) -> Sequence[Halt]:
        """The task failed: what is halted by that, to be told once that is on record."""
        return self._schedule.fail(task)

    def reopen(self, task: str) -> list[str]:
        """What is pending again, the task first; empty where that is of no use."""
        return self._schedule.retry(task)

    def skip(self, task: str) -> None:
        """Let the task go."""
        freed = self._schedule.skip(task)
        self._emit(ev.TaskSkipped(task=task))
        self.tell_reopened(freed)

    def tell_halted(self, halts: Sequence[Halt]) -> None:
        """Put on record what is halted."""
        for halt in halts:
            self._emit(ev.TaskHalted(task=halt.task, because=halt.because))

    def tell_reopened(self, tasks: Sequence[str], agent: str = "") -> None:
        """Put on record what is pending again, the first of it perhaps for another agent."""
        for task in tasks:
            self._emit(ev.TaskReopened(task=task, agent=agent if task == tasks[0] else ""))

    def due(self) -> list[int]:
        """Phases whose gate should run now."""
        return self._schedule.due()

    def pass_gate(self, phase: int) -> None:
        """The gate of a phase is green."""
        self._schedule.pass_gate(phase)
        self._emit(ev.PhaseEnded(phase=phase))

    @property
    def over(self) -> bool:
        """Whether nothing runs, nothing can start, and no gate is due."""
        return self._schedule.over

    def phase(self, number: int) -> Phase:
        """A phase by its position; 0 is what stands before the first heading."""
        if number:
            return self._state.phases[number - 1]
        first = [task.id for task in self._state.by_id.values() if task.phase == 0]
        return Phase(0, "before the first heading", 1, "other", None, first)

    def _drawn(self, plan: Plan) -> Schedule:
        tasks = self._state.tasks
        return Schedule(
            plan,
            slots=self._roster.slots,
            roles=self._roster.roles,
            states={name: task.state for name, task in tasks.items()},
            passed=self._state.passed,
            worked={name for name, task in tasks.items() if not task.given},
        )
