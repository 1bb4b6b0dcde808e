"""The dashboard in a real terminal: what is on the screen, and what the keys do to the run."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from repository import Repository, leftovers, wait_for
from sixfold import events as ev
from sixfold.process import MARKER, marked, sweep
from sixfold.runner.store import Store
from terminal import Terminal

PAIRS = """\
## Phase 1: Setup

- [ ] T001 [P] Write one
- [ ] T002 [P] Write two
- [ ] T003 Write three (depends on T001)
"""
Open: TypeAlias = Callable[..., Terminal]
UNTIL_GO = {"run": "until [ -e go ]; do sleep 0.05; done; echo 1 > work-$SIXFOLD_TASK.txt"}
FAILS_ONCE = {1: [{"say": "no idea"}, {"exit": 1}], 2: [{"run": "echo 1 > one.txt"}]}


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Open]:
    opened: list[Terminal] = []

    def open_one(*words: str, columns: int = 100, rows: int = 30) -> Terminal:
        opened.append(Terminal(words, tmp_path, columns=columns, rows=rows))
        return opened[-1]

    yield open_one
    for terminal in opened:
        terminal.process.kill()
        terminal.process.wait()
    live = Store(tmp_path).live()
    if live:
        sweep({"SIXFOLD_RUN": live.id})
        os.kill(live.events()[0].pid, signal.SIGTERM)  # type: ignore[union-attr]


@pytest.mark.parametrize(("columns", "rows"), [(160, 48), (80, 24)])
def test_a_run_is_watched_retried_and_left_when_it_is_over(
    tmp_path: Path, open_terminal: Open, columns: int, rows: int
) -> None:
    repository = Repository(tmp_path, PAIRS)
    repository.play({"T001": FAILS_ONCE, "T002": [UNTIL_GO]})
    terminal = open_terminal("run", columns=columns, rows=rows)
    terminal.wait_for("RUNNING")
    terminal.wait_for("until [ -e go ]")
    wait_for(lambda: repository.wait_for_event(ev.TaskHalted, task="T003"))
    terminal.wait_for("failed")
    terminal.press("p")
    terminal.wait_for("PAUSED")
    terminal.press("p")
    terminal.wait_for("RUNNING")
    terminal.press("r")
    repository.wait_for_event(ev.TaskEnded, task="T001", outcome="done")
    repository.write("go", "")
    terminal.wait_for("FINISHED")
    terminal.wait_for("3/3")
    terminal.press("q")
    assert terminal.close() == 0
    assert "- [ ]" not in repository.tasks.read_text()


def test_leaving_lets_the_run_go_on_and_attaching_comes_back(
    tmp_path: Path, open_terminal: Open
) -> None:
    repository = Repository(tmp_path, PAIRS)
    repository.play({"T001": [UNTIL_GO], "T002": [UNTIL_GO]})
    first = open_terminal("run")
    first.wait_for("RUNNING")
    repository.wait_for_event(ev.TaskStarted, task="T002")
    first.press("q")
    first.wait_for("let it run")
    first.press("l")
    assert first.close() == 0
    run = repository.live()
    assert leftovers(run.id), "the agents go on"
    second = open_terminal("attach")
    second.wait_for("RUNNING")
    second.wait_for("T001")
    second.press("q")
    second.wait_for("stop the run")
    second.press("s")
    assert second.close() == 1
    wait_for(lambda: not repository.store.live(), 5)
    assert leftovers(run.id) == []
    assert repository.tasks.read_text() == PAIRS


def test_without_words_the_plan_is_shown_ready_to_start(
    tmp_path: Path, open_terminal: Open
) -> None:
    repository = Repository(tmp_path, PAIRS)
    terminal = open_terminal(columns=120, rows=40)
    terminal.wait_for("READY")
    terminal.wait_for("T003")
    assert repository.store.live() is None
    terminal.press("s")
    terminal.wait_for("FINISHED")
    terminal.press("q")
    assert terminal.close() == 0
    again = open_terminal("attach", columns=120, rows=40)
    again.wait_for("FINISHED")
    again.press("q")
    assert again.close() == 0


def test_killing_the_dashboard_does_not_hurt_the_run(tmp_path: Path, open_terminal: Open) -> None:
    repository = Repository(tmp_path, PAIRS)
    repository.play({"T001": [UNTIL_GO]})
    terminal = open_terminal("run")
    repository.wait_for_event(ev.TaskStarted, task="T001")
    terminal.process.kill()
    terminal.close()
    repository.write("go", "")
    wait_for(lambda: not repository.store.live())
    run = repository.store.find()
    assert run
    assert isinstance(run.events()[-1], ev.RunEnded)
    assert "- [ ]" not in repository.tasks.read_text()


def test_a_run_of_the_past_is_replayed_from_its_journal_alone(
    tmp_path: Path, open_terminal: Open
) -> None:
    repository = Repository(tmp_path / "r", PAIRS)
    repository.run()
    run = repository.store.find()
    assert run
    journal = tmp_path / "elsewhere.jsonl"
    journal.write_bytes(run.journal.read_bytes())
    terminal = open_terminal("replay", str(journal), "--speed", "0.01")
    terminal.wait_for("▶ 0.01×")
    terminal.wait_for("0/3 tasks")
    terminal.press("\x1b[F")  # End
    terminal.wait_for("FINISHED")
    terminal.press("\x1b[H")  # Home
    terminal.wait(lambda text: "FINISHED" not in text and "RUNNING" in text)
    terminal.press(" ")
    terminal.wait_for("Space play")
    terminal.press("q")
    assert terminal.close() == 0


def bells(terminal: Terminal) -> int:
    """How often the bell rang; a bell may also end a command to the terminal."""
    return re.sub(rb"\x1b\][^\a\x1b]*\a", b"", terminal.sent).count(b"\a")


def test_the_terminal_calls_once_when_the_run_is_blocked_and_when_it_ends(
    tmp_path: Path, open_terminal: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SIXFOLD_BELL", "TMUX", "VTE_VERSION"):
        monkeypatch.delenv(name, raising=False)
    red = {"command": ["sh", "-c", "test -e go"], "format": "lines", "fix_attempts": 0}
    repository = Repository(tmp_path, PAIRS, gate=red)
    first = open_terminal("run")
    first.wait_for("BLOCKED")
    first.wait(lambda _: b"\x1b]9;" in first.sent)
    first.press("M")
    first.wait_for("MESSAGES")
    assert first.sent.count(b"\x1b]9;sixfold 001-x: blocked: ") == 1
    assert (first.sent.count(b"\x1b]9;"), bells(first)) == (1, 1)
    repository.write("go", "")
    assert repository.sixfold("gate").returncode == 0
    first.press("\x1b")
    first.wait_for("FINISHED")
    first.wait(lambda _: first.sent.count(b"\x1b]9;") == 2)
    first.press("q")
    assert first.close() == 0
    assert (first.sent.count(b"\x1b]9;"), bells(first)) == (2, 2)


HANGS = """package h

import (
	"testing"
	"time"
)

func TestFine(t *testing.T) {}

func TestHangs(t *testing.T) { time.Sleep(time.Hour) }
"""


@pytest.mark.parametrize("how", ["q", "a signal"])
def test_tests_that_are_left_while_they_run_end_and_leave_what_was_heard(
    tmp_path: Path, open_terminal: Open, how: str
) -> None:
    for name, text in {"go.mod": "module example.com/h\n\ngo 1.21\n", "h_test.go": HANGS}.items():
        (tmp_path / name).write_text(text)
    terminal = open_terminal("test", "--junitfile", "t.xml", "--jsonfile", "t.json", "--", "-v")
    terminal.wait_for("TestHangs")
    terminal.wait_for("running")
    if how == "q":
        terminal.press("q")
    else:
        terminal.process.send_signal(signal.SIGTERM)
    assert terminal.close() == (1 if how == "q" else 128 + signal.SIGTERM)
    assert '"Test":"TestFine"' in (tmp_path / "t.json").read_text()
    assert "interrupted" in (tmp_path / "t.xml").read_text()
    assert not marked({MARKER: f"test-{terminal.process.pid}"})
    assert b"Traceback" not in terminal.sent
