"""The fold: each event goes to the topic that it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from msgspec import UNSET

from sixfold import events as ev
from sixfold.state import agents, gates, plan, tasks, validation
from sixfold.state.known import Known


class RunState(Known):
    """Everything a viewer may know about a run. Built by `fold`, advanced by `apply`."""

    def apply(self, event: ev.AnyEvent) -> None:
        """Take one event in. Cost does not grow with the number of events before it."""
        self.seq = event.seq or self.seq
        at = None if event.at is UNSET else event.at
        match event:
            case ev.RunStarted():
                self._start(event, at)
            case ev.RunContinued():
                self._go_on(event)
            case ev.PlanLoaded():
                plan.load(self, event.plan)
            case ev.PlanChanged():
                plan.change(self, event)
            case ev.ChecklistsRead():
                self.checklists = event.checklists
            case ev.PhaseStarted():
                self.begun.add(event.phase)
            case ev.PhaseEnded():
                self.passed.add(event.phase)
            case ev.TaskStarted():
                tasks.start(self, event, at)
            case ev.TaskEnded():
                tasks.end(self, event, at)
            case ev.IntegrationStarted() | ev.ConflictFound():
                tasks.join(self, event)
            case ev.TaskHalted() | ev.TaskSkipped() | ev.TaskReopened():
                tasks.settle(self, event)
            case ev.TaskUndone() | ev.TaskSetAside():
                tasks.undo(self, event)
            case ev.GateStarted() | ev.GateEnded() | ev.FixStarted() | ev.FixEnded():
                gates.gate(self, event, at)
            case ev.RerunStarted() | ev.RerunEnded():
                gates.rerun(self, event)
            case (
                ev.ValidationStarted()
                | ev.ValidationEnded()
                | ev.RequirementJudged()
                | ev.RequirementsReturned()
            ):
                validation.validate(self, event, at)
            case ev.TurnHeld() | ev.TurnBegan() | ev.AgentStalled() | ev.AgentRecovered():
                agents.rest(self, event, at)
            case ev.UsageReported():
                agents.spend(self, event)
            case ev.ProviderLimited() | ev.ProviderBack():
                agents.limit(self, event)
            case ev.PermissionAsked() | ev.PermissionAnswered():
                agents.ask(self, event)
            case ev.CheckoutHeld() | ev.CheckoutFollowed():
                self._hold(event)
            case ev.RunPaused() | ev.RunResumed() | ev.RunBlocked() | ev.RunEnded():
                self._turn_to(event, at)
            case ev.Notice():
                self.notices.append(event)
            case _ as unknown:
                assert_never(unknown)

    def _turn_to(
        self, event: ev.RunPaused | ev.RunResumed | ev.RunBlocked | ev.RunEnded, at: datetime | None
    ) -> None:
        match event:
            case ev.RunPaused():
                self.status, self.paused_now = "paused", event.now
            case ev.RunResumed():
                if self.status == "blocked":
                    self.granted = self.usage
                self.paused_now = False
                self.status, self.reason, self.options = "running", "", []
            case ev.RunBlocked():
                self.status, self.reason, self.options = "blocked", event.reason, event.options
            case ev.RunEnded():
                self.status, self.reason, self.options = event.outcome, event.reason, []
                self.command, self.ended, self.work = event.command, at, {}
                if event.outcome == "stopped":
                    self._take_back(event.reason)

    def _take_back(self, reason: str) -> None:
        """What the end of the run cut short did not fail: it is open."""
        for task in self.tasks.values():
            if task.state == "failed" and task.reason == reason:
                task.state = "pending"

    def _hold(self, event: ev.CheckoutHeld | ev.CheckoutFollowed) -> None:
        if isinstance(event, ev.CheckoutHeld):
            self.held, self.command = event.reason, event.command
        else:
            self.held = self.command = ""

    def _start(self, event: ev.RunStarted, at: datetime | None) -> None:
        self.run, self.repository, self.branch = event.run, event.repository, event.branch
        self.commit, self.agent, self.slots = event.commit, event.agent, event.slots
        self.pid, self.status, self.started = event.pid, "running", at
        self.isolation, self.work_branch = event.isolation, event.work_branch
        self.asked_for = event.asked

    def _go_on(self, event: ev.RunContinued) -> None:
        """A new process: what was at work when the old one ended is open again."""
        self.pid, self.status, self.reason, self.options = event.pid, "running", "", []
        self.ended, self.work, self.asked = None, {}, {}
        self.paused_now, self.limited = False, {}
        for task in self.tasks.values():
            if task.state in {"running", "integrating"}:
                task.state = "pending"
            if task.history and not task.history[-1].outcome:
                task.history[-1].outcome = "cancelled"
                task.history[-1].reason = "its runner died"
        if self.gate and self.gate.ended is None:
            self.gates.pop()
        self.reruns = [rerun for rerun in self.reruns if rerun.ended]


def fold(events: Iterable[ev.AnyEvent]) -> RunState:
    """The state after `events`, taken in order."""
    state = RunState()
    for event in events:
        state.apply(event)
    return state
