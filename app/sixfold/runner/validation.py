"""The end of a run: a last gate, and a verdict on everything that the spec asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from pathlib import Path

from sixfold import events as ev
from sixfold.agents.prompts.about import Inquiry
from sixfold.agents.roster import slot_for_fix
from sixfold.feature import requirements
from sixfold.feature.spec_text import LONGEST
from sixfold.gate.passed import passed
from sixfold.model import Requirement
from sixfold.runner.agenda import Agenda
from sixfold.runner.announce import validation_cancelled
from sixfold.runner.course import Course
from sixfold.runner.desk import Desk
from sixfold.runner.fixes import Fixes
from sixfold.runner.ground import Attempt, Ending, Ground
from sixfold.runner.outcome import left_over, not_met
from sixfold.runner.slots import Outcome, Slots
from sixfold.runner.weighing import weigh
from sixfold.state import VALIDATION, Work

TURNS = 2
"""Turns of a round, at least: who leaves something open is asked once more."""
NOT_JUDGED = "the validator said nothing of it"


class Validation:
    """Sees to the end of a run.

    `send_back` makes tasks of what is not met, and says why it could not.
    """

    def __init__(  # noqa: PLR0917 - the parts of a runner that its end concerns
        self,
        desk: Desk,
        ground: Ground,
        agenda: Agenda,
        fixes: Fixes,
        slots: Slots,
        course: Course,
        send_back: Callable[[], Awaitable[str]],
    ) -> None:
        self._job, self._folder, self._bulk = desk.job, desk.folder, desk.bulk
        self._state, self._emit, self._woken = desk.state, desk.emit, desk.woken
        self._ground, self._agenda, self._fixes, self._slots = ground, agenda, fixes, slots
        self._course, self._send_back = course, send_back
        self._round = 0
        """The round that is on; 0 between two."""
        self._open: list[Requirement] = []
        """What it has still to judge."""
        self._before: list[str] = []
        """Why what was said of these does not count."""
        self._tries = 0
        self._failed: set[str] = set()
        """Agents that could not judge in this round."""
        self._judged: list[ev.RequirementJudged] = []
        self._ended: ev.ValidationEnded | None = None
        """A round that did not pass, and nobody was told of."""
        self._old_gates = max((gate.started.gate for gate in self._state.gates), default=0)
        """Gates up to this one are not of this round."""
        self._returning: asyncio.Task[None] | None = None

    @property
    def due(self) -> bool:
        """Is all done, and not validated as it is now."""
        if not self._agenda.over or left_over(self._state):
            return False
        known = self._state.validation
        return known.outcome != "passed" or known.commit != self._ground.tip

    @property
    def returning(self) -> bool:
        """Are tasks made of what is not met."""
        return self._returning is not None

    def see_to(self) -> None:
        """Begin whatever comes next on the way to a verdict; or tell that there is none."""
        if self._ended:
            ended, self._ended = self._ended, None
            self._go_back(ended)
        elif not self._is_tested:
            self._round = 0
            self._fixes.see_to_end()
        elif self._round or self._begin():
            self._start()

    @property
    def _is_tested(self) -> bool:
        """Is the last gate one of the whole as it is now, and green."""
        last = self._state.gate.ended if self._state.gate else None
        return (
            last is not None
            and last.cause == "final"
            and last.verdict == "green"
            and last.gate > self._old_gates
            and last.commit == self._ground.tip
        )

    # A round, from the spec to its verdicts.

    def _begin(self) -> bool:
        """Read what is to be judged; is there anything."""
        text = self._spec()
        found = requirements.read(text)
        self._open, self._before = list(found.judged), []
        self._tries, self._failed = 0, set()
        self._round = self._state.validation.round + 1
        for note in found.notes:
            self._emit(ev.Notice(text=f"{self._spec_file}: {note}", level="warning"))
        if not self._open:
            reason = f"nothing to validate: {self._spec_file} {_lack(text)}"
            self._finish(
                ev.ValidationEnded(
                    round=self._round, outcome="passed", reason=reason, commit=self._ground.tip
                )
            )
        return bool(self._open)

    def _spec(self) -> str:
        """The spec as it stands in what is judged; empty where there is none."""
        root = self._ground.root.resolve()
        try:
            path = (root / self._spec_file).resolve()
            if not path.is_relative_to(root) or not path.is_file():
                return ""
            with path.open("rb") as file:
                return file.read(4 * LONGEST).decode("utf-8-sig", errors="replace")
        except (OSError, RuntimeError):  # a link that leads to itself
            return ""

    @property
    def _spec_file(self) -> str:
        return str(Path(self._job.plan.feature_dir) / "spec.md")

    def _start(self) -> None:
        """One turn of an agent that judges what is open."""
        if not self._slots.free or not self._course.affordable():
            return
        self._tries += 1
        slot, number = slot_for_fix(self._slots.free), self._state.validation.attempts + 1
        writers = {task.agent for task in self._state.tasks.values() if task.agent}
        branch, base = self._ground.place(VALIDATION, number)
        self._bulk.begin(slot, VALIDATION, number)
        self._emit(
            ev.ValidationStarted(
                round=self._round,
                slot=slot,
                attempt=number,
                agent=self._job.crew.validator(writers | self._failed),
                requirements=self._all(),
                asked=[one.id for one in self._open],
                branch=branch,
                base=base,
            )
        )
        attempt = Attempt(VALIDATION, slot, number, branch, base)
        self._slots.occupy(slot, self._turn(attempt), self._end)

    def _all(self) -> list[Requirement]:
        """What the round judges: what it began with."""
        if self._tries == 1:
            return self._open
        return [asked.requirement for asked in self._state.requirements.values()]

    async def _turn(self, attempt: Attempt) -> Ending:
        gate = self._state.gate.ended if self._state.gate else None
        assert gate, "validation comes after a gate"  # noqa: S101 - `_is_tested` saw to it
        asked = list(self._open)
        self._judged = []
        inquiry = Inquiry(asked, gate, self._spec_file, self._before)
        ending = await self._ground.validate(attempt, inquiry)
        if ending.failure or ending.cancelled:
            return ending

        async def ran(tests: Collection[str]) -> set[str]:
            record = self._folder.transcripts / f"gate-{gate.gate}.log"
            return await asyncio.to_thread(passed, record, tests)

        self._judged = await weigh(
            ending.said,
            asked,
            round=self._round,
            root=str(self._job.root),
            lines=lambda file: self._ground.lines(file, attempt),
            passed=ran,
        )
        return ending

    def _end(self, slot: int, outcome: Outcome, ending: Ending) -> None:
        work = self._state.work[slot]
        if ending.outside:
            self._tell_changes(ending.outside)
        if outcome == "cancelled":
            self._finish(validation_cancelled(self._state, work, ending.failure))
            return
        if outcome == "failed":
            self._failed.add(work.agent)
            again = self._tries < self._job.settings.attempts
        else:
            again = self._take(self._judged)
        self._conclude(work, error=ending.failure if outcome == "failed" else "", again=again)

    def _take(self, judged: Sequence[ev.RequirementJudged]) -> bool:
        """Put verdicts on record; is the rest asked for once more."""
        by_id = {one.requirement: one for one in judged}
        rest = [one for one in self._open if not _stands(by_id.get(one.id))]
        again = bool(rest) and self._tries < max(TURNS, self._job.settings.attempts)
        for one in self._open:
            if one.id in by_id:
                self._emit(by_id[one.id])
            elif not again:
                self._emit(
                    ev.RequirementJudged(
                        round=self._round,
                        requirement=one.id,
                        verdict="unproven",
                        reason=NOT_JUDGED,
                    )
                )
        self._open = rest
        self._before = [
            f"{one.id}: {by_id[one.id].reason if one.id in by_id else NOT_JUDGED}" for one in rest
        ]
        return again

    def _tell_changes(self, files: Sequence[str]) -> None:
        kept = "stays in the tree" if self._ground.together else "is dropped"
        text = f"the validator was to change nothing; what it did {kept}: {', '.join(files[:8])}"
        self._emit(ev.Notice(text=text, level="warning" if self._ground.together else "info"))

    def _conclude(self, work: Work, *, error: str, again: bool) -> None:
        unmet = not_met(self._state)
        self._finish(
            ev.ValidationEnded(
                round=self._round,
                slot=work.slot,
                attempt=work.attempt,
                outcome="error" if error else "failed" if unmet or again else "passed",
                reason=error or unmet,
                met=self._state.met,
                total=len(self._state.requirements),
                again=again,
                commit=work.base,
            )
        )

    def _finish(self, ended: ev.ValidationEnded) -> None:
        self._emit(ended)
        self._woken.set()
        if ended.again:
            return
        self._round = 0
        if ended.outcome != "passed":
            self._old_gates = self._state.gate.started.gate if self._state.gate else 0
            self._ended = ended

    # What is not met.

    def _go_back(self, ended: ev.ValidationEnded) -> None:
        """Have the unmet made into tasks, as often as was asked for; else ask a person."""
        if ended.outcome != "failed" or self._state.validation.returned >= self._job.revalidate:
            self._ask(ended)
            return
        returning = self._returning = asyncio.create_task(self._return(ended))

        def done(_: asyncio.Task[None]) -> None:
            self._returning = None
            self._woken.set()
            if not returning.cancelled():
                returning.result()

        returning.add_done_callback(done)

    async def _return(self, ended: ev.ValidationEnded) -> None:
        if reason := await self._send_back():
            self._emit(
                ev.Notice(text=f"unmet requirements became no tasks: {reason}", level="error")
            )
            self._ask(ended)

    def _ask(self, ended: ev.ValidationEnded) -> None:
        if ended.outcome == "failed":
            self._course.block(ended.reason, ["revalidate", "gate", "stop"])
        else:
            self._course.block(
                f"validation did not come to an end: {ended.reason}", ["gate", "stop"]
            )

    async def end(self) -> None:
        """Make no tasks any more."""
        if self._returning:
            self._returning.cancel()
            await asyncio.gather(self._returning, return_exceptions=True)


def _stands(one: ev.RequirementJudged | None) -> bool:
    """Is a verdict one that needs no second look."""
    return one is not None and one.verdict != "unproven"


def _lack(spec: str) -> str:
    return "has no requirement and no scenario" if spec.strip() else "is missing or empty"
