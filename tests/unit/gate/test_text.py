from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sixfold.gate.text import LINE_WIDTH, Kept, clean, screen_line, shorten


def test_colours_go_and_other_control_characters_become_pictures() -> None:
    assert clean("\x1b[31;1mred\x1b[0m \x1b[2J\x07\x00\x7f\x9b\u202e") == "red ␛[2J␇␀␡��"
    assert clean("crlf\r\nback\rforth") == "crlf\nback␍forth"


@given(st.text(max_size=300))
def test_what_goes_out_is_printable(text: str) -> None:
    for sign in clean(text):
        assert sign in "\n\t" or ord(sign) >= 0x20
        assert not 0x7F <= ord(sign) < 0xA0
    line = screen_line(text)
    assert "\n" not in line
    assert "\t" not in line
    assert len(line) <= LINE_WIDTH


def test_long_text_loses_its_middle() -> None:
    short = shorten("a" * 50 + "b" * 500 + "c" * 50, 100)
    assert short.startswith("a" * 50 + "\n… 500 characters left out …\n")
    assert short.endswith("c" * 50)
    assert shorten("abc", 100) == "abc"


@given(st.lists(st.text("ab\n", max_size=2000), max_size=100))
def test_kept_output_keeps_its_ends(pieces: list[str]) -> None:
    kept = Kept()
    for piece in pieces:
        kept.add(piece)
    whole = "".join(pieces).split("\n")
    lines = kept.lines()
    assert kept.size <= 5 * Kept.HALF
    assert lines[:1] == whole[:1] or not lines
    assert "".join(kept.pieces)[-500:] == "".join(pieces)[-500:]
