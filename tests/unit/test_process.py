"""Children die with their run, their own children too."""

import asyncio
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import held
from held import needs_bwrap, running, sleeper
from repository import wait_for
from sixfold.process import MARKER, Child, chunks, marked, spawn, start_watchdog, sweep

FORGETS_ITS_CHILD = (
    "import subprocess,sys;"
    "subprocess.Popen(['sleep','600'],start_new_session=True);"
    "print('started',flush=True)"
)


def environment(name: str) -> dict[str, str]:
    return {**os.environ, MARKER: f"{name}-{os.getpid()}"}


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def read_all(child: Child) -> bytes:
    assert child.out
    return b"".join([chunk async for chunk in chunks(child, child.out)])


async def test_output_and_exit_code_arrive(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('hello'); raise SystemExit(3)"]
    child = await spawn(command, cwd=tmp_path, env=environment("plain"))
    assert await read_all(child) == b"hello\n"
    assert await child.wait() == 3
    await child.end()


async def test_an_orphan_that_holds_the_pipes_does_not_hang_the_reader(tmp_path: Path) -> None:
    env = environment("orphan")
    before = open_files()
    child = await spawn([sys.executable, "-c", FORGETS_ITS_CHILD], cwd=tmp_path, env=env)
    async with asyncio.timeout(120):
        assert await read_all(child) == b"started\n"
        await child.wait()
    assert marked({MARKER: env[MARKER]}), "the orphan should still be there"
    async with asyncio.timeout(10):
        while open_files() > before:  # noqa: ASYNC110 - the loop closes it in its next round
            await asyncio.sleep(0)
    await child.end()
    assert not marked({MARKER: env[MARKER]})


async def test_a_child_that_ends_while_its_words_are_heard_is_no_longer_waited_for(
    tmp_path: Path,
) -> None:
    script = "setsid sleep 600 & echo started; read word"
    env = environment("heard")
    child = await spawn(["sh", "-c", script], cwd=tmp_path, env=env, stdin=subprocess.PIPE)
    assert child.out
    assert child.stdin
    async with asyncio.timeout(60):
        async for _ in chunks(child, child.out):
            child.stdin.close()
            await child.wait()
            await asyncio.sleep(0)  # whoever else waits for it is told, too
    await child.end()


async def test_ending_a_child_takes_those_that_ignore_the_polite_signal(tmp_path: Path) -> None:
    env = environment("stubborn")
    script = (
        "import signal,time;signal.signal(15,signal.SIG_IGN);print('up',flush=True);time.sleep(60)"
    )
    child = await spawn([sys.executable, "-c", script], cwd=tmp_path, env=env)
    assert child.out
    assert await child.out.readline() == b"up\n"
    before = time.monotonic()
    await child.end()
    assert time.monotonic() - before < 20
    assert child.returncode == -signal.SIGKILL
    assert not marked({MARKER: env[MARKER]})


@pytest.mark.parametrize("boxed", [False, pytest.param(True, marks=needs_bwrap)])
async def test_a_child_that_hides_its_marks_and_its_session_ends_too(
    tmp_path: Path, boxed: bool
) -> None:
    sleep = shlex.join(sleeper(1))
    script = f"env -i setsid {sleep} & echo up; wait"
    before = held.before(tmp_path) if boxed else []
    child = await spawn(
        ["sh", "-c", script], cwd=tmp_path, env=environment("hidden"), before=before
    )
    assert child.out
    assert await child.out.readline() == b"up\n"
    await asyncio.to_thread(wait_for, lambda: running(*sleeper(1)))
    await child.end()
    await asyncio.to_thread(wait_for, lambda: not running(*sleeper(1)))


@needs_bwrap
@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("trap 'echo bye; exit 3' TERM; echo up; sleep 60 & wait", 3),
        ("trap '' TERM; echo up; while :; do sleep 0.1; done", -signal.SIGKILL),
        ("echo up; exec sleep 60", -signal.SIGTERM),
    ],
    ids=["polite", "stubborn", "plain"],
)
async def test_the_polite_signal_is_for_what_is_in_the_sandbox(
    tmp_path: Path, script: str, code: int
) -> None:
    env = environment("inside")
    child = await spawn(["sh", "-c", script], cwd=tmp_path, env=env, before=held.before(tmp_path))
    assert child.out
    assert await child.out.readline() == b"up\n"
    assert len(marked({MARKER: env[MARKER]})) >= 3, "seen from outside, with the sandbox's own"
    await child.end()
    assert (child.returncode, await child.out.read()) == (code, b"bye\n" if code == 3 else b"")
    assert not marked({MARKER: env[MARKER]})


