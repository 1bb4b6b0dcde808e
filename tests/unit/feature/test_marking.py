import stat
from pathlib import Path

import pytest

from sixfold.feature import marking
from sixfold.feature.marking import MarkError, mark, tick, unmark


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"- [ ] T001 a", b"- [X] T001 a"),
        (b"\xef\xbb\xbf- [ ] T001 a\n", b"\xef\xbb\xbf- [X] T001 a\n"),
        (b"# T\r\n- [ ] T001 a\r\n\r\n", b"# T\r\n- [X] T001 a\r\n\r\n"),
        (b"\t- [ ]\tT001\ta  \n\xff\xfe\n", b"\t- [X]\tT001\ta  \n\xff\xfe\n"),
        (b"- [ ] T001 [ ] [US1] a\n", b"- [X] T001 [ ] [US1] a\n"),
        (b"- [P] [ ] T001 a\n", b"- [P] [X] T001 a\n"),
        (b"- [\xe3\x80\x80] T001 a\n", b"- [X] T001 a\n"),
        (b"- [x] T000 z\n- [ ] T001 a\n", b"- [x] T000 z\n- [x] T001 a\n"),
        (
            b"- [x] T000 z\n- [X] T002 y\n- [ ] T001 a\n",
            b"- [x] T000 z\n- [X] T002 y\n- [X] T001 a\n",
        ),
        (b"```\n- [x] T009 s\n```\n- [ ] T001 a\n", b"```\n- [x] T009 s\n```\n- [X] T001 a\n"),
        (b"- [X] T001 a\n", b"- [X] T001 a\n"),
        (b"- [ ] T007 a\n- [ ] T001 b\n", b"- [X] T007 a\n- [ ] T001 b\n"),
        (b"- [ ] T001 a\n- [ ] T002 a\n", b"- [X] T001 a\n- [ ] T002 a\n"),
    ],
)
def test_exactly_the_box_of_the_task_changes(before: bytes, after: bytes) -> None:
    assert mark(before, "T001", "a") == after


def test_a_task_without_an_id_is_found_by_its_description() -> None:
    assert mark(b"- [ ] new\n- [ ] a\n", "#1", "a") == b"- [ ] new\n- [X] a\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"- [ ] T002 b\n", "no longer"),
        (b"- [ ] T001 b\n", "now reads 'b'"),
        (b"- [ ] T002 a\n- [ ] T003 a\n", "lines 1 and 2"),
        (b"- [ ] T001 a\n- [ ] T001 a\n", "lines 1 and 2"),
        (b"- [ ] T001 a\n- [ ] T001 b\n", "sixfold plan"),
        (b"- [-] T001 a\n", "[-]"),
        (b"", "no longer"),
    ],
)
def test_what_cannot_be_ticked_is_refused_with_the_reason(data: bytes, words: str) -> None:
    with pytest.raises(MarkError) as caught:
        mark(data, "T001", "a")
    assert words in str(caught.value)


def test_ticking_keeps_permissions_and_the_link(tmp_path: Path) -> None:
    real = tmp_path / "real.md"
    real.write_bytes(b"- [ ] T001 a\r\n")
    real.chmod(0o640)
    link = tmp_path / "tasks.md"
    link.symlink_to("real.md")
    tick(link, "T001", "a")
    assert link.is_symlink()
    assert real.read_bytes() == b"- [X] T001 a\r\n"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert names(tmp_path) == ["real.md", "tasks.md"]


def test_an_edit_made_while_the_tick_is_written_survives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.md"
    path.write_bytes(b"- [ ] T001 a\n")
    writes = iter([b"- [ ] T000 new\n- [ ] T001 a\n", b"- [X] T000 new\n- [ ] T001 a\n"])

    def edit_first(data: bytes, name: str, title: str) -> bytes:
        if (text := next(writes, None)) is not None:
            path.write_bytes(text)
        return mark(data, name, title)

    monkeypatch.setattr(marking, "mark", edit_first)
    tick(path, "T001", "a")
    assert path.read_bytes() == b"- [X] T000 new\n- [X] T001 a\n"
    assert names(tmp_path) == ["tasks.md"]


def test_a_file_that_never_holds_still_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "tasks.md"
    path.write_bytes(b"- [ ] T001 a\n")

    def edit_always(data: bytes, name: str, title: str) -> bytes:
        path.write_bytes(data + b"\n")
        return mark(data, name, title)

    monkeypatch.setattr(marking, "mark", edit_always)
    with pytest.raises(MarkError, match="changes faster"):
        tick(path, "T001", "a")
    assert names(tmp_path) == ["tasks.md"]


def test_a_done_task_leaves_the_file_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "tasks.md"
    path.write_bytes(b"- [X] T001 a\n")
    before = path.stat().st_ino
    tick(path, "T001", "a")
    assert path.stat().st_ino == before


def test_a_missing_file_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        tick(tmp_path / "tasks.md", "T001", "a")


def test_a_box_that_was_ticked_too_early_is_opened_again() -> None:
    data = b"- [X] T001 write one\r\n- [x] T002 write two"
    assert unmark(data, "T002", "write two") == b"- [X] T001 write one\r\n- [ ] T002 write two"
    assert unmark(b"- [ ] T001 write one", "T001", "write one") == b"- [ ] T001 write one"
    with pytest.raises(MarkError):
        unmark(data, "T003", "write three")
