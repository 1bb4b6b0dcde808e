"""What the pages for people say is what the code has."""

import re
from pathlib import Path

from sixfold.dashboard.actions import ACTIONS

ROOT = Path(__file__).parents[2]


def test_every_key_of_the_readme_is_one_of_the_dashboard() -> None:
    text = (ROOT / "README.md").read_text()
    table = text[text.index("## Keys") : text.index("## Config")]
    named = {key for row in table.splitlines() if row.startswith("| `") for key in keys_in(row)}
    known = {action.shown_key for action in ACTIONS} | {"Enter"}
    assert len(named) > 15
    assert named <= known


def keys_in(row: str) -> list[str]:
    return re.findall(r"`([^`]+)`", row.split("|")[1])


def test_every_room_of_the_house_has_its_row() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {
        path.name
        for path in (ROOT / "app" / "sixfold").iterdir()
        if not path.name.startswith("__") and path.name != "py.typed"
    }
    assert len(rooms) > 10
    assert {room for room in rooms if f"`{room}`" not in text and f"`{room}/`" not in text} == set()
