"""The loop that joins plan, agents and gate. It decides what starts; events say what happened."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Coroutine, Sequence
from typing import Any, Literal

from sixfold import events as ev
from sixfold.agents.roster import slot_for_fix
from sixfold.feature import marking, tasks
from sixfold.feature.model import TasksFile
from sixfold.model import Phase
from sixfold.plan.change import compare
from sixfold.plan.schedule import Assignment, Halt, Schedule
from sixfold.refusal import refusal
from sixfold.runner.edits import edits
from sixfold.runner.gates import Gates
from sixfold.runner.job import Job, draw
from sixfold.runner.outcome import stuck, summary, unfinished
from sixfold.runner.record import Record, Report
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import Ending, Turns
from sixfold.state import RunState
from sixfold.workspace import tree
from sixfold.workspace.tree import GitError, Tree


class Runner:
    """One run of a job, from `run_started` to `run_ended`.

    With `wait`, a blocked run waits for a person; without, it ends. `report` is told every event
    as it is journalled.
    """

    def __init__(
        self,
        job: Job,
        folder: RunFolder,
        *,
        wait: bool,
        report: Report,
    ) -> None:
        self._job, self._folder, self._wait = job, folder, wait
        self._record = Record(folder, self.obey, report)
        self.state = self._record.state
        self._emit, self._bulk = self._record.emit, self._record.bulk
        self._turns = Turns(job, folder, Tree(job.root, folder.snapshots, job.env), self._bulk.say)
        self._gates = Gates(job, folder, self._bulk, self._emit)
        self._plan, self._found = job.reading.plan, job.reading.tasks
        self._schedule = self._draw_schedule()
        self._slots: dict[int, asyncio.Task[None]] = {}
        self._gate: asyncio.Task[None] | None = None
        self._red: dict[int, ev.GateEnded] = {}
        """Phases whose last gate is not green and has had no fix since."""
        self._tries: Counter[str] = Counter()
        """Attempts at a task since a person last asked for it."""
        self._ticked = b""
        """`tasks.md` as the latest tick left it: no edit of a person's."""
        self._stop_reason = ""
        self._woken = asyncio.Event()

    async def run(self) -> RunState:
        """Run to the end and return the state then. `stop` ends it early."""
        await self._record.open()
        watching = self._spawn(self._mind_edits())
        try:
            await self._open()
            while not self._stop_reason and not self._settled():
                self._advance()
                await self._woken.wait()
                self._woken.clear()
            await self._end_children()
            self._close()
        finally:
            await self._end_children()
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await self._record.close()
        return self.state

    def stop(self, reason: str) -> None:
        """End the run: running attempts are cancelled, nothing more is ticked."""
        self._stop_reason = self._stop_reason or reason
        self._woken.set()

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Carry a command out, or refuse it with the reason."""
        reason, text = refusal(self.state, command), ""
        if not reason:
            match command:
                case ev.Pause():
                    self._emit(ev.RunPaused())
                case ev.Resume():
                    self._resume()
                case ev.Retry(task=task):
                    self._retry(task)
                case ev.Skip(task=task):
                    self._skip(task)
                case ev.Cancel():
                    self._slots[self.state.tasks[command.task].slot].cancel()
                case ev.Gate():
                    self._judge_again()
                case ev.Stop():
                    self.stop("stopped by a person")
                case ev.Diff(task=task):
                    reason, text = await self._diff(task)
        self._woken.set()
        return ev.Answer(id=command.id, accepted=not reason, reason=reason, text=text)

    # What happens, in order of a run's life.

    async def _open(self) -> None:
        job = self._job
        branch, commit = await tree.head(job.root)
        self._emit(
            ev.RunStarted(
                run=self._folder.id,
                repository=str(job.root),
                branch=branch,
                commit=commit,
                agent=job.agent.name,
                slots=job.settings.roster.slots,
                pid=os.getpid(),
                context=job.context,
            )
        )
        self._emit(ev.PlanLoaded(plan=self._plan))
        self._emit(ev.ChecklistsRead(checklists=list(job.reading.feature.checklists)))
        for text in job.reading.feature.notes:
            self._emit(ev.Notice(text=text))
        if job.settings.isolation == "worktree":
            text = "agents share the one tree: isolation by worktrees is not there yet"
            self._emit(ev.Notice(text=text, level="warning"))
        self._tell_halted(self._schedule.halts)
        await self._remember("run")
        self._gate = self._spawn(self._judge("baseline", 0))

    async def _remember(self, name: str) -> None:
        try:
            await self._turns.begin(name)
        except GitError as error:
            self._emit(ev.Notice(text=f"cannot take a snapshot: {error}", level="error"))

    def _advance(self) -> None:
        """Start whatever may start now."""
        if self.state.status != "running" or self._gate:
            return
        due = self._schedule.due()
        if due and not self._slots:
            self._see_to_gate(due[0])
        if due:
            return  # agents share the tree: it comes to rest before it is judged
        for assignment in self._schedule.start(self._free()):
            self._start(assignment)
        if self._schedule.over:
            self._block(unfinished(self.state), ["retry", "skip", "stop"])

    def _settled(self) -> bool:
        """Has the run nothing left to do, and nobody to wait for."""
        if self._slots or self._gate:
            return False
        if self.state.status == "blocked":
            return not self._wait
        ended = self.state.status == "running" and self._schedule.over
        return ended and not (self._wait and stuck(self.state))

    def _free(self) -> set[int]:
        return set(range(1, self._job.settings.roster.slots + 1)) - self._slots.keys()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error:
            self.stop(f"an error of sixfold itself: {error!r}")
        self._woken.set()

    # Tasks.

    def _start(self, assignment: Assignment) -> None:
        task, slot = self.state.by_id[assignment.task], assignment.slot
        if task.phase and task.phase not in self.state.begun:
            title = self._plan.phases[task.phase - 1].title
            self._emit(ev.PhaseStarted(phase=task.phase, title=title))
        attempt = self.state.tasks[task.id].attempts + 1
        self._tries[task.id] += 1
        self._bulk.begin(slot, task.id, attempt)
        agent = self._job.agent.name
        self._emit(ev.TaskStarted(task=task.id, slot=slot, attempt=attempt, agent=agent))
        self._slots[slot] = self._spawn(self._work(task.id, slot, attempt))

    async def _work(self, name: str, slot: int, attempt: int) -> None:
        task = self.state.by_id[name]
        outcome: Literal["done", "failed", "cancelled"] = "done"
        try:
            if task.phase:
                await self._turns.begin(f"phase {task.phase}")
            ending = await self._turns.work(
                task, self._plan, self._found, slot=slot, attempt=attempt
            )
            if ending.failure:
                outcome = "failed"
        except asyncio.CancelledError:
            outcome = "cancelled"
            ending = Ending(failure=self._stop_reason or "cancelled by a person")
        except (GitError, OSError) as error:
            outcome, ending = "failed", Ending(failure=str(error))
        if outcome == "done":
            self._tick(self.state.work[slot].task)
        self._finish(slot, attempt, outcome, ending)

    def _finish(
        self,
        slot: int,
        attempt: int,
        outcome: Literal["done", "failed", "cancelled"],
        ending: Ending,
    ) -> None:
        name = self.state.work[slot].task  # it may have a new id by now
        known = name in self.state.tasks
        again = outcome == "failed" and known and self._tries[name] < self._job.settings.attempts
        del self._slots[slot]
        self._emit(
            ev.TaskEnded(
                task=name,
                slot=slot,
                attempt=attempt,
                outcome=outcome,
                reason=ending.failure or ending.note,
                again=again,
            )
        )
        if not known:
            return  # somebody took it out of tasks.md meanwhile
        if outcome == "done":
            self._schedule.finish(name)
            return
        halts = self._schedule.fail(name)
        if again:
            self._schedule.retry(name)
        elif not self._stop_reason:
            self._tell_halted(halts)

    def _tick(self, name: str) -> None:
        if name not in self.state.by_id:
            return
        task, path = self.state.by_id[name], self._job.reading.feature.tasks_path
        try:
            marking.tick(path, task.id, task.title)
            self._ticked = path.read_bytes()
        except (marking.MarkError, OSError) as error:
            self._emit(
                ev.Notice(text=f"{name} is done, its box is not ticked: {error}", level="error")
            )

    def _tell_halted(self, halts: Sequence[Halt]) -> None:
        for halt in halts:
            self._emit(ev.TaskHalted(task=halt.task, because=halt.because))

    # Gates and fixes.

    def _see_to_gate(self, phase: int) -> None:
        """The phase is settled: judge it, have it fixed, or ask for a person."""
        red = self._red.get(phase)
        if red is None:
            self._gate = self._spawn(self._judge("phase", phase))
            return
        attempt = self.state.fixes.get(phase, 0) + 1
        most = self._job.settings.gate.fix_attempts
        if attempt > most:
            reason = f"the gate after phase {phase} is {red.verdict} after {most} fix attempts"
            self._block(f"{reason}: {summary(red)}", ["gate", "stop"])
            return
        slot = slot_for_fix(self._free())
        self._bulk.begin(slot, f"fix {phase}", attempt)
        agent = self._job.agent.name
        self._emit(ev.FixStarted(phase=phase, slot=slot, attempt=attempt, agent=agent))
        self._slots[slot] = self._spawn(self._fix(self._phase(phase), red, slot, attempt))

    async def _judge(self, cause: Literal["baseline", "phase", "asked"], phase: int) -> None:
        try:
            ended = await self._gates.run(cause, phase)
        finally:
            self._gate = None
        if cause != "phase":
            return
        if ended.verdict != "green":
            self._red[phase] = ended
            return
        self._schedule.pass_gate(phase)
        self._emit(ev.PhaseEnded(phase=phase))

    async def _fix(self, phase: Phase, red: ev.GateEnded, slot: int, attempt: int) -> None:
        outcome: Literal["done", "failed", "cancelled"] = "done"
        try:
            ending = await self._turns.fix(phase, red, slot=slot, attempt=attempt)
            if ending.failure:
                outcome = "failed"
        except asyncio.CancelledError:
            outcome, ending = "cancelled", Ending(failure=self._stop_reason or "cancelled")
        except (GitError, OSError) as error:
            outcome, ending = "failed", Ending(failure=str(error))
        del self._slots[slot]
        self._red.pop(phase.number, None)
        self._emit(
            ev.FixEnded(
                phase=phase.number,
                slot=slot,
                attempt=attempt,
                outcome=outcome,
                reason=ending.failure,
            )
        )

    def _phase(self, number: int) -> Phase:
        if number:
            return self._plan.phases[number - 1]
        first = [task.id for task in self._plan.tasks if task.phase == 0]
        return Phase(0, "before the first heading", 1, "other", None, first)

    # What a person asks for.

    def _block(self, reason: str, options: list[str]) -> None:
        self._emit(ev.RunBlocked(reason=reason, options=options))
        self._woken.set()

    def _resume(self) -> None:
        self._red.clear()
        self._emit(ev.RunResumed())

    def _judge_again(self) -> None:
        if self.state.status == "blocked" and self._red:
            self._resume()
        elif self._gate is None:
            self._gate = self._spawn(self._judge("asked", 0))

    def _retry(self, name: str) -> None:
        if self.state.status == "blocked":
            self._resume()
        self._tries[name] = 0
        for task in self._schedule.retry(name):
            self._emit(ev.TaskReopened(task=task))

    def _skip(self, name: str) -> None:
        if self.state.status == "blocked":
            self._resume()
        reopened = self._schedule.skip(name)
        self._emit(ev.TaskSkipped(task=name))
        for task in reopened:
            self._emit(ev.TaskReopened(task=task))

    async def _diff(self, task: str) -> tuple[str, str]:
        try:
            return "", await self._turns.diff(task)
        except KeyError:
            return f"{task} has not run in this run", ""
        except GitError as error:
            return str(error), ""

    # The end.

    async def _end_children(self) -> None:
        children = [*self._slots.values(), *([self._gate] if self._gate else [])]
        for child in children:
            child.cancel()
        await asyncio.gather(*children, return_exceptions=True)

    def _close(self) -> None:
        outcome: Literal["finished", "failed", "stopped"] = "finished"
        reason = self._stop_reason or unfinished(self.state)
        if self._stop_reason:
            outcome = "stopped"
        elif reason:
            outcome = "failed"
        state = self.state
        self._emit(ev.RunEnded(outcome=outcome, reason=reason, done=state.done, total=state.total))

    # The plan, and people who edit it.

    def _draw_schedule(self) -> Schedule:
        roster = self._job.settings.roster
        return Schedule(
            self._plan,
            slots=roster.slots,
            roles=roster.roles,
            states={name: task.state for name, task in self.state.tasks.items()},
            passed=self.state.passed,
        )

    async def _mind_edits(self) -> None:
        try:
            async for data in edits(self._job.reading.feature.tasks_path):
                found = None if data == self._ticked else tasks.read(data)
                if found and found.tasks:
                    self._take_edit(found)
        except (OSError, RuntimeError) as error:
            text = f"edits of tasks.md are not noticed from here on: {error}"
            self._emit(ev.Notice(text=text, level="warning"))

    def _take_edit(self, found: TasksFile) -> None:
        """Take over what a person changed in `tasks.md`; what runs is not disturbed."""
        reading = self._job.reading
        plan = draw(reading.root, reading.feature, found, reading.settings)
        states = {name: task.state for name, task in self.state.tasks.items()}
        change = compare(self._plan, plan, states)
        self._plan, self._found = plan, found
        for name in change.unticked:
            text = f"{name} is done in this run, and its box in {plan.tasks_file} is open"
            self._emit(ev.Notice(text=text, level="warning"))
        if not change.visible:
            return
        self._turns.rename(change.renamed)
        self._tries = Counter({change.renamed.get(n, n): c for n, c in self._tries.items()})
        self._emit(
            ev.PlanChanged(
                plan=plan,
                added=change.added,
                removed=change.removed,
                edited=change.edited,
                ticked=change.ticked,
                renamed=change.renamed,
            )
        )
        self._schedule = self._draw_schedule()
        self._agree()
        if self.state.status == "blocked" and not self._red:
            self._resume()
        self._woken.set()

    def _agree(self) -> None:
        """Tell what is halted, or no longer, under a schedule that was drawn anew."""
        because = {halt.task: halt.because for halt in self._schedule.halts}
        for name, task in list(self.state.tasks.items()):
            halted = self._schedule.state(name) == "halted"
            if halted and task.state != "halted":
                self._emit(ev.TaskHalted(task=name, because=because.get(name, name)))
            elif task.state == "halted" and not halted:
                self._emit(ev.TaskReopened(task=name))
