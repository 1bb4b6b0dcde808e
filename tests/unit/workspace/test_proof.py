"""A task is done when its change is there, not when its agent says so."""

from pathlib import Path

import pytest

from sixfold.workspace.proof import missing, undelivered

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


def test_what_git_ignores_is_not_delivered_and_an_empty_folder_loses_nothing(
    tmp_path: Path,
) -> None:
    for name in ("logs/a.log", ".env", "internal/new/"):
        folder = tmp_path / name if name.endswith("/") else (tmp_path / name).parent
        folder.mkdir(parents=True, exist_ok=True)
    (tmp_path / "logs/a.log").touch()
    (tmp_path / ".env").touch()

    def told(*files: str, copied: tuple[str, ...] = ()) -> str:
        present = [*PRESENT, *copied]
        return undelivered("Add", files, present=present, worktree=tmp_path)

    assert told("go.mod", "internal/new/") == ""
    assert told(".env") == ".env is ignored by git, so it cannot be delivered"
    assert told(".env", copied=(".env",)) == ""
    assert told("logs/", "b.go", "logs/a.log") == (
        "logs/, logs/a.log is ignored by git, so it cannot be delivered; b.go does not exist"
    )
