"""Failing tests, asked again: alone, or in another tree."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from msgspec import Struct

from sixfold.gate.call import call
from sixfold.gate.command import as_go_test, survey
from sixfold.gate.decode import Decoder
from sixfold.gate.places import Sources
from sixfold.gate.run import GateResult, run_gate
from sixfold.model import Failure

MOST = 20
"""Tests that are asked alone; where more fail at once, luck is not the reason."""

_ASKED = {"fail", "panic", "unfinished"}
_VALUES = frozenset(
    """
    tags timeout cpu parallel vet exec mod modfile overlay ldflags gcflags asmflags gccgoflags
    compiler pkgdir toolexec installsuffix p C
    """.split()  # noqa: SIM905 - reads better than twenty quoted words
)
"""Flags with a value that say how tests are built and run."""
_DROPPED_SWITCHES = {"v", "failfast", "cover", "a", "n", "x", "work", "c", "i", "benchmem"}
_DROPPED_VALUES = frozenset(
    """
    count run skip shuffle bench benchtime blockprofile blockprofilerate coverprofile coverpkg
    covermode o outputdir list fuzz fuzztime fuzzminimizetime fuzzcachedir cpuprofile memprofile
    memprofilerate mutexprofile mutexprofilefraction trace
    """.split()  # noqa: SIM905 - the same
)
"""Flags that say which tests run, how often, and what is written beside."""


class _Words(Struct, frozen=True):
    """A `go test` command without its packages and its choice of tests."""

    start: list[str]
    """Up to and with `test -json`."""
    flags: list[str]
    rest: list[str]
    """`-args` and what follows."""

    def on(self, package: str, pattern: str = "") -> list[str]:
        """The command for the tests of `package` that match; all of them without a pattern."""
        chosen = ["-run", pattern] if pattern else []
        return [*self.start, *self.flags, "-count=1", *chosen, package, *self.rest]


def _words(command: Sequence[str]) -> _Words | None:
    """`command` in parts; None where it is no `go test`."""
    plain = [word for word in command if word.lstrip("-").partition("=")[0] != "json"]
    go_test = as_go_test(plain)
    if not go_test:
        return None
    words = go_test.command
    own = words.index("-json") + 1  # it was put right behind `test`
    end = words.index("-args") if "-args" in words else len(words)
    return _Words(words[:own], _kept(words[own:end]), words[end:])


def _kept(words: Sequence[str]) -> list[str]:
    """The flags that say how to test, in order."""
    kept: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        name, equals, _ = word.lstrip("-").removeprefix("test.").partition("=")
        takes = word.startswith("-") and not equals and name in _VALUES | _DROPPED_VALUES
        if word.startswith("-") and name not in _DROPPED_SWITCHES | _DROPPED_VALUES:
            kept += words[at : at + 1 + takes]
        at += 1 + takes
    return kept


async def passes_alone(
    root: Path,
    failures: Sequence[Failure],
    *,
    command: Sequence[str],
    env: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109 - what was not asked in time has not passed
) -> set[tuple[str, str]]:
    """(package, test) of the failures that pass when each is run without its neighbours.

    They are run as the gate's `command` runs them, the first `MOST` of them, one by one, within
    `timeout` seconds in all. Races, builds, timeouts and what fails beside a race are not asked; a
    `command` that is no `go test` asks nothing.
    """
    words = _words(command)
    passed: set[tuple[str, str]] = set()
    if not words:
        return passed
    try:
        async with asyncio.timeout(timeout):
            for package, test in _asked(failures):
                alone = words.on(package, _pattern([test]))
                if await _passes(alone, test, root, env):
                    passed.add((package, test))
    except (TimeoutError, OSError):
        pass
    return passed


def _asked(failures: Sequence[Failure]) -> list[tuple[str, str]]:
    """The failures that luck may explain."""
    raced = {(one.package, _top(one.test)) for one in failures if one.kind == "race"}
    found = [
        (one.package, one.test)
        for one in failures
        if one.kind in _ASKED
        and one.package
        and one.test
        and not raced & {(one.package, ""), (one.package, _top(one.test))}
    ]
    return list(dict.fromkeys(found))[:MOST]


def _top(test: str) -> str:
    return test.partition("/")[0]


def _pattern(tests: Sequence[str]) -> str:
    """What `-run` takes: one test with its subtests' names, or any of several whole tests."""
    if len(tests) == 1:
        return "/".join(f"^{re.escape(part)}$" for part in tests[0].split("/"))
    return f"^({'|'.join(sorted({re.escape(_top(test)) for test in tests}))})$"


async def _passes(command: Sequence[str], test: str, root: Path, env: Mapping[str, str]) -> bool:
    """Whether `test` was run by `command`, and passed, and nothing else failed."""
    said = await call(command, cwd=root, env=env, apart=True)
    records = Decoder().feed(said.out.encode(errors="surrogateescape") + b"\n")
    return not said.code and any(one.action == "pass" and one.test == test for one in records)


async def fails(
    root: Path,
    failures: Sequence[Failure],
    *,
    command: Sequence[str],
    env: Mapping[str, str],
    timeout: float,  # noqa: ASYNC109 - running out of time is an answer here, no exception
) -> bool | None:
    """Whether any of these failures is there in the tree at `root`, too; for a bisection.

    None where it cannot be told: the tests do not build there, or `timeout` seconds were not
    enough. A test that is not there does not fail. Of a failure without a package, the whole
    `command` is the test.
    """
    words = _words(command)
    until = monotonic() + timeout
    sources = (await asyncio.to_thread(survey, root)).sources
    packages: dict[str, list[Failure]] = {}
    for one in failures:
        if not one.package or not words or _has(root, one.package, sources):
            packages.setdefault(one.package if words else "", []).append(one)
    told: list[bool | None] = []
    for package, asked in packages.items():
        chosen = words.on(package, _choice(asked)) if words and package else command
        result = await run_gate(
            chosen,
            root=root,
            env=env,
            format="auto",
            timeout=max(until - monotonic(), 0.1),
            record=None,
            hear=lambda _lines, _progress: None,
            number=0,
        )
        answer = _there(asked, result) if words and package else _whole(result)
        if answer:
            return True
        told.append(answer)
    return None if None in told else False


def _has(root: Path, package: str, sources: Sources) -> bool:
    """Whether the tree has Go files where a package would be."""
    folder = root / Path(sources.in_package(package, "x")).parent
    return sources.owner(package) is not None and any(folder.glob("*.go"))


def _choice(failures: Sequence[Failure]) -> str:
    """The tests to run: none for a build, all where the package itself failed."""
    if all(one.kind == "build" for one in failures):
        return "^$"
    tests = [one.test for one in failures if one.kind != "build"]
    return _pattern([_top(test) for test in tests]) if all(tests) else ""


def _whole(result: GateResult) -> bool | None:
    return None if result.verdict in ("error", "timed_out") else result.verdict == "red"


def _there(asked: Sequence[Failure], result: GateResult) -> bool | None:
    """Whether one of the failures asked for is among those found."""
    if result.verdict == "green":
        return False
    if any(_same(one, found) for one in asked for found in result.failures):
        return True
    hidden = result.verdict != "red" or any(
        found.kind in ("build", "panic", "timeout") for found in result.failures
    )
    return None if hidden else False


def _same(asked: Failure, found: Failure) -> bool:
    if "build" in (asked.kind, found.kind) or "race" in (asked.kind, found.kind):
        return asked.kind == found.kind
    return asked.test == found.test
