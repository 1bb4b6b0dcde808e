"""Terminals that have ASCII alone: every sign gets a letter or a stroke in its place."""

from __future__ import annotations

from collections.abc import Mapping

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

_POOR = {"linux", "dumb", "vt52", "vt100", "vt102", "vt220", "ansi", "cons25"}
"""Kinds of terminal that lack most of our signs, whatever the locale says."""
_LIKE = (
    "✓v ✗x ●* ○o ◆# ⊘% ↷> –- —- ≠# ‖= …~ ·. ■# ━= ╌- ─- ═= │| ┃| ╳X ▶> ▸+ ▾- ▲^ ▼v ←< →> ↑^ ↓v "
    "┊: ░: ↵e ⇧^ ┌+ ┐+ └+ ┘+ ├+ ┤+ ╭+ ╮+ ╰+ ╯+ █# ▌# ▐# ▀# ▄# ▁_ ▏| ▎| ▕| ×x “\" ”\" ‘' ’' •* "
    "◷@ ≡= ›> ┏+ ┓+ ┗+ ┛+ ╔+ ╗+ ╚+ ╝+ ║| ╍- ╏| ▔- ▂_ ▃_ ▅# ▆# ▇# ▉# ▊| ▋| ▍| "
    "▖_ ▗_ ▘' ▝' ▙# ▛# ▜# ▟#"
)
_WIDE = {"🔎": "/ "}
"""Signs of two cells."""
_SIGNS = str.maketrans({pair[0]: pair[1] for pair in _LIKE.split()} | _WIDE)


def lacks_signs(environ: Mapping[str, str]) -> bool:
    """Does the terminal show ASCII alone, by its kind or by the locale.

    Where no locale is named, it shows all: so do terminals in containers.
    """
    if environ.get("TERM", "").partition("-")[0] in _POOR:
        return True
    named = next((v for k in ("LC_ALL", "LC_CTYPE", "LANG") if (v := environ.get(k))), "UTF-8")
    return "utf" not in named.lower()


class PlainSigns(LineFilter):
    """Puts one ASCII character in the place of each cell that is none."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002 - Textual's
        """The segments, as wide as before."""
        if all(segment.text.isascii() for segment in segments):
            return segments
        return [Segment(plain(text), style, control) for text, style, control in segments]


def plain(text: str) -> str:
    """`text` in ASCII, each cell of it."""
    if text.isascii():
        return text
    return "".join(
        sign if sign.isascii() else "?" * cell_len(sign) for sign in text.translate(_SIGNS)
    )
