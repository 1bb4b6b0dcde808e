"""Who judges what others wrote."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sixfold import config
from sixfold.agents.roster import Crew

MINE = f"{{protocol: command, command: [{sys.executable}]}}"
GONE = MINE.replace(sys.executable, "not-there")


def validator(text: str, *writers: str) -> str:
    settings = config.parse(f"agents:\n{text}", "sixfold.yaml", {})
    return Crew(settings, Path()).validator(writers)


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (f"  mine: {MINE}\n", "mine"),
        (f"  default: mine\n  mine: {MINE}\n  other: {MINE}\n", "other"),
        (f"  default: mine\n  mine: {MINE}\n  other: {MINE}\n  kinds: {{fix: other}}\n", "other"),
        (
            f"  default: mine\n  mine: {MINE}\n  other: {MINE}\n  kinds: {{validate: mine}}\n",
            "mine",
        ),
        (
            f"  default: mine\n  mine: {MINE}\n  other: {GONE}\n",
            "mine",
        ),
    ],
    ids=[
        "alone",
        "another",
        "another that fixes",
        "as the config says",
        "another that is not there",
    ],
)
def test_whoever_wrote_does_not_judge_where_there_is_another(text: str, who: str) -> None:
    assert validator(text, "mine") == who


def test_where_all_wrote_the_default_judges() -> None:
    assert (
        validator(f"  default: mine\n  mine: {MINE}\n  other: {MINE}\n", "mine", "other") == "mine"
    )
