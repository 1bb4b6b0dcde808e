"""What is told of one test or package: what is wrong, the source, what was printed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.results import Results
from sixfold.dashboard.widgets.row import BLANK, Part
from sixfold.lines import subject
from sixfold.model import Failure, Place, Suspect
from sixfold.state import RunState

RULE = "=================="
_PATH = re.compile(r"\s+\S.*:\d+( \+0x[0-9a-f]+)?$")
"""The second line of a frame; it looks as the first, which names the function."""


def told(
    state: RunState, results: Results, package: str, test: str, printed: str | None
) -> list[Part]:
    """All about a test, or (`test` empty) about a package. `printed` is None where unknown."""
    failures = results.failures_of(package, test)
    lines = _test(results, package, test) if test else _package(results, package)
    gap: list[Part] = [] if test else [BLANK]
    lucky = results.lucky(package, test)
    for failure in [*failures, *([lucky] if lucky and not failures else [])]:
        lines += [*gap, *failure_block(state, failure)]
        gap = [BLANK]
    lines += _suspects(state, failures)
    whole = printed is not None and all(one.kind != "race" for one in failures)
    for failure in failures:
        if failure.output and not (whole and test and failure.kind != "panic"):
            lines += [BLANK, *_output(failure)]
    said = _apart(printed or "", failures)
    if said:
        lines += [BLANK, ("what it printed", "title")]
        lines += [(line, "plain") for line in said]
    elif printed is not None and not failures and test:
        lines += [BLANK, ("it printed nothing", "quiet")]
    return lines


def _test(results: Results, package: str, test: str) -> list[Part]:
    state = results.state_of(package, test)
    look = words.TEST_LOOKS[state]
    ended = results.test(package, test)
    seconds = results.running.get((package, test), ended.seconds if ended else 0.0)
    took = f"  {seconds:.2f} s" if seconds else ""
    again = ", when it was run once more" if results.was_rerun(package, test) else ""
    lines: list[Part] = [(f"{test}{took}", "strong"), (f"in {package}", "quiet")]
    if not results.failures_of(package, test):
        word = f"{look.word}{again}" if state else "only its subtests are known"
        lines.append((f"{look.glyph} {word}", look.tone))
    if ended and ended.note and state == "skipped":
        lines.append((ended.note, "plain"))
    return lines


def _package(results: Results, name: str) -> list[Part]:
    package = results.packages.get(name)
    if package is None:
        return [(name, "strong")]
    look = words.PACKAGE_LOOKS["cached" if package.cached else package.state]
    took = f"  {package.seconds:.2f} s" if package.seconds and not package.cached else ""
    lines: list[Part] = [(name, "strong"), (f"{look.glyph} {look.word}{took}", look.tone)]
    lines.append((_numbers(package), "quiet"))
    if package.cached:
        lines.append(("go knew the result: nothing that it depends on has changed", "quiet"))
    if package.coverage is not None:
        lines.append((f"{package.coverage:.1f}% of its statements are covered", "plain"))
    if package.note:
        lines.append((package.note, look.tone))
    if failed := [*_failing(results, name)]:
        lines += [BLANK, ("what fails in it", "title")]
        lines += [(f"  ✗ {line}", "bad") for line in failed]
    slow = [one for one in results.slowest if one.package == name]
    if slow:
        lines += [BLANK, ("its slowest tests", "title")]
        lines += [(f"{one.seconds:>8.2f} s  {one.test}", "plain") for one in slow]
    return lines


def _failing(results: Results, package: str) -> Iterable[str]:
    """Each failure, then each test that go counts though what is wrong is told of another."""
    told = [one for one in results.failures if one.package == package and one.test]
    for one in told:
        message = one.message.removeprefix("panic: ").removeprefix("data race  ")
        yield f"{one.kind:<5} {one.test}  {message}"
    names = {one.test for one in told}
    for test in results.names(package):
        if test not in names and results.state_of(package, test) == "failed":
            below = any(name.startswith(f"{test}/") for name in names)
            yield f"fail  {test}  {'its subtests fail' if below else 'what is wrong is told above'}"


def _numbers(package: ev.PackageProgress) -> str:
    numbers = (
        (package.failed, "failed"),
        (package.races, words.plural(package.races, "race")),
        (package.skipped, "skipped"),
        (package.passed, "passed"),
    )
    return "  ".join(f"{number} {word}" for number, word in numbers if number)


def failure_block(state: RunState, failure: Failure) -> list[Part]:
    """What is wrong, and the guilty lines."""
    look = words.failure_age(state, failure)
    age = f"  {look.word}: {_AGES[look.word]}" if look else ""
    lines: list[Part] = [(f"✗ {failure.kind}  {words.beside_kind(failure)}", "bad")]
    if look:
        lines.append((f"{look.glyph}{age}", look.tone))
    for place in failure.places:
        lines += [BLANK, *excerpt(place)]
    if not failure.places and failure.file:
        lines.append((f"{failure.file}:{failure.line}", "plain"))
    return lines


_AGES = {
    "old": "the baseline had it already",
    "new": "the baseline did not have it",
    "flaky": "it failed, and passes when it is run again",
}


def excerpt(place: Place) -> list[Part]:
    """`store.go:17  Write by goroutine 9 in Add`, and its lines, the one that is meant marked."""
    what = f"  {place.what}" if place.what else ""
    lines: list[Part] = [(f"{place.file}:{place.line}{what}", "look")]
    width = len(str(place.first + len(place.source)))
    for number, text in enumerate(place.source, place.first):
        here = number == place.line
        mark = "▶" if here else " "
        lines.append((f"{mark} {number:>{width}} │ {text}", "strong" if here else "quiet"))
    return lines


def _output(failure: Failure) -> Iterable[Part]:
    title = "both stacks" if failure.kind == "race" else "what was printed for it"
    yield title, "title"
    tone = ""
    for line in failure.output.splitlines():
        if line != RULE:
            tone = tone if _PATH.match(line) else _tone(line)
            yield line, tone


def _apart(printed: str, failures: Sequence[Failure]) -> list[str]:
    """The lines that stand in no report of a race or a crash: those are told as blocks already."""
    crashes = {one.output.partition("\n")[0] for one in failures if one.kind == "panic"}
    kept: list[str] = []
    inside = False
    for line in printed.rstrip("\n").split("\n"):
        if line in crashes:
            break
        if line == RULE:
            inside = not inside
        elif not inside:
            kept.append(line)
    return kept if any(line.strip() for line in kept) else []


def _tone(line: str) -> str:
    """Heads of stacks stand out; what is Go's own does not."""
    if line.endswith(":") or line.startswith(("WARNING", "panic:", "goroutine ", "#")):
        return "strong"
    quiet = line.lstrip().startswith(("testing.", "runtime.", "panic(", "created by testing."))
    return "quiet" if quiet else "plain"


def _suspects(state: RunState, failures: Sequence[Failure]) -> list[Part]:
    """The commits that may be to blame, the likeliest first."""
    gate = state.gate.ended if state.gate else None
    if not gate or not gate.suspects or all(failure.old for failure in failures):
        return []
    lines: list[Part] = [BLANK, ("may be to blame, the likeliest first", "title")]
    return lines + [(f"  {_suspect(one)}", "warn") for one in gate.suspects]


def _suspect(one: Suspect) -> str:
    files = words.plain_list(one.files)
    return f"{one.task or 'of a person'}  {words.short(one.commit)}  {subject(one)}: {files}"
