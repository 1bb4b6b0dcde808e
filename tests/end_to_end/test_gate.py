"""The gate on real modules, with the real go."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from time import monotonic
from typing import Literal

import pytest

from sixfold.events import GateProgress, OutputLine
from sixfold.gate import toolchain
from sixfold.gate.run import GateResult, run_gate
from sixfold.process import MARKER, marked

STORE = """package store

import "sync"

type Store struct {
	mu    sync.Mutex
	total int
	words map[string]int
}

func New() *Store { return &Store{words: map[string]int{}} }

func (s *Store) Add(word string) {
	s.total++
	s.mu.Lock()
	defer s.mu.Unlock()
	s.words[word]++
}
"""
CONCURRENT = """package store

import (
	"sync"
	"testing"
)

func TestConcurrent(t *testing.T) {
	s := New()
	var wg sync.WaitGroup
	for i := 0; i < 8; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); s.Add("a") }()
	}
	wg.Wait()
}
"""
HANGS = """package p

import (
	"os/exec"
	"syscall"
	"testing"
)

func TestHangs(t *testing.T) {
	escaped := exec.Command("sleep", "300")
	escaped.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	escaped.Start()
	t.Run("inner", func(t *testing.T) { select {} })
}
"""
WAITS = 'package p\n\nimport "testing"\n\nfunc TestX(t *testing.T) {%s}\n'


class Gate:
    """Runs commands in a module of its own and keeps what was heard."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.run = uuid.uuid4().hex
        self.lines: list[OutputLine] = []
        self.heard: list[tuple[float, GateProgress]] = []
        self.when: Callable[[GateProgress], None] = lambda _: None

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def hear(self, lines: list[OutputLine], progress: GateProgress) -> None:
        self.lines += lines
        self.heard.append((monotonic(), progress))
        self.when(progress)

    async def __call__(
        self,
        command: Sequence[str] = ("go", "test", "./..."),
        seconds: float = 120,
        form: Literal["auto", "go-json", "lines"] = "auto",
        record: Path | None = None,
        **env: str,
    ) -> GateResult:
        base = toolchain.find(self.root).environment({**os.environ, **env})
        return await run_gate(
            command,
            root=self.root,
            env={**base, MARKER: self.run},
            format=form,
            timeout=seconds,
            record=record,
            hear=self.hear,
            number=3,
        )

    def leftovers(self) -> list[str]:
        return [" ".join(process.cmdline()) for process in marked({MARKER: self.run})]


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    made = Gate(tmp_path / "repository")
    made.write("go.mod", "module example.com/tiny\n\ngo 1.21\n")
    return made


async def test_a_data_race_turns_the_gate_red_and_its_mending_green(gate: Gate) -> None:
    gate.write("store/store.go", STORE)
    gate.write("store/store_test.go", CONCURRENT)
    command = ("go", "test", "-race", "./...")
    red = await gate(command)
    (race,) = red.failures
    assert (red.verdict, red.failed) == ("red", 1)
    assert red.races >= 1
    assert (race.kind, race.test, race.file, race.line) == (
        "race",
        "TestConcurrent",
        "store/store.go",
        14,
    )
    assert "Previous write" in race.output
    gate.write("store/store.go", STORE.replace("\ts.total++\n", ""))
    green = await gate(command)
    assert (green.verdict, green.reason, green.passed, green.failures) == ("green", "", 1, [])
    assert not gate.leftovers()


async def test_failing_tests_and_build_errors_are_told_together(gate: Gate) -> None:
    gate.write("a/a_test.go", WAITS.replace("package p", "package a") % 't.Error("no")')
    gate.write("b/b.go", "package b\n\nfunc F() int { return missing }\n")
    gate.write("b/b_test.go", WAITS.replace("package p", "package b") % "")
    record = gate.root / "out/gate.log"
    result = await gate(record=record)
    assert result.verdict == "red"
    assert result.reason == "1 test failed, 1 package does not build"
    told = [(f.kind, f.package, f.file, f.line) for f in result.failures]
    assert told == [
        ("build", "example.com/tiny/b", "b/b.go", 3),
        ("fail", "example.com/tiny/a", "a/a_test.go", 5),
    ]
    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    assert b'"Action":"build-output"' in record.read_bytes()
    assert gate.heard[-1][1].failed == 1


async def test_updates_come_in_batches(gate: Gate) -> None:
    body = 'for i := 0; i < 20000; i++ { t.Run("x", func(*testing.T) {}) }'
    gate.write("p_test.go", WAITS % body)
    result = await gate()
    assert result.passed == 20001
    times = [at for at, _ in gate.heard]
    assert len(times) <= (times[-1] - times[0]) * 15 + 3


