"""The gate: its verdict and tally, its tests as a tree, and what they print."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from sixfold.dashboard.panes.headline import Headline
from sixfold.dashboard.panes.tests import TestTree
from sixfold.dashboard.panes.told import Told
from sixfold.dashboard.widgets.log_view import LogView


class GatePane(Vertical):
    """The headline, below it the tree, and beside or below that one log.

    The log is the stream of the whole gate, or what is told of the test that the reader chose.
    """

    def __init__(self) -> None:
        super().__init__(id="gate", classes="-whole")

    def compose(self) -> ComposeResult:
        """Headline, tree, log."""
        yield Headline(id="tally")
        yield TestTree()
        yield LogView(id="stream", classes="pane")

    @property
    def tests(self) -> TestTree:
        """The packages and their tests."""
        return self.query_one(TestTree)

    @property
    def told(self) -> Told | None:
        """What is told of the selected test; None until one was selected."""
        return next(iter(self.query(Told)), None)

    @property
    def shown(self) -> LogView:
        """The log that is shown."""
        told = self.told
        return told if told and told.display else self.query_one("#stream", LogView)

    def fit(self, *, compact: bool) -> None:
        """Show the whole tree, or (`compact`) only what needs a look."""
        self.set_class(not compact, "-whole")
        self.tests.compact = compact
        self.refresh_state()

    def on_test_tree_moved(self) -> None:
        """The reader chose another row."""
        self._show_chosen()

    def refresh_state(self) -> None:
        """Take over the app's state."""
        self.tests.refresh_state()
        self._show_chosen()
        self.query_one(Headline).refresh()

    def _show_chosen(self) -> None:
        row = None if self.tests.compact or not self.tests.chose else self.tests.row
        chosen = row is not None and row.kind != "run" and bool(row.package)
        told = self.told
        if told is None and chosen:
            self.mount(told := Told())
        if told and chosen != told.display:
            self._swap(told)
        if row and told and chosen:
            told.show(row)

    def _swap(self, told: Told) -> None:
        """Show the other log; whoever reads the one goes on in the other."""
        stream = self.query_one("#stream", LogView)
        going, coming = (told, stream) if told.display else (stream, told)
        coming.display = True
        if going.has_focus:
            self.screen.set_focus(coming)
        going.display = False
