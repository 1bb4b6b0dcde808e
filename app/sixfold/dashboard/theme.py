"""The look: our own themes, and the style sheets that ship beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from textual.theme import Theme

DARK = Theme(
    name="sixfold",
    primary="#7d9fd3",
    secondary="#8b93a7",
    accent="#e0a458",
    warning="#e0a458",
    error="#d9777f",
    success="#84b28a",
    foreground="#c9cdd6",
    background="#15171c",
    surface="#191c22",
    panel="#23272f",
    dark=True,
    variables={
        "paper": "#15171c",
        "strong": "#f0f2f5",
        "quiet": "#8089a0",
        "faint": "#4a515e",
        "cursor": "#2b3547",
        "shadow": "#23272f",
        "focus": "#37527d",
        "found": "#57432a",
        "added": "#1f2f28",
        "dropped": "#38242a",
    },
)
"""`accent` is for one thing alone: look here."""

LIGHT = Theme(
    name="sixfold-light",
    primary="#2b5a99",
    secondary="#5d6676",
    accent="#9a5200",
    warning="#9a5200",
    error="#b02a37",
    success="#2f6f45",
    foreground="#333842",
    background="#eceae5",
    surface="#f8f7f4",
    panel="#e1ded7",
    dark=False,
    variables={
        "paper": "#eceae5",
        "strong": "#0f1115",
        "quiet": "#5f6672",
        "faint": "#9da1a8",
        "cursor": "#cfdcee",
        "shadow": "#e1ded7",
        "focus": "#b3cae8",
        "found": "#ecca98",
        "added": "#dcecdf",
        "dropped": "#f3dadb",
    },
)

SIXTEEN = Theme(
    name="sixfold-16",
    primary="#55ffff",
    secondary="#aaaaaa",
    accent="#ffff55",
    warning="#ffff55",
    error="#ff5555",
    success="#55ff55",
    foreground="#aaaaaa",
    background="#000000",
    surface="#000000",
    panel="#0000aa",
    dark=True,
    variables={
        "paper": "#000000",
        "strong": "#ffffff",
        "quiet": "#aaaaaa",
        "faint": "#aaaaaa",
        "cursor": "#555555",
        "shadow": "#0000aa",
        "focus": "#aa00aa",
        "found": "#0000aa",
        "added": "#00aa00",
        "dropped": "#aa0000",
    },
)
"""For terminals of sixteen colours: each is one of these, so that none turns into another."""

THEMES = (DARK, LIGHT, SIXTEEN)


def fitting(environ: Mapping[str, str], colours: str | None) -> str:
    """The name of the theme for a terminal of so many `colours`, as Rich names their system.

    Some terminals tell their ground in `COLORFGBG`: `0;15` is black on white.
    """
    if colours == "standard":
        return SIXTEEN.name
    ground = environ.get("COLORFGBG", "").rpartition(";")[2]
    return LIGHT.name if ground in {"7", "15"} else DARK.name


_FALLBACKS = {
    "paper": "background",
    "strong": "foreground",
    "quiet": "foreground-darken-2",
    "faint": "foreground-darken-3",
    "cursor": "primary-muted",
    "shadow": "panel",
    "focus": "primary-muted",
    "found": "accent-muted",
    "added": "success-muted",
    "dropped": "error-muted",
}
"""Our own names for colours -> those that every theme has."""
_OF_TERMINALS = {
    True: {
        "paper": "ansi_black",
        "cursor": "ansi_bright_black",
        "shadow": "ansi_bright_black",
        "focus": "ansi_blue",
    },
    False: {
        "paper": "ansi_bright_white",
        "cursor": "ansi_white",
        "shadow": "ansi_white",
        "focus": "ansi_bright_cyan",
    },
}
"""The same for dark and light themes of a terminal's own colours, which know no tints of them."""

TONES = (
    "plain",
    "strong",
    "quiet",
    "faint",
    "good",
    "bad",
    "busy",
    "look",
    "warn",
    "alert",
    "title",
    "brand",
    "slotkey",
    "key",
    "bar",
    "focusbar",
    "cursor",
    "shadow",
    "found",
    "hit",
    "chosen",
    "call",
    "callrow",
    "callkey",
    "added",
    "dropped",
    "thought",
    "codeword",
    "codename",
    "codetext",
    "codenumber",
    "codenote",
)
"""Every way a piece of text may look; each has a rule `.tone--NAME` in the style sheet."""


def fallbacks(theme: Theme) -> dict[str, str]:
    """Our own names for colours, under a theme that does not know them."""
    unknown = {ours: theirs for ours, theirs in _FALLBACKS.items() if ours not in theme.variables}
    colours = theme.to_color_system().generate() if unknown else {}
    found = {ours: colours[theirs] for ours, theirs in unknown.items()}
    return found | (_OF_TERMINALS[theme.dark] if theme.ansi else {})


def style_sheet() -> str:
    """All of `styles/*.tcss`; found alike in a checkout, an editable install and a wheel.

    Blanks beside marks are left out: half of what Textual's parser reads would be such.
    """
    sheets = sorted(Path(import_module("sixfold.styles").__path__[0]).glob("*.tcss"))
    text = "\n".join(sheet.read_text("utf-8") for sheet in sheets)
    return re.sub(r"\s*([{};])\s*", r"\1", text)
