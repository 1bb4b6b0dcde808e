"""One row of the screen: pieces of text with a tone each, cut to a width.

Whatever an agent, a test or a file says comes to the screen through `clean`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from rich.cells import cell_len, set_cell_size

from sixfold.lines import CONTROLS

Part: TypeAlias = tuple[str, str]
"""Text and the name of its tone."""
BLANK: Part = ("", "")
"""A row that keeps apart what is above and below it."""

_BLANKS = str.maketrans({"\t": " ", "\n": "\u240a"})


def _visible(match: re.Match[str]) -> str:
    code = ord(match[0])
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"


def clean(text: str) -> str:
    """The text on one line, controls and direction marks replaced one for one by what shows."""
    return text if text.isprintable() else re.sub(CONTROLS, _visible, text.translate(_BLANKS))


def width_of(parts: Iterable[Part]) -> int:
    """Width in cells."""
    return sum(cell_len(text) for text, _ in parts)


def fit(text: str, width: int) -> str:
    """`text`, cut to `width` cells; an ellipsis says that some is missing."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""


def cut(parts: Iterable[Part], width: int) -> list[Part]:
    """The parts that fit into `width` cells, the last one shortened where need be."""
    kept: list[Part] = []
    for text, tone in parts:
        if width <= 0:
            break
        piece = fit(clean(text), width)
        width -= cell_len(piece)
        kept.append((piece, tone))
    return kept


def row(left: Sequence[Part], right: Sequence[Part], width: int) -> list[Part]:
    """`left`, a gap, and `right` at the far end: `width` cells. What is left gives way first."""
    ending = cut(right, width)
    room = width - width_of(ending)
    start = cut(left, room - 1 if ending else room)
    return [*start, (" " * (room - width_of(start)), ""), *ending]
