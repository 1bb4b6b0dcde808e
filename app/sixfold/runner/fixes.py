"""Red gates: judged again, mended by an agent, or put before a person with a name for the cause."""

from __future__ import annotations

import asyncio

from sixfold import events as ev
from sixfold.agents.roster import slot_for_fix
from sixfold.gate.again import fails
from sixfold.gate.blame import Change, first_bad
from sixfold.gate.guard import guarded
from sixfold.runner.agenda import Agenda
from sixfold.runner.announce import fix_ended
from sixfold.runner.course import Course
from sixfold.runner.desk import Desk
from sixfold.runner.gates import Gates
from sixfold.runner.ground import Attempt, Ending, Ground
from sixfold.runner.outcome import summary
from sixfold.runner.slots import Outcome, Slots
from sixfold.workspace.git import GitError


class Fixes:
    """Sees to the gate of a phase that is settled, and to what makes it green."""

    def __init__(  # noqa: PLR0917 - the parts of a runner that a red gate concerns
        self,
        desk: Desk,
        ground: Ground,
        agenda: Agenda,
        gates: Gates,
        slots: Slots,
        course: Course,
    ) -> None:
        self._job, self._bulk = desk.job, desk.bulk
        self._state, self._emit, self._woken = desk.state, desk.emit, desk.woken
        self._ground, self._agenda, self._gates, self._slots = ground, agenda, gates, slots
        self._course = course
        self._mending: dict[int, ev.GateEnded] = {}
        """Slot -> the red gate that is mended there."""
        self._doubted: set[int] = set()
        """Gates after which, all failures being flaky, one more was run."""
        self._search: asyncio.Task[None] | None = None

    @property
    def searching(self) -> bool:
        """Is the commit looked for that made a gate red."""
        return self._search is not None

    def see_to(self) -> None:
        """Judge the first phase that waits for it, or have it mended."""
        mended = {work.phase for work in self._state.work.values() if not work.task}
        for phase in self._agenda.due():
            if phase not in mended and not self.searching:
                self._see_to(phase)
                return

    def see_to_end(self) -> None:
        """Judge the whole once all phases are through; or have it mended, as after the last."""
        if not self.searching:
            self._see_to(len(self._state.phases), final=True)

    def _see_to(self, phase: int, *, final: bool = False) -> None:
        red = self._gates.red.get(phase)
        if red and self._only_flaky(red) and phase not in self._doubted:
            self._doubted.add(phase)
            red = self._gates.red.pop(phase) and None
        if red is None and final:
            self._gates.begin("final", phase, self._take_last_verdict)
        elif red is None:
            self._gates.begin("phase", phase, self._take_verdict)
        elif self._tries(phase) >= self._job.settings.gate.fix_attempts:
            self._give_up(phase, red)
        elif self._slots.free and self._course.affordable():
            self._start(phase, red)

    def _tries(self, phase: int) -> int:
        return self._state.fixes.get(phase, 0) - self._gates.forgiven[phase]

    def _only_flaky(self, red: ev.GateEnded) -> bool:
        return bool(red.failures) and all(failure.flaky for failure in red.failures)

    def _take_verdict(self, phase: int, ended: ev.GateEnded) -> None:
        if phase not in self._agenda.due():
            return  # a verdict on a phase that is no longer at rest, or no longer there, is void
        if ended.verdict == "green":
            self._doubted.discard(phase)
            self._agenda.pass_gate(phase)
        else:
            self._gates.red[phase] = ended

    def _take_last_verdict(self, phase: int, ended: ev.GateEnded) -> None:
        if ended.verdict == "green":
            self._doubted.discard(phase)
        elif phase == len(self._state.phases) and self._agenda.over:
            self._gates.red[phase] = ended

    def _start(self, phase: int, red: ev.GateEnded) -> None:
        del self._gates.red[phase]  # the gate after the fix gives a verdict of its own
        number = self._state.fixes.get(phase, 0) + 1
        slot, label = slot_for_fix(self._slots.free), f"fix {phase}"
        agent = self._job.crew.whose("fix", slot)
        branch, base = self._ground.place(label, number)
        self._bulk.begin(slot, label, number)
        self._mending[slot] = red
        self._emit(
            ev.FixStarted(
                phase=phase, slot=slot, attempt=number, agent=agent, branch=branch, base=base
            )
        )
        attempt = Attempt(label, slot, number, branch, base)
        turn = self._ground.fix(attempt, self._agenda.phase(phase), red, self._gates.good)
        self._slots.occupy(slot, turn, self._end)

    def _end(self, slot: int, outcome: Outcome, ending: Ending) -> None:
        work, red = self._state.work[slot], self._mending.pop(slot)
        self._emit(fix_ended(work, outcome, ending))
        if not ending.commit and red.commit and red.commit == self._ground.tip:
            self._gates.red[work.phase] = red  # nothing changed: the verdict stands

    # When fixing fails.

    def _give_up(self, phase: int, red: ev.GateEnded) -> None:
        if self._ground.together or not red.suspects:
            self._ask(phase, red, "")
            return
        search = self._search = asyncio.create_task(self._blame(phase, red))

        def ended(_: asyncio.Task[None]) -> None:
            self._search = None
            self._woken.set()
            if not search.cancelled():
                search.result()

        search.add_done_callback(ended)

    async def _blame(self, phase: int, red: ev.GateEnded) -> None:
        try:
            culprit = await self._culprit(red)
        except (GitError, OSError) as error:
            culprit = ""
            text = f"cannot tell which commit made the gate red: {error}"
            self._emit(ev.Notice(text=text, level="warning"))
        self._ask(phase, red, culprit)

    async def _culprit(self, red: ev.GateEnded) -> str:
        """The task whose commit made the gate red; empty where it cannot be told.

        Whoever wrote only tests is not to blame. Each state in question is asked the tests of
        today, since a test that was not there yet cannot have failed.
        """
        blamed = {suspect.commit: place for place, suspect in enumerate(red.suspects)}
        everything = await self._ground.changes(self._gates.good)
        changes = [one for one in everything if one.commit in blamed and _has_code(one)]
        tasks = [one for one in changes if one.task in self._state.tasks]
        if len(tasks) <= 1:
            return tasks[0].task if tasks else ""
        text = f"looking for the commit that made the gate red, among {len(changes)}"
        self._emit(ev.Notice(text=text))
        async with self._ground.at_rest():
            place = await first_bad(len(changes), lambda n: self._fails(changes[n], red))
        if place is None:
            return min(tasks, key=lambda one: blamed[one.commit]).task
        found = changes[place].task
        return found if found in self._state.tasks else ""

    async def _fails(self, change: Change, red: ev.GateEnded) -> bool | None:
        await self._ground.show(change.commit)
        return await self._fails_here(red)

    async def mended(self) -> bool:
        """Does nothing that made the last gate red fail in the tree as it is now."""
        last = self._state.gate.ended if self._state.gate else None
        return last is None or await self._fails_here(last) is False

    async def _fails_here(self, red: ev.GateEnded) -> bool | None:
        gate = self._job.settings.gate
        return await fails(
            self._ground.root,
            red.failures,
            command=gate.command,
            env=self._gates.env,
            timeout=gate.timeout,
        )

    def _ask(self, phase: int, red: ev.GateEnded, culprit: str) -> None:
        most = self._job.settings.gate.fix_attempts
        which = "the last gate" if red.cause == "final" else f"the gate after phase {phase}"
        reason = f"{which} is {red.verdict} after {most} fix attempts"
        cause = f"; {culprit} made it so, and can be set aside" if culprit else ""
        options = ["gate", *([f"set-aside {culprit}"] if culprit else []), "stop"]
        self._course.block(f"{reason}: {summary(red)}{cause}", options)

    async def end(self) -> None:
        """Look no further."""
        if self._search:
            self._search.cancel()
            await asyncio.gather(self._search, return_exceptions=True)


def _has_code(change: Change) -> bool:
    return any(not guarded(path) for path in change.files)
