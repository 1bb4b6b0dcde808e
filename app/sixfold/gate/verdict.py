"""From exit code and report to a verdict. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sixfold.gate.failures import command_failure
from sixfold.gate.package import Package
from sixfold.gate.places import Tree
from sixfold.gate.report import Report
from sixfold.gate.text import clean
from sixfold.model import Failure, Verdict

NOTHING = "nothing to test yet"
REASON_LIMIT = 400

_NO_PACKAGES = re.compile(r"no packages to test|matched no packages|no Go files in ")
_NO_MODULE = re.compile(
    r"does not contain main module|cannot find main module|go\.mod file not found"
)
_NO_COMPILER = re.compile(r"C compiler .* not found")
_HINTS = (
    (_NO_MODULE, "no go.mod: run `go mod init`"),
    (re.compile(r"-race requires cgo"), "no C compiler in use: install gcc, clang or ziglang"),
    (_NO_COMPILER, "install gcc, clang or ziglang"),
    (re.compile(r"go\.mod requires go >="), "install that Go, or lower the version in go.mod"),
)


def judge(code: int, report: Report, tree: Tree) -> tuple[Verdict, str, list[Failure]]:
    """The verdict on a `go test` that ended by itself, the reason, and what is wrong.

    Green needs exit code 0 and no failure; a tree without anything to test is green too. `error`
    means that the command could not test: mending code will hardly help.
    """
    failures = report.failures()
    said = [*report.errors, *(failure.output for failure in failures if failure.kind == "build")]
    if code == 0 and failures:
        return "red", "the command exited 0 though tests failed", failures
    if code == 0:
        return "green", _warning(report), []
    if _nothing_to_test(said, report, tree):
        return "green", NOTHING, []
    if not failures:
        reason = _reason(report.errors) or f"the test command failed with exit code {code}"
        return "error", reason, [command_failure(reason, report.errors)]
    if _cannot_test(said, report):
        return "error", _reason([failures[0].message, *said]), failures
    return "red", _count(report, failures), failures


def _nothing_to_test(said: Sequence[str], report: Report, tree: Tree) -> bool:
    if not all(map(_unresolved, report.packages.values())):
        return False
    if tree.empty or not tree.has_go:
        return any(_NO_PACKAGES.search(text) or _NO_MODULE.search(text) for text in said)
    return not report.packages and any("no packages to test" in text for text in said)


def _cannot_test(said: Sequence[str], report: Report) -> bool:
    """Whether it is the command or the machine that is at fault."""
    failed = [package for package in report.packages.values() if package.state == "failed"]
    return all(map(_unresolved, failed)) or any(map(_NO_COMPILER.search, said))


def _unresolved(package: Package) -> bool:
    """Whether it is no package but a pattern that the go command could not make out."""
    return package.closing.broken and (package.name.startswith(".") or "..." in package.name)


def _reason(said: Sequence[str]) -> str:
    """What the go command said, in one line, and what to do."""
    lines = [line.strip() for text in said for line in text.splitlines() if line.strip()]
    told = [line for line in lines if not line.startswith("#")]
    text = clean("; ".join(dict.fromkeys(told)))[:REASON_LIMIT]
    hints = [hint for pattern, hint in _HINTS if pattern.search(text)]
    return "; ".join([text, *hints[:1]]) if text else ""


def _warning(report: Report) -> str:
    """What is odd about a green run."""
    packages = report.packages.values()
    ran = report.passed + report.skipped
    if ran:
        return ""
    if any(package.closing.no_tests for package in packages):
        return "warning: no test was run; look at -run in the command and in GOFLAGS"
    tested = any(package.state != "skipped" for package in packages)
    return ("" if tested else "no test files") if report.packages else NOTHING


def _count(report: Report, failures: Sequence[Failure]) -> str:
    """`2 tests failed, 1 data race, 1 package does not build`."""
    broken = sum(package.closing.broken for package in report.packages.values())
    races = report.races
    parts = (
        f"{report.failed} test{'s' * (report.failed != 1)} failed" if report.failed else "",
        f"{races} data race{'s' * (races != 1)}" if races else "",
        f"{broken} package{'s do' if broken > 1 else ' does'} not build" if broken else "",
    )
    return ", ".join(filter(None, parts)) or failures[0].message
