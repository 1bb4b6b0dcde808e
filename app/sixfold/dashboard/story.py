"""Events as a person would tell them, each in one line. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.widgets.row import Part

ANNOUNCED = (ev.PlanChanged, ev.Notice, ev.PermissionAsked)
"""Events that a person is told of when they happen; the rest is seen in the panes."""

_OUTCOMES = {"done": "good", "failed": "bad", "cancelled": "quiet", "finished": "good"}
_LEVELS = {"info": "plain", "warning": "look", "error": "bad"}


class Story:
    """What happened so far, oldest first; put into words only where it is read."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, ev.AnyEvent | Part]] = []

    def add(self, at: datetime, entry: ev.AnyEvent | Part) -> None:
        """An event, or something the dashboard itself said, at a time in UTC."""
        self._entries.append((at, entry))

    @property
    def last(self) -> Part | None:
        """The latest line; None before the first."""
        return _line(*self._entries[-1]) if self._entries else None

    def lines(self) -> list[Part]:
        """All lines, each with its local time."""
        return [_line(at, entry) for at, entry in self._entries]


def _line(at: datetime, entry: ev.AnyEvent | Part) -> Part:
    text, tone = entry if isinstance(entry, tuple) else told(entry)
    return f"{at.astimezone():%H:%M:%S}  {text}", tone


def told(event: ev.AnyEvent) -> Part:
    """The event in one line, and its tone."""
    match event:
        case ev.RunStarted():
            held = f", agents held by {event.sandbox}" if event.sandbox != "off" else ""
            return f"run {event.run} started on {event.branch}{held}", "plain"
        case ev.RunContinued():
            return "a new runner goes on where the last one ended", "look"
        case ev.PlanLoaded():
            plan = event.plan
            tasks, phases = (
                words.count(len(plan.tasks), "task"),
                words.count(len(plan.phases), "phase"),
            )
            return f"plan read: {tasks} in {phases}", "plain"
        case ev.PlanChanged():
            return _changed(event), "look"
        case ev.ChecklistsRead():
            return _checklists(event), "plain"
        case ev.PhaseStarted():
            return f"phase {event.phase} begins: {event.title}", "plain"
        case ev.PhaseEnded():
            return f"phase {event.phase} has passed its gate", "good"
        case ev.TaskStarted():
            return f"{event.task} starts in slot {event.slot}{_again(event.attempt)}", "plain"
        case ev.TaskEnded():
            return f"{event.task} {ending(event)}", _OUTCOMES[event.outcome]
        case ev.IntegrationStarted():
            return f"{event.task} is being joined to the run's branch", "plain"
        case ev.ConflictFound():
            return conflict(event), "warn"
        case ev.TaskUndone():
            return f"{event.task} is undone: its commit is reverted, its box open", "look"
        case ev.TaskSetAside():
            return (
                f"{event.task} is set aside, kept on {event.branch}{_because(event.reason)}",
                "bad",
            )
        case ev.TaskHalted():
            return f"{event.task} halted: it needs {event.because}", "bad"
        case ev.TaskSkipped():
            return f"{event.task} skipped", "quiet"
        case ev.TaskReopened():
            return f"{event.task} is open again", "plain"
        case ev.TurnHeld() | ev.TurnBegan() | ev.AgentStalled() | ev.AgentRecovered():
            return _at_work(event)
        case ev.UsageReported():
            return f"{event.task} spent {event.usage.tokens:,} tokens", "quiet"
        case ev.ProviderLimited():
            until = f"{event.until.astimezone():%H:%M:%S}"
            return f"{event.provider} takes no more until {until}{_because(event.reason)}", "warn"
        case ev.ProviderBack():
            return f"{event.provider} takes work again", "good"
        case ev.GateStarted() | ev.GateEnded():
            return _gate(event)
        case ev.RerunStarted():
            return f"{words.tests_named(event.tests)} run once more", "plain"
        case ev.RerunEnded():
            look = words.VERDICT_LOOKS[event.verdict]
            numbers = f"{event.passed} passed, {event.failed} failed"
            return f"the rerun is {look.word}: {event.reason or numbers}", look.tone
        case ev.FixStarted():
            name = f"fix {event.phase}{words.attempt(event.attempt)}"
            why = f"the gate of phase {event.phase} is red"
            return f"{name} starts in slot {event.slot}: {why}", "look"
        case ev.FixEnded():
            name = f"fix {event.phase}{words.attempt(event.attempt)}"
            return f"{name} {ending(event)}", _OUTCOMES[event.outcome]
        case (
            ev.ValidationStarted()
            | ev.RequirementJudged()
            | ev.ValidationEnded()
            | ev.RequirementsReturned()
        ):
            return _validation(event)
        case ev.PermissionAsked():
            return f"{event.task} asks: {words.one_line(event.text)}", "look"
        case ev.PermissionAnswered():
            return f"{event.task} was answered: {event.option}", "plain"
        case ev.RunPaused():
            return "paused", "look"
        case ev.RunResumed():
            return "the run goes on", "plain"
        case ev.RunBlocked():
            return f"blocked{_because(event.reason)}", "look"
        case ev.CheckoutHeld():
            return f"your checkout stays behind{_because(event.reason)}", "warn"
        case ev.CheckoutFollowed():
            return f"your checkout follows again, at {words.short(event.commit)}", "plain"
        case ev.RunEnded():
            bring = f"; to have it all in your branch: {event.command}" if event.command else ""
            text = f"run {event.outcome}{_because(event.reason)}{bring}"
            return text, _OUTCOMES.get(event.outcome, "quiet")
        case ev.Notice():
            return event.text, _LEVELS[event.level]
    assert_never(event)


