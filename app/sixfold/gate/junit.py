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
from sixfold.gate.marks import is_frame
from sixfold.gate.text import Kept, clean
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
    """What it printed; nothing of what passed."""


class _Package(Struct):
    """What the record has of a package."""

    seconds: float = 0.0
    cases: dict[str, _Case] = {}
    """In the order in which they ended."""


def write(path: Path, begun: GateStarted, ended: GateEnded, record: Path) -> None:
    """Write the XML of a gate to `path`, whole or not at all. Raises `OSError`.

    `record` is its raw output; it need not be there where nothing was run.
    """
    xml = JUnitXml(_name(begun))
    tests = _read(record) if record.exists() else {}
    xml.extend(list(_suites(tests, begun, ended)))  # type: ignore[no-untyped-call] # the library
    xml.update_statistics()  # type: ignore[no-untyped-call] # the same
    for suite in xml:
        if suite.name in tests:  # and not what its tests took together
            suite.time = round(tests[suite.name].seconds, 3)
    xml.time = round(ended.seconds, 3)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    xml.write(str(fresh))
    fresh.replace(path)


def _name(begun: GateStarted) -> str:
    after = f"after phase {begun.phase}" if begun.phase else begun.cause
    return f"gate {begun.gate} ({after})"


def _read(record: Path) -> dict[str, _Package]:
    """The packages that something was heard of, by their names."""
    found: dict[str, _Package] = {}
    said: dict[tuple[str, str], Kept] = {}
    for entry in _records(record):
        if not entry.package:
            continue
        package, key = found.setdefault(entry.package, _Package()), (entry.package, entry.test)
        if entry.action == "output" and entry.test:
            if not is_frame(entry.test, entry.output):
                said.setdefault(key, Kept()).add(entry.output)
        elif entry.action in {"pass", "fail", "skip"} and entry.test:
            kept = said.pop(key, None)
            words = "\n".join(kept.lines()) if kept and entry.action != "pass" else ""
            package.cases[entry.test] = _Case(entry.action, entry.elapsed, words)
        elif entry.action in {"pass", "fail", "skip"}:
            package.seconds = entry.elapsed
    return found


def _records(record: Path) -> Iterator[Record]:
    decoder = Decoder()
    with record.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield from decoder.feed(chunk)
    yield from decoder.close()


def _suites(
    packages: Mapping[str, _Package], begun: GateStarted, ended: GateEnded
) -> Iterable[TestSuite]:
    if not packages:
        yield _suite(" ".join(begun.command), [_whole(begun, ended)])
        return
    wrong: dict[str, list[Failure]] = {name: [] for name in packages}
    for failure in ended.failures:
        wrong.setdefault(failure.package, []).append(failure)
    for name, failures in wrong.items():
        tests = packages[name].cases if name in packages else {}
        forgiven = ended.verdict == "green"  # what failed passed when it was run again
        yield _suite(name or "go", list(_cases(name, tests, failures, forgiven=forgiven)))
    if ended.verdict in {"error", "timed_out"} and not ended.failures:  # cut off while all was well
        yield _suite(" ".join(begun.command), [_whole(begun, ended)])


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
        found.result = [_by_itself(case)]
    elif case.outcome == "skip":
        found.result = [Skipped(clean(_last(case.said)))]
    return found


def _by_itself(case: _Case) -> Failed:
    """A failure that the verdict does not list: there are too many, or another test tells it."""
    found = Failed(
        clean(_last(case.said)) or "what it failed for is told with another test", "fail"
    )
    found.text = clean(case.said)
    return found


def _last(said: str) -> str:
    return said.rstrip().rpartition("\n")[2].strip()


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
