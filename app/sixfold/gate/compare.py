"""What statements lost between two versions of a block. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from sixfold.gate.source import Block, Statement

TEXT = 100
"""Characters of a statement that are told."""

_EXPECTED = re.compile(r"want|exp", re.IGNORECASE)
_HARMFUL = {"Skip", "Skipf", "SkipNow", "Short", "Goexit", "recover", "goto"}
_JUMPS = {"return", "break", "continue"}
_LOOPS = {"for", "switch", "select"}


class Lost(Struct, frozen=True):
    """A statement that is gone, or became another, or harms what was there."""

    was: str
    """Empty where nothing was there."""
    now: str = ""
    """Empty where nothing took its place."""


class _Scope(Struct, frozen=True):
    ranged: Collection[str]
    """Variables that a loop ranges over."""
    skippers: Collection[str]
    """Functions that skip the test that calls them."""
    known: dict[tuple[int, int], list[Lost]] = {}
    """What was found for two statements, by their identity: without it, depth would cost doubly."""


def harm(word: str, skippers: Collection[str] = ()) -> bool:
    """Whether a word may keep what follows it from being tested."""
    return word in _HARMFUL or word in skippers


def _short(text: str) -> str:
    return text if len(text) <= TEXT else text[: TEXT - 1] + "…"


def losses(
    before: Block, after: Block, ranged: Collection[str] = (), skippers: Collection[str] = ()
) -> list[Lost]:
    """What of `before` is missing in `after`, and what is new there and skips any of it.

    Its statements must all be there in their order; others may stand between them, but in a literal
    only where it is a table, which is one that a loop ranges over.
    """
    return _block(before, after, _Scope(ranged, skippers))


def _block(before: Block, after: Block, scope: _Scope) -> list[Lost]:
    if before == after:
        return []
    lost: list[Lost] = []
    kept: dict[int, Statement] = {}
    at = 0
    for one in before.statements:
        place = _place(one, after.statements, at, scope)
        if place is not None:
            kept[place] = one
            at = place + 1
            continue
        other = _likest(one, after.statements, at)
        if other is None:
            lost.append(Lost(_short(one.text)))
            continue
        inner = _statement(one, after.statements[other], scope)
        lost += inner
        kept[other] = one
        at = other + 1
    if before.kind in ("code", "case"):
        lost += _harmful(after.statements, kept, scope)
    return lost


def _place(
    one: Statement, statements: Sequence[Statement], start: int, scope: _Scope
) -> int | None:
    """Where `one` still stands, from `start` on."""
    for at in range(start, len(statements)):
        if one == statements[at] or not _statement(one, statements[at], scope):
            return at
    return None


def _likest(one: Statement, statements: Sequence[Statement], start: int) -> int | None:
    """What stands in place of `one`: a statement with the same head, else one that begins so."""
    places = range(start, len(statements))
    same = (at for at in places if statements[at].words == one.words)
    begins = (at for at in places if statements[at].parts[0] == one.parts[0])
    return next(same, next(begins, None))


def _statement(was: Statement, now: Statement, scope: _Scope) -> list[Lost]:
    """What `was` lost where `now` stands."""
    pair = (id(was), id(now))
    if pair not in scope.known:
        scope.known[pair] = _compared(was, now, scope)
    return scope.known[pair]


def _compared(was: Statement, now: Statement, scope: _Scope) -> list[Lost]:
    if was == now or (now.parts[1:] == (".", "Error") and was.parts[1:] == (".", "Log")):
        return []
    parts = now.parts
    if was.parts[0] == "if" and parts[len(was.parts) : len(was.parts) + 1] == ("else",):
        parts = parts[: len(was.parts)]  # one more branch takes nothing away
    shape = [part if isinstance(part, str) else part.kind for part in was.parts]
    now_shape = [part if isinstance(part, str) else part.kind for part in parts]
    whole = Lost(_short(was.text), _short(now.text))
    if shape != now_shape and not _raised(shape, now_shape):
        return [whole]
    lost: list[Lost] = []
    for at, (old, new) in enumerate(zip(was.parts, parts, strict=True)):
        if not isinstance(old, Block) or not isinstance(new, Block):
            continue
        if old.kind != "literal":
            lost += _block(old, new, scope)
        elif not _holds(old, new, scope, is_table=_is_table(was, at, scope)):
            lost += _changed_rows(old, new, whole)
    return lost


def _holds(old: Block, new: Block, scope: _Scope, *, is_table: bool) -> bool:
    """Whether a literal says what it said; a table may have more rows."""
    if len(old.statements) != len(new.statements) and not is_table:
        return False
    at = 0
    for row in old.statements:
        place = _place(row, new.statements, at, scope)
        if place is None:
            return False
        at = place + 1
    return True


def _changed_rows(old: Block, new: Block, whole: Lost) -> list[Lost]:
    """What became of a literal's elements; the `whole` statement where that tells nothing."""
    were, are = set(old.statements), set(new.statements)
    gone = [row for row in old.statements if row not in are]
    fresh = [row.text for row in new.statements if row not in were]
    if len(gone) != len(fresh):
        return [Lost(_short(row.text)) for row in gone] or [whole]
    pairs = zip(gone, fresh, strict=True)
    return [Lost(_short(row.text), _short(now)) for row, now in pairs] or [whole]


