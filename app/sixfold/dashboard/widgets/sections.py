"""The row that names the sections of a page, and the one that is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import events
from textual.message import Message

from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part, row, width_of


class Sections(Painted):
    """Names side by side; a click chooses one."""

    class Chosen(Message):
        """A section was clicked."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(classes="sections")
        self.names, self.shown, self.aside = names, names[0], ""
        """`aside` stands at the right."""

    def show(self, shown: str, aside: str) -> None:
        """Mark another section, and say something else at the right."""
        if (shown, aside) != (self.shown, self.aside):
            self.shown, self.aside = shown, aside
            self.refresh()

    def _names(self) -> list[Part]:
        return [
            (f"[{name}]" if name == self.shown else f" {name} ", _tone(name == self.shown))
            for name in self.names
        ]

    def parts(self, y: int) -> Iterable[Part]:  # noqa: ARG002 - there is one row
        """The names, the shown one in brackets."""
        right: list[Part] = [(f"{self.aside} ", "quiet")] if self.aside else []
        return row([(" ", ""), *self._names()], right, self.content_size.width)

    def on_click(self, event: events.Click) -> None:
        """Choose what is clicked."""
        at = 1
        for name, part in zip(self.names, self._names(), strict=True):
            end = at + width_of([part])
            if at <= event.x < end:
                self.post_message(self.Chosen(name))
            at = end


def _tone(shown: bool) -> str:
    return "strong" if shown else "quiet"
