"""Every key, and what the signs mean."""

from __future__ import annotations

from sixfold.dashboard import words
from sixfold.dashboard.action import Action, cap
from sixfold.dashboard.actions import GROUPS
from sixfold.dashboard.labels import label_of, tooltip_of
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.situation import Situation
from sixfold.dashboard.widgets.row import BLANK, Part

MEANING = 29
"""Column in which it is said what a key does, or a state means."""


class HelpScreen(TextScreen):
    """All keys, as of when it was opened."""

    def __init__(self, now: Situation) -> None:
        super().__init__("KEYS", help_page(now), hang=MEANING)


def help_page(now: Situation) -> list[Part]:
    """Every key; those that can not be used now say why."""
    lines: list[Part] = [("Bright keys do something here and now.", "quiet")]
    groups = list(GROUPS.items())
    for title, actions in [*groups[-1:], *groups[:-1]] if now.replay else groups:
        if here := [_key(action, now) for action in actions if action.belongs(now)]:
            lines += [BLANK, (title, "title"), *here]
    palette = f"  {'Ctrl+P':<13} {'palette':<{MEANING - 17}} All of these, found by typing"
    lines += [BLANK, (palette, "plain")]
    if now.alone:
        return lines
    lines += [BLANK, ("States of a task", "title")]
    means = [(look, _MEANS[state]) for state, look in words.TASK_LOOKS.items()]
    for look, meaning in (*means, *_MEANS_AT_WORK.items()):
        lines.append((f"  {look.glyph} {look.word:<{MEANING - 5}} {meaning}", look.tone))
    return lines


def _key(action: Action, now: Situation) -> Part:
    keys = ", ".join([action.shown_key, *map(cap, action.keys.split(",")[1:])])
    can = action.can(now)
    why = f"   [{can}]" if isinstance(can, str) else ""
    text = f"  {keys:<13} {label_of(action, now):<{MEANING - 17}} {tooltip_of(action, now)}{why}"
    return text, "quiet" if can is not True else "plain"


_MEANS = {
    "pending": "its phase, or a task that it needs, is not there yet",
    "ready": "may start as soon as a slot is free",
    "running": "an agent works on it",
    "integrating": "its change is joined to the run's branch: merged, built, committed",
    "done": "its change is in, its box is ticked",
    "failed": "its last attempt failed; r retries",
    "halted": "a task that it needs failed",
    "skipped": "a person let it go; its box stays open",
    "parked": "its box is neither open nor done in the file",
}
_MEANS_AT_WORK = {
    words.CONFLICT: "its change contradicts another's; its own agent settles it",
    words.ASKS: "it waits for your answer; a says yes, n says no",
    words.STALLED: "its agent gives no sign of life; it is given up soon",
    words.HELD: "its turn was cut short, and goes on later",
}