def _is_table(statement: Statement, at: int, scope: _Scope) -> bool:
    """Whether the literal at `parts[at]` lists cases, not what is expected of one."""
    parts = statement.parts
    words = statement.words
    if parts[0] == "for":
        return True
    if not words or ":" in words[:2]:
        return False
    name = words[:2][-1] if words[0] == "var" else words[0]
    if _EXPECTED.search(name):
        return False
    before = parts[at - 1] if at else ""
    has_fields = isinstance(before, Block) and parts[at - 3 : at - 1] == ("]", "struct")
    return has_fields or name in scope.ranged


def _raised(was: Sequence[str], now: Sequence[str]) -> bool:
    """Whether only a count is higher: of a loop's rounds, or of goroutines to wait for."""
    if len(was) != len(now) or (was[0] != "for" and list(was[:3]) != ["wg", ".", "Add"]):
        return False
    for at, (old, new) in enumerate(zip(was, now, strict=True)):
        if old == new:
            continue
        counts = was[at - 1] in ("<", "<=", "range", "(")
        if not (counts and old.isdecimal() and new.isdecimal() and int(old) < int(new)):
            return False
    return True


def _harmful(
    statements: Sequence[Statement], kept: dict[int, Statement], scope: _Scope
) -> Iterator[Lost]:
    """New statements that may keep those that were there from testing."""
    failed = False
    for at, one in enumerate(statements):
        if at in kept:
            failed = failed or one.parts[1:3] == (".", "Error")
            continue
        following = [after for place, after in kept.items() if place > at]
        if (
            any(harm(word, scope.skippers) for word in one.all_words())
            or _exits(one)
            or (not failed and _jumps(one))
            or _overwrites(one, following)
        ):
            yield Lost("", _short(one.text))
        failed = failed or one.parts[1:3] == (".", "Error")


def _exits(statement: Statement) -> bool:
    words = list(statement.all_words())
    return any(words[at : at + 3] == ["os", ".", "Exit"] for at in range(len(words)))


def _jumps(statement: Statement, *, in_loop: bool = False) -> bool:
    """Whether it may leave the block that it stands in."""
    first = statement.parts[0]
    if first in _JUMPS:
        return first == "return" or not in_loop or len(statement.parts) > 1
    if "func" in statement.words:
        return False
    in_loop = in_loop or first in _LOOPS
    for block in statement.blocks:
        for inner in block.statements:
            if inner.parts[1:3] == (".", "Error"):
                break  # it leaves after having failed
            if _jumps(inner, in_loop=in_loop):
                return True
    return False


def _overwrites(statement: Statement, following: Sequence[Statement]) -> bool:
    """Whether it sets a variable that the next statement about it only reads."""
    if "=" not in statement.words or statement.parts[0] in ("var", "const", "for", "if"):
        return False
    names = {word for word in statement.words[: statement.words.index("=")] if word.isidentifier()}
    for after in following:
        about = names & set(after.all_words())
        if about:
            words = after.words
            ends = next((at for at, word in enumerate(words) if word in ("=", ":=")), 0)
            return not about & set(words[:ends])
    return False
