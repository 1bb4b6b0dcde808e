"""An app that follows a run: its state, what it told, and whether it is still there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Literal

from textual import work
from textual.app import App
from textual.notifications import Notify

from sixfold import events as ev
from sixfold.dashboard.feed import Feed
from sixfold.dashboard.inbox import Matter, matters, noticed
from sixfold.dashboard.replay import Replay
from sixfold.dashboard.story import Story
from sixfold.dashboard.widgets.row import clean
from sixfold.link import LinkError, Source
from sixfold.state import RunState

SLICE = 2000
"""Messages taken in before the keys get their turn."""
TOASTS = 3
"""Words that lie over the screen at once, at most."""


class Following(App[None], inherit_bindings=False):
    """Takes the messages of `source` into the feed; painting is left to those above."""

    def __init__(
        self, source: Source | None, clock: Callable[[], datetime], *, gate_only: bool
    ) -> None:
        super().__init__()
        self.source = source
        self.replay = source if isinstance(source, Replay) else None
        """The source where it is a run of the past; then its time is the app's."""
        self.clock = self.replay.now if self.replay else clock
        self.gate_only = gate_only
        self.feed = Feed()
        self.gone = False
        """Did the run's messages end without `run_ended`."""
        self.story = Story()
        """What happened so far."""
        self._read = 0
        """The event up to which the person has read the notices."""
        self._unread: list[ev.Notice] = []
        """What the dashboard itself told the person, who has not read it yet."""

    @property
    def state(self) -> RunState:
        """The run, as the events so far tell it."""
        return self.feed.state

    @property
    def waiting(self) -> list[Matter]:
        """All that waits for the person, the most pressing first."""
        own = [noticed(f"notice {n} of mine", one) for n, one in enumerate(self._unread)]
        return [*matters(self.state, gone=self.gone, read=self._read), *own]

    def mark_read(self) -> None:
        """The person has read the notices that there are."""
        self._read, self.feed.changed = self.state.seq, True
        self._unread.clear()

    @property
    def over(self) -> bool:
        """Is there nothing left to wait for, nor anybody to take a command."""
        return self.gone or self.state.ended is not None

    @work(exclusive=True, group="follow")
    async def follow(self, source: Source) -> None:
        """Take in all that the run sends, straight into the state."""
        try:
            async for batch in source.messages():
                for at in range(0, len(batch), SLICE):
                    for message in batch[at : at + SLICE]:
                        self.feed.take(message)
                    await asyncio.sleep(0)
        except LinkError as error:
            self.tell(str(error), "bad")
        self.gone = self.state.ended is None and not self.gate_only
        self.feed.changed = True

    def tell(self, text: str, tone: str = "look") -> None:
        """Say something to the person now, and keep it until it is read."""
        self.story.add(self.clock(), (text, tone))
        level: Literal["warning", "error"] = "error" if tone == "bad" else "warning"
        self._unread.append(ev.Notice(text=text, level=level))
        self.feed.changed = True
        self.toast(text, tone)

    def on_notify(self, event: Notify) -> None:
        """What is said makes room: the same from before goes, and of the others the oldest."""
        said = list(self._notifications)
        others = [one for one in said if one.message != event.notification.message]
        for one in said:
            if one not in others[1 - TOASTS :]:
                self._unnotify(one, refresh=False)

    def toast(self, text: str, tone: str = "plain") -> None:
        """Say something to the person now."""
        match tone:
            case "bad":
                self.notify(clean(text), severity="error", markup=False)
            case "look":
                self.notify(clean(text), severity="warning", markup=False)
            case _:
                self.notify(clean(text), markup=False)
