"""A run among many viewers, frozen ones, dying dashboards, a full disk and a clock set back."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psutil
import pytest

import backwards
import viewer
from repository import Repository, end_of, leftovers, of, wait_for
from sixfold import events as ev
from sixfold.link import Link
from sixfold.state import fold
from terminal import Terminal

FLOOD = "yes 'a line that agents print again and again' | head -n 100000; echo > $SIXFOLD_TASK"
UNTIL_GO = "until [ -e go ]; do sleep 0.05; done; echo > $SIXFOLD_TASK"


def watching(socket: Path) -> subprocess.Popen[str]:
    """A viewer in a process of its own that has the first event."""
    words = [sys.executable, viewer.__file__, str(socket)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "here\n"
    return process


def saw(process: subprocess.Popen[str]) -> dict[str, object]:
    """What a viewer saw to its end."""
    out, _ = process.communicate(timeout=60)
    found: dict[str, object] = json.loads(out)
    return found


async def twenty(socket: Path) -> list[dict[str, object]]:
    return await asyncio.gather(*(viewer.watch(socket) for _ in range(20)))


def test_a_frozen_viewer_and_twenty_others_get_every_event_and_slow_nobody(
    tmp_path: Path,
) -> None:
    repository = Repository(tmp_path, "- [ ] T001 [P] Talk\n- [ ] T002 [P] Talk\n- [ ] T003 Last\n")
    flood = {"run": FLOOD}
    repository.play({"T001": [flood], "T002": [flood], "T003": [{"run": UNTIL_GO}]})
    process = repository.start("run", "--headless")
    run = repository.live()
    frozen = watching(run.socket)
    os.kill(frozen.pid, signal.SIGSTOP)
    before = psutil.Process(process.pid).memory_info().rss
    repository.wait_for_event(ev.TaskStarted, 60, task="T003")  # those who talk have ended
    assert psutil.Process(process.pid).memory_info().rss - before < 100 << 20
    os.kill(frozen.pid, signal.SIGCONT)
    repository.write("go", "")
    seen = [*asyncio.run(twenty(run.socket)), saw(frozen)]
    process.communicate(timeout=60)
    number = len(run.events())
    assert seen == [{"events": number, "gaps": 0, "ended": True}] * 21
    assert leftovers(run.id) == []


def test_twenty_viewers_may_all_command(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Wait\n")
    repository.play({"T001": [{"run": UNTIL_GO}]})
    process = repository.start("run", "--headless", "--wait")
    run = repository.live()
    repository.wait_for_event(ev.TaskStarted)

    async def ask(command: ev.AnyCommand) -> ev.Answer:
        link = await Link.connect(run.socket)
        try:
            return await link.ask(command)
        finally:
            await link.close()

    async def all_ask() -> list[ev.Answer]:
        return await asyncio.gather(*(ask(ev.Pause()) for _ in range(20)))

    answers = asyncio.run(all_ask())
    assert [answer.accepted for answer in answers].count(True) == 1
    assert {answer.reason for answer in answers} == {"", "the run is paused already"}
    assert asyncio.run(ask(ev.Resume())).accepted
    repository.write("go", "")
    process.communicate(timeout=60)
    assert process.returncode == 0


def test_dashboards_that_are_killed_do_their_run_no_harm(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 Wait\n- [ ] T002 And on\n")
    repository.play({"T001": [{"run": UNTIL_GO}]})
    first = Terminal(["run"], tmp_path, columns=100, rows=30)
    first.wait_for("RUNNING")
    run = repository.live()
    for end in (signal.SIGKILL, signal.SIGHUP, signal.SIGTERM, signal.SIGKILL):
        other = Terminal(["attach"], tmp_path, columns=100, rows=30)
        other.wait_for("T001")
        os.kill(other.process.pid, end)
        other.process.wait(20)
    first.process.kill()
    first.process.wait()
    began = time.monotonic()
    last = Terminal([], tmp_path, columns=100, rows=30)
    last.wait_for("until [ -e go ]")  # the tail of what the agent did
    assert time.monotonic() - began < 20  # a second, on an idle machine
    repository.write("go", "")
    last.wait_for("FINISHED")
    last.press("q")
    last.close()
    assert end_of(run.events()).outcome == "finished"
    wait_for(lambda: repository.store.live() is None)
    assert leftovers(run.id) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a file system is root's, and not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_run_on_a_full_disk_ends_in_words_and_is_gone_on_with(small_disk: Path) -> None:
    repository = Repository(small_disk, "- [ ] T001 Fill the disk\n- [ ] T002 Write `b.txt`\n")
    full = small_disk.parent / "full"
    fill = f"test -e {full} || {{ touch {full}; dd if=/dev/zero of=big bs=64k; sleep 60; }}"
    write = {"write": {"path": "b.txt", "text": "b"}}
    repository.play({"T001": [{"run": fill}], "T002": [write]})
    process = repository.start("run", "--headless")
    run = repository.live()
    wait_for(full.exists)
    wait_for(lambda: os.statvfs(small_disk).f_bavail == 0)
    asked = repository.sixfold("cancel", "T001")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1, said
    assert "Traceback" not in said + asked.stderr
    assert "No space left on device" in said
    assert leftovers(run.id) == []
    whole = run.events()
    (small_disk / "big").unlink()
    code, events = repository.run("--resume")
    assert (code, end_of(events).outcome) == (0, "finished")
    assert run.events()[: len(whole)] == whole
    assert [event.seq for event in run.events()] == list(range(1, len(run.events()) + 1))


def test_a_clock_that_is_set_back_all_the_time_stops_nothing(tmp_path: Path) -> None:
    repository = Repository(tmp_path, "- [ ] T001 One\n- [ ] T002 Two\n")
    words = [sys.executable, backwards.__file__, "run", "--headless"]
    done = subprocess.run(words, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (run,) = repository.store.runs()
    times = [event.at for event in run.events() if isinstance(event.at, datetime)]
    assert times == sorted(times, reverse=True)
    state = fold(run.events())
    assert state.status == "finished"
    shown = repository.sixfold("status")
    assert "finished, 0 s" in shown.stdout
    assert all(event.seconds >= 0 for event in of(run.events(), ev.GateEnded))
