"""What a line of foreign output looks like: its text made harmless, its colours kept."""

from __future__ import annotations

import re
from typing import TypeAlias

from rich.style import Style
from rich.text import Text

from sixfold.dashboard.widgets.row import clean

LONGEST = 4000
"""Characters of a line that are kept; some compilers print megabytes without a break."""

_STRINGS = re.compile("\x1b[\\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\\\)?")
"""Commands that carry text: titles, links, clipboards, device strings."""

Span: TypeAlias = tuple[int, int, Style]
"""First character, the one after the last, and their style."""


def decode(raw: str) -> tuple[str, list[Span]]:
    """The printable text of `raw` and its coloured spans.

    Colours, bold, italics and underline survive; every other control, hyperlinks and blinking
    do not: they are dropped, or replaced by a sign where they are no well-formed sequence.
    Of a line that overwrote itself the last version is shown.
    """
    if len(raw) > LONGEST:
        raw = f"{raw[:LONGEST]} … {len(raw) - LONGEST} more characters"
    raw = raw.expandtabs(4)
    if raw.isprintable():
        return raw, []
    raw = raw.rstrip("\r\n").rpartition("\r")[2]
    if "\x1b" not in raw:
        return clean(raw), []
    text = Text.from_ansi(_STRINGS.sub("", raw), end="")
    spans = [
        (span.start, span.end, _calm(span.style))
        for span in text.spans
        if isinstance(span.style, Style)
    ]
    return clean(text.plain), spans


def _calm(style: Style) -> Style:
    return Style(
        color=style.color,
        bgcolor=style.bgcolor,
        bold=style.bold,
        italic=style.italic,
        underline=style.underline,
    )
