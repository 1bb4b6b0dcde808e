"""Validation: its rounds, and what it finds out about each requirement."""

from __future__ import annotations

from datetime import datetime

from sixfold import events as ev
from sixfold.state.known import Known
from sixfold.state.parts import VALIDATION, Asked, Work


def validate(
    known: Known,
    event: ev.ValidationStarted
    | ev.ValidationEnded
    | ev.RequirementJudged
    | ev.RequirementsReturned,
    at: datetime | None,
) -> None:
    """A round begins or ends, a requirement is judged, or what is unmet becomes tasks."""
    stands = known.validation
    match event:
        case ev.ValidationStarted(slot=slot, attempt=number, agent=agent):
            if event.round != stands.round:
                known.requirements = {one.id: Asked(one) for one in event.requirements}
            stands.round, stands.attempts = event.round, number
            stands.outcome, stands.reason, stands.commit = "", "", event.base
            branch, base = event.branch, event.base
            known.work[slot] = Work(slot, VALIDATION, "", 0, number, agent, at, branch, base)
        case ev.ValidationEnded():
            if event.round != stands.round:
                known.requirements = {}
            stands.round, stands.reason, stands.commit = event.round, event.reason, event.commit
            stands.outcome = "" if event.again else event.outcome
            known.free(event.slot)
        case ev.RequirementJudged() if asked := known.requirements.get(event.requirement):
            asked.verdict, asked.reason = event.verdict, event.reason
            asked.evidence = event.evidence
        case ev.RequirementsReturned():
            stands.returned += 1
