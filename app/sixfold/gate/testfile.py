"""A Go test file: its functions, its tables, and when the go command takes it. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from itertools import pairwise

from msgspec import Struct

from sixfold.gate.source import Block, Statement, Token, scan, statements

_TEST = re.compile(r"(Test|Benchmark|Fuzz|Example)(?![a-z])")
_SYSTEMS = (
    "aix|android|darwin|dragonfly|freebsd|illumos|ios|js|linux|netbsd|openbsd|plan9|solaris|"
    "wasip1|windows"
)
_MACHINES = (
    "386|amd64|arm|arm64|loong64|mips|mips64|mips64le|mipsle|ppc64|ppc64le|riscv64|s390x|wasm"
)
_SUFFIX = re.compile(rf"_((?:{_SYSTEMS})(?:_(?:{_MACHINES}))?|{_MACHINES})_test\.go$")
_CONSTRAINT = re.compile(r"//(?:go:build| ?\+build)\s+(.*)")
_OUTPUT = re.compile(r"(?://|/\*)\s*((?:unordered )?output:.*)", re.IGNORECASE | re.DOTALL)
_ALIAS = re.compile(r'(?:([\w.]+)\s+)?"([^"]+)"')


class Function(Struct, frozen=True):
    """A function or method of a test file."""

    file: str
    name: str
    """With the type before it, for a method: `fake.Get`."""
    body: Block
    text: str

    @property
    def kind(self) -> str:
        """`Test`, `Benchmark`, `Fuzz` or `Example`; empty for any other function."""
        match = _TEST.match(self.name) if self.name != "TestMain" else None
        return match[1] if match else ""


class TestFile(Struct, frozen=True):
    """What a test file holds."""

    __test__ = False

    path: str
    condition: str
    """What its building is bound to; empty where it is always built."""
    imports: Mapping[str, str]
    """Name in this file -> import path."""
    functions: list[Function]
    values: list[Statement]
    """Package-level variables and constants."""
    words: frozenset[str]
    """All words that stand in it."""
    ranged: frozenset[str]
    """Variables that a loop ranges over."""


def is_test(path: str) -> bool:
    """Whether the go command takes `path` for a test file."""
    *folders, name = path.split("/")
    hidden = any(part in ("testdata", "vendor") or part[:1] in ("_", ".") for part in folders)
    return name.endswith("_test.go") and name[0] not in "_." and not hidden


def read(path: str, content: bytes) -> TestFile:
    """The test file at `path`."""
    source = content.decode(errors="surrogateescape")
    tokens, comments = scan(source)
    words = [text for text, _ in tokens]
    functions: list[Function] = []
    values: list[Statement] = []
    imports: dict[str, str] = {}
    for statement in statements(source):
        word = statement.parts[0]
        if word == "func":
            functions.append(_function(path, statement, _of(statement, source, comments)))
        elif word in ("var", "const"):
            values += _singles(statement)
        elif word == "import":
            imports |= _imports(statement)
    ranged = {after for before, after in pairwise(words) if before == "range"}
    return TestFile(
        path,
        _condition(path, tokens, comments),
        imports,
        functions,
        values,
        frozenset(words),
        frozenset(ranged),
    )


def _of(statement: Statement, source: str, comments: list[Token]) -> str:
    """The output that an example promises in a comment."""
    name = next((word for word in statement.words[1:] if word not in "()"), "")
    if not name.startswith("Example"):
        return ""
    start = source.find(f"func {name}(")
    end = source.find("\nfunc ", start + 1)
    inside = [text for text, at in comments if start <= at and (end < 0 or at < end)]
    for at, text in enumerate(inside):
        if match := _OUTPUT.match(text):
            rest = [match[1], *(line.removeprefix("//") for line in inside[at + 1 :])]
            return "\n".join(" ".join(line.split()) for line in rest)
    return ""


def _function(path: str, statement: Statement, output: str) -> Function:
    words = statement.words
    name = words[1] if len(words) > 1 else ""
    if name == "(":
        end = words.index(")") if ")" in words else len(words) - 1
        owner = [word for word in words[2:end] if word.isidentifier()]
        name = ".".join([*owner[-1:], *words[end + 1 : end + 2]])
    bodies = [block for block in statement.blocks if block.kind == "code"]
    body = bodies[-1] if bodies else Block("code", ())
    if output:
        promise = Statement(("output", output), output)
        body = Block("code", (*body.statements, promise))
    return Function(path, name, body, statement.text)


def _singles(statement: Statement) -> list[Statement]:
    """The declarations of a group, one by one."""
    word, *rest = statement.parts
    if len(rest) == 1 and isinstance(rest[0], Block) and rest[0].kind == "group":
        inner = rest[0].statements
        return [Statement((word, *one.parts), f"{word} {one.text}") for one in inner]
    return [statement]


def _imports(statement: Statement) -> dict[str, str]:
    found = {}
    for one in _singles(statement):
        match = _ALIAS.fullmatch(" ".join(one.words[1:]))
        if match:
            plain = re.sub(r"/v\d+$", "", match[2])
            found[match[1] or posixpath.basename(plain)] = match[2]
    return found


def _condition(path: str, tokens: list[Token], comments: list[Token]) -> str:
    package = next((at for text, at in tokens if text == "package"), 0)
    told = [
        match[1].strip()
        for text, at in comments
        if at < package and (match := _CONSTRAINT.match(text))
    ]
    if suffix := _SUFFIX.search(path):
        told.append(suffix[1].replace("_", "/"))
    return ", ".join(dict.fromkeys(told))
