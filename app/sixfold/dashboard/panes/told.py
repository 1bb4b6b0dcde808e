"""What is told of the test that the reader chose; it follows what becomes of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from msgspec import Struct
from textual import work

from sixfold import events as ev
from sixfold.dashboard import telling
from sixfold.dashboard.outline import Row
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import Part
from sixfold.link import LinkError
from sixfold.model import TestName

REST = 0.15
"""Seconds that the cursor rests on a row before its output is asked for."""


class _Wish(Struct, frozen=True):
    """A test whose output is wanted, and how it stood then."""

    name: TestName
    state: str
    gate: int
    rerun: int
    second: int


class Told(LogView):
    """A log of its own: what is wrong, the guilty lines, what was printed."""

    def __init__(self) -> None:
        super().__init__(id="told", classes="pane", following=False)
        self.display = False
        self.about = TestName("")
        self._wish: _Wish | None = None
        self._printed: str | None = None
        self._shown: Sequence[Part] = ()

    def show(self, row: Row) -> None:
        """Tell of a row of the tree, or of what became of it."""
        test = row.test if row.kind in {"test", "slow", "failure"} else ""
        name = TestName(row.package, test)
        if name != self.about:
            self.about, self._printed, self._shown = name, None, ()
            self.clear()
            self.following = False
        wish = self._wish_now(name)
        if wish != self._wish:
            self._wish = wish
            self.fetch(wish)
        self._fill()

    def _wish_now(self, name: TestName) -> _Wish:
        app = self.dashboard
        state = app.results.state_of(name.package, name.test)
        second = int(app.results.running.get((name.package, name.test), 0.0))
        gate = app.state.gate.started.gate if app.state.gate else 0
        ended = len([one for one in app.state.reruns if one.ended])
        return _Wish(name, state, gate, ended, second)

    @work(exclusive=True)
    async def fetch(self, wish: _Wish) -> None:
        """Ask for what the test printed; where nobody can tell, what the gate said stands alone."""
        await asyncio.sleep(REST)
        source, name = self.dashboard.source, wish.name
        if source is None:
            return
        try:
            answer = await source.ask(ev.Printed(package=name.package, test=name.test))
        except LinkError:
            return
        if answer.accepted and wish.name == self.about:
            self._printed = answer.text
            self._fill()

    def _fill(self) -> None:
        app = self.dashboard
        lines = telling.told(
            app.state, app.results, self.about.package, self.about.test, self._printed
        )
        if lines == self._shown:
            return
        if self._shown:
            self.replace(lines)
        else:
            self.extend(lines)
        self._shown = lines
