"""Failing tests, asked again: alone, or in another tree."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from sixfold.gate.call import call
from sixfold.gate.command import survey
from sixfold.gate.decode import Decoder
from sixfold.gate.luck import MOST, askable
from sixfold.gate.places import Sources
from sixfold.gate.run import GateResult, run_gate
from sixfold.gate.words import parse, pattern, top
from sixfold.model import Failure


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
    words = parse(command)
    passed: set[tuple[str, str]] = set()
    if not words:
        return passed
    try:
        async with asyncio.timeout(timeout):
            for one in askable(failures)[:MOST]:
                alone = words.on([one.package], pattern([one.test]))
                if await _passes(alone, one.test, root, env):
                    passed.add((one.package, one.test))
    except (TimeoutError, OSError):
        pass
    return passed


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
    words = parse(command)
    until = monotonic() + timeout
    sources = (await asyncio.to_thread(survey, root)).sources
    packages: dict[str, list[Failure]] = {}
    for one in failures:
        if not one.package or not words or _has(root, one.package, sources):
            packages.setdefault(one.package if words else "", []).append(one)
    told: list[bool | None] = []
    for package, asked in packages.items():
        chosen = words.on([package], _choice(asked)) if words and package else command
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
    return pattern([top(test) for test in tests]) if all(tests) else ""


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
