"""A line of prose as clauses of tokens: lists of ids, phases, words that state a dependency."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, cast

from msgspec import Struct
from msgspec.structs import replace

from sixfold.plan.ids import Ids
from sixfold.plan.mentions import PhaseNames

Kind = Literal[
    "phases", "back", "arrow", "behind", "forward", "after", "reverse", "negation",
    "open", "close", "cut", "to", "and", "word", "ids",
]  # fmt: skip
"""`forward`: A depends on B. `after`: A after B. `behind`: A は B の後, the words stand behind
what is needed. `reverse`: A blocks B. `negation` turns the next keyword into its contrary."""


class Token(Struct, frozen=True):
    """A piece of a line. `wrapped` is True for what stood in parentheses."""

    kind: Kind
    start: int
    end: int
    text: str
    ids: tuple[str, ...] = ()
    phases: tuple[int, ...] = ()
    wrapped: bool = False


class Clause(Struct, frozen=True):
    """What one sentence says, or what one pair of parentheses holds.

    `before` is the list of ids that stands before those parentheses, if it is such.
    """

    tokens: tuple[Token, ...]
    before: Token | None = None


_KEYWORDS: Final[dict[Kind, str]] = {
    "back": r"(?:[←⇐◀]|<(?=[-─=]))[-─=]*",
    "arrow": r"[-─—–=]*[→⇒▶►⟶➜]|[-─—–=]+>|\bthen\b",
    "behind": r"(?:の)?完了後(?:に)?|の後(?:に|で)?|完成[后後]|之[后後]|以[后後]|[にへ]依存"
    r"|에\s*의존|완료\s*후|이후|후에|を前提",
    "forward": r"\bdepend(?:s|ing|ent)?(?:\s+(?:only|directly|also))?\s+(?:up)?on\b(?:\s+only\b)?"
    r"|\b(?:depends(?:[_-]?on)?|deps?|dependenc(?:y|ies))\s*[:=：]"
    r"|\b(?:requires?|needs?)\b\s*:?|\bblocked[\s-]+(?:by|on)\b|\bwait(?:s|ing)?\s+(?:for|on)\b"
    r"|\bprerequisites?\s*[:：]|\bgated\s+(?:on|by)\b|\bbuilds?\s+(?:up)?on\b|\bfollows\b"
    r"|依存(?:先|関係|タスク)?\s*[:：]?|依赖(?:于|项|任务)?\s*[:：]?|依賴(?:於|項|任務)?\s*[:：]?"
    r"|의존(?:성|관계)?\s*[:：]?|前提(?:条件|タスク)?\s*[:：]|前置(?:任[务務]|[条條]件)?\s*[:：]"
    r"|\bdepend(?:e|en|em)\s+d\w{1,2}\b|\bdepend[eê]ncias?\s*:|\brequiere[n]?\b|\brequer(?:em)?\b"
    r"|\bзависит\s+от\b|\bзависимост[ьи]\s*:|\bdépend(?:ent)?\s+d\w{1,2}\b",
    "after": r"\bafter\b|\bonce\b|\b(?:up)?on\s+completion\s+of\b|\bwhen\b|\bdespués\s+de\b"
    r"|\bdepois\s+de\b|\baprès\b|\bпосле\b",
    "reverse": r"\b(?:un)?blocks?\b|\bbefore\b|\bprecedes?\b|\bprerequisites?\s+(?:for|of|to)\b"
    r"|\b(?:required|needed)\s+(?:by|for)\b|\bbloquean?\b|\bantes\s+de\b|阻塞|阻擋",
    "negation": r"\bno\b|\bnot\b|\w+n['’]t\b|\bnever\b|\bwithout\b|\bnone\b|\bnon\b|\boptionally\b"
    r"|\bindependent\b|\bnor\b|\bmay\b|\bmight\b|\bcould\b|\bsin\b|\bsem\b|\bне\b|\bнет\b|不|無|无|なし",
    "open": r"[(（\[【]",
    "close": r"[)）\]】]",
    "cut": r"[;；。]|[.!?](?=\s|$)",
    "to": r"\.{2,3}|…|[-–‒~〜～]+|\b(?:through|thru|to)\b|至|到|から",
    "and": r"[,，、/+＋&∥]|\|\||\b(?:and|plus|or|y|e|и|et|und)\b|と|和|及|與|与",
    "word": r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*(?:['’]s\b)?"
    r"|[^\W\d_]+?(?=[A-Z0-9の完之以に와에依]|\b)",
}
_NUMBERED_WORD: Final = re.compile(
    r"(?<![A-Za-z0-9.-])[A-Za-z-]*[0-9][A-Za-z0-9]*(?:[.-][A-Za-z0-9]+)*"
)
_DECORATION: Final = re.compile(r"\*+|`+|~~|\[P\]|\[US\d+\]")
_PARALLEL: Final = re.compile(
    r"parallel|concurrent|simultaneous|independently|\btogether\b|並行|并行|並列|병렬|paralel"
    r"|параллельн|одновременно|同时|同時",
    re.IGNORECASE,
)
_LABEL: Final = re.compile(r"^[^:：]{0,60}?[:：]")


_PLAIN: Final[frozenset[Kind]] = frozenset({"ids", "phases", "and", "to", "word"})
"""What parentheses may hold to be read as if they were not there."""


class Reader:
    """Reads lines of one file: its ids and its phases are known to it."""

    def __init__(self, ids: Ids, phases: PhaseNames) -> None:
        self._ids = ids
        alternatives = [f"(?P<{kind}>{pattern})" for kind, pattern in _KEYWORDS.items()]
        self._lexemes = re.compile(
            "|".join([f"(?P<phases>{phases.pattern})", *alternatives]), re.IGNORECASE
        )
        self._phases = phases

    def clauses(self, line: str) -> list[Clause]:
        """The clauses of a line, outer ones before those in parentheses.

        None for a line that names neither a task nor a phase.
        """
        if not self._names_something(line):
            return []
        tokens = list(self._tokens(_DECORATION.sub(lambda m: " " * len(m[0]), line)))
        return list(self._split(tokens, None))

    def _names_something(self, line: str) -> bool:
        """A quick look, for most lines of a file state nothing."""
        if self._phases.named_in(line):
            return True
        return any(self._ids.split(found[0]) for found in _NUMBERED_WORD.finditer(line))

    def _tokens(self, line: str) -> Iterator[Token]:
        for found in self._lexemes.finditer(line):
            kind = cast("Kind", found.lastgroup)
            token = Token(kind, found.start(), found.end(), found[0])
            if kind == "phases":
                yield replace(token, phases=self._phases.resolve(found[0]))
            elif kind == "word":
                yield self._word(token)
            else:
                yield token

    def _word(self, token: Token) -> Token:
        ends = self._ids.split(re.sub(r"['’]s$", "", token.text))
        if ends is None:
            return token
        ids = self._ids.between(*ends) if len(ends) == 2 else ends
        return replace(token, kind="ids", ids=tuple(ids))

    def _split(self, tokens: Sequence[Token], before: Token | None) -> Iterator[Clause]:
        """Cut at `;` and `.`, put lists together, and set apart what parentheses hold."""
        outer: list[Token] = []
        inner: list[tuple[Sequence[Token], Token | None]] = []
        place = 0
        while place < len(tokens):
            token = tokens[place]
            place += 1
            if token.kind == "cut":
                yield Clause(tuple(self._lists(outer)), before)
                outer = []
            elif token.kind == "open":
                end = _closing(tokens, place)
                held = tokens[place:end]
                place = end + 1
                if all(t.kind in _PLAIN for t in held):
                    if any(t.kind in {"ids", "phases"} for t in held):
                        outer += [replace(t, wrapped=True) for t in held]
                else:
                    lists = [t for t in self._lists(outer) if t.kind == "ids"]
                    inner.append((held, lists[-1] if lists else before))
            elif token.kind != "close":
                outer.append(token)
        yield Clause(tuple(self._lists(outer)), before)
        for held, last in inner:
            yield from self._split(held, last)

    def _lists(self, tokens: Sequence[Token]) -> Iterator[Token]:
        """Put `T001, T002` and `T004 - T006` together, and phases likewise."""
        current: Token | None = None
        joint: list[Token] = []
        for token in tokens:
            if current and joint and token.kind == current.kind:
                merged = self._joined(current, joint, token)
                if merged:
                    current, joint = merged, []
                    continue
            elif current and token.kind in {"and", "to"}:
                joint.append(token)
                continue
            if current:
                yield current
            yield from joint
            joint = []
            current = token if token.kind in {"ids", "phases"} else None
            if current is None:
                yield token
        if current:
            yield current
        yield from joint

    def _joined(self, one: Token, joint: Sequence[Token], other: Token) -> Token | None:
        kinds = {token.kind for token in joint}
        if kinds == {"and"}:
            ids, phases = one.ids + other.ids, one.phases + other.phases
        elif len(joint) == 1 and one.kind == "ids":
            ids = (*one.ids[:-1], *self._ids.between(one.ids[-1], other.ids[0]), *other.ids[1:])
            phases = ()
        elif len(joint) == 1 and one.phases and other.phases:
            ids, phases = (), tuple(range(min(one.phases), max(other.phases) + 1))
        else:
            return None
        return replace(one, end=other.end, ids=ids, phases=phases)


def speaks_of_parallel_work(line: str) -> bool:
    """Whether a clause says that things run side by side; a label before a colon does not."""
    return bool(_PARALLEL.search(_LABEL.sub("", line)))


def _closing(tokens: Sequence[Token], place: int) -> int:
    depth = 1
    for end in range(place, len(tokens)):
        depth += (tokens[end].kind == "open") - (tokens[end].kind == "close")
        if depth == 0:
            return end
    return len(tokens)
