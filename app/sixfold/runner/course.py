"""The course of the run: blocked, let go on, drained, stopped."""

from __future__ import annotations

from sixfold import events as ev
from sixfold.runner.desk import Desk
from sixfold.runner.gates import Gates
from sixfold.runner.outcome import overspent
from sixfold.runner.sittings import Sittings
from sixfold.runner.slots import Slots


class Course:
    """Whether the run goes on, and why not. People and errors set it; the loop keeps to it."""

    def __init__(self, desk: Desk, sittings: Sittings, gates: Gates, slots: Slots) -> None:
        self._state, self._emit, self._woken = desk.state, desk.emit, desk.woken
        self._budget = desk.job.settings.budget
        self._sittings, self._gates, self._slots = sittings, gates, slots
        self.stop_reason = ""
        """Why the run stops; empty while it does not."""
        self.draining = ""
        """Why the run stops once nobody is at work any more; empty while it does not."""

    @property
    def why_cancelled(self) -> str:
        """Why an attempt that is being cancelled is."""
        return self.stop_reason or "cancelled by a person"

    def stop(self, reason: str) -> None:
        """End the run now; the first reason counts."""
        self.stop_reason = self.stop_reason or reason
        self._woken.set()

    def drain(self, reason: str) -> None:
        """End the run once those at work are done; asked for again, end it now.

        What rests is not waited for. A person who lets the run go on calls it off.
        """
        if self.draining or self.stop_reason:
            self.stop(reason)
            return
        self.draining = reason
        text = f"{reason}: ends once those at work are done; once more ends it now"
        self._emit(ev.Notice(text=text, level="warning"))
        if self._state.status == "running":
            self._emit(ev.RunPaused())
        for work in self._state.work.values():
            if work.held:
                self._slots.cancel(work.slot)
        self._woken.set()

    def block(self, reason: str, options: list[str]) -> None:
        """Wait for a person, who may give any of the commands in `options`."""
        self._emit(ev.RunBlocked(reason=reason, options=options))
        self._woken.set()

    def go_on(self) -> None:
        """After a pause; or after a block, which forgives what is red and is judged again."""
        self.draining = ""
        self._sittings.wake()
        if self._state.status == "blocked":
            self._gates.forgive(self._state.fixes)
        if self._state.status != "running":
            self._emit(ev.RunResumed())

    def unblock(self) -> None:
        """Go on if the run is blocked; a pause stays."""
        if self._state.status == "blocked":
            self.go_on()

    def affordable(self) -> bool:
        """May agents start; where the budget is spent, a person is asked."""
        spent = overspent(self._budget, self._state)
        if spent:
            self.block(spent, ["resume", "stop"])
        return not spent