async def test_a_gate_that_takes_too_long_names_what_hung_and_ends_it_all(gate: Gate) -> None:
    gate.write("p_test.go", HANGS)
    await gate(("go", "test", "-run", "None", "./..."))  # compiled beforehand
    result = await gate(seconds=5)
    assert result.verdict == "timed_out"
    assert result.reason == "still running after 5 s: TestHangs/inner"
    assert [(f.test, f.kind) for f in result.failures] == [("TestHangs/inner", "timeout")]
    assert not gate.leftovers()


async def test_cancelling_leaves_no_process_behind(gate: Gate) -> None:
    gate.write("p_test.go", HANGS)
    started = asyncio.Event()

    def when(progress: GateProgress) -> None:
        if [test.test for test in progress.running] == ["TestHangs/inner"]:
            started.set()

    gate.when = when
    task = asyncio.create_task(gate())
    await asyncio.wait_for(started.wait(), 120)
    assert len(gate.leftovers()) >= 3
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not gate.leftovers()


async def test_an_empty_repository_is_green(gate: Gate) -> None:
    (gate.root / "go.mod").unlink()
    result = await gate()
    assert (result.verdict, result.reason) == ("green", "nothing to test yet")


async def test_a_module_without_a_package_is_green(gate: Gate) -> None:
    result = await gate(("go", "test", "-race", "./..."))
    assert (result.verdict, result.reason) == ("green", "nothing to test yet")


async def test_go_without_a_module_is_an_error_that_says_what_to_do(gate: Gate) -> None:
    (gate.root / "go.mod").unlink()
    gate.write("p_test.go", WAITS % "")
    result = await gate()
    assert result.verdict == "error"
    assert "run `go mod init`" in result.reason


async def test_flags_that_run_no_test_are_warned_of(gate: Gate) -> None:
    gate.write("p_test.go", WAITS % "")
    result = await gate(GOFLAGS="-run=Nothing")
    assert result.verdict == "green"
    assert result.reason.startswith("warning: no test was run")


async def test_wrong_flags_are_an_error(gate: Gate) -> None:
    gate.write("p_test.go", WAITS % "")
    result = await gate(GOFLAGS="-nosuchflag")
    assert result.verdict == "error"
    assert "-nosuchflag" in result.reason


async def test_a_module_below_the_root_is_tested_where_it_is(gate: Gate) -> None:
    (gate.root / "go.mod").unlink()
    gate.write("sub/go.mod", "module example.com/sub\n\ngo 1.21\n")
    gate.write("sub/a/a_test.go", WAITS.replace("package p", "package a") % "missing()")
    gate.write("sub/b/b_test.go", WAITS.replace("package p", "package b") % 't.Fatal("no")')
    result = await gate(("go", "-C", "sub", "test", "./..."))
    places = [(f.file, f.line) for f in result.failures]
    assert places == [("sub/a/a_test.go", 5), ("sub/b/b_test.go", 5)]


async def test_a_command_that_is_not_there_is_an_error(gate: Gate) -> None:
    result = await gate(("no-such-command-here",))
    assert result.verdict == "error"
    assert result.reason.startswith("cannot start no-such-command-here: ")


async def test_other_commands_are_judged_by_their_exit_code(gate: Gate) -> None:
    script = "import sys; print('one'); print('two.py:7: bad', file=sys.stderr); sys.exit(%d)"
    result = await gate((sys.executable, "-c", script % 3))
    (failure,) = result.failures
    assert (result.verdict, failure.kind, failure.file, failure.line) == (
        "red",
        "command",
        "two.py",
        7,
    )
    assert {line.text for line in gate.lines} == {"one", "two.py:7: bad"}
    assert (await gate((sys.executable, "-c", script % 0))).verdict == "green"


async def test_a_wrapper_that_prints_json_is_understood(gate: Gate) -> None:
    gate.write("p_test.go", WAITS % 't.Error("no")')
    hidden = ("sh", "-c", "go test -json ./... | cat")
    result = await gate(hidden, form="go-json")
    assert (result.verdict, result.failed) == ("red", 1)
    assert result.reason == "the command exited 0 though tests failed"


async def test_a_grandchild_that_keeps_the_pipe_open_does_not_keep_the_gate(gate: Gate) -> None:
    result = await gate(("sh", "-c", "setsid sleep 300 & echo done"), seconds=60)
    assert result.verdict == "green"
    assert result.seconds < 30
    assert not gate.leftovers()
