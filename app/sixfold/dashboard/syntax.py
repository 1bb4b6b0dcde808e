"""The colours of code, by the language that a file's name tells. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import PurePath

from rich.style import Style

from sixfold.dashboard.widgets.ansi import Span

TONES: dict[tuple[str, ...], str] = {
    ("Keyword",): "codeword",
    ("Operator", "Word"): "codeword",
    ("Name", "Tag"): "codeword",
    ("Name", "Function"): "codename",
    ("Name", "Class"): "codename",
    ("Name", "Attribute"): "codename",
    ("Generic", "Heading"): "codename",
    ("Generic", "Subheading"): "codename",
    ("Literal", "String"): "codetext",
    ("Literal", "Number"): "codenumber",
    ("Keyword", "Constant"): "codenumber",
    ("Comment",): "codenote",
}
"""Kind of token, as Pygments names it -> tone."""


_NAMES = {"Makefile": "make", "Dockerfile": "docker", ".yml": "yaml", ".h": "c", ".bash": "bash"}
"""Names and endings that are not their language's name; asking Pygments loads all it knows."""


def language(path: str) -> str:
    """The name of the file's language; `default` where it is not known."""
    name = PurePath(path)
    return _NAMES.get(name.name) or _NAMES.get(name.suffix) or _by_ending(name.suffix)


@lru_cache
def _by_ending(suffix: str) -> str:
    from rich.syntax import Syntax  # noqa: PLC0415 - see `spans`

    return Syntax.guess_lexer(f"x{suffix}")


def spans(path: str, lines: Sequence[str], tones: Mapping[str, Style]) -> list[list[Span]]:
    """The coloured spans of each line of code of the file `path`.

    Pygments is loaded once there is code to show, and not before the first paint.
    """
    name = language(path)
    if name == "default":
        return [[] for _ in lines]
    from rich.syntax import ANSISyntaxTheme, Syntax  # noqa: PLC0415 - see above

    theme = ANSISyntaxTheme({kind: tones[tone] for kind, tone in TONES.items()})
    text = Syntax("", name, theme=theme).highlight("\n".join(lines))
    found: list[list[Span]] = []
    for line in text.split("\n", allow_blank=True):
        styled = [(s.start, s.end, s.style) for s in line.spans]
        found.append([(a, b, style) for a, b, style in styled if isinstance(style, Style)])
    return found


def spans_of_change(
    path: str, lines: Sequence[str], tones: Mapping[str, Style]
) -> list[list[Span]]:
    """The same for lines of a diff, each behind its sign: either side is read by itself."""
    found: list[list[Span]] = [[] for _ in lines]
    for missing in "+-":  # the new side last: what both have is coloured as it now stands
        side = [index for index, line in enumerate(lines) if line[:1] != missing]
        for index, spans_ in zip(
            side, spans(path, [lines[i][1:] for i in side], tones), strict=False
        ):
            found[index] = [(a + 1, b + 1, style) for a, b, style in spans_]
    return found
