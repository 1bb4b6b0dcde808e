"""What the pages for people say is what the code has."""

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import Struct

from sixfold.config import (
    AgentSettings,
    Budget,
    GateSettings,
    IsolationSettings,
    NotifySettings,
    Roster,
    RuleSettings,
    Settings,
)
from sixfold.history import Attempt, Gate, Question, Remark, Rest
from sixfold.report.account import Account, PhaseAccount, TaskAccount, Worker

ROOT = Path(__file__).parents[2]
keys = SimpleNamespace(**runpy.run_path(str(ROOT / "docs" / "keys.py")))


def test_the_keys_of_the_documents_are_those_of_the_dashboard() -> None:
    assert keys.first() in keys.README.read_text()
    assert keys.table() in keys.PAGE.read_text()


@pytest.mark.parametrize(
    "settings",
    [
        Settings,
        Roster,
        AgentSettings,
        IsolationSettings,
        GateSettings,
        Budget,
        RuleSettings,
        NotifySettings,
    ],
    ids=lambda kind: kind.__name__,
)
def test_every_key_of_the_config_is_explained(settings: type[Struct]) -> None:
    text = (ROOT / "docs" / "config.md").read_text()
    explained = {name.rpartition(".")[2] for name in re.findall(r"`([\w.]+)`", text)}
    inner = {
        "roster",
        "agents",
        "permissions",
        "isolation",
        "gate",
        "budget",
        "notify",
    }  # have tables
    assert set(settings.__struct_fields__) - inner <= explained


@pytest.mark.parametrize(
    "part",
    [Account, PhaseAccount, TaskAccount, Worker, Attempt, Gate, Rest, Question, Remark],
    ids=lambda kind: kind.__name__,
)
def test_every_field_of_the_report_is_explained(part: type[Struct]) -> None:
    text = (ROOT / "docs" / "report.md").read_text()
    assert set(part.__struct_fields__) <= set(re.findall(r"`(\w+)`", text))


def test_every_room_of_the_house_has_its_row() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text()
    rooms = {
        path.name
        for path in (ROOT / "app" / "sixfold").iterdir()
        if not path.name.startswith("__") and path.name != "py.typed"
    }
    assert len(rooms) > 10
    assert {room for room in rooms if f"`{room}`" not in text and f"`{room}/`" not in text} == set()
