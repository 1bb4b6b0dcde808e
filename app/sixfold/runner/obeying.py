"""What a person asks for: each command is given to the part of the runner that can do it."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass

from sixfold import events as ev
from sixfold.refusal import refusal
from sixfold.runner.agenda import Agenda
from sixfold.runner.archive import Archive, change_of
from sixfold.runner.attempts import Attempts
from sixfold.runner.course import Course
from sixfold.runner.desk import Desk
from sixfold.runner.gates import Gates
from sixfold.runner.ground import Ground
from sixfold.runner.questions import Questions
from sixfold.runner.returning import Returning
from sixfold.runner.sittings import Sittings
from sixfold.runner.slots import Slots
from sixfold.runner.undoing import Undoing
from sixfold.runner.validation import Validation
from sixfold.workspace.git import GitError


@dataclass(slots=True, kw_only=True)
class Obeying:
    """Carries commands out."""

    desk: Desk
    ground: Ground
    course: Course
    attempts: Attempts
    agenda: Agenda
    slots: Slots
    sittings: Sittings
    questions: Questions
    gates: Gates
    undoing: Undoing
    returning: Returning
    validation: Validation
    archive: Archive
    at_it: int = 0
    """Commands that are being carried out."""

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        """Carry a command out, or refuse it with the reason."""
        self.at_it += 1
        try:
            return await self._obey(command)
        finally:
            self.at_it -= 1
            self.desk.woken.set()

    async def _obey(self, command: ev.AnyCommand) -> ev.Answer:
        if isinstance(command, ev.Transcript | ev.Prompt):
            return self.archive.answer(command)
        reason, text = refusal(self.desk.state, command), ""
        if self.course.stop_reason:
            reason = "the run is ending"
        if not reason:
            match command:
                case ev.Pause(now=now):
                    self.desk.emit(ev.RunPaused(now=now))
                    if now:
                        self.sittings.rest()
                case ev.Resume():
                    self.course.go_on()
                case ev.Retry(task=task, agent=agent):
                    reason = self.attempts.retry(task, agent)
                case ev.Tell(task=task, text=word):
                    self._tell(task, word)
                case ev.Skip(task=task):
                    self.attempts.skip(task)
                case ev.Cancel(task=task):
                    self._cancel(task)
                case ev.Undo(task=task):
                    reason = await self._take_back(self.undoing.undo(task))
                case ev.SetAside(task=task):
                    reason = await self._take_back(self.undoing.set_aside(task))
                case ev.Decide(request=request, option=option):
                    reason = self.questions.answer(request, option)
                case ev.Gate():
                    self._judge_again()
                case ev.Rerun(tests=tests):
                    reason = self.gates.rerun(tests)
                case ev.Printed(package=package, test=test):
                    reason, text = await self.gates.printed(self.desk.state, package, test)
                case ev.Revalidate():
                    reason = await self.returning.send_back()
                case ev.Stop():
                    self.course.stop("stopped by a person")
                case ev.Diff(task=task, attempt=attempt):
                    reason, text = await self._diff(task, attempt)
        return ev.Answer(id=command.id, accepted=not reason, reason=reason, text=text)

    def _tell(self, label: str, text: str) -> None:
        for work in self.desk.state.work.values():
            if work.label == label:
                self.sittings.tell(work.slot, text)
                self.desk.emit(ev.Notice(text=f"{label} is told at the end of its turn: {text}"))

    def _judge_again(self) -> None:
        if self.desk.state.status == "blocked" and (self.gates.red or self.validation.due):
            self.course.go_on()
        elif not self.gates.running:
            self.gates.begin("asked")

    def _cancel(self, label: str) -> None:
        for work in self.desk.state.work.values():
            if work.label == label:
                self.slots.cancel(work.slot)

    async def _take_back(self, taking: Awaitable[str]) -> str:
        """Whatever a person takes back changes what may start."""
        reason = await taking
        if not reason:
            self.attempts.forgive()
            self.gates.red.clear()
            self.agenda.redraw()
            self.course.unblock()
        return reason

    async def _diff(self, task: str, attempt: int) -> tuple[str, str]:
        try:
            if attempt:
                return "", await change_of(self.desk.state, task, attempt)
            return "", await self.ground.diff(task)
        except KeyError:
            return f"{task} has not run in this run", ""
        except GitError as error:
            return str(error), ""
