"""Which failures luck may explain, and what is left of them when they are run again."""

from __future__ import annotations

import pytest

from sixfold.gate.luck import forgiven, left, no_luck, raced, whole_where_cut
from sixfold.gate.run import GateResult
from sixfold.model import Failure, FailureKind, TestName, Verdict


def failure(test: str, kind: FailureKind = "fail", package: str = "m/p") -> Failure:
    return Failure(package, test, kind)


def red(*failures: Failure, races: int = 0, verdict: Verdict = "red") -> GateResult:
    return GateResult(verdict, "why", passed=1, races=races, failures=list(failures))


A, B = TestName("m/p", "TestA"), TestName("m/p", "TestB")
GREEN = GateResult("green", "", passed=2)


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (red(failure("TestA")), ""),
        (red(failure("TestA"), failure("TestB", "panic")), ""),
        (red(failure("TestA"), failure("TestR", "race"), races=1), "a data race"),
        (red(failure("TestA"), races=1), "a data race"),
        (red(failure("TestA"), failure("", "build", "m/q")), "more than tests"),
        (red(failure("TestA"), failure("TestT", "timeout")), "more than tests"),
        (red(failure("TestA"), verdict="timed_out"), "more than tests"),
        (red(*(failure(f"Test{n}") for n in range(21))), "more than 20 tests fail"),
    ],
)
def test_only_what_luck_may_explain_is_run_again(result: GateResult, why: str) -> None:
    assert (why in no_luck(result)) if why else not no_luck(result)


@pytest.mark.parametrize(
    ("again", "rest"),
    [
        (GREEN, []),
        (GateResult("green", "no test files"), [A, B]),
        (red(failure("TestA")), [A]),
        (red(failure("TestA"), failure("TestB")), [A, B]),
        (red(failure("", "panic")), [A, B]),
        (red(failure("TestC")), [A, B]),
        (red(failure("TestB", "race"), races=1), [A, B]),
        (red(verdict="error"), [A, B]),
    ],
    ids=["passed", "not run", "one", "both", "package", "another", "race", "error"],
)
def test_what_has_not_been_seen_to_pass_is_left(again: GateResult, rest: list[TestName]) -> None:
    assert left([A, B], again) == rest


def test_a_result_is_forgiven_only_where_all_of_it_passed_later() -> None:
    both = red(failure("TestA"), failure("TestB"))
    half = forgiven(both, {A})
    assert (half.verdict, [one.flaky for one in half.failures]) == ("red", [True, False])
    whole = forgiven(both, {A, B})
    assert (whole.verdict, whole.reason) == ("green", "2 flaky tests passed when run again")
    assert all(one.flaky for one in whole.failures)


def test_where_a_crash_kept_tests_from_running_the_whole_package_is_run() -> None:
    failures = [failure("TestA", "panic"), failure("TestB", "unfinished")]
    other = TestName("m/q", "TestC")
    assert whole_where_cut([A, B, other], failures) == [TestName("m/p"), other]
    assert whole_where_cut([A, other], [failure("TestA")]) == [A, other]


def test_a_race_that_shows_when_failures_are_run_again_is_listed_first() -> None:
    again = red(failure("TestA"), failure("TestA", "race"), races=2)
    found = raced(red(failure("TestA")), again)
    assert (found.verdict, found.races) == ("red", 2)
    assert [one.kind for one in found.failures] == ["race", "fail"]
    assert found.reason.endswith("a data race when run again")
