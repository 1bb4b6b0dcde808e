"""Finding a feature from what the person, `spec_info` and the script say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sixfold.feature.error import FeatureError
from sixfold.feature.load import inside, load
from sixfold.feature.prerequisites import SCRIPT

OBEDIENT = """\
dir="${SPECIFY_FEATURE_DIRECTORY:-specs/001-x}"
printf '{"FEATURE_DIR":"%s","AVAILABLE_DOCS":["tasks.md"]}\\n' "$PWD/$dir"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    script = tmp_path / SCRIPT
    script.parent.mkdir(parents=True)
    script.write_text(OBEDIENT, encoding="utf-8")
    for name in ("001-x", "002-y"):
        folder = tmp_path / "specs" / name
        folder.mkdir(parents=True)
        (folder / "tasks.md").write_text("- [ ] T001 do it\n", encoding="utf-8")
    return tmp_path


def report(root: Path, place: str = "artifacts/spec_info", **fields: str) -> Path:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields), encoding="utf-8")
    return path


def test_without_a_report_the_script_decides(root: Path) -> None:
    feature = load(root)
    assert feature.directory == root / "specs/001-x"
    assert feature.tasks_path == root / "specs/001-x/tasks.md"
    assert (feature.branch, feature.docs, feature.spec_info) == ("001-x", ("tasks.md",), None)
    assert feature.notes == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"feature_dir": "specs/002-y"},
        {"feature_dir": "./specs/002-y/"},
        {"spec_file": "specs/002-y/spec.md"},
        {"branch_name": "002-y"},
        {"branch_name": "feature/002-y"},
    ],
)
def test_the_report_names_the_feature(root: Path, fields: dict[str, str]) -> None:
    report(root, **fields)
    assert load(root).directory == root / "specs/002-y"


def test_a_report_may_name_it_absolutely(root: Path) -> None:
    report(root, feature_dir=str(root / "specs/002-y"), branch_name="two")
    feature = load(root)
    assert (feature.directory, feature.branch) == (root / "specs/002-y", "two")


@pytest.mark.parametrize(
    "place",
    [".wave/artifacts/spec_info", ".agents/artifacts/spec_info", "artifacts/spec_info.json"],
)
def test_the_report_is_looked_for_in_the_usual_places(root: Path, place: str) -> None:
    report(root, place, feature_dir="specs/002-y")
    feature = load(root)
    assert feature.spec_info
    assert (feature.spec_info.path, feature.directory.name) == (place, "002-y")


def test_the_first_of_the_usual_places_counts(root: Path) -> None:
    report(root, ".agents/artifacts/spec_info", feature_dir="specs/001-x")
    report(root, "artifacts/spec_info", feature_dir="specs/002-y")
    assert load(root).directory.name == "002-y"


def test_the_report_may_be_named(root: Path) -> None:
    report(root, feature_dir="specs/001-x")
    report(root, "else/where.txt", feature_dir="specs/002-y")
    assert load(root, spec_info=Path("else/where.txt")).directory.name == "002-y"


def test_a_named_report_that_is_not_there_is_an_error(root: Path) -> None:
    with pytest.raises(FeatureError, match="No such file") as caught:
        load(root, spec_info=Path("gone"))
    assert caught.value.where == "gone"


def test_a_named_feature_overrules_the_report_and_says_so(root: Path) -> None:
    report(root, feature_dir="specs/001-x", branch_name="one")
    feature = load(root, feature=Path("specs/002-y"))
    assert (feature.directory.name, feature.branch, feature.spec_info) == ("002-y", "002-y", None)
    assert feature.notes == (
        "artifacts/spec_info names specs/001-x; it is left aside for --feature specs/002-y",
    )


def test_a_named_feature_and_a_named_report_must_agree(root: Path) -> None:
    path = report(root, feature_dir="specs/001-x")
    with pytest.raises(FeatureError, match="only one of --feature and --spec-info"):
        load(root, feature=Path("specs/002-y"), spec_info=path)


def test_a_report_that_contradicts_itself_is_an_error(root: Path) -> None:
    report(root, feature_dir="specs/001-x", spec_file="specs/002-y/spec.md")
    with pytest.raises(FeatureError, match="is not in feature_dir specs/001-x"):
        load(root)


@pytest.mark.parametrize(
    "path", ["../other", "specs/../../other", "/etc", ".", "specs/..", "link/out", "a\0b", "loop/x"]
)
def test_no_path_leaves_the_repository(root: Path, path: str) -> None:
    (root / "link").symlink_to(root.parent)
    (root / "loop").symlink_to(root / "loop")
    with pytest.raises(FeatureError, match="no path inside the repository"):
        inside(root, path, "spec_info")


@pytest.mark.parametrize("fields", [{"feature_dir": "../x"}, {"spec_file": "/etc/x/spec.md"}])
def test_a_report_that_points_outside_is_an_error(root: Path, fields: dict[str, str]) -> None:
    report(root, **fields)
    with pytest.raises(FeatureError, match="no path inside the repository") as caught:
        load(root)
    assert caught.value.where == "artifacts/spec_info"


@pytest.mark.parametrize(
    ("text", "what"),
    [("", "it is empty"), ("\ufeff\n", "it is empty"), ("# Tasks\n\nnone yet\n", "no task in it")],
)
def test_a_list_without_a_task_is_an_error(root: Path, text: str, what: str) -> None:
    (root / "specs/001-x/tasks.md").write_text(text, encoding="utf-8")
    with pytest.raises(FeatureError, match=what) as caught:
        load(root)
    assert caught.value.where == "specs/001-x/tasks.md"


def test_a_missing_list_is_an_error(root: Path) -> None:
    (root / "specs/001-x/tasks.md").unlink()
    with pytest.raises(FeatureError, match="No such file"):
        load(root)


def test_checklists_are_counted_with_those_in_folders(root: Path) -> None:
    folder = root / "specs/001-x/checklists"
    (folder / "ux").mkdir(parents=True)
    (folder / "requirements.md").write_text("- [x] a\n", encoding="utf-8")
    (folder / "ux/screens.md").write_bytes(b"- [ ] \xff\n")
    (folder / "notes.txt").write_text("- [ ] a\n", encoding="utf-8")
    counted = [(c.name, c.status) for c in load(root).checklists]
    assert counted == [("requirements.md", "complete"), ("ux/screens.md", "incomplete")]
