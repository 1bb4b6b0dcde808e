"""The look: one calm theme, and the style sheets that ship beside it."""

from __future__ import annotations

from importlib.resources import files

from textual.theme import Theme

THEME = Theme(
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
        "strong": "#f0f2f5",
        "quiet": "#8089a0",
        "faint": "#4a515e",
        "cursor": "#2b3547",
        "focus": "#37527d",
    },
)
"""`accent` is for one thing alone: look here."""

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
    "chosen",
    "call",
    "callrow",
    "callkey",
    "add",
    "drop",
)
"""Every way a piece of text may look; each has a rule `.tone--NAME` in the style sheet."""


def style_sheet() -> str:
    """All of `styles/*.tcss`; found alike in a checkout, an editable install and a wheel."""
    sheets = [file for file in files("sixfold.styles").iterdir() if file.name.endswith(".tcss")]
    return "\n".join(file.read_text("utf-8") for file in sorted(sheets, key=lambda f: f.name))
