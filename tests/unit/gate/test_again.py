from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from sixfold.gate import toolchain
from sixfold.gate.again import fails, passes_alone
from sixfold.gate.luck import askable
from sixfold.gate.words import given, instead, parse, pattern
from sixfold.model import Failure, FailureKind, TestName

ENV = toolchain.find(Path.cwd()).environment(os.environ)
COMMAND = ["go", "test", "./..."]
PACKAGE = "example.com/m/p"
TESTS = """package p

import (
	"os"
	"testing"
)

var spoiled bool

func TestSpoils(t *testing.T) { spoiled = true }

func TestFlaky(t *testing.T) {
	t.Run("a b/c", func(t *testing.T) {
		if spoiled {
			t.Error("spoiled")
		}
	})
}

func TestBad(t *testing.T) { t.Error("always") }

func TestSkips(t *testing.T) { t.Skip() }

func TestTagged(t *testing.T) {
	if os.Getenv("SPOIL") != "" {
		panic("spoiled")
	}
}
"""
RACY = """package racy

import "testing"

func TestRacy(t *testing.T) {
	n, done := 0, make(chan bool)
	go func() { n++; done <- true }()
	n++
	<-done
}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        "go.mod": "module example.com/m\n\ngo 1.21\n",
        "p/p_test.go": TESTS,
        "racy/racy_test.go": RACY,
        "broken/broken_test.go": "package broken\n\nfunc TestX() { undefinedThing() }\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def failure(test: str, kind: FailureKind = "fail", package: str = PACKAGE) -> Failure:
    return Failure(package, test, kind)


def on(*words: str) -> list[str]:
    known = parse(words)
    assert known
    return known.on(["m/p"], "^X$")


def test_the_gates_flags_are_kept_and_its_choice_of_tests_is_not() -> None:
    ran = ["-count=1", "-run", "^X$", "m/p"]
    assert on("go", "test", "-race", "./...") == ["go", "test", "-json", "-race", *ran]
    chosen = ("-tags", "a,b", "-timeout=9s", "-run", "TestY", "-count", "2", "-v", "./a", "./b")
    assert on("go", "test", *chosen) == ["go", "test", "-json", "-tags", "a,b", "-timeout=9s", *ran]
    words = on("env", "A=test", "go", "-C", "test", "test", "-json", "--coverprofile=c", "-short")
    assert words == ["env", "A=test", "go", "-C", "test", "test", "-json", "-short", *ran]
    assert on("go", "test", ".", "-args", "-run", "x")[-3:] == ["-args", "-run", "x"]
    assert parse(["make", "test"]) is None


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("", "go test -race ./..."),
        ("./a m/b", "go test -race ./a m/b"),
        ("-run X -count=1", "go test -race ./... -run X -count=1"),
        ("./a -run X ./b", "go test -race ./a ./b -run X"),
        ("-update ./a", "go test -race ./a -update"),
        ("-args -x ./y", "go test -race ./... -args -x ./y"),
        ("./a -args -x", "go test -race ./a -args -x"),
    ],
)
def test_what_a_person_adds_stands_in_for_the_packages_and_beside_the_flags(
    words: str, command: str
) -> None:
    assert given(["go", "test", "-race", "./..."], words.split()) == command.split()


def test_flags_of_the_tests_own_stay_behind_the_packages() -> None:
    command = ["go", "test", "-race", "./...", "-update", "-args", "x"]
    other = ["go", "test", "-json", "-race", "m/p", "-update", "-args", "x"]
    assert instead(command, ["m/p"]) == other
    assert on(*command)[3:] == ["-race", "-count=1", "-run", "^X$", "m/p", "-update", "-args", "x"]


def test_a_subtest_is_asked_for_by_its_whole_name() -> None:
    assert pattern(["TestX/a_b+(1)/c"]) == r"^TestX$/^a_b\+\(1\)$/^c$"
    assert pattern(["TestB", "TestA/x"]) == "^TestB$|^TestA$/^x$"


def test_races_builds_and_timeouts_are_never_asked() -> None:
    never = [
        failure("TestR", "race"),
        failure("TestR/sub"),
        failure("TestT", "timeout"),
        failure("", "panic"),
        failure("", "build", "example.com/m/q"),
        failure("TestO", package="m/raced"),
        failure("", "race", "m/raced"),
        Failure("", "", "command"),
    ]
    asked = [failure("TestA"), failure("TestP", "panic"), failure("TestU", "unfinished")]
    named = [TestName(PACKAGE, one.test) for one in asked]
    assert askable([*never, *asked, asked[0]]) == named


async def test_flaky_is_what_passes_alone(root: Path) -> None:
    names = ("TestFlaky/a_b/c", "TestBad", "TestSkips", "TestGone", "TestFlaky/gone")
    broken = failure("TestX", package="example.com/m/broken")
    found = await passes_alone(
        root, [*map(failure, names), broken], command=COMMAND, env=ENV, timeout=120
    )
    assert found == {(PACKAGE, "TestFlaky/a_b/c")}


@pytest.mark.parametrize("command", [["make", "test"], ["no-such-dir/go", "test", "./..."]])
async def test_what_cannot_be_asked_has_not_passed(root: Path, command: Sequence[str]) -> None:
    asked = [failure("TestFlaky")]
    assert await passes_alone(root, asked, command=command, env=ENV, timeout=9) == set()


async def test_what_was_not_asked_in_time_has_not_passed(root: Path) -> None:
    asked = [failure("TestFlaky")]
    assert await passes_alone(root, asked, command=COMMAND, env=ENV, timeout=0.01) == set()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ([failure("TestBad")], True),
        ([failure("TestFlaky/a_b/c"), failure("TestSpoils")], True),
        ([failure("TestFlaky/a_b/c")], False),
        ([failure("TestGone")], False),
        ([failure("TestX", package="example.com/m/broken")], None),
        ([failure("", "build", "example.com/m/broken")], True),
        ([failure("", "build")], False),
        ([failure("TestGone"), failure("TestBad")], True),
        ([failure("TestX", package="example.com/m/broken"), failure("TestBad")], True),
    ],
    ids=[
        "fails",
        "fails beside another",
        "passes",
        "not there",
        "does not build",
        "still does not build",
        "builds",
        "one of two",
        "one that can be told",
    ],
)
async def test_failures_are_looked_for_in_another_tree(
    root: Path, asked: list[Failure], answer: bool | None
) -> None:
    assert await fails(root, asked, command=COMMAND, env=ENV, timeout=120) is answer


async def test_a_package_that_is_not_there_does_not_fail(root: Path) -> None:
    asked = [failure("TestX", package="example.com/m/later")]
    assert await fails(root, asked, command=COMMAND, env=ENV, timeout=120) is False


async def test_a_race_is_looked_for_with_the_race_detector(root: Path) -> None:
    asked = [failure("TestRacy", "race", "example.com/m/racy")]
    assert not await fails(root, asked, command=COMMAND, env=ENV, timeout=120)
    race = ["go", "test", "-race", "./..."]
    assert await fails(root, asked, command=race, env=ENV, timeout=120)


async def test_another_command_is_run_whole(root: Path) -> None:
    asked = [Failure("", "", "command")]
    for command, answer in (["false"], True), (["true"], False), (["no-such-program"], None):
        assert await fails(root, asked, command=command, env=ENV, timeout=9) is answer
