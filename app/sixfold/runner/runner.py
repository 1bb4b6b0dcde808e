"""The loop that joins plan, agents and gate. It decides what starts; events say what happened."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from typing import Any, Literal

from msgspec import structs

from sixfold import events as ev
from sixfold.agents.roster import slot_for_fix
from sixfold.model import Phase, Plan, Task
from sixfold.plan.change import compare
from sixfold.plan.schedule import Assignment, Halt, Schedule
from sixfold.refusal import refusal
from sixfold.runner.document import Document
from sixfold.runner.gates import Gates
from sixfold.runner.job import Job
from sixfold.runner.journal import JournalError
from sixfold.runner.outcome import stuck, summary, unfinished
from sixfold.runner.record import Record, Report
from sixfold.runner.slots import Outcome, Slots
from sixfold.runner.store import RunFolder
from sixfold.runner.turns import Ending, Turns, phase_name
from sixfold.state import RunState, renumbered
from sixfold.workspace import git
from sixfold.workspace.git import GitError
from sixfold.workspace.tree import Tree


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
        self._turns = Turns(job, folder, Tree(job.root, folder.snapshots), self._bulk.say)
        self._document = Document(job.reading)
        self._schedule = self._draw_schedule(job.plan)
        self._tries: Counter[str] = Counter()
        """Attempts at a task since a person last asked for it."""
        self._owed: set[str] = set()
        """Done tasks whose box could not be ticked yet."""
        self._unticked: set[str] = set()
        """Done tasks whose open box was told of."""
        self._stop_reason = ""
        self._error: Exception | None = None
        self._woken = asyncio.Event()
        count = job.settings.roster.slots
        self._slots = Slots(
            count, self._woken, lambda: self._stop_reason or "cancelled by a person"
        )
        self._gates = Gates(job, folder, self._bulk, self._emit, self._woken)

    async def run(self) -> RunState:
        """Run to the end and return the state then. `stop` ends it early."""
        await self._record.open()
        watching = asyncio.create_task(self._mind_edits())
        asyncio.get_running_loop().set_exception_handler(self._crash)
        try:
            await self._open()
            while not self._stop_reason and not self._settled():
                self._advance()
                await self._woken.wait()
                self._woken.clear()
                self._mind_errors()
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

    def _mind_errors(self) -> None:
        if isinstance(self._error, JournalError):
            raise self._error
        if self._error:
            self.stop(f"an error of sixfold itself: {self._error!r}")

    def _crash(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """An error that nobody waits for, above all a journal that cannot be written."""
        error = context.get("exception")
        if isinstance(error, Exception):
            self._error = error
            self._woken.set()

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Carry a command out, or refuse it with the reason."""
        reason, text = refusal(self.state, command), ""
        if self._stop_reason:
            reason = "the run is ending"
        if not reason:
            match command:
                case ev.Pause():
                    self._emit(ev.RunPaused())
                case ev.Resume():
                    self._go_on()
                case ev.Retry(task=task):
                    reason = self._retry(task)
                case ev.Skip(task=task):
                    self._skip(task)
                case ev.Cancel(task=task):
                    self._cancel(task)
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
        branch, commit = await git.head(job.root)
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
        self._emit(ev.PlanLoaded(plan=job.plan))
        self._emit(ev.ChecklistsRead(checklists=list(job.reading.feature.checklists)))
        for text in job.reading.feature.notes:
            self._emit(ev.Notice(text=text))
        if job.settings.isolation.mode == "worktree":
            text = "agents share the one tree: worktrees are not there yet"
            self._emit(ev.Notice(text=text, level="warning"))
        self._tell_halted(self._schedule.halts)
        await self._remember("run")
        self._gates.begin("baseline")

    async def _remember(self, name: str) -> None:
        try:
            await self._turns.begin(name)
        except GitError as error:
            self._emit(ev.Notice(text=f"cannot take a snapshot: {error}", level="error"))

    def _advance(self) -> None:
        """Start whatever may start now."""
        fixing = any(not work.task for work in self.state.work.values())
        if self.state.status != "running" or self._gates.running or fixing:
            return
        for assignment in self._schedule.start(self._slots.free):
            self._start(assignment)
        if self._slots.busy:
            return  # agents share the tree: it comes to rest before it is judged
        if due := self._schedule.due():
            self._see_to_gate(due[0])
        elif self._schedule.over:
            self._block(unfinished(self.state), ["retry", "skip", "stop"])

    def _settled(self) -> bool:
        """Has the run nothing left to do, and nobody to wait for."""
        if self._slots.busy or self._gates.running:
            return False
        if self.state.status == "blocked":
            return not self._wait
        ended = self.state.status == "running" and self._schedule.over
        return ended and not (self._wait and stuck(self.state))

    # Tasks.

    def _start(self, assignment: Assignment) -> None:
        task, slot = self.state.by_id[assignment.task], assignment.slot
        if task.phase and task.phase not in self.state.begun:
            title = self._phase(task.phase).title
            self._emit(ev.PhaseStarted(phase=task.phase, title=title))
        attempt = self.state.tasks[task.id].attempts + 1
        self._tries[task.id] += 1
        self._bulk.begin(slot, task.id, attempt)
        agent = self._job.agent.name
        self._emit(ev.TaskStarted(task=task.id, slot=slot, attempt=attempt, agent=agent))
        self._slots.occupy(slot, self._work(task, slot, attempt), self._end_task)

    async def _work(self, task: Task, slot: int, attempt: int) -> Ending:
        await self._turns.begin(phase_name(task.phase))
        phase = self._phase(task.phase) if task.phase else None
        return await self._turns.work(task, phase, self._document.found, slot=slot, attempt=attempt)

    def _end_task(self, slot: int, outcome: Outcome, ending: Ending) -> None:
        work = self.state.work[slot]
        name, known = work.task, work.task in self.state.tasks  # the id may be new, or gone
        halts: list[Halt] = []
        again = False
        if known and outcome == "done":
            self._turns.finish(name, ending.after)
            self._tick(name)
            self._schedule.finish(name)
        elif known:
            if outcome == "failed":  # an agent's own tick is no proof
                self._document.untick(self.state.by_id[name])
            halts = self._schedule.fail(name)
            wanted = outcome == "failed" and self._tries[name] < self._job.settings.attempts
            again = wanted and bool(self._schedule.retry(name))
        self._emit(
            ev.TaskEnded(
                task=name,
                slot=slot,
                attempt=work.attempt,
                outcome=outcome,
                reason=ending.failure or ending.note,
                again=again,
            )
        )
        if not again and not self._stop_reason:
            self._tell_halted(halts)

    def _tick(self, name: str) -> None:
        reason = self._document.tick(self.state.by_id[name])
        if not reason:
            self._owed.discard(name)
        elif name not in self._owed:
            self._owed.add(name)
            text = f"{name} is done, its box is not ticked: {reason}"
            self._emit(ev.Notice(text=text, level="error"))

    def _tell_halted(self, halts: Sequence[Halt]) -> None:
        for halt in halts:
            self._emit(ev.TaskHalted(task=halt.task, because=halt.because))

    # Gates and fixes.

    def _see_to_gate(self, phase: int) -> None:
        """The phase is settled: judge it, have it fixed, or ask for a person."""
        red = self._gates.red.get(phase)
        if red is None:
            self._gates.begin("phase", phase, self._take_verdict)
            return
        attempt = self.state.fixes.get(phase, 0) + 1
        most = self._job.settings.gate.fix_attempts
        if attempt - self._gates.forgiven[phase] > most:
            reason = f"the gate after phase {phase} is {red.verdict} after {most} fix attempts"
            self._block(f"{reason}: {summary(red)}", ["gate", "stop"])
            return
        del self._gates.red[phase]  # the gate after the fix gives a verdict of its own
        slot = slot_for_fix(self._slots.free)
        self._bulk.begin(slot, f"fix {phase}", attempt)
        agent = self._job.agent.name
        self._emit(ev.FixStarted(phase=phase, slot=slot, attempt=attempt, agent=agent))
        turn = self._turns.fix(self._phase(phase), red, slot=slot, attempt=attempt)
        self._slots.occupy(slot, turn, self._end_fix)

    def _end_fix(self, slot: int, outcome: Outcome, ending: Ending) -> None:
        work = self.state.work[slot]
        self._emit(
            ev.FixEnded(
                phase=work.phase,
                slot=slot,
                attempt=work.attempt,
                outcome=outcome,
                reason=ending.failure,
            )
        )

    def _take_verdict(self, phase: int, ended: ev.GateEnded) -> None:
        if phase not in self._schedule.due():
            return  # a verdict on a phase that is no longer at rest, or no longer there, is void
        if ended.verdict != "green":
            self._gates.red[phase] = ended
            return
        self._schedule.pass_gate(phase)
        self._emit(ev.PhaseEnded(phase=phase))

    def _phase(self, number: int) -> Phase:
        if number:
            return self.state.phases[number - 1]
        first = [task.id for task in self.state.by_id.values() if task.phase == 0]
        return Phase(0, "before the first heading", 1, "other", None, first)

    # What a person asks for.

    def _block(self, reason: str, options: list[str]) -> None:
        self._emit(ev.RunBlocked(reason=reason, options=options))
        self._woken.set()

    def _go_on(self) -> None:
        """After a pause; or after a block, which forgives what is red and is judged again."""
        if self.state.status == "blocked":
            self._gates.forgive(self.state.fixes)
        if self.state.status != "running":
            self._emit(ev.RunResumed())

    def _judge_again(self) -> None:
        if self.state.status == "blocked" and self._gates.red:
            self._go_on()
        elif not self._gates.running:
            self._gates.begin("asked")

    def _retry(self, name: str) -> str:
        """Reopen a task; why that is of no use, where it is not."""
        reopened = self._schedule.retry(name)
        if not reopened:
            return f"{name} cannot run before what it needs is mended: retry that first"
        if self.state.status == "blocked":
            self._go_on()
        self._tries[name] = 0
        for task in reopened:
            self._emit(ev.TaskReopened(task=task))
        return ""

    def _skip(self, name: str) -> None:
        if self.state.status == "blocked":
            self._go_on()
        reopened = self._schedule.skip(name)
        self._emit(ev.TaskSkipped(task=name))
        for task in reopened:
            self._emit(ev.TaskReopened(task=task))

    def _cancel(self, label: str) -> None:
        for work in self.state.work.values():
            if work.label == label:
                self._slots.cancel(work.slot)

    async def _diff(self, task: str) -> tuple[str, str]:
        try:
            return "", await self._turns.diff(task)
        except KeyError:
            return f"{task} has not run in this run", ""
        except GitError as error:
            return str(error), ""

    # The end.

    async def _end_children(self) -> None:
        await asyncio.gather(self._slots.end(), self._gates.end())

    def _close(self) -> None:
        outcome: Literal["finished", "failed", "stopped"] = "finished"
        self._see_to_document()
        reason = self._stop_reason or unfinished(self.state) or self._debts()
        if self._stop_reason:
            outcome = "stopped"
        elif reason:
            outcome = "failed"
        state = self.state
        self._emit(ev.RunEnded(outcome=outcome, reason=reason, done=state.done, total=state.total))

    def _see_to_document(self) -> None:
        try:
            restored = self._document.restore()
        except OSError as error:
            self._emit(ev.Notice(text=f"tasks.md cannot be put back: {error}", level="error"))
            return
        if restored:
            text = "tasks.md was gone or empty: it is put back as it was last"
            self._emit(ev.Notice(text=text, level="warning"))
        for name in self._owed & self.state.tasks.keys():
            self._tick(name)

    def _debts(self) -> str:
        return f"boxes not ticked: {', '.join(sorted(self._owed))}" if self._owed else ""

    # The plan, and people who edit it.

    def _draw_schedule(self, plan: Plan) -> Schedule:
        roster, tasks = self._job.settings.roster, self.state.tasks
        return Schedule(
            plan,
            slots=roster.slots,
            roles=roster.roles,
            states={name: task.state for name, task in tasks.items()},
            passed=self.state.passed,
            worked={name for name, task in tasks.items() if not task.given},
        )

    async def _mind_edits(self) -> None:
        try:
            async for plan in self._document.edits():
                self._take_edit(await self._without_claims(plan))
        except (OSError, RuntimeError) as error:
            text = f"edits of tasks.md are not noticed from here on: {error}"
            self._emit(ev.Notice(text=text, level="warning"))

    async def _without_claims(self, plan: Plan) -> Plan:
        """A tick is a claim, whoever made it: one whose files are not there is taken back."""
        states = {name: task.state for name, task in self.state.tasks.items()}
        ticked = compare(self.state.plan or plan, plan, states).ticked
        claims: dict[str, str] = {}
        for task in plan.tasks:
            lacking = await self._turns.lacking(task) if task.id in ticked else ""
            if lacking and not self._document.untick(task):
                claims[task.id] = lacking
        for name, lacking in claims.items():
            text = f"{name} was ticked, and stays open: {lacking}"
            self._emit(ev.Notice(text=text, level="warning"))
        tasks = [
            structs.replace(task, state="pending") if task.id in claims else task
            for task in plan.tasks
        ]
        return structs.replace(plan, tasks=tasks) if claims else plan

    def _take_edit(self, plan: Plan) -> None:
        """Take over what a person changed in `tasks.md`; what runs is not disturbed."""
        old = self.state.plan
        if old is None or self._stop_reason:
            return
        states = {name: task.state for name, task in self.state.tasks.items()}
        change = compare(old, plan, states)
        self._tell_unticked(change.unticked, plan.tasks_file)
        if not change.visible:
            return
        moved = renumbered(old.phases, plan.phases)
        self._turns.rename(change.renamed, moved)
        self._tries = Counter({change.renamed.get(n, n): c for n, c in self._tries.items()})
        self._gates.rename(moved)
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
        self._owed = {change.renamed.get(name, name) for name in self._owed}
        for name in self._owed & self.state.tasks.keys():
            self._tick(name)
        self._schedule = self._draw_schedule(plan)
        self._agree()
        if self.state.status == "blocked" and not self._gates.red:
            self._go_on()
        self._woken.set()

    def _tell_unticked(self, names: Sequence[str], tasks_file: str) -> None:
        for name in set(names) - self._unticked:
            text = f"{name} is done in this run, and its box in {tasks_file} is open"
            self._emit(ev.Notice(text=text, level="warning"))
        self._unticked = set(names)

    def _agree(self) -> None:
        """Tell what is halted, or no longer, under a schedule that was drawn anew."""
        because = {halt.task: halt.because for halt in self._schedule.halts}
        for name, task in list(self.state.tasks.items()):
            halted = self._schedule.state(name) == "halted"
            if halted and task.state != "halted":
                self._emit(ev.TaskHalted(task=name, because=because.get(name, name)))
            elif task.state == "halted" and not halted:
                self._emit(ev.TaskReopened(task=name))
