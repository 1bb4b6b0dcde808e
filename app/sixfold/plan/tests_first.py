"""Within a story, tests come before the implementation they name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from posixpath import basename, dirname, splitext
from typing import Final

from sixfold.feature.model import ReadTask

_TEST_STEM: Final = re.compile(
    r"^(?:test[_-](?P<after>.+)|(?P<before>.+?)(?:[._-](?:tests?|spec)|Tests?))$"
)
_TEST_FOLDERS: Final = frozenset({"test", "tests", "__tests__", "e2e", "testing"})
_TEST_WORD: Final = re.compile(
    r"\btests?\b|\btesting\b|\bTDD\b|テスト|测试|測試|테스트|\bpruebas?\b|\btestes?\b|\bтест",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(r"\b(?:for|of)\b(?P<subject>.*)")
_NAME: Final = re.compile(
    r"\b[A-Za-z][a-z0-9]+(?:[A-Z][A-Za-z0-9]*)+\b|(?<=`)[A-Za-z_]\w{3,}(?=[`(])"
)

_BRANDS: Final = frozenset(
    {"GitHub", "GitLab", "JavaScript", "TypeScript", "PostgreSQL", "MySQL", "OpenAPI", "OpenAI"}
    | {"GraphQL", "WebSocket", "OAuth", "YouTube", "LinkedIn", "DevOps", "RabbitMQ", "MongoDB"}
)


def speaks_of_tests(words: str) -> bool:
    """Whether a title or a heading has the word test, in one of the languages met."""
    return bool(_TEST_WORD.search(words))


def is_test_file(path: str) -> bool:
    """Whether a path is a test by its name or its folder."""
    folders = path.split("/")[:-1]
    return _tested_stem(path) is not None or not _TEST_FOLDERS.isdisjoint(folders)


def writes_only_tests(task: ReadTask) -> bool:
    """Whether all the task names are test files; by its words where it names no file."""
    if task.files:
        return all(is_test_file(path) for path in task.files)
    return speaks_of_tests(task.title) or speaks_of_tests(task.group)


def tests_first(story: Sequence[ReadTask]) -> Iterator[tuple[ReadTask, ReadTask, str]]:
    """An implementation, the test that stands before it and names it, and by what name.

    `story` has the tasks of one story in one phase, in file order. A test that the author put
    after the implementation stays there. Only the first task that implements what a test
    names is paired with it: others touch the same file, and wait on that account.
    """
    by_stem: dict[str, list[ReadTask]] = defaultdict(list)
    by_name: dict[str, ReadTask] = {}
    for task in reversed(story):
        if not writes_only_tests(task):
            for path in task.files:
                by_stem[_stem(path)].append(task)
            by_name.update((name, task) for name in _names(task.title))
            continue
        for path in task.files:
            implementation = _implementing(path, by_stem)
            if implementation is not None:
                yield implementation, task, path
        subject = _SUBJECT.search(task.title)
        for name in _names(subject["subject"]) if subject else ():
            if name in by_name:
                yield by_name[name], task, name


def _names(words: str) -> list[str]:
    """What looks like the name of a function or a type; brands do too, and name no code."""
    return [name for name in _NAME.findall(words) if name not in _BRANDS]


def _stem(path: str) -> str:
    return splitext(basename(path))[0]


def _tested_stem(path: str) -> str | None:
    """`store` of `count/store_test.go`, `test_store.py` and `store.spec.ts`; None for code."""
    found = _TEST_STEM.match(_stem(path))
    return (found["after"] or found["before"]) if found else None


def _implementing(test: str, by_stem: dict[str, list[ReadTask]]) -> ReadTask | None:
    """The first later task that names the tested file: the one beside it, else the only one."""
    stem = _tested_stem(test)
    if stem is None:
        return None
    paths: dict[str, ReadTask] = {}
    for task in by_stem.get(stem, ()):
        paths.update((path, task) for path in task.files if _stem(path) == stem)
    for path, task in paths.items():
        if dirname(path) == dirname(test):
            return task
    return next(iter(paths.values())) if len(paths) == 1 else None
