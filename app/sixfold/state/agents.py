"""What agents at work do besides: rest, stall, spend, ask; and whom a provider lets wait."""

from __future__ import annotations

from datetime import datetime, timedelta

from sixfold import events as ev
from sixfold.model import Usage
from sixfold.state.known import Known


def ask(known: Known, event: ev.PermissionAsked | ev.PermissionAnswered) -> None:
    """A person is asked for permission, or has answered."""
    if isinstance(event, ev.PermissionAsked):
        known.asked[event.request] = event
        return
    known.asked.pop(event.request, None)
    if event.wish and event.option in {"always", "never"}:
        known.settled[event.wish] = event.option


def rest(
    known: Known,
    event: ev.TurnHeld | ev.TurnBegan | ev.AgentStalled | ev.AgentRecovered,
    at: datetime | None,
) -> None:
    """An attempt rests, falls silent, or gives a sign of life."""
    work = known.work.get(event.slot)
    if work is None:
        return
    work.held, work.stalled = "", 0.0
    match event:
        case ev.TurnHeld():
            work.held = event.reason
        case ev.AgentStalled():
            work.stalled = event.seconds
            work.quiet_since = at - timedelta(seconds=event.seconds) if at else None
        case ev.TurnBegan():
            work.agent = event.agent
            if work.task and not work.gone:
                progress = known.progress_of(work.task)
                progress.agent = event.agent
                if attempt := progress.attempt(event.attempt):
                    attempt.agent = event.agent


def spend(known: Known, event: ev.UsageReported) -> None:
    """What an agent spent counts for its attempt, its task, its slot and the run."""
    known.usage += event.usage
    known.spent_by[event.slot] = known.spent_by.get(event.slot, Usage()) + event.usage
    if work := known.work.get(event.slot):
        work.usage += event.usage
        if work.task and not work.gone:
            progress = known.progress_of(work.task)
            progress.usage += event.usage
            if attempt := progress.attempt(event.attempt):
                attempt.usage += event.usage


def limit(known: Known, event: ev.ProviderLimited | ev.ProviderBack) -> None:
    """A provider takes no more for now, or does again."""
    if isinstance(event, ev.ProviderLimited):
        known.limited[event.provider] = event
    else:
        known.limited.pop(event.provider, None)
