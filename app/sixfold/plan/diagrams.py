"""Dependencies drawn rather than told: mermaid graphs, and rails of box characters."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from sixfold.plan.clauses import Reader, Token
from sixfold.plan.sentences import Claim

_NODE: Final = re.compile(r"([A-Za-z_][\w.-]*?)\s*(?:[\[({>]+\"?(.*?)\"?[\])}]+)?(?::::\w+)?\s*$")
_LINK: Final = re.compile(
    r"\s*(?:[<ox]?(?:--+|==+|-\.+-?|~~~)(?:[^->=|]*?(?:--+|==+|\.+-))?[>ox]?)(?:\|[^|]*\|)?\s*"
)

_RIGHT: Final = frozenset("─━═-┬┴┼├└┌╰╭╠╚╔╦╩╬")
_LEFT: Final = frozenset("─━═-┬┴┼┤┘┐╯╮╣╝╗╦╩╬")
_DOWN: Final = frozenset("│┃║|┬┼├┤┐┌╮╭╠╣╗╔╦╬┘╯")
"""With `┘`, which hand-made drawings continue downward."""
_UP: Final = frozenset("│┃║|┴┼├┤┘└╯╰╠╣╝╚╩╬")
_CORNERS: Final = re.compile(r"[┬┴┼├┤└┘┐┌╰╭╯╮╠╣╚╔╝╗│┃║]")
_HEADS: Final = frozenset(">→▶►➜")


def is_drawing(lines: Sequence[str]) -> bool:
    """Whether a fence draws with corners and branches, so that lines must be read together."""
    return any(_CORNERS.search(line) for line in lines)


def mermaid_claims(reader: Reader, lines: Sequence[str]) -> Iterator[tuple[int, Claim]]:
    """The claims of a mermaid graph, each with the place of its line.

    A node stands for the ids or the phase that its label, or else its name, begins with.
    """
    meaning: dict[str, Token] = {}
    for place, line in enumerate(lines):
        if not re.search(r"--|==|-\.", line):
            _nodes(reader, line, meaning)
            continue
        groups = [_nodes(reader, part, meaning) for part in _LINK.split(line.strip().rstrip(";"))]
        for left, right in pairwise(groups):
            for one in left:
                for other in right:
                    claim = _claim(one, other, len(line))
                    if claim:
                        yield place, claim


def _nodes(reader: Reader, part: str, meaning: dict[str, Token]) -> list[Token]:
    found = []
    for piece in part.split("&"):
        node = _NODE.match(piece.strip())
        if node is None:
            continue
        name, label = node[1], node[2]
        token = _first(reader, label) if label else None
        if token is None and name not in meaning:
            token = _first(reader, name)
        if token is not None:
            meaning[name] = token
        if name in meaning:
            found.append(meaning[name])
    return found


def _first(reader: Reader, text: str) -> Token | None:
    """What a label speaks of: a phase where it names one, else its ids."""
    tokens = [t for clause in reader.clauses(text.replace("<br/>", " ")) for t in clause.tokens]
    phases = next((t for t in tokens if t.kind == "phases" and t.phases), None)
    return phases or next((t for t in tokens if t.kind == "ids"), None)


def _claim(one: Token, other: Token, end: int) -> Claim | None:
    if one.kind != other.kind:
        return None
    if one.kind == "ids":
        return Claim(0, end, other.ids, one.ids)
    return Claim(0, end, phases=other.phases, needed_phases=one.phases)


def rail_claims(reader: Reader, lines: Sequence[str]) -> Iterator[tuple[int, Claim]]:
    """The claims of a drawing: what enters a rail from the left is needed by what it points to.

    The line of a claim is that of the task the rail points to.
    """
    sources: dict[int, list[Token]] = defaultdict(list)
    targets: dict[int, list[tuple[int, Token]]] = defaultdict(list)
    rails = _rails(lines)
    drawn = {place for place, line in enumerate(lines) if _CORNERS.search(line)}
    listed = [[t for c in reader.clauses(line) for t in c.tokens if t.ids] for line in lines]
    for place in sorted(drawn):
        for token in listed[place]:
            right = _rail_after(lines[place], place, token.end, rails)
            if right is not None:
                sources[right].append(token)
            left = _rail_before(lines[place], place, token.start, rails)
            if left is not None:
                targets[left].append((place, token))
    for rail, pointed in targets.items():
        origins = sources[rail] or _hanging(rail, rails, listed)
        for place, target in pointed:
            for source in origins:
                yield place, Claim(0, len(lines[place]), target.ids, source.ids)


def _hanging(
    rail: int, rails: dict[tuple[int, int], int], listed: Sequence[Sequence[Token]]
) -> list[Token]:
    """What a rail that begins with `└` hangs from: the id above it, or to the left of that."""
    row, column = min(cell for cell, number in rails.items() if number == rail)
    above = [token for token in listed[row - 1] if token.start <= column] if row else []
    return above[-1:]


def _rail_after(line: str, place: int, end: int, rails: dict[tuple[int, int], int]) -> int | None:
    """The rail that begins behind an id, blanks and a remark in parentheses between."""
    gap = re.match(r"\s*(?:\([^)]*\)\s*)?", line[end:])
    column = end + (gap.end() if gap else 0)
    return rails.get((place, column))


def _rail_before(
    line: str, place: int, start: int, rails: dict[tuple[int, int], int]
) -> int | None:
    """The rail whose arrow points to an id."""
    before = line[:start].rstrip().removesuffix("[P]").rstrip()
    if not before or before[-1] not in _HEADS:
        return None
    return rails.get((place, len(before) - 1))


def _rails(lines: Sequence[str]) -> dict[tuple[int, int], int]:
    """The number of the rail that each drawn cell belongs to."""
    rails: dict[tuple[int, int], int] = {}
    cells = {
        (row, column)
        for row, line in enumerate(lines)
        for column, char in enumerate(line)
        if char in _RIGHT | _LEFT | _DOWN | _UP | _HEADS
    }
    for start in sorted(cells):
        if start in rails:
            continue
        number = len(rails)
        work = [start]
        rails[start] = number
        while work:
            for cell in _joined(work.pop(), lines, cells):
                if cell not in rails:
                    rails[cell] = number
                    work.append(cell)
    return rails


def _joined(
    cell: tuple[int, int], lines: Sequence[str], cells: set[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    row, column = cell
    char = lines[row][column]
    ways = (
        (row, column + 1, _RIGHT, _LEFT | _HEADS),
        (row, column - 1, _LEFT | _HEADS, _RIGHT),
        (row + 1, column, _DOWN, _UP),
        (row - 1, column, _UP, _DOWN),
    )
    for other_row, other_column, here, there in ways:
        other = (other_row, other_column)
        if char in here and other in cells and lines[other_row][other_column] in there:
            yield other
