from __future__ import annotations

import pytest

from sixfold.gate.places import Sources, Tree
from sixfold.gate.plain import PlainReport
from sixfold.gate.verdict import NOTHING, judge
from streams import SOURCES, fold, output, record

FULL = Tree(SOURCES, has_go=True)
MODULE_ONLY = Tree(SOURCES, has_go=False)
NO_MODULE = Tree(Sources(), has_go=True)
EMPTY = Tree(Sources(), has_go=False)
PASSED = record("run", "TestA") + record("pass", "TestA") + record("pass")
RED = record("run", "TestA") + record("fail", "TestA") + record("fail")


def pattern(text: str, name: str = "./...") -> bytes:
    """The go command could not make out the pattern `name`."""
    return (
        record("build-output", package="", ImportPath=name, Output=f"{text}\n")
        + record("start", package=name)
        + output(f"FAIL\t{name} [setup failed]\n", package=name)
        + record("fail", package=name, FailedBuild=name)
    )


NO_MAIN = pattern("pattern ./...: directory prefix . does not contain main module or its deps")


def test_green_takes_exit_code_0_and_no_failure() -> None:
    assert judge(0, fold(PASSED), FULL) == ("green", "", [])
    assert judge(0, fold(RED), FULL)[0] == "red"
    assert judge(1, fold(RED), FULL)[:2] == ("red", "1 test failed")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("flag provided but not defined: -nope", "-nope"),
        ("go: errors parsing go.mod:\ngo.mod:1: unknown directive: modle", "unknown directive"),
        ("go: -race requires cgo; enable cgo by setting CGO_ENABLED=1", "install gcc"),
        ("go: go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)", "lower the"),
        ("", "exit code 2"),
    ],
)
def test_a_command_that_cannot_test_is_an_error_with_its_reason(said: str, reason: str) -> None:
    verdict, told, failures = judge(2, fold(b"", said), FULL)
    assert verdict == "error"
    assert reason in told
    assert [failure.kind for failure in failures] == ["command"]


@pytest.mark.parametrize("tree", [MODULE_ONLY, FULL], ids=["module only", "files elsewhere"])
def test_without_a_package_there_is_nothing_to_test(tree: Tree) -> None:
    said = 'go: warning: "./..." matched no packages\nno packages to test'
    assert judge(1, fold(b"", said), tree) == ("green", NOTHING, [])


def test_without_go_mod_it_depends_on_whether_there_is_go() -> None:
    assert judge(1, fold(NO_MAIN), EMPTY) == ("green", NOTHING, [])
    verdict, reason, _ = judge(1, fold(NO_MAIN), NO_MODULE)
    assert verdict == "error"
    assert "go mod init" in reason


def test_a_wrong_pattern_is_an_error_and_a_wrong_import_is_red() -> None:
    wrong = pattern("stat /r/nope: directory not found", "./nope")
    assert judge(1, fold(wrong), FULL)[0] == "error"
    assert judge(1, fold(pattern("no required module provides it", "m/x")), FULL)[0] == "red"
    assert judge(1, fold(wrong + RED), FULL)[0] == "red"


def test_a_missing_compiler_is_the_machines_fault() -> None:
    said = pattern('cgo: C compiler "gcc" not found: exec: "gcc"', "m/p")
    verdict, reason, _ = judge(1, fold(said), FULL)
    assert verdict == "error"
    assert "install gcc" in reason


def test_a_green_run_without_a_test_is_odd_and_says_so() -> None:
    none = output("ok  \tm/p\t1.0s [no tests to run]\n") + record("pass")
    assert judge(0, fold(none), FULL)[1].startswith("warning: no test was run")
    assert judge(0, fold(none + PASSED), FULL)[1] == ""
    assert judge(0, fold(record("skip")), FULL)[1] == "no test files"


def test_a_plain_command_is_judged_by_its_exit_code() -> None:
    report = PlainReport()
    for chunk in (b"compiling\nsrc/main.c:12:4: err", b"or: \xff\x1b[2J\nmake: *** [all] Error 1"):
        report.feed(chunk)
    report.close()
    assert report.judge(0) == ("green", "", [])
    verdict, reason, (failure,) = report.judge(2)
    assert (verdict, reason) == ("red", "the test command failed with exit code 2")
    assert (failure.kind, failure.file, failure.line) == ("command", "src/main.c", 12)
    assert failure.output.endswith("make: *** [all] Error 1")
    assert "\x1b" not in failure.output
    assert [line.text for line in report.lines][1] == "src/main.c:12:4: error: �␛[2J"
