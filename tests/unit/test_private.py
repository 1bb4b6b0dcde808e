"""What a run writes for itself is its owner's alone, whatever the umask and whoever was there."""

import os
import socket
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


def test_a_transcript_that_grows_without_end_says_once_that_no_more_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "MOST", 1000)
    path = tmp_path / "T1.log"
    for _ in range(2):
        with Transcript(path, Masks()) as transcript:
            for _ in range(300):
                transcript.write(b"words\n")
                transcript.write(b"more words\n", is_out=False)
    *words, last = path.read_bytes().splitlines()
    assert path.stat().st_size < 1100
    assert set(words) == {b"words", b"more words"}
    assert last.startswith(b"(more was said, and is not kept")


def test_a_line_without_end_that_grows_too_long_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private, "MOST", 1000)
    path = tmp_path / "T1.log"
    with Transcript(path, Masks()) as transcript:
        for _ in range(20):
            transcript.write(b"x" * 65_536)
    line, last = path.read_bytes().splitlines()
    assert len(line) < 3 * 65_536
    assert last.startswith(b"(more was said")


def keep(data: bytes) -> bytes:
    return data


def test_what_was_left_is_taken_and_its_secrets_do_not_stay(tmp_path: Path) -> None:
    path = tmp_path / "left"
    path.write_bytes(b"secret and more")
    path.chmod(0o644)
    assert (
        private.take(path, 15, lambda data: data.replace(b"secret", b"***")) == b"secret and more"
    )
    assert path.read_bytes() == b"*** and more"
    assert mode(path) == 0o600


@pytest.mark.parametrize("kind", ["pipe", "folder", "huge", "link", "socket"])
def test_what_is_no_small_plain_file_is_not_taken_and_not_waited_for(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "left"
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "huge":
            path.touch()
            os.truncate(path, 1 << 40)
        case "link":
            path.symlink_to("/dev/zero")
        case "socket":
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(path))
    with pytest.raises(OSError, match="left"):
        private.take(path, 1000, keep)


def test_a_pipe_in_the_place_of_a_file_is_not_written_to(tmp_path: Path) -> None:
    path = tmp_path / "left"
    os.mkfifo(path)
    with pytest.raises(OSError, match="left"):
        private.opened(path, "wb")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match="is no plain file"):
        private.opened(path, "wb")
    os.close(reader)
