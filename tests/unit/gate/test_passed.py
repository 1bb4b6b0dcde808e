"""Which tests passed in a gate, told from its transcript."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sixfold.gate.command import afresh
from sixfold.gate.passed import passed


def record(path: Path, *lines: dict[str, str] | str) -> Path:
    text = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    path.write_text("".join(f"{line}\n" for line in text))
    return path


def ended(test: str, action: str, package: str = "example.com/m") -> dict[str, str]:
    return {"Action": action, "Package": package, "Test": test}


def test_only_tests_that_ran_and_passed_count(tmp_path: Path) -> None:
    path = record(
        tmp_path / "gate-1.log",
        ended("TestA", "run"),
        ended("TestA", "pass"),
        ended("TestA/sub.name", "pass"),
        "go: a line that is no record",
        ended("TestB", "skip"),
        ended("TestC", "fail"),
        ended("TestD", "pass", "example.com/m/x"),
    )
    names = ["TestA", "TestA/sub.name", "TestB", "TestC", "TestD", "TestE"]
    wanted = [f"example.com/m.{name}" for name in names] + ["example.com/m/x.TestD"]
    assert passed(path, wanted) == {
        "example.com/m.TestA",
        "example.com/m.TestA/sub.name",
        "example.com/m/x.TestD",
    }


def test_one_that_failed_once_has_not_passed(tmp_path: Path) -> None:
    path = record(tmp_path / "gate-1.log", ended("TestA", "fail"), ended("TestA", "pass"))
    assert passed(path, ["example.com/m.TestA"]) == set()


def test_plain_lines_tell_it_too_where_they_are_verbose(tmp_path: Path) -> None:
    path = record(
        tmp_path / "gate-1.log",
        "=== RUN   TestA",
        "    --- PASS: TestA/sub (0.00s)",
        "--- PASS: TestA (0.00s)",
        "PASS",
        "ok  \texample.com/m\t0.003s",
        "--- PASS: TestA (0.00s)",
        "ok  \texample.com/m/x\t0.003s",
    )
    wanted = ["example.com/m.TestA/sub", "example.com/m/x.TestA", "example.com/m/x.TestA/sub"]
    assert passed(path, wanted) == set(wanted[:2])


def test_without_a_transcript_nothing_has_passed(tmp_path: Path) -> None:
    assert passed(tmp_path / "none", ["example.com/m.TestA"]) == set()


@pytest.mark.parametrize(
    ("command", "now"),
    [
        ("go test ./...", "go test -count=1 ./..."),
        ("env A=1 go -C sub test -race ./...", "env A=1 go -C sub test -count=1 -race ./..."),
        ("go test -count=3 ./...", "go test -count=3 ./..."),
        ("go test -count 3 ./...", "go test -count 3 ./..."),
        ("go test --test.count=3 ./...", "go test --test.count=3 ./..."),
        ("go test ./... -args -count=2", "go test -count=1 ./... -args -count=2"),
        ("go vet ./...", "go vet ./..."),
        ("make test", "make test"),
        ("env", "env"),
    ],
)
def test_a_go_test_is_run_afresh(command: str, now: str) -> None:
    assert afresh(command.split()) == now.split()
