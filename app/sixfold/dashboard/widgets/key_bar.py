"""The footer: every key that does something here, and what it would act on."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events

from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import ACTIONS
from sixfold.dashboard.labels import label_of, pair_of
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, fit, width_of

LAST = ("back", "help", "leave")
"""Keys that are shown however narrow the screen."""
TOLD = 130
"""Columns from which keys say what they would act on."""
MOST = 16
"""Cells for that."""
SAME = ("allow_always", "reject", "reject_always")
"""Keys that would act on what the key before them says."""


class KeyBar(Painted):
    """One row of keys, read from the table of actions. What can not be done now is dim."""

    def __init__(self) -> None:
        super().__init__(classes="key-bar")
        self._spots: list[tuple[int, int, str]] = []

    def parts(self, y: int) -> Iterable[Part]:  # noqa: ARG002 - there is one row
        """The keys, in the table's order, as many as fit; help and leave always do.

        What can not be done now gives way to what can, and what is general to what is at hand.
        """
        now = self.dashboard.situation
        shown = [a for a in ACTIONS if a.stands(now)]
        last = [[a] for a in shown if a.id in LAST]
        rest = _paired(a for a in shown if a.id not in LAST)
        room = self.content_size.width - sum(width_of(self._keys(group)) for group in last)
        fitting: list[list[Action]] = []
        for group in sorted(rest, key=lambda group: (group[0].can(now) is not True, group[0].rank)):
            if (width := width_of(self._keys(group))) <= room:
                room -= width
                fitting.append(group)
        parts: list[Part] = []
        self._spots, at = [], 0
        for group in [group for group in rest if group in fitting] + last:
            keys = self._keys(group)
            for action, key, word in zip(group, keys[::2], keys[1::2], strict=True):
                end = at + width_of([key, word])
                self._spots.append((at, end, action.id))
                at = end
            parts += keys
        return parts

    def _keys(self, group: list[Action]) -> list[Part]:
        """A key and a word for each; of a pair the second has the word for both."""
        *first, last = group
        now, parts = self.dashboard.situation, list[Part]()
        word = pair_of(first[0], now) if first else self._label(last)
        told = [*((action, "") for action in first), (last, f" {word}")]
        for action, label in told:
            able = action.can(now) is True
            parts.append((f" {action.shown_key}", "key" if able else "faint"))
            parts.append((f"{label} " if label else "", "quiet" if able else "faint"))
        return parts

    def _label(self, action: Action) -> str:
        now = self.dashboard.situation
        wide = self.content_size.width >= TOLD
        meant = wide and action.can(now) is True and action.id not in SAME
        target = now.targets.get(action.id, "") if meant else ""
        return f"{label_of(action, now)} {fit(target, MOST)}".rstrip()

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        for start, end, action in self._spots:
            if start <= event.x < end:
                await self.dashboard.action_do(action)


def _paired(actions: Iterable[Action]) -> list[list[Action]]:
    """Actions that share a word stand together, or not at all."""
    groups: list[list[Action]] = []
    for action in actions:
        if groups and groups[-1][-1].pair:
            groups[-1].append(action)
        else:
            groups.append([action])
    return groups
