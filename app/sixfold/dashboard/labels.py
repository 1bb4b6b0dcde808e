"""What the keys are called, here and now. Pure."""

from __future__ import annotations

from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import BY_ID
from sixfold.dashboard.situation import Situation

YES_OR_NO = {"allow": "yes", "reject": "no"}
"""What the keys are called where that is the question."""


def pair_of(action: Action, now: Situation) -> str:
    """The word that it shares with the next; of the places found it is the one that one is at."""
    return now.standing if action.pair == "found" else action.pair


ENTERS = {
    "edit": BY_ID["edit"].tooltip,
    "open": "All tests, with the selected one in front",
    "fold": BY_ID["fold(False)"].tooltip,
    "unfold": BY_ID["fold(True)"].tooltip,
}
"""What Enter does where it has a word of its own."""


def tooltip_of(action: Action, now: Situation) -> str:
    """What it does; of Enter, to what is selected."""
    return ENTERS.get(now.enter, action.tooltip) if action.id == "details" else action.tooltip


def label_of(action: Action, now: Situation) -> str:
    """The word beside the key; for some it depends on the run."""
    if action.id == "play":
        return "stand still" if now.replay == "plays" else "play"
    if action.id == "pause" and now.status in {"paused", "blocked"}:
        return "go on"
    if action.id in YES_OR_NO and now.yes_or_no:
        return YES_OR_NO[action.id]
    if action.id == "details" and now.enter:
        return now.enter
    if action.id == "go_round(1)" and now.sections:
        return "sections"
    if action.id == "wrap" and not now.wrapped:
        return "wrap"
    if action.id == "follow" and now.log and now.following:
        return "stay"
    return action.label
