"""Progress is told by its changes: whoever folds them knows the whole."""

from __future__ import annotations

import pytest

from sixfold.events import GateProgress
from sixfold.gate.decode import Decoder
from sixfold.gate.listed import MOST_OF_A_KIND, SLOWEST
from sixfold.gate.report import Report
from sixfold.tally import Tally
from streams import OWN, SOURCES, record


def told(data: bytes, size: int) -> Tally:
    """The tally of a stream that was told after every `size` bytes."""
    report, decoder, tally = Report(SOURCES), Decoder(), Tally()
    for at in range(0, len(data), size):
        report.feed(decoder.feed(data[at : at + size]), 0.0)
        tally.apply(report.progress(1, 0.0))
    report.close()
    tally.apply(report.progress(1, 0.0))
    return tally


@pytest.mark.parametrize("path", sorted(OWN.glob("*.jsonl")), ids=lambda path: path.stem)
def test_how_often_it_is_told_makes_no_difference(path: object) -> None:
    data = path.read_bytes()  # type: ignore[attr-defined]
    whole, parts = told(data, len(data) + 1), told(data, 997)
    assert parts.packages == whole.packages
    assert parts.tests == whole.tests
    assert parts.failures == whole.failures
    assert parts.latest == whole.latest


def test_somebody_who_comes_late_is_told_the_whole() -> None:
    tally, late = told((OWN / "json_race.jsonl").read_bytes(), 500), Tally()
    late.apply(tally.whole())
    assert late.whole() == tally.whole()
    assert late.packages


def test_nothing_new_is_a_short_message() -> None:
    report, decoder = Report(), Decoder()
    report.feed(decoder.feed(record("run", "TestA") + record("fail", "TestA")), 1.0)
    first, second = report.progress(1, 1.0), report.progress(1, 2.0)
    assert [len(first.packages), len(first.packages[0].tests)] == [1, 1]
    assert (second.packages, second.failures) == ([], None)


def test_what_failed_once_has_failed_however_often_it_passed_since() -> None:
    data = b"".join(
        record("run", "TestA") + record(how, "TestA", Elapsed=0.5) for how in ("fail", "pass")
    )
    assert told(data, 1 << 16).of("m/p")["TestA"].state == "failed"


def test_of_many_tests_the_first_are_named_and_all_failures() -> None:
    many = b"".join(record("run", f"Test{n}") + record("pass", f"Test{n}") for n in range(1000))
    data = many + record("run", "TestBad") + record("fail", "TestBad")
    tally = told(data, 4096)
    assert len(tally.of("m/p")) == MOST_OF_A_KIND + 1
    assert tally.of("m/p")["TestBad"].state == "failed"
    assert tally.latest.passed == 1000


def test_the_slowest_are_known_by_name() -> None:
    data = b"".join(
        record("run", f"Test{n}") + record("pass", f"Test{n}", Elapsed=n / 10) for n in range(30)
    )
    slowest = told(data, 100).slowest
    assert [test.test for test in slowest] == [f"Test{n}" for n in range(29, 29 - SLOWEST, -1)]


def test_packages_are_awaited_until_something_is_heard_of_them() -> None:
    report, decoder, tally = Report(), Decoder(), Tally()
    report.expect(["m/p", "m/q"])
    tally.apply(report.progress(1, 0.0))
    assert {one.state for one in tally.packages.values()} == {"awaited"}
    report.feed(decoder.feed(record("start")), 1.0)
    tally.apply(report.progress(1, 1.0))
    assert [one.state for one in tally.packages.values()] == ["running", "awaited"]
    assert tally.latest.expected == 2


def test_another_gate_begins_anew() -> None:
    tally = told((OWN / "json_race.jsonl").read_bytes(), 500)
    tally.apply(GateProgress(gate=2, seconds=0, passed=0, failed=0, skipped=0, races=0))
    assert (tally.packages, tally.tests, tally.failures) == ({}, {}, [])
