"""What agents, tests and files say reaches a terminal as text, and as nothing else."""

from collections.abc import Callable
from unicodedata import bidirectional, category

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from sixfold.dashboard.widgets.inert import Inert
from sixfold.gate.text import screen_line
from sixfold.lines import MARKS, harmless

HOSTILE = {
    "osc": "\x1b]0;title\x07",
    "hyperlink": "\x1b]8;;http://x\x1b\\",
    "csi": "\x1b[2J\x1b[H",
    "dcs": "\x1bP+q\x1b\\",
    "c1": "\x9b2J\x9d0;x\x9c",
    "nul": "\0\x08\x7f\r",
    "override": "\u202e\u202d\u2066\u2067\u2068\u2069",
    "marks of direction": "\u200e\u200f\u061c",
    "zero width": "\u200b\u2060\ufeff\xad",
    "tags": "\U000e0041\U000e007f",
    "surrogate": "\ud800",
}
INERT = Inert()
TURNS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def painted(text: str) -> str:
    return INERT.apply([Segment(text)], Color(0, 0, 0))[0].text


def drives(text: str) -> list[str]:
    """Characters that a terminal acts on, or that turn the direction of writing."""
    return [
        char
        for char in text
        if category(char) in {"Cc", "Cs", "Zl", "Zp"} or bidirectional(char) in TURNS
    ]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_drives_a_terminal_or_hides_is_shown(text: str) -> None:
    for show in (harmless, screen_line, painted):
        shown = show(f"a{text}b")
        assert shown.isprintable(), show
        assert (shown[0], shown[-1]) == ("a", "b")


@given(st.text())
def test_whatever_is_said_no_terminal_acts_on_it(text: str) -> None:
    assert drives(painted(text)) == []
    assert drives(screen_line(text)) == []
    assert set(drives(harmless(text))) <= {"\n", "\t"}


@pytest.mark.parametrize("show", [harmless, screen_line, painted])
def test_a_flood_of_marks_on_one_letter_is_cut(show: Callable[[str], str]) -> None:
    assert show("a" + "\u0301" * 500 + "b") == "a" + "\u0301" * MARKS + "b"


@pytest.mark.parametrize(
    "text", ["naïve café", "e\u0301", "👩\u200d👩\u200d👧", "─┼│", "שלום", "नमस्ते"]
)
def test_honest_text_stays(text: str) -> None:
    assert harmless(text) == text
