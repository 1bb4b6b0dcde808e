"""Attempts at tasks: started where a slot is free, and what their end means for what comes next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sixfold import events as ev
from sixfold.config import ConfigError
from sixfold.plan.schedule import Assignment, Halt
from sixfold.runner.agenda import Agenda
from sixfold.runner.announce import task_ended
from sixfold.runner.course import Course
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Attempt, Ending, Ground
from sixfold.runner.sittings import Sittings
from sixfold.runner.slots import Outcome, Slots
from sixfold.runner.ticks import Ticks


class Attempts:
    """Starts attempts at what is ready, ends them, and tries again as often as the job allows."""

    def __init__(  # noqa: PLR0917 - the parts of a runner that its tasks concern
        self,
        desk: Desk,
        ground: Ground,
        agenda: Agenda,
        slots: Slots,
        sittings: Sittings,
        ticks: Ticks,
        course: Course,
    ) -> None:
        self._job, self._state, self._emit = desk.job, desk.state, desk.emit
        self._bulk = desk.bulk
        self._ground, self._agenda, self._slots = ground, agenda, slots
        self._sittings, self._ticks, self._course = sittings, ticks, course
        self._tries: Counter[str] = Counter()
        """Attempts at a task since a person last asked for it."""

    def start_ready(self) -> None:
        """Start as many ready tasks as there are slots for, if the budget allows."""
        free = {slot for slot in self._slots.free if self._sittings.startable("task", slot)}
        if free and self._agenda.ready and self._course.affordable():
            for assignment in self._agenda.start(free):
                self._start(assignment)

    def _start(self, assignment: Assignment) -> None:
        task, slot = self._state.by_id[assignment.task], assignment.slot
        if task.phase and task.phase not in self._state.begun:
            title = self._agenda.phase(task.phase).title
            self._emit(ev.PhaseStarted(phase=task.phase, title=title))
        before = self._state.tasks[task.id].reason
        number = self._state.tasks[task.id].attempts + 1
        self._tries[task.id] += 1
        branch, base = self._ground.place(task.id, number)
        self._bulk.begin(slot, task.id, number)
        self._emit(
            ev.TaskStarted(
                task=task.id,
                slot=slot,
                attempt=number,
                agent=self._state.tasks[task.id].wanted or self._job.crew.whose("task", slot),
                branch=branch,
                base=base,
            )
        )
        attempt = Attempt(task.id, slot, number, branch, base)
        phase = self._agenda.phase(task.phase) if task.phase else None
        self._slots.occupy(slot, self._ground.task(attempt, task, phase, before), self._end)

    def _end(self, slot: int, outcome: Outcome, ending: Ending) -> None:
        work = self._state.work[slot]
        name = work.task  # it may be new, or no longer that of this work
        known = not work.gone and name in self._state.tasks
        halts: Sequence[Halt] = ()
        again = False
        if known and outcome == "done":
            self._ground.finish(name, ending)
            if not self._ground.ticks:
                self._ticks.tick(name)
            self._agenda.finish(name)
        elif known:
            if outcome == "failed" and not self._ground.ticks:
                self._ticks.untick(name)
            halts = self._agenda.fail(name)
            wanted = outcome == "failed" and self._tries[name] < self._job.settings.attempts
            again = wanted and bool(self._agenda.reopen(name))
        self._emit(task_ended(work, outcome, ending, again=again))
        if not again and not self._course.stop_reason:
            self._agenda.tell_halted(halts)

    def retry(self, name: str, agent: str) -> str:
        """Reopen a task; why that is of no use, where it is not."""
        try:
            if agent:
                self._job.crew.agent(agent)
        except ConfigError as error:
            return f"{error.where}: {error.what}; {error.hint}"
        reopened = self._agenda.reopen(name)
        if not reopened:
            return f"{name} cannot run before what it needs is mended: retry that first"
        self._course.unblock()
        self._tries[name] = 0
        self._agenda.tell_reopened(reopened, agent)
        return ""

    def skip(self, name: str) -> None:
        """Let a task go, and what needs it run."""
        self._course.unblock()
        self._agenda.skip(name)

    def rename(self, renamed: Mapping[str, str]) -> None:
        """Tasks have new ids: old -> new."""
        self._tries = Counter({renamed.get(name, name): n for name, n in self._tries.items()})

    def forgive(self) -> None:
        """All tasks may be tried as often as at the beginning."""
        self._tries.clear()
