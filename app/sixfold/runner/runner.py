"""The loop that joins plan, agents and gate. It decides what starts; events say what happened."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Literal

from sixfold import events as ev
from sixfold.agents.permissions import protect, rules_of
from sixfold.model import Plan
from sixfold.plan.change import Change
from sixfold.runner.agenda import Agenda
from sixfold.runner.announce import (
    fix_ended,
    plan_changed,
    run_started,
    task_ended,
    validation_cancelled,
)
from sixfold.runner.apart import Apart
from sixfold.runner.archive import Archive
from sixfold.runner.attempts import Attempts
from sixfold.runner.course import Course
from sixfold.runner.desk import Desk
from sixfold.runner.document import Document
from sixfold.runner.edits import Edits
from sixfold.runner.fixes import Fixes
from sixfold.runner.gates import Gates
from sixfold.runner.ground import Ground
from sixfold.runner.job import Job
from sixfold.runner.journal import JournalError
from sixfold.runner.notify import Notifier
from sixfold.runner.obeying import Obeying
from sixfold.runner.outcome import stuck, unfinished
from sixfold.runner.questions import Questions
from sixfold.runner.record import Record, Report
from sixfold.runner.returning import Returning
from sixfold.runner.shared import Shared
from sixfold.runner.sittings import Sittings
from sixfold.runner.slots import Outcome, Slots
from sixfold.runner.store import RunFolder
from sixfold.runner.ticks import Ticks
from sixfold.runner.turns import Turns
from sixfold.runner.undoing import Undoing
from sixfold.runner.validation import Validation
from sixfold.state import VALIDATION, RunState, renumbered
from sixfold.workspace.git import GitError

BEAT = 5.0
"""Seconds between two looks at a checkout that does not follow."""


class Runner:
    """One run of a job, from `run_started` to `run_ended`; or on from where another left it.

    With `wait`, a blocked run waits for a person; without, it ends. `report` is told every event
    as it is journalled.
    """

    def __init__(self, job: Job, folder: RunFolder, *, wait: bool, report: Report) -> None:
        self._job, self._folder, self._wait = job, folder, wait
        self._report = report
        self._record = Record(folder, self._obey, self._tell_all, job.masks)
        self.state = self._record.state
        self._emit, self._bulk = self._record.emit, self._record.bulk
        self._woken = asyncio.Event()
        self._over = False
        """Is all said and done, but for those who are told of it."""
        self._error: Exception | None = None
        desk = Desk(job, folder, self.state, self._emit, self._bulk, self._woken)
        self._notifier = Notifier(desk)
        self._document = Document(job.reading)
        rules = (*rules_of(job.settings.permissions), protect(job.plan.tasks_file))
        self._questions = Questions(
            self.state, self._emit, rules, attended=wait, consent=job.consent
        )
        self._sittings = Sittings(desk, self._questions.permit)
        self._ground = self._lay_ground(desk)
        self._ticks = Ticks(desk, self._document)
        self._edits = Edits(desk, self._document, self._ground, self._take_edit)
        self._agenda = Agenda(desk)
        self._slots = Slots(
            job.settings.roster.slots, self._woken, lambda: self._course.why_cancelled
        )
        self._gates = Gates(desk, self._ground)
        self._course = Course(desk, self._sittings, self._gates, self._slots)
        self._fixes = Fixes(
            desk,
            self._ground,
            self._agenda,
            self._gates,
            self._slots,
            self._course,
        )
        self._returning = Returning(desk, self._ground, self._document, self._edits)
        self._validation = Validation(
            desk,
            self._ground,
            self._agenda,
            self._fixes,
            self._slots,
            self._course,
            self._returning.send_back,
        )
        self._attempts = Attempts(
            desk,
            self._ground,
            self._agenda,
            self._slots,
            self._sittings,
            self._ticks,
            self._course,
        )
        self._obeying = Obeying(
            desk=desk,
            ground=self._ground,
            course=self._course,
            attempts=self._attempts,
            agenda=self._agenda,
            slots=self._slots,
            sittings=self._sittings,
            questions=self._questions,
            gates=self._gates,
            undoing=Undoing(desk, self._ground, self._ticks, self._fixes.mended),
            returning=self._returning,
            validation=self._validation,
            archive=Archive(folder),
        )

    def _lay_ground(self, desk: Desk) -> Ground:
        turns = Turns(desk.job, desk.folder, self._sittings, lambda: self._document.found)
        if desk.job.settings.isolation.mode == "shared":
            return Shared(desk.job, desk.folder, turns)
        return Apart(desk, turns, self._questions.ask)

    async def run(self) -> RunState:
        """Run to the end and return the state then. `stop` ends it early."""
        await self._record.open()
        watching: list[asyncio.Task[None]] = []
        asyncio.get_running_loop().set_exception_handler(self._crash)
        try:
            try:
                await self._open()
            except (GitError, OSError) as error:
                self.stop(f"it cannot begin: {error}")
            watching = [
                asyncio.create_task(self._edits.mind()),
                asyncio.create_task(self._mind_checkout()),
            ]
            while not self._course.stop_reason and (not self._settled() or await self._overtaken()):
                self._advance()
                await self._woken.wait()
                self._woken.clear()
                self._mind_errors()
            await self._end_children()
            await _end(watching)
            await self._close()
            self._over = True
        finally:
            await self._end_children()
            await _end(watching)
            await self._record.close()
        return self.state

    async def _obey(self, command: ev.AnyCommand) -> ev.Answer:
        return await self._obeying.obey(command)

    async def see_off(self) -> None:
        """Have the run's end told, and wait for that; to be called when all is put away."""
        await self._notifier.close()

    def _tell_all(self, event: ev.AnyEvent, state: RunState) -> None:
        self._report(event, state)
        self._notifier.hear(event)

    def stop(self, reason: str) -> None:
        """End the run: attempts are cancelled; what is just being joined is joined."""
        if self._over:
            self._notifier.cut()
        self._course.stop(reason)

    def drain(self, reason: str) -> None:
        """End the run once those at work are done; asked for again, end it now."""
        if self._over:
            self.stop(reason)
        else:
            self._course.drain(reason)

    def _mind_errors(self) -> None:
        if isinstance(self._error, JournalError):
            raise self._error
        if self._error:
            self.stop(f"an error of sixfold itself: {self._error!r}")

    def _crash(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that nobody waits for, above all a journal that cannot be written."""
        error = context.get("exception")
        if isinstance(error, Exception) and "socket" not in context:  # it listens on by itself
            self._error = error
            self._woken.set()

    # The beginning.

    async def _open(self) -> None:
        if self.state.run:
            await self._continue()
        else:
            self._emit(run_started(self._job, self._folder))
            await self._ground.open()
        if self.state.plan is None:
            self._read_in()
        self._agenda.redraw()
        if not self._gates.recall(self.state):
            self._gates.begin("baseline")

    def _read_in(self) -> None:
        """The plan comes last: who goes on reads all of this anew until that is on record."""
        job = self._job
        self._emit(ev.ChecklistsRead(checklists=list(job.reading.feature.checklists)))
        for text in job.notes:
            self._emit(ev.Notice(text=text))
        self._emit(ev.PlanLoaded(plan=job.plan))

    async def _continue(self) -> None:
        """Go on with a run whose runner stopped or died: what it had begun is settled first."""
        if lost := self._record.torn:
            text = f"the journal's end was torn ({len(lost)} bytes); it is kept as journal.torn"
            self._emit(ev.Notice(text=text, level="warning"))
        await self._ground.open()
        works = list(self.state.work.values())
        endings = await self._ground.recover(works)
        for work in works:
            ending = endings[work.slot]
            outcome: Outcome = "cancelled" if ending.cancelled else "done"
            if work.task:
                self._emit(task_ended(work, outcome, ending, again=True))
            elif work.label == VALIDATION:
                self._emit(validation_cancelled(self.state, work, ending.failure))
            else:
                self._emit(fix_ended(work, outcome, ending))
        self._emit(ev.RunContinued(pid=os.getpid()))  # forgets who is at work, so not before
        undone = await self._ground.undone()
        for name, commit in undone.items():
            self._emit(ev.TaskUndone(task=name, commit=commit))
        await self._ground.mind()
        await self._edits.catch_up(undone)
        tasks = self.state.tasks.items()
        tried = [n for n, task in tasks if task.state in {"failed", "halted"} and not task.aside]
        self._agenda.tell_reopened(tried)
        self._gates.forgive(self.state.fixes)

    def _advance(self) -> None:
        """Start whatever may start now."""
        if self._course.draining and not self._at_work:
            self.stop(self._course.draining)
        if self.state.status != "running":
            return
        if self._ground.together:
            self._advance_together()
        else:
            self._advance_apart()
        if self._at_work or self.state.status != "running" or not self._agenda.over:
            return
        if self._validation.due:
            self._validation.see_to()
        else:
            self._course.block(unfinished(self.state), ["retry", "skip", "stop"])

    def _advance_apart(self) -> None:
        """What is judged or mended is nobody's worktree: tasks start beside it."""
        if not self._gates.running:
            self._fixes.see_to()
        if self.state.status == "running":
            self._attempts.start_ready()

    def _advance_together(self) -> None:
        """Nobody works in the tree while it is judged or mended, and it comes to rest before."""
        if self._gates.running or any(not work.task for work in self.state.work.values()):
            return
        self._attempts.start_ready()
        if not self._slots.busy:
            self._fixes.see_to()

    @property
    def _at_work(self) -> bool:
        searching = self._fixes.searching or self._validation.returning
        return self._slots.busy or self._gates.running or searching

    def _settled(self) -> bool:
        """Has the run nothing left to do, and nobody to wait for."""
        if self._at_work or self._obeying.at_it:
            return False
        if self.state.status == "blocked":
            return not self._wait
        ended = self.state.status == "running" and self._agenda.over
        return ended and not self._validation.due and not (self._wait and stuck(self.state))

    async def _overtaken(self) -> bool:
        """Did a person commit since it was validated: then that is, too, before the end."""
        if self.state.status != "running" or stuck(self.state):
            return False
        with suppress(GitError, OSError):
            await self._ground.mind()
            return self._validation.due
        return False

    # People who edit the plan.

    def _take_edit(self, change: Change, plan: Plan) -> None:
        """Take over a changed plan under its new names; what runs is not disturbed."""
        moved = renumbered(self.state.phases, plan.phases)
        self._ground.rename(change.renamed, moved)
        for name in change.ticked:
            self._ground.accept(name)
        self._attempts.rename(change.renamed)
        self._gates.rename(moved)
        self._emit(plan_changed(change, plan))
        self._ticks.rename(change.renamed)
        self._agenda.redraw()
        if self.state.status == "blocked" and not self._gates.red:
            self._course.go_on()
        self._woken.set()

    # The end.

    async def _mind_checkout(self) -> None:
        """A checkout that does not follow may do so once its owner has made way."""
        while True:
            await asyncio.sleep(BEAT)
            if self.state.held and not self._gates.running:
                with suppress(GitError, OSError):
                    await self._ground.mind()

    async def _end_children(self) -> None:
        self._sittings.close()
        await asyncio.gather(self._slots.end(), self._gates.end(), self._fixes.end())
        await self._validation.end()

    async def _close(self) -> None:
        if not self._ground.ticks:
            self._ticks.settle()
        owed = sorted({*self._ticks.owed, *await self._owed()})
        debts = f"boxes not ticked: {', '.join(owed)}" if owed else ""
        reason = self._course.stop_reason or unfinished(self.state) or debts
        outcome: Literal["finished", "failed", "stopped"] = "failed" if reason else "finished"
        if self._course.stop_reason:
            outcome = "stopped"
        state, command = self.state, ""
        try:
            command = await self._ground.close(finished=outcome == "finished")
        except (GitError, OSError) as error:
            self._emit(ev.Notice(text=f"not all is put away: {error}", level="warning"))
        self._emit(
            ev.RunEnded(
                outcome=outcome,
                reason=reason,
                done=state.done,
                total=state.total,
                command=command,
            )
        )

    async def _owed(self) -> list[str]:
        try:
            return await self._ground.owed()
        except (GitError, OSError) as error:
            text = f"cannot see whether all boxes are ticked: {error}"
            self._emit(ev.Notice(text=text, level="warning"))
            return []


async def _end(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