async def test_an_orphan_that_keeps_printing_does_not_keep_the_reader(tmp_path: Path) -> None:
    env = environment("chatty")
    command = ["sh", "-c", "(while :; do echo hi; sleep 0.05; done) & echo mine"]
    child = await spawn(command, cwd=tmp_path, env=env)
    async with asyncio.timeout(120):
        assert b"mine\n" in await read_all(child)
    await child.end()


async def test_cancelling_twice_still_ends_a_stubborn_child(tmp_path: Path) -> None:
    env = environment("twice")
    command = ["sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.1; done"]
    child = await spawn(command, cwd=tmp_path, env=env)
    assert child.out
    assert await child.out.readline() == b"up\n"
    ending = asyncio.create_task(child.end())
    await asyncio.sleep(0)
    for _ in range(2):
        ending.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await ending
    assert not marked({MARKER: env[MARKER]})


async def test_a_start_that_is_cancelled_leaves_no_process(tmp_path: Path) -> None:
    env = environment("hasty")
    for rounds in range(8):
        starting = asyncio.create_task(spawn(["sleep", "60"], cwd=tmp_path, env=env))
        for _ in range(rounds):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        assert not marked({MARKER: env[MARKER]})


async def test_stderr_can_be_heard_apart(tmp_path: Path) -> None:
    script = "import sys;print('out');print('err',file=sys.stderr)"
    child = await spawn(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment("two"), stderr_apart=True
    )
    assert child.err
    heard = b"".join([chunk async for chunk in chunks(child, child.err)])
    assert (await read_all(child), heard) == (b"out\n", b"err\n")
    await child.end()


async def test_what_cannot_be_started_leaves_nothing_open(tmp_path: Path) -> None:
    before = psutil.Process().num_fds()
    with pytest.raises(FileNotFoundError):
        await spawn(["/no/such/program"], cwd=tmp_path, env=environment("none"), stderr_apart=True)
    assert psutil.Process().num_fds() <= before + 3  # the loop's own child watcher


def test_a_sweep_takes_only_what_carries_all_marks(tmp_path: Path) -> None:
    env = environment("sweep")
    theirs = subprocess.Popen(["sleep", "60"], env={**env, "SIXFOLD_SLOT": "1"}, cwd=tmp_path)
    others = subprocess.Popen(["sleep", "60"], env={**env, "SIXFOLD_SLOT": "2"}, cwd=tmp_path)
    try:
        sweep({MARKER: env[MARKER], "SIXFOLD_SLOT": "1"})
        assert theirs.wait(5) == -signal.SIGKILL
        assert others.poll() is None
    finally:
        others.kill()
        others.wait()


def test_the_watchdog_sweeps_when_its_runner_is_gone(tmp_path: Path) -> None:
    env = environment("watchdog")
    watchdog = start_watchdog(env[MARKER])
    left = subprocess.Popen(["sleep", "60"], env=env, cwd=tmp_path, start_new_session=True)
    assert watchdog.stdin
    watchdog.stdin.close()  # as the system does when the runner dies
    assert left.wait(10) == -signal.SIGKILL
    assert watchdog.wait(10) == 0