def _validation(
    event: ev.ValidationStarted
    | ev.RequirementJudged
    | ev.ValidationEnded
    | ev.RequirementsReturned,
) -> Part:
    match event:
        case ev.ValidationStarted():
            some = words.count(len(event.asked), "requirement")
            return f"{event.agent} judges {some} in slot {event.slot}", "look"
        case ev.RequirementJudged():
            look = words.JUDGEMENT_LOOKS[event.verdict]
            return f"{event.requirement} {look.word}{_because(event.reason)}", look.tone
        case ev.ValidationEnded(again=True):
            return "the validator is asked for the rest once more", "warn"
        case ev.ValidationEnded():
            tally = (
                f", {event.met} of {event.total} met" if event.total and not event.reason else ""
            )
            text = f"validation {event.outcome}{tally}{_because(event.reason)}"
            return text, "good" if event.outcome == "passed" else "bad"
        case ev.RequirementsReturned():
            return f"unmet requirements are tasks now: {', '.join(event.tasks)}", "look"


def _at_work(
    event: ev.TurnHeld | ev.TurnBegan | ev.AgentStalled | ev.AgentRecovered,
) -> Part:
    match event:
        case ev.TurnHeld():
            return f"{event.task} rests: {event.reason}", "look"
        case ev.TurnBegan():
            return f"{event.task} goes on with {event.agent}", "plain"
        case ev.AgentStalled():
            return f"{event.task}: no sign of life for {event.seconds:.0f} s", "warn"
        case ev.AgentRecovered():
            return f"{event.task} gives signs of life again", "plain"


def ending(event: ev.TaskEnded | ev.FixEnded) -> str:
    """How an attempt ended, where its work is, and whether another one follows."""
    commit = f" as {words.short(event.commit)}" if event.commit else ""
    kept = f", kept on {event.branch}" if event.branch else ""
    again = "; tries again" if isinstance(event, ev.TaskEnded) and event.again else ""
    return f"{event.outcome}{commit}{_because(event.reason)}{kept}{again}"


def conflict(event: ev.ConflictFound) -> str:
    """What an attempt contradicts, and who settles it."""
    others = f" with {words.both(event.tasks)}" if event.tasks else ""
    where = words.plain_list(event.paths)
    return f"{event.task} conflicts{others} in {where}: its own agent settles it"


def changes(event: ev.PlanChanged) -> dict[str, str]:
    """Task -> `new`, `edited`, `ticked` or `was T004`."""
    return {
        **dict.fromkeys(event.added, "new"),
        **dict.fromkeys(event.edited, "edited"),
        **dict.fromkeys(event.ticked, "ticked"),
        **{new: f"was {old}" for old, new in event.renamed.items() if old != new},
    }


def _changed(event: ev.PlanChanged) -> str:
    found = [f"{task} {how}" for task, how in changes(event).items()]
    found += [f"{task} removed" for task in event.removed]
    return f"tasks.md changed: {words.plain_list(found, 6) or 'nothing that matters'}"


def _checklists(event: ev.ChecklistsRead) -> str:
    found = [f"{one.name} {one.done}/{one.done + one.open}" for one in event.checklists]
    return f"checklists: {words.plain_list(found) or 'none'}"


def _gate(event: ev.GateStarted | ev.GateEnded) -> Part:
    cause = words.gate_cause(event)
    if isinstance(event, ev.GateStarted):
        return f"{cause} starts", "plain"
    look = words.VERDICT_LOOKS[event.verdict]
    numbers = f"{event.passed} passed, {event.failed} failed"
    fixed = f"; {len(event.fixed)} fixed since the baseline" if event.fixed else ""
    suspects = words.plain_list([words.suspect_name(one) for one in event.suspects])
    likely = f"; likely {suspects}" if suspects else ""
    return f"{cause} is {look.word}: {event.reason or numbers}{fixed}{likely}", look.tone


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _again(attempt: int) -> str:
    return f", attempt {attempt}" if attempt > 1 else ""
