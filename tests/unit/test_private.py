"""What a run writes for itself is its owner's alone, whatever the umask and whoever was there."""

import os
import stat
from pathlib import Path

import pytest

from sixfold import private
from sixfold.masking import Masks
from sixfold.private import Transcript


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_folders_and_files_are_closed_to_others_under_an_open_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        private.folder(tmp_path / "a")
        private.opened(tmp_path / "a/b", "wb").close()
    finally:
        os.umask(before)
    assert (mode(tmp_path / "a"), mode(tmp_path / "a/b")) == (0o700, 0o600)


def test_what_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir(mode=0o755)
    (tmp_path / "a/b").write_text("x")
    private.folder(tmp_path / "a")
    private.opened(tmp_path / "a/b", "ab").close()
    assert (mode(tmp_path / "a"), mode(tmp_path / "a/b")) == (0o700, 0o600)


def test_a_link_is_followed_neither_for_a_folder_nor_for_a_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "file").write_text("precious")
    (tmp_path / "folder-link").symlink_to("elsewhere")
    (tmp_path / "file-link").symlink_to("file")
    with pytest.raises(NotADirectoryError, match="is a symbolic link"):
        private.folder(tmp_path / "folder-link")
    with pytest.raises(OSError, match="symbolic link"):
        private.opened(tmp_path / "file-link", "wb")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    os.chown(tmp_path / "a", 65534, 65534)
    with pytest.raises(PermissionError, match="belongs to another user"):
        private.folder(tmp_path / "a")


def test_a_transcript_has_both_streams_line_by_line_and_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "T1.log"
    with Transcript(path, Masks(["s3cret-value"])) as transcript:
        transcript.write(b"out ")
        transcript.write(b"err s3cret-", is_out=False)
        transcript.write(b"s3cret-value\n")
        transcript.write(b"value\n", is_out=False)
        transcript.write(b"unended")
    assert path.read_bytes() == b"out ***\nerr ***\nunended\n"
    assert mode(path) == 0o600


def test_a_hundred_megabytes_without_a_newline_are_written_as_they_come(tmp_path: Path) -> None:
    path = tmp_path / "T1.log"
    with Transcript(path, Masks()) as transcript:
        for _ in range(1600):
            transcript.write(b"x" * 65_536)
    assert path.stat().st_size == 1600 * 65_536 + 1
