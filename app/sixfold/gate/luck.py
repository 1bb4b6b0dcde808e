"""Whether luck may explain why tests failed, and what is left when they are run once more. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import structs

from sixfold.gate.run import GateResult
from sixfold.gate.words import top
from sixfold.model import Failure, TestName

MOST = 20
"""Tests that are asked again; where more fail at once, luck is not the reason."""
_ASKED = {"fail", "panic", "unfinished"}
_CUTS = {"panic", "unfinished"}


def askable(failures: Sequence[Failure]) -> list[TestName]:
    """The failures that luck may explain: no race, no build, nothing that fails beside a race."""
    raced = {(one.package, top(one.test)) for one in failures if one.kind == "race"}
    found = [
        TestName(one.package, one.test)
        for one in failures
        if one.kind in _ASKED
        and one.package
        and one.test
        and not raced & {(one.package, ""), (one.package, top(one.test))}
    ]
    return list(dict.fromkeys(found))


def no_luck(result: GateResult) -> str:
    """Why running failures once more is of no use; empty where it may be."""
    names = askable(result.failures)
    if result.races or any(one.kind == "race" for one in result.failures):
        return "a data race is no matter of luck"
    if result.verdict != "red" or len(names) < len({_name(one) for one in result.failures}):
        return "what fails is more than tests"
    return f"more than {MOST} tests fail" if len(names) > MOST else ""


def left(asked: Sequence[TestName], again: GateResult) -> list[TestName]:
    """Of the tests that were run again, those that have not passed."""
    if again.verdict == "green":
        return [] if again.passed else list(asked)
    failed = {_name(one) for one in again.failures}
    whole = {one.package for one in again.failures if not one.test}
    whole |= {one.package for one in again.failures if one.kind == "race"}
    told = any(failed & {one} or one.package in whole for one in asked)
    return [one for one in asked if one in failed or one.package in whole] if told else list(asked)


def whole_where_cut(tests: Sequence[TestName], failures: Sequence[Failure]) -> list[TestName]:
    """The tests; their whole package where a crash or an exit kept others from running at all."""
    cut = {one.package for one in failures if one.kind in _CUTS}
    return list(
        dict.fromkeys(TestName(one.package) if one.package in cut else one for one in tests)
    )


def raced(result: GateResult, again: GateResult) -> GateResult:
    """A red result, with the races that were found when its failures were run again."""
    races = [one for one in again.failures if one.kind == "race"]
    reason = f"{result.reason}, and a data race when run again"
    return structs.replace(
        result,
        reason=reason,
        races=result.races + again.races,
        failures=[*races, *result.failures],
    )


def forgiven(result: GateResult, flaky: Collection[TestName]) -> GateResult:
    """A red result whose failures all passed later: green, with the failures marked."""
    failures = [
        structs.replace(one, flaky=one.flaky or _name(one) in flaky) for one in result.failures
    ]
    if not all(one.flaky for one in failures):
        return structs.replace(result, failures=failures)
    count = len(flaky)
    reason = f"{count} flaky test{'s' * (count > 1)} passed when run again"
    return structs.replace(result, verdict="green", reason=reason, failures=failures)


def _name(failure: Failure) -> TestName:
    return TestName(failure.package, failure.test)
