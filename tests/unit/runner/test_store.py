"""One live run a repository; everything it writes is its owner's alone."""

import resource
import signal
import stat
from pathlib import Path

import pytest

from sixfold import events as ev
from sixfold.runner.journal import Journal, JournalError
from sixfold.runner.store import LiveRunError, Store


def test_a_second_run_is_refused_while_the_first_is_live(tmp_path: Path) -> None:
    store = Store(tmp_path)
    first, second = store.create(), store.create()
    with store.hold(first.id):
        live = Store(tmp_path).live()
        assert live
        assert live.id == first.id
        with pytest.raises(LiveRunError) as caught, Store(tmp_path).hold(second.id):
            pass
        assert caught.value.run == first.id
    assert store.live() is None
    with store.hold(second.id):
        assert store.live()


def test_asking_a_repository_that_never_had_a_run_leaves_no_trace(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (store.live(), store.find(), store.runs()) == (None, None, [])
    assert list(tmp_path.iterdir()) == []


def test_the_journal_numbers_its_events_and_is_private(tmp_path: Path) -> None:
    store = Store(tmp_path)
    run = store.create()
    journal = Journal(run.journal)
    for event in (ev.RunPaused(), ev.RunResumed(), ev.Notice(text="x")):
        journal.append(event)
    journal.close()
    assert [event.seq for event in run.events()] == [1, 2, 3]
    assert all(event.at for event in run.events())
    for path in (store.path, run.path, run.transcripts):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE(run.journal.stat().st_mode) == 0o600


def test_an_event_that_does_not_fit_on_the_disk_leaves_no_trace(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    journal.append(ev.RunPaused())
    size = (tmp_path / "journal.jsonl").stat().st_size
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, before[1]))
    try:
        with pytest.raises(JournalError, match="cannot be written"):
            journal.append(ev.Notice(text="x" * 100))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert journal.append(ev.RunResumed()).seq == 2
    journal.close()
    written = (tmp_path / "journal.jsonl").read_bytes().splitlines()
    assert [event.seq for event in ev.decode_journal(written)] == [1, 2]


def test_runs_are_found_by_the_beginning_of_their_name_and_the_last_by_default(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    runs = sorted((store.create() for _ in range(3)), key=lambda run: run.id)
    for run in runs:
        run.journal.touch()
    found = store.find()
    assert found
    assert found.id == runs[-1].id
    named = store.find(runs[0].id)
    assert named
    assert named.id == runs[0].id
    assert store.find("none") is None


@pytest.mark.parametrize("name", [".sixfold", ".sixfold/runs", ".sixfold/worktrees"])
def test_a_link_where_runs_are_kept_is_refused(tmp_path: Path, name: str) -> None:
    root, elsewhere = tmp_path / "root", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (root / name).parent.mkdir(parents=True)
    (root / name).symlink_to(elsewhere)
    with pytest.raises(NotADirectoryError, match="is a symbolic link"):
        Store(root)
    assert list(elsewhere.iterdir()) == []


def test_a_lock_that_is_a_link_is_not_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("x")
    store = Store(tmp_path)
    run = store.create()
    (store.path / "lock").symlink_to(precious)
    with pytest.raises(OSError, match="symbolic link"), store.hold(run.id):
        pass
    assert precious.read_text() == "x"


def test_a_run_begun_after_the_clock_was_set_back_is_the_last_all_the_same(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    later = store.create()
    future = later.path.rename(later.path.with_name("29991231-235959-abcd"))
    (future / "journal.jsonl").touch()
    fresh = store.create()
    fresh.journal.touch()
    found = store.find()
    assert found
    assert found.id == fresh.id > future.name
