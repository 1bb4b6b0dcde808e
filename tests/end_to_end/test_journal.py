"""A real journal, cut, torn and damaged: read as far as it is whole, and gone on with."""

import json
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from repository import Repository, end_of, of, wait_for
from sixfold import events as ev
from sixfold.dashboard.feed import Feed
from sixfold.runner.journal import Journal
from sixfold.state import RunState, fold

TASKS = """\
## Phase 1: Setup

- [ ] T001 Write `a.txt`
- [ ] T002 [P] Fail at first
- [ ] T003 [P] Fail for ever

## Phase 2: Polish

- [ ] T004 Write `b.txt`
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A run with tasks that are done, failed and halted, a red gate and its fix."""
    repository = Repository(
        tmp_path_factory.mktemp("run"),
        TASKS,
        attempts=2,
        gate={"command": ["sh", "-c", "test ! -f bug.txt"], "format": "lines", "fix_attempts": 2},
    )
    write = {"write": {"path": "a.txt", "text": "a"}}
    fail = [{"say": "no \u202e\u001b[2J"}, {"fail": "not today"}]
    works = {"1": fail, "2": [{"write": {"path": "bug.txt", "text": "b"}}]}
    repository.play(
        {"T001": [write], "T002": {int(k): v for k, v in works.items()}, "T003": fail},
        fix={"1": [{"delete": "bug.txt"}]},
    )
    code, events = repository.run()
    assert code == 1
    assert of(events, ev.FixEnded)
    assert len(events) > 20
    return repository


@pytest.fixture(scope="module")
def data(run: Repository) -> bytes:
    return run.store.runs()[0].journal.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_prefix_is_read_and_folds_to_the_state_then(data: bytes, draw: st.DataObject) -> None:
    whole = ev.read_journal(data)
    cut = draw.draw(st.integers(0, len(data)))
    found = ev.read_journal(data[:cut])
    assert found.events == whole.events[: len(found.events)]
    assert len(found.events) - data[:cut].count(b"\n") in {0, 1}  # all of a line but its end
    step_by_step, feed = RunState(), Feed()
    for event in found.events:
        step_by_step.apply(event)
        feed.take(event)
    assert fold(found.events) == step_by_step == feed.state


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_after_the_loss_of_power_what_was_whole_is_there(data: bytes, draw: st.DataObject) -> None:
    """A block of zeros from somewhere on, and perhaps something behind it that got to the disk."""
    start = draw.draw(st.integers(0, len(data) - 1))
    end = draw.draw(st.integers(start + 1, len(data)))
    found = ev.read_journal(data[:start] + b"\0" * (end - start) + data[end:])
    assert len(found.lines) == data[:start].count(b"\n")
    assert b"".join(found.lines) + found.torn == data[:start] + b"\0" * (end - start) + data[end:]


@pytest.mark.parametrize("change", ["lost", "twice", "broken", "blank"])
def test_damage_in_the_middle_is_named_by_its_line(data: bytes, change: str) -> None:
    lines = data.splitlines(keepends=True)
    middle = {
        "lost": [],
        "twice": [lines[4]] * 2,
        "broken": [b'{"seq": 5, "ty\n'],
        "blank": [b"\n"],
    }
    with pytest.raises(ValueError, match=f"line {6 if change == 'twice' else 5}: "):
        ev.read_journal(b"".join([*lines[:4], *middle[change], *lines[5:]]))


def test_a_torn_journal_is_repaired_and_gone_on_with(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    lines = data.splitlines(keepends=True)
    torn = lines[5][:20] + b"\0" * 4096 + b'"reason": ""}\n' + lines[7]
    path.write_bytes(b"".join(lines[:5]) + torn)
    journal = Journal(path)
    assert (len(journal.events), journal.torn) == (5, torn)
    assert journal.append(ev.RunPaused()).seq == 6
    journal.close()
    assert len(ev.read_journal(path.read_bytes()).events) == 6
    kept = path.with_name(Journal.TORN)
    assert (kept.read_bytes(), stat.S_IMODE(kept.stat().st_mode)) == (torn, 0o600)


def test_what_a_newer_minor_version_wrote_is_left_out_by_readers_and_not_gone_on_with(
    data: bytes, tmp_path: Path
) -> None:
    lines = data.splitlines(keepends=True)
    first = json.loads(lines[0]) | {"colour": "green"}
    fresh = json.dumps({"seq": 2, "type": "moon_rose", "at": "2026-01-01T00:00:00Z"})
    path = tmp_path / "journal.jsonl"
    path.write_text(f"{json.dumps(first)}\n{fresh}\n")
    assert [event.seq for event in ev.read_journal(path.read_bytes()).events] == [1]
    with pytest.raises(ValueError, match="written by a newer sixfold: moon_rose"):
        Journal(path)
    assert path.read_text() == f"{json.dumps(first)}\n{fresh}\n"


def test_a_journal_of_an_older_version_is_read_with_defaults(data: bytes) -> None:
    first = json.loads(data.splitlines()[0])
    for name in ("version", "sandbox", "asked", "isolation", "context"):
        first.pop(name, None)
    (event,) = ev.read_journal(json.dumps(first).encode()).events
    assert isinstance(event, ev.RunStarted)
    assert (event.version, event.isolation) == (1, "shared")


def test_a_journal_of_a_newer_version_is_refused_in_a_line(run: Repository, data: bytes) -> None:
    first = json.loads(data.splitlines()[0]) | {"version": ev.VERSION + 1}
    journal = run.store.runs()[0].journal
    journal.write_bytes(json.dumps(first).encode() + b"\n")
    try:
        for words in (["status"], ["run", "--headless", "--resume"]):
            done = run.sixfold(*words)
            assert done.returncode == 2
            assert (
                "line 1: this journal is of version 2, and this sixfold reads up to" in done.stderr
            )
            assert done.stderr.count("\n") == 1
    finally:
        journal.write_bytes(data)


def test_a_run_whose_journal_is_empty_does_not_hide_the_one_before(run: Repository) -> None:
    empty = run.store.create()
    empty.journal.touch()
    done = run.sixfold("status", "--json")
    assert json.loads(done.stdout)["state"] == "failed", done.stderr


def test_a_run_that_died_before_its_first_event_is_begun_by_resume(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Write `a.txt`\n")
    repository.play({"T001": [{"write": {"path": "a.txt", "text": "a"}}]})
    empty = repository.store.create()
    empty.journal.write_bytes(b'{"seq": 1, "type": "run_sta')
    code, events = repository.run("--resume")
    assert (code, end_of(events).outcome) == (0, "finished")
    assert empty.events() == events


def test_an_answer_comes_when_what_was_asked_is_safe(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Wait\n")
    repository.play({}, wait=60)
    process = repository.start("run", "--headless", "--wait")
    repository.wait_for_event(ev.TaskStarted)
    assert repository.sixfold("pause").returncode == 0
    process.kill()
    process.communicate()
    wait_for(lambda: repository.store.live() is None)
    assert fold(repository.store.runs()[0].events()).status == "paused"
