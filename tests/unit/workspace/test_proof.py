"""A task is done when its change is there, not when its agent says so."""

from pathlib import Path

import pytest

from sixfold.workspace.proof import missing

PRESENT = ["cmd/app/main.go", "internal/store/store.go", "go.mod"]


def said(title: str, *files: str) -> str:
    return missing(title, files, present=PRESENT, root=Path("/nowhere"))


def test_a_named_file_that_is_missing_is_not_done() -> None:
    assert said("Add", "internal/store/index.go") == "internal/store/index.go does not exist"


@pytest.mark.parametrize(
    "name",
    [
        "cmd/app/main.go",
        "main.go",
        "./go.mod",
        "internal/",
        "internal/store",
        "store/",
        "internal/**/*.go",
        "{a,b}.go",
    ],
)
def test_what_a_person_would_accept_as_that_file_is_accepted(name: str) -> None:
    assert said("Add", name) == ""


def test_a_task_that_takes_files_away_need_not_leave_them_there() -> None:
    assert said("Remove internal/old.go", "internal/old.go") == ""
