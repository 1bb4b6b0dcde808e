"""Go source as nested statements: enough to tell what a test says from how it is laid out. Pure.

No parser: layout, comments and imports are gone, the rest are tokens, grouped by braces. Source
that does not compile comes out as something, never as an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["code", "case", "type", "literal", "group"]
Token: TypeAlias = tuple[str, int]
"""Text, and where it starts."""

DEPTH = 50
"""Braces nested deeper are mere tokens."""

_TOKEN = re.compile(
    r"""
    (?P<space>[ \t\r\f]+) | (?P<newline>\n) | (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    | (?P<value>`[^`]*`? | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'?
        | \.?\d(?:[eEpP][+-]|[\w.])* | [^\W\d]\w*)
    | (?P<sign><<=|>>=|&\^=|\.\.\.|&&|\|\||<-|\+\+|--|==|!=|<=|>=|:=|[-+*/%&|^]=|<<|>>|&\^|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_OPENS_LINE = frozenset(
    """
    case chan const default defer else for func go goto if import interface map package range
    select struct switch type var
    """.split()  # noqa: SIM905 - reads better than twenty quoted words
)
"""Keywords after which a newline ends no statement."""
_ENDS_LINE = {")", "]", "}", "++", "--"}
_BRANCHES = {"if", "for", "switch", "select", "else"}
_GROUPS = {"var", "const", "type", "import"}
_TESTERS = {"t", "b", "f", "tb"}
_FAILING = {"Error", "Errorf", "Fatal", "Fatalf", "Fail", "FailNow"}
_LOGGING = {"Log", "Logf"}


@dataclass(frozen=True)
class Block:
    """What stands between braces, statement by statement, or element by element."""

    kind: Kind
    statements: tuple[Statement, ...]


@dataclass(frozen=True)
class Statement:
    """A statement, a field, or an element of a literal; equal where it says the same."""

    parts: tuple[str | Block, ...]
    text: str = field(compare=False, default="")
    """Its source, on one line."""

    @property
    def words(self) -> list[str]:
        """The tokens outside its blocks."""
        return [part for part in self.parts if isinstance(part, str)]

    @property
    def blocks(self) -> list[Block]:
        """Its blocks."""
        return [part for part in self.parts if isinstance(part, Block)]

    def all_words(self) -> Iterator[str]:
        """All its tokens."""
        for part in self.parts:
            if isinstance(part, str):
                yield part
            else:
                for inner in part.statements:
                    yield from inner.all_words()


class _Open:
    """A block that is being read."""

    def __init__(self, kind: Kind, closer: str) -> None:
        self.kind, self.closer = kind, closer
        self.statements: list[Statement] = []
        self.begin()

    def begin(self) -> None:
        self.parts: list[str | Block] = []
        self.start = self.depth = 0
        self.functions: set[int] = set()
        """Depths of parentheses at which the next brace opens a function's body."""


def scan(source: str) -> tuple[list[Token], list[Token]]:
    """The tokens of `source`, with the semicolons that newlines stand for, and its comments."""
    tokens: list[Token] = []
    comments: list[Token] = []
    ends = False
    for match in _TOKEN.finditer(source):
        text, at = match[0], match.start()
        if match["comment"]:
            comments.append((text, at))
            if text.startswith("//go:") and not text.startswith(("//go:build", "//go:generate")):
                tokens += [(" ".join(text.split()), at), (";", at)]
        if match["newline"] or (match["comment"] and "\n" in text):
            if ends:
                tokens.append((";", at))
            ends = False
        elif match["value"] or match["sign"]:
            text = text.lower() if text[0].isdigit() else text
            tokens.append((text, at))
            ends = text in _ENDS_LINE or bool(match["value"] and text not in _OPENS_LINE)
    return tokens, comments


def statements(source: str) -> tuple[Statement, ...]:
    """The declarations of a file."""
    return _Reader(source).read(scan(source)[0])


class _Reader:
    """Tokens become statements."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._open = [_Open("code", "")]

    def read(self, tokens: list[Token]) -> tuple[Statement, ...]:
        """All statements, whatever is left open at the end."""
        for text, at in tokens:
            self._take(text, at)
        while len(self._open) > 1:
            self._close(len(self._source))
        self._end(len(self._source))
        return tuple(self._open[0].statements)

    def _take(self, text: str, at: int) -> None:
        top = self._open[-1]
        if text == top.closer and not top.depth:
            self._close(at + 1)
        elif text == "}" and top.kind == "case":
            self._close(at)
            self._close(at + 1)
        elif not top.depth and self._ends(top, text):
            self._end(at)
        elif text in ("case", "default") and not top.parts and top.kind == "case":
            self._close(at)
            self._end(at)
            self._add(text, at)
        elif text == "{" and len(self._open) < DEPTH:
            self._begin(_kind(top), "}", at)
        elif text == "(" and top.parts and not top.depth and _is_group(top):
            self._begin("group", ")", at)
        else:
            self._add(text, at)
            self._end_label(top, text, at)

    @staticmethod
    def _ends(top: _Open, text: str) -> bool:
        if text == ";" and top.parts and top.parts[0] in _BRANCHES:
            last = top.parts[-1]  # before its body, a semicolon is part of the head
            return isinstance(last, Block) and last.kind == "code"
        return text == ";" or (text == "," and top.kind == "literal")

    def _end_label(self, top: _Open, text: str, at: int) -> None:
        """A case begins a block of its own; a label is a statement of its own."""
        if text != ":" or top.depth or top.kind not in ("code", "case"):
            return
        if top.parts[0] in ("case", "default") and len(self._open) < DEPTH:
            self._open.append(_Open("case", "}{"))
        elif len(top.parts) == 2:
            self._end(at + 1)

    def _add(self, text: str, at: int) -> None:
        top = self._open[-1]
        if not top.parts:
            top.start = at
        if text == "func" and (not top.parts or top.parts[-1] != "]"):
            top.functions.add(top.depth)
        if text in ("(", "["):
            top.depth += 1
        elif text in (")", "]"):
            if top.parts and top.parts[-1] == ",":
                top.parts.pop()
            top.depth = max(top.depth - 1, 0)
            top.functions = {depth for depth in top.functions if depth <= top.depth}
        elif text in (",", "=", ":="):
            top.functions.discard(top.depth)
        top.parts.append(text)

    def _begin(self, kind: Kind, closer: str, at: int) -> None:
        top = self._open[-1]
        if not top.parts:
            top.start = at
        if kind == "code":
            top.functions.discard(top.depth)
        self._open.append(_Open(kind, closer))

    def _close(self, at: int) -> None:
        """The innermost block ends, and is a part of the statement around it."""
        if len(self._open) == 1:
            return
        self._end(at - 1)
        block = self._open.pop()
        self._open[-1].parts.append(Block(block.kind, tuple(block.statements)))

    def _end(self, at: int) -> None:
        top = self._open[-1]
        if top.parts:
            text = " ".join(self._source[top.start : at].split())
            top.statements.append(Statement(_plain(top.parts), text))
        top.begin()


def _kind(top: _Open) -> Kind:
    """What the brace behind `top.parts` opens."""
    parts = top.parts
    if parts and parts[-1] in ("struct", "interface"):
        return "type"
    if top.depth in top.functions:
        return "code"
    in_code = top.kind in ("code", "case")
    if not parts:
        return "code" if in_code else "literal"
    branches = in_code and not top.depth and parts[0] in _BRANCHES
    return "code" if branches and not _is_type(parts) else "literal"


def _is_type(parts: list[str | Block]) -> bool:
    """Whether `parts` end with the type of a slice or a map, so that its elements follow."""
    at = len(parts) - 1
    last = parts[at]
    if isinstance(last, Block):
        if last.kind != "type":
            return False
        at -= 1
    elif not last.isidentifier():
        return False
    while at > 1 and parts[at - 1] == ".":
        at -= 2
    at -= at > 0 and parts[at - 1] == "*"
    return at > 0 and parts[at - 1] == "]"


def _is_group(top: _Open) -> bool:
    return top.kind == "code" and len(top.parts) == 1 and top.parts[0] in _GROUPS


def _plain(parts: list[str | Block]) -> tuple[str | Block, ...]:
    """One way to say what can be said in several: `any`, and how a test fails."""
    if parts[0] in _TESTERS and parts[1:2] == ["."] and _is_call(parts[3:]):
        if parts[2] in _FAILING:
            return (parts[0], ".", "Error")
        if parts[2] in _LOGGING:
            return (parts[0], ".", "Log")
    plain: list[str | Block] = []
    for at, part in enumerate(parts):
        if part == "require" and parts[at + 1 : at + 2] == ["."]:
            plain.append("assert")
        elif plain and plain[-1] == "interface" and part == Block("type", ()):
            plain[-1] = "any"
        else:
            plain.append(part)
    return tuple(plain)


def _is_call(parts: list[str | Block]) -> bool:
    """Whether `parts` are one pair of parentheses and what is between them."""
    depth = 0
    for at, part in enumerate(parts):
        depth += (part in ("(", "[")) - (part in (")", "]"))
        if not depth:
            return at == len(parts) - 1 and part == ")"
    return False
