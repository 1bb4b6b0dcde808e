"""Whether a fix made its tests weaker: what was tested must still be tested. Pure.

Tests may be added, moved, renamed, laid out anew and made stricter. Whatever else happens to what
was there is told, and a person decides.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from sixfold.gate.compare import Lost, harm, losses
from sixfold.gate.renamed import renamed
from sixfold.gate.source import Block
from sixfold.gate.testfile import Function, TestFile, is_test, read

MOST = 4
"""Reasons told of one function."""


def guarded(path: str) -> bool:
    """Whether `path` is a test file or data of tests, which `weakened` must be given."""
    parts = path.split("/")
    return path.endswith(("_test.go", ".golden")) or "testdata" in parts[:-1]


def weakened(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[str]:
    """How the tests in `after` are weaker than those `before`, in words; empty where they are not.

    Both map paths from the root to contents, of all guarded files that a fix changed; a path that
    is missing in one was not there. Each line names a file, and the test where there is one.
    """
    old = [read(path, text) for path, text in sorted(before.items()) if is_test(path)]
    new = [read(path, text) for path, text in sorted(after.items()) if is_test(path)]
    return [
        *_data(before, after),
        *_files(old, new),
        *_functions(renamed(old, new), new),
        *_values(old, new),
        *_added(old, new),
    ]


def _data(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterator[str]:
    """Data that changed; what only moved is the same data."""
    moved = {content for path, content in after.items() if path not in before}
    for path, content in sorted(before.items()):
        if path.endswith("_test.go") and is_test(path):
            continue
        if path in after and after[path] != content:
            yield f"{path}: test data changed"
        elif path not in after and content not in moved:
            yield f"{path}: test data was deleted"


def _files(old: Sequence[TestFile], new: Sequence[TestFile]) -> Iterator[str]:
    """Files that are built under fewer conditions, or import other code under the same name."""
    paths = {file.path: file for file in old}
    for file in new:
        was = paths.get(file.path)
        if was is None:
            continue
        if file.condition and file.condition != was.condition:
            yield f"{file.path}: is only built for {file.condition} now"
        for name, path in was.imports.items():
            if name not in ("_", ".") and file.imports.get(name, path) != path:
                yield f"{file.path}: {name} is {file.imports[name]} now, it was {path}"


def _functions(old: Sequence[TestFile], new: Sequence[TestFile]) -> Iterator[str]:
    paths = {file.path for file in new}
    conditions = {file.path: file.condition for file in [*old, *new]}
    ranged = frozenset().union(*(file.ranged for file in old))
    skippers = _skippers(new)
    mentioned = frozenset().union(*(file.words for file in new))
    found = _Functions(old, new)
    for function in (function for file in old for function in file.functions):
        now = found.now(function)
        where = f"{function.file}: {function.name}"
        if now is None:
            gone = function.file not in paths
            if function.kind or gone or (function.name in mentioned and _checks(function.body)):
                yield f"{where} is gone" + (", with its file" if gone else "")
            continue
        bound = conditions[now.file]
        if now.file != function.file and bound and bound != conditions[function.file]:
            yield f"{where} is only built for {bound} now, in {now.file}"
        for lost in losses(function.body, now.body, ranged, skippers)[:MOST]:
            yield f"{where} {_told(lost)}"


class _Functions:
    """Where the functions of old files are now."""

    def __init__(self, old: Sequence[TestFile], new: Sequence[TestFile]) -> None:
        self._new: dict[tuple[str, str], list[Function]] = {}
        self._by_body: dict[Block, list[Function]] = {}
        self._old = {_key(function) for file in old for function in file.functions}
        for function in (function for file in new for function in file.functions):
            self._new.setdefault(_key(function), []).append(function)
            self._by_body.setdefault(function.body, []).append(function)

    def now(self, function: Function) -> Function | None:
        """The function of this name, else one that is new, of the same kind and the same body."""
        same = self._new.get(_key(function), [])
        if same:  # more than one: `init`, or one for each system
            alike = (one for one in same if one.body == function.body)
            beside = (one for one in same if one.file == function.file)
            return next(alike, next(beside, same[0]))
        for one in self._by_body.get(function.body, []):
            if one.kind == function.kind and _key(one) not in self._old:
                return one
        return None


def _key(function: Function) -> tuple[str, str]:
    return posixpath.dirname(function.file), function.name


def _values(old: Sequence[TestFile], new: Sequence[TestFile]) -> Iterator[str]:
    """Package-level tables and constants that lost something."""
    ranged = frozenset().union(*(file.ranged for file in old))
    now = Block("group", tuple(value for file in new for value in file.values))
    for file in old:
        for value in file.values:
            for lost in losses(Block("group", (value,)), now, ranged)[:MOST]:
                name = value.words[1] if len(value.words) > 1 else value.text
                yield f"{file.path}: {name} {_told(lost)}"


def _added(old: Sequence[TestFile], new: Sequence[TestFile]) -> Iterator[str]:
    """New functions that run before all tests, and may keep them from running."""
    known = {_key(function) for file in old for function in file.functions}
    for function in (function for file in new for function in file.functions):
        if function.name not in ("TestMain", "init") or _key(function) in known:
            continue
        words = list(_words(function.body))
        runs = function.name == "init" or "Run" in words
        if not runs or _has(words, "os", ".", "Exit", "(", "0"):
            yield f"{function.file}: {function.name} ends the tests before they run"


def _skippers(new: Sequence[TestFile]) -> frozenset[str]:
    """Functions of test files that skip the test that calls them."""
    functions = [function for file in new for function in file.functions if not function.kind]
    found: set[str] = set()
    for _ in range(3):  # one may call the other
        found |= {
            function.name.rpartition(".")[2]
            for function in functions
            if any(harm(word, found) for word in _words(function.body))
        }
    return frozenset(found)


def _checks(body: Block) -> bool:
    return bool({"Error", "assert", "panic", "Diff"} & set(_words(body)))


def _words(body: Block) -> Iterator[str]:
    for statement in body.statements:
        yield from statement.all_words()


def _has(words: Sequence[str], *wanted: str) -> bool:
    size = len(wanted)
    return any(tuple(words[at : at + size]) == wanted for at in range(len(words)))


def _told(lost: Lost) -> str:
    """What became of a statement, in words."""
    if not lost.was:
        return f"has a new `{lost.now}`"
    return f"had `{lost.was}`, now `{lost.now}`" if lost.now else f"no longer has `{lost.was}`"
