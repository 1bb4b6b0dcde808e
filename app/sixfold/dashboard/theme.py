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
        "added": "#1f2f28",
        "dropped": "#38242a",
    },
)
"""`accent` is for one thing alone: look here."""

_FALLBACKS = {
    "strong": "foreground",
    "quiet": "foreground-darken-2",
    "faint": "foreground-darken-3",
    "cursor": "primary-muted",
    "focus": "primary-muted",
    "added": "success-muted",
    "dropped": "error-muted",
}
"""Our own names for colours -> those that every theme has."""

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
    "added",
    "dropped",
    "codeword",
    "codename",
    "codetext",
    "codenumber",
    "codenote",
)
"""Every way a piece of text may look; each has a rule `.tone--NAME` in the style sheet."""


def fallbacks(theme: Theme) -> dict[str, str]:
    """Our own names for colours, under a theme that does not know them."""
    colours = theme.to_color_system().generate()
    return {ours: colours[theirs] for ours, theirs in _FALLBACKS.items()}


def style_sheet() -> str:
    """All of `styles/*.tcss`; found alike in a checkout, an editable install and a wheel."""
    sheets = [file for file in files("sixfold.styles").iterdir() if file.name.endswith(".tcss")]
    return "\n".join(file.read_text("utf-8") for file in sorted(sheets, key=lambda f: f.name))
