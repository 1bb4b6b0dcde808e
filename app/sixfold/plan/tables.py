"""Tables with a column that says what depends on what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from sixfold.plan.clauses import Reader, Token
from sixfold.plan.sentences import Claim

_NEEDED: Final = re.compile(
    r"depend|deps|blocked by|prerequisite|requires|needs|after|依存|依赖|依賴|의존|前置|前提|завис",
    re.IGNORECASE,
)
_NEEDING: Final = re.compile(r"^\W*(?:blocks|unblocks|blocking)\W*$", re.IGNORECASE)


def table_claims(reader: Reader, lines: Sequence[str]) -> Iterator[tuple[int, Claim]]:
    """The claims of a table, each with the place of its row in `lines`.

    The subject is the first cell of the row that consists of ids, or of phases.
    """
    head = _cells(lines[0])
    column = next((n for n, (_, cell) in enumerate(head) if _NEEDED.search(cell)), None)
    reverse = column is None
    if column is None:
        column = next((n for n, (_, cell) in enumerate(head) if _NEEDING.search(cell)), None)
    if column is None:
        return
    for place, line in enumerate(lines[1:], 1):
        cells = _cells(line)
        if column >= len(cells):
            continue
        start, text = cells[column]
        needed = _named(reader, text)
        subjects = [
            _named(reader, cell, whole=True) for n, (_, cell) in enumerate(cells) if n != column
        ]
        subject = next((found for found in subjects if found), [])
        for one in subject[:1]:
            for other in needed:
                claim = _claim(one, other, start, start + len(text), reverse=reverse)
                if claim:
                    yield place, claim


def _claim(one: Token, other: Token, start: int, end: int, *, reverse: bool) -> Claim | None:
    if one.kind != other.kind:
        return None
    if reverse:
        one, other = other, one
    if one.kind == "ids":
        return Claim(start, end, one.ids, other.ids)
    return Claim(start, end, phases=one.phases, needed_phases=other.phases)


def _named(reader: Reader, cell: str, *, whole: bool = False) -> list[Token]:
    """The lists a cell names; with `whole`, only if it begins with one."""
    tokens = [token for clause in reader.clauses(cell) for token in clause.tokens]
    if whole and (not tokens or tokens[0].kind not in {"ids", "phases"}):
        return []
    if any(token.kind == "negation" for token in tokens):
        return []
    return [token for token in tokens if token.kind in {"ids", "phases"}]


def _cells(line: str) -> list[tuple[int, str]]:
    """The cells of a row: where each begins, and its text."""
    cells = []
    start = 0
    for part in re.split(r"(?<!\\)\|", line):
        cells.append((start, part))
        start += len(part) + 1
    return cells[1:] if cells and not cells[0][1].strip() else cells
