"""JUnit XML of a gate, for whatever shows test results: a suite for each package.

The tests come from the raw record of `go test -json`, what is wrong with them from the verdict.
A command that is no `go test` is one suite with one case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from junitparser import Error, JUnitXml, Skipped, TestCase, TestSuite
from junitparser import Failure as Failed
from msgspec import Struct

from sixfold.events import GateEnded, GateStarted
from sixfold.gate.decode import Decoder, Record
from sixfold.gate.text import clean
from sixfold.model import Failure

CHUNK = 1 << 18
"""Bytes of the record that are read at once."""
BROKEN = frozenset({"build", "command", "timeout", "unfinished"})
"""Kinds of failure that are no test's word."""


class _Case(Struct):
    """A test that ended, as the record has it."""

    outcome: str
    """pass, fail or skip."""
    seconds: float
    said: str = ""


def write(path: Path, begun: GateStarted, ended: GateEnded, record: Path) -> None:
    """Write the XML of a gate to `path`, whole or not at all. Raises `OSError`.

    `record` is its raw output; it need not be there where nothing was run.
    """
    xml = JUnitXml(_name(begun))
    tests = _read(record) if record.exists() else {}
    xml.extend(list(_suites(tests, begun, ended)))  # type: ignore[no-untyped-call] # the library
    xml.update_statistics()  # type: ignore[no-untyped-call] # the same
    xml.time = round(ended.seconds, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    xml.write(str(fresh))
    fresh.replace(path)


def _name(begun: GateStarted) -> str:
    after = f"after phase {begun.phase}" if begun.phase else begun.cause
    return f"gate {begun.gate} ({after})"


def _read(record: Path) -> dict[str, dict[str, _Case]]:
    """Package -> its tests, in the order in which they ended."""
    found: dict[str, dict[str, _Case]] = {}
    said: dict[tuple[str, str], str] = {}
    for entry in _records(record):
        if not entry.package:
            continue
        package = found.setdefault(entry.package, {})
        if entry.action == "output" and entry.test:
            said[entry.package, entry.test] = entry.output  # a skip's last words say why
        elif entry.action in {"pass", "fail", "skip"} and entry.test:
            words = said.pop((entry.package, entry.test), "")
            package[entry.test] = _Case(entry.action, entry.elapsed, words)
    return found


def _records(record: Path) -> Iterator[Record]:
    decoder = Decoder()
    with record.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield from decoder.feed(chunk)
    yield from decoder.close()


def _suites(
    packages: Mapping[str, Mapping[str, _Case]], begun: GateStarted, ended: GateEnded
) -> Iterable[TestSuite]:
    if not packages:
        yield _suite(" ".join(begun.command), [_whole(begun, ended)])
        return
    wrong: dict[str, list[Failure]] = {name: [] for name in packages}
    for failure in ended.failures:
        wrong.setdefault(failure.package, []).append(failure)
    for name, failures in wrong.items():
        tests = packages.get(name, {})
        forgiven = ended.verdict == "green"  # what failed passed when it was run again
        yield _suite(name or "go", list(_cases(name, tests, failures, forgiven=forgiven)))


def _suite(name: str, cases: list[TestCase]) -> TestSuite:
    suite = TestSuite(clean(name))
    suite.add_testcases(cases)
    return suite


def _cases(
    package: str, tests: Mapping[str, _Case], wrong: Sequence[Failure], *, forgiven: bool
) -> Iterable[TestCase]:
    told: dict[str, list[Failure]] = {}
    for failure in wrong:
        told.setdefault(failure.test or failure.kind, []).append(failure)
    for name, case in tests.items():
        found = _case(package, name, case, told.pop(name, []))
        if forgiven and case.outcome == "fail":
            found.system_out = f"flaky: {'; '.join(str(one.message) for one in found.result)}"
            found.result = []
        yield found
    for name, failures in told.items():  # a race told apart, a test that never ended, a build
        yield _case(package, name, _Case("fail", 0.0), failures)


def _case(package: str, name: str, case: _Case, wrong: Sequence[Failure]) -> TestCase:
    found = TestCase(clean(name), clean(package), round(case.seconds, 3))
    if wrong:
        found.result = [_wrong(failure) for failure in wrong]
    elif case.outcome == "fail":
        found.result = [Failed("what it failed for is told with another test", "fail")]
    elif case.outcome == "skip":
        found.result = [Skipped(clean(case.said.strip()))]
    return found


def _wrong(failure: Failure) -> Failed | Error:
    kind = Error if failure.kind in BROKEN else Failed
    notes = [word for word, holds in (("old", failure.old), ("flaky", failure.flaky)) if holds]
    message = f"{failure.message} ({', '.join(notes)})" if notes else failure.message
    found = kind(clean(message), failure.kind)
    place = f"{failure.file}:{failure.line}\n" if failure.file else ""
    found.text = clean(f"{place}{failure.output}")
    return found


def _whole(begun: GateStarted, ended: GateEnded) -> TestCase:
    """The command as one case."""
    found = TestCase(_name(begun), "gate", round(ended.seconds, 3))
    if ended.verdict != "green":
        wrong = [_wrong(failure) for failure in ended.failures]
        found.result = [*wrong] or [Error(clean(ended.reason), ended.verdict)]
    return found
