"""What extensions of Spec Kit ask for around the implement step is told, not run."""

from pathlib import Path

import pytest

from sixfold.feature import hooks


def notes(root: Path, text: str | bytes) -> list[str]:
    path = root / hooks.FILE
    path.parent.mkdir()
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return hooks.notes(root)


def test_without_the_file_there_is_nothing_to_tell(tmp_path: Path) -> None:
    assert hooks.notes(tmp_path) == []


def test_hooks_before_and_after_are_told_apart(tmp_path: Path) -> None:
    told = notes(
        tmp_path,
        "hooks:\n"
        "  before_implement:\n"
        "    - {extension: lint, command: lint.check, optional: false}\n"
        "    - {command: gone, enabled: false}\n"
        "  after_implement:\n"
        "    - {extension: docs, command: docs.sync, optional: true}\n"
        "  before_plan: [{command: other}]\n",
    )
    assert [line.removeprefix(f"{hooks.FILE}: ").split(";")[0] for line in told] == [
        "/lint.check of extension lint must be run before this step",
        "/docs.sync of extension docs may be run after this step",
    ]


@pytest.mark.parametrize("text", ["hooks: [", b"\xff\xfe\x00", "a: &a [*a]\nhooks: {b: *c}"])
def test_a_broken_file_is_told_and_hinders_nothing(tmp_path: Path, text: str | bytes) -> None:
    (line,) = notes(tmp_path, text)
    assert line.startswith(hooks.FILE)
    assert line.endswith("its hooks are not known")


@pytest.mark.parametrize("text", ["", "[]", "hooks: 1", "hooks: {before_implement: [1, {}, null]}"])
def test_a_file_of_another_shape_tells_nothing(tmp_path: Path, text: str) -> None:
    assert notes(tmp_path, text) == []
