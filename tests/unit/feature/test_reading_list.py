"""Which documents an agent is pointed to, and which contracts it is told whole."""

from pathlib import Path

from sixfold.feature import documents
from sixfold.feature.load import Feature


def feature(root: Path, *docs: str) -> Feature:
    directory = root / "specs/001-x"
    return Feature(
        root=root,
        directory=directory,
        branch="001-x",
        spec_info=None,
        tasks_path=directory / "tasks.md",
        docs=docs,
        checklists=(),
        notes=(),
    )


def write(root: Path, name: str, text: str = "text") -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_what_is_there_is_listed_from_the_root_with_what_it_holds(tmp_path: Path) -> None:
    for name in ("plan.md", "data-model.md", "contracts/api.yaml", "contracts/v1/cli.md", "odd.md"):
        write(tmp_path, f"specs/001-x/{name}")
    found = documents.listed(
        feature(tmp_path, "data-model.md", "contracts/", "tasks.md", "odd.md", "gone.md")
    )
    assert found == [
        "specs/001-x/plan.md: technology, architecture, file structure",
        "specs/001-x/data-model.md: entities and their relationships",
        "specs/001-x/contracts/api.yaml: interfaces, and what tests must hold them to",
        "specs/001-x/contracts/v1/cli.md: interfaces, and what tests must hold them to",
        "specs/001-x/odd.md",
    ]


def test_the_constitution_is_among_them(tmp_path: Path) -> None:
    write(tmp_path, ".specify/memory/constitution.md")
    found = documents.listed(feature(tmp_path))
    assert found == [".specify/memory/constitution.md: the project's principles, which come first"]


def test_short_contracts_are_told_whole(tmp_path: Path) -> None:
    write(tmp_path, "specs/001-x/contracts/cli.md", "exits with 0\n")
    write(tmp_path, "specs/001-x/contracts/empty.md", "\n")
    told = documents.contracts(feature(tmp_path))
    assert told == "### contracts/cli.md\n\n````\nexits with 0\n````"


def test_long_contracts_are_only_named(tmp_path: Path) -> None:
    write(tmp_path, "specs/001-x/contracts/cli.md", "x" * 9_000)
    assert documents.contracts(feature(tmp_path)) == ""
