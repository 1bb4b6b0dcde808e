"""The rows of the test tree: packages, their tests, what was left out; and in few rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard.results import Results

Kind = Literal["run", "package", "test", "failure", "group", "slow", "note"]
RUN = "run"
SLOW = "slowest"
_ORDER = {"failed": 0, "running": 1, "": 2, "skipped": 3, "passed": 4}


class Row(Struct, frozen=True):
    """One row of the tree."""

    key: str
    """Its name among the rows, the same from one frame to the next."""
    kind: Kind
    depth: int = 0
    package: str = ""
    test: str = ""
    """Of a note what it says; of a group, what is in it."""
    number: int = 0
    """Of a failure: the place among those of its package; of a slow test, among the slowest."""
    open: bool | None = None
    """None: nothing is below it."""
    above: str = ""
    """Of a subtest: the test that it stands below."""

    @property
    def label(self) -> str:
        """A test's name below that of the test above; there may be slashes in it."""
        return self.test.removeprefix(f"{self.above}/") if self.above else self.test


def rows(results: Results, opened: Mapping[str, bool]) -> list[Row]:
    """The whole tree; `opened` says which rows the reader opened or folded."""
    found = [Row(RUN, "run")]
    for package in results.packages.values():
        found += _package(results, package, opened)
    if results.slowest:
        is_open = opened.get(SLOW, False)
        found.append(Row(SLOW, "group", test=SLOW, open=is_open))
        found += [
            Row(f"slow {one.package} {one.test}", "slow", 1, one.package, one.test, n)
            for n, one in enumerate(results.slowest)
            if is_open
        ]
    return found


def front(results: Results) -> list[Row]:
    """What needs a look, in few rows: what fails, then what runs."""
    found = [
        Row(f"front {n} {one.package} {one.test}", "failure", 0, one.package, one.test, n)
        for n, one in enumerate(results.failures)
    ]
    running = [
        Row(f"test {package} {test}", "test", 0, package, test) for package, test in results.running
    ]
    return found + running[:3]


def _package(
    results: Results, package: ev.PackageProgress, opened: Mapping[str, bool]
) -> Iterator[Row]:
    name, key = package.package, f"package {package.package}"
    below = bool(package.passed or package.failed or package.skipped) or package.state in {
        "failed",
        "running",
    }
    attention = package.state in {"failed", "running"} or results.touched(name)
    is_open = opened.get(key, attention) if below else None
    yield Row(key, "package", 0, name, open=is_open)
    if not is_open:
        return
    for n, one in enumerate(results.failures_of(name, "")):
        yield Row(f"failure {name} {n} {one.kind}", "failure", 1, name, "", n)
    yield from _tests(results, package, opened)


def _tests(
    results: Results, package: ev.PackageProgress, opened: Mapping[str, bool]
) -> Iterator[Row]:
    name = package.package
    children: dict[str, list[str]] = {}
    names = results.names(name)
    known = set(names)
    for test in names:
        children.setdefault(_parent(test, known), []).append(test)
    for below in children.values():
        below.sort(key=lambda test: _ORDER[results.state_of(name, test)])
    top = children.get("", [])
    passed = [test for test in top if _settled(results, name, test)]
    rest = [test for test in top if not _settled(results, name, test)]
    for test in rest:
        yield from _test(results, name, test, children, opened, 1)
    unnamed = results.unnamed(name)
    number = len(passed) + unnamed
    depth = 1
    if rest and number:
        key = f"passed {name}"
        is_open = opened.get(key, False)
        yield Row(key, "group", 1, name, "passed", number, is_open)
        if not is_open:
            return
        depth = 2
    for test in passed:
        yield from _test(results, name, test, children, opened, depth)
    if unnamed:
        yield Row(f"more {name}", "note", depth, name, f"{unnamed:,} more passed")


def _settled(results: Results, package: str, test: str) -> bool:
    """Did a test pass, and not only now that it was run once more."""
    passed = results.state_of(package, test) == "passed"
    return passed and not results.mended(package, test)


def _test(  # noqa: PLR0917 - what a row of a tree depends on
    results: Results,
    package: str,
    test: str,
    children: Mapping[str, list[str]],
    opened: Mapping[str, bool],
    depth: int,
    above: str = "",
) -> Iterator[Row]:
    key, below = f"test {package} {test}", children.get(test, [])
    is_open = None
    if below:
        passed = all(results.state_of(package, one) in {"passed", ""} for one in [test, *below])
        is_open = opened.get(key, not passed)
    yield Row(key, "test", depth, package, test, open=is_open, above=above)
    if is_open:
        for one in below:
            yield from _test(results, package, one, children, opened, depth + 1, test)


def _parent(test: str, known: set[str]) -> str:
    """The nearest test above that is known; empty where there is none."""
    while "/" in test:
        test = test.rpartition("/")[0]
        if test in known:
            return test
    return ""
