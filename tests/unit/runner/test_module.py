"""In which module `sixfold test` tests, and what the person's words mean there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sixfold.config import GateSettings
from sixfold.errors import UserError
from sixfold.runner.module import A_DAY, module_of, patient, rebased, workspace


@pytest.fixture
def top(tmp_path: Path) -> Path:
    for folder in ("svc/in/deep", "docs", "tools"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "svc/go.mod").write_text("module example.com/svc\n\ngo 1.21\n")
    return tmp_path


@pytest.mark.parametrize("folder", ["svc", "svc/in/deep", "", "docs"])
def test_the_module_around_counts_else_the_only_one_below(top: Path, folder: str) -> None:
    assert module_of(top / folder, top) == top / "svc"


def test_several_modules_without_a_workspace_are_named(top: Path) -> None:
    (top / "tools/go.mod").write_text("module example.com/tools\n")
    with pytest.raises(UserError, match=r"2 modules and no go.work: svc, tools; name one"):
        module_of(top, top)
    assert module_of(top / "tools", top) == top / "tools"


def test_where_there_is_no_module_at_all_it_is_told(tmp_path: Path) -> None:
    (tmp_path / "a_test.go").write_text("package a\n")
    with pytest.raises(UserError, match=r"no go.mod here or above; run `go mod init`"):
        module_of(tmp_path, None)


def test_a_workspace_is_all_of_its_modules(top: Path) -> None:
    assert workspace(top / "svc") == []
    (top / "tools/go.mod").write_text("module example.com/tools\n\ngo 1.21\n")
    (top / "go.work").write_text("go 1.21\n\nuse (\n\t./svc\n\t./tools\n)\n")
    assert module_of(top, top) == top
    assert workspace(top) == ["./svc/...", "./tools/..."]


@pytest.mark.parametrize(
    ("word", "there"),
    [
        ("./...", "./svc/in/..."),
        (".", "./svc/in"),
        ("./deep", "./svc/in/deep"),
        ("..", "./svc"),
        ("../..", "."),
        ("../../../x/...", "../x/..."),
        ("a_test.go", "./svc/in/a_test.go"),
        ("example.com/svc/...", "example.com/svc/..."),
        ("-run", "-run"),
    ],
)
def test_patterns_are_the_persons_wherever_the_command_runs(
    top: Path, word: str, there: str
) -> None:
    assert rebased(word, top / "svc/in", top) == there


def test_tests_may_take_long_unless_somebody_set_a_limit() -> None:
    assert patient(GateSettings()).timeout == A_DAY
    asked = GateSettings(command=["make", "test"])
    assert patient(asked) == asked
