"""The tables of keys, made from the one table of actions: the README's short one, and `keys.md`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import ACTIONS, BY_ID, PLAYING, STEERED

README = Path(__file__).parent.parent / "README.md"
PAGE = Path(__file__).parent / "keys.md"
FIRST = (
    "start",
    "pause",
    "allow",
    "reject",
    "retry",
    "skip",
    "cancel",
    "gate",
    "inbox",
    "details",
    "zoom",
    "go_round(1)",
    "slot(1)",
    "diff",
    "plan",
    "timeline",
    "find",
    "messages",
    "leave",
)
"""What the README tells."""
_PLACE = re.compile(r"(?<=\| key \| does \|\n\|---\|---\|\n)(?:\|.*\|\n)+")


def main() -> None:
    """Write the tables into both."""
    for page, rows in ((README, first()), (PAGE, table())):
        page.write_text(_PLACE.sub(lambda _, rows=rows: rows, page.read_text(), count=1))


def first() -> str:
    """A row for each action that one should know first."""
    return _rows(BY_ID[id_] for id_ in FIRST)


def table() -> str:
    """A row for each action; replays come last."""
    return _rows((*STEERED, *PLAYING))


def _rows(actions: Iterable[Action]) -> str:
    """The slots, which have a key each, share a row."""
    shared = {action.id for action in ACTIONS if action.id.startswith("slot(")} - {"slot(1)"}
    return "".join(_row(action) for action in actions if action.id not in shared)


def _row(action: Action) -> str:
    if action.id == "slot(1)":
        return "| `1` to `6` | Look at a slot; once more: full screen |\n"
    return f"| `{action.shown_key}` | {action.tooltip} |\n"


if __name__ == "__main__":
    main()
