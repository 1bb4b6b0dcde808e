"""Boxes ticked in the person's `tasks.md`, where no commit of the run ticks them."""

from __future__ import annotations

from collections.abc import Mapping

from sixfold import events as ev
from sixfold.runner.desk import Desk
from sixfold.runner.document import Document


class Ticks:
    """What is done and ticked, and what is done and could not be ticked yet."""

    def __init__(self, desk: Desk, document: Document) -> None:
        self._document, self._state, self._emit = document, desk.state, desk.emit
        self.owed: set[str] = set()
        """Done, and not ticked yet."""

    def tick(self, name: str) -> None:
        """Tick a finished task's box."""
        reason = self._document.tick(self._state.by_id[name])
        if not reason:
            self.owed.discard(name)
        elif name not in self.owed:
            self.owed.add(name)
            text = f"{name} is done, its box is not ticked: {reason}"
            self._emit(ev.Notice(text=text, level="error"))

    def untick(self, name: str) -> None:
        """Open a box: an agent's own tick is no proof."""
        self._document.untick(self._state.by_id[name])

    def rename(self, names: Mapping[str, str]) -> None:
        """Tasks have new ids; what was owed may be possible now."""
        self.owed = {names.get(name, name) for name in self.owed}
        self.tick_owed()

    def tick_owed(self) -> None:
        """Try again what could not be ticked."""
        for name in self.owed & self._state.tasks.keys():
            self.tick(name)

    def settle(self) -> None:
        """At the end: put the file back where it is gone, and tick what is owed."""
        try:
            restored = self._document.restore()
        except OSError as error:
            self._emit(ev.Notice(text=f"tasks.md cannot be put back: {error}", level="error"))
            return
        if restored:
            text = "tasks.md was gone or empty: it is put back as it was last"
            self._emit(ev.Notice(text=text, level="warning"))
        self.tick_owed()
