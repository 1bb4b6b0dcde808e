"""The dashboard in a real terminal of its own: it starts, and it ends when the terminal does."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PROGRAM = """
import sys
from dashboard.scripted import BEGIN, PHASE_1, Run
from sixfold.dashboard import load
app = load()(Run(*BEGIN, *PHASE_1))
app.run()
sys.exit(app.return_code)
"""


class InTerminal:
    """A dashboard on a pseudo-terminal that is not its controlling one: no SIGHUP saves us."""

    def __init__(self, program: str = PROGRAM) -> None:
        self.master, slave = pty.openpty()
        env = {**os.environ, "PYTHONPATH": str(TESTS), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program], stdin=slave, stdout=slave, stderr=slave, env=env
        )
        os.close(slave)

    def read_until(self, text: bytes) -> bytes:
        """All output until `text` has come, or ten seconds have gone by."""
        seen, deadline = b"", time.monotonic() + 10
        while text not in seen and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    seen += os.read(self.master, 65536)
                except OSError:  # nobody has the other end any more
                    break
        return seen


@pytest.fixture
def terminal() -> Iterator[InTerminal]:
    found = InTerminal()
    yield found
    found.process.kill()
    found.process.wait()


def test_it_ends_by_itself_when_the_terminal_is_gone(terminal: InTerminal) -> None:
    assert b"PHASES" in terminal.read_until(b"PHASES")
    os.close(terminal.master)
    assert terminal.process.wait(10) != 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_leaves_the_terminal_as_it_was(
    terminal: InTerminal, number: signal.Signals
) -> None:
    assert b"PHASES" in terminal.read_until(b"PHASES")
    terminal.process.send_signal(number)
    left_alternate_screen = b"\x1b[?1049l"
    assert left_alternate_screen in terminal.read_until(left_alternate_screen)
    assert terminal.process.wait(10) == 128 + number
    os.close(terminal.master)


def threads(process: subprocess.Popen[bytes]) -> int:
    return len(list(Path(f"/proc/{process.pid}/task").iterdir()))


def state(process: subprocess.Popen[bytes]) -> str:
    return Path(f"/proc/{process.pid}/stat").read_text().rpartition(") ")[2][0]


def test_being_told_to_go_on_without_a_stop_leaves_no_second_reader(terminal: InTerminal) -> None:
    terminal.read_until(b"PHASES")
    before = threads(terminal.process)
    for _ in range(3):
        terminal.process.send_signal(signal.SIGCONT)
        terminal.read_until(b"PHASES")  # painted anew: a shell may have written over it
    assert threads(terminal.process) == before
    terminal.process.send_signal(signal.SIGCONT)
    terminal.process.send_signal(signal.SIGHUP)
    terminal.process.send_signal(signal.SIGCONT)
    assert terminal.process.wait(10) == 128 + signal.SIGHUP
    os.close(terminal.master)


def test_it_stops_and_goes_on_as_the_shell_wants(terminal: InTerminal) -> None:
    terminal.read_until(b"PHASES")
    before = threads(terminal.process)
    for _ in range(2):
        terminal.process.send_signal(signal.SIGTSTP)
        terminal.read_until(b"\x1b[?1049l")
        until = time.monotonic() + 10
        while state(terminal.process) != "T":
            assert time.monotonic() < until
            time.sleep(0.01)
        terminal.process.send_signal(signal.SIGCONT)
        assert b"PHASES" in terminal.read_until(b"PHASES")
    assert threads(terminal.process) == before
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(10) == 128 + signal.SIGTERM
    os.close(terminal.master)


def test_it_ends_with_the_terminal_though_it_has_much_to_paint() -> None:
    busy = "app.call_later(lambda: app.set_interval(0.001, lambda: app._driver.write(' ')))\n"
    terminal = InTerminal(PROGRAM.replace("app.run()", f"{busy}app.run()"))
    terminal.read_until(b"PHASES")
    os.close(terminal.master)
    try:
        assert terminal.process.wait(10) != 0
    finally:
        terminal.process.kill()
        terminal.process.wait()
