"""What a person should know who is here for the first time; the first key takes it away."""

from __future__ import annotations

from collections.abc import Iterable

from sixfold.dashboard.widgets.painted import Painted
from sixfold.dashboard.widgets.row import Part

KEYS = (
    ("?", "all keys"),
    ("↵", "about what is selected"),
    ("Tab", "next pane"),
    ("Ctrl+P", "commands"),
)


class Hint(Painted):
    """One row above the footer."""

    def __init__(self) -> None:
        super().__init__(classes="hint")

    def parts(self, y: int) -> Iterable[Part]:  # noqa: ARG002 - there is one row
        """The keys that lead to all others."""
        yield " New here?", "strong"
        for key, label in KEYS:
            yield f"  {key}", "strong"
            yield f" {label}", "plain"
