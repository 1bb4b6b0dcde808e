"""The footer: every key that does something here, and what it would act on."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events

from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import ACTIONS, label_of
from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, width_of

LAST = ("back", "help", "leave")
"""Keys that are shown however narrow the screen."""


class KeyBar(Painted):
    """One row of keys, read from the table of actions. What can not be done now is dim."""

    def __init__(self) -> None:
        super().__init__(classes="key-bar")
        self._spots: list[tuple[int, int, str]] = []

    def parts(self, y: int) -> Iterable[Part]:  # noqa: ARG002 - there is one row
        """The keys, in the table's order, as many as fit; help and leave always do.

        What can not be done now gives way to what can.
        """
        now = self.dashboard.situation
        shown = [a for a in ACTIONS if a.stands(now)]
        last = [a for a in shown if a.id in LAST]
        rest = [a for a in shown if a not in last]
        room = self.content_size.width - sum(width_of(self._key(a)) for a in last)
        fitting: set[str] = set()
        for action in sorted(rest, key=lambda a: a.can(now) is not True):
            if (width := width_of(self._key(action))) <= room:
                room -= width
                fitting.add(action.id)
        parts: list[Part] = []
        self._spots, at = [], 0
        for action in [a for a in rest if a.id in fitting] + last:
            key = self._key(action)
            parts += key
            self._spots.append((at, at + width_of(key), action.id))
            at += width_of(key)
        return parts

    def _key(self, action: Action) -> list[Part]:
        now = self.dashboard.situation
        can = action.can(now) is True
        target = now.targets.get(action.id, "") if can and self.content_size.width >= 130 else ""
        label = f" {label_of(action, now)}{f' {target}' if target else ''} "
        return [
            (f" {action.shown_key}", "key" if can else "faint"),
            (label, "quiet" if can else "faint"),
        ]

    async def on_click(self, event: events.Click) -> None:
        """A click on a key is that key."""
        for start, end, action in self._spots:
            if start <= event.x < end:
                await self.dashboard.do(action)
