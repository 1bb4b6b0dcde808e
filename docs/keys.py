"""The table of keys in the README, made from the one table of actions."""

from __future__ import annotations

import re
from pathlib import Path

from sixfold.dashboard.action import Action
from sixfold.dashboard.actions import ACTIONS, PLAYING

README = Path(__file__).parent.parent / "README.md"
_PLACE = re.compile(r"(?<=\| key \| does \|\n\|---\|---\|\n)(?:\|.*\|\n)+")


def main() -> None:
    """Write the table into the README."""
    README.write_text(_PLACE.sub(lambda _: table(), README.read_text(), count=1))


def table() -> str:
    """A row for each action; the slots, which have a key each, share one. Replays come last."""
    rows = ["| `1` to `6` | Look at a slot; once more: full screen |\n"]
    slots = [action for action in ACTIONS if action.id.startswith("slot(")]
    usual = [action for action in ACTIONS if action not in PLAYING]
    lines = [_row(action) for action in (*usual, *PLAYING) if action not in slots]
    place = next(n for n, action in enumerate(usual) if action in slots)
    return "".join([*lines[:place], *rows, *lines[place:]])


def _row(action: Action) -> str:
    return f"| `{action.shown_key}` | {action.tooltip} |\n"


if __name__ == "__main__":
    main()
