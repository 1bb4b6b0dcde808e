"""`sixfold test` as its screen has it: a gate that stays, and runs again what a person asks for."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sixfold import events as ev
from sixfold.model import TestName
from sixfold.runner.alone import GateAlone, Wanted
from sixfold.runner.job import Options

PACKAGE = "example.com/shop/store"
TESTS = """package store

import (
	"os"
	"testing"
)

func TestFine(t *testing.T) { t.Log("all is fine") }

func TestFile(t *testing.T) {
	if _, err := os.Stat("there"); err != nil {
		t.Fatal("it is not there")
	}
}
"""


@pytest.fixture
def gate(tmp_path: Path) -> GateAlone:
    (tmp_path / "store").mkdir()
    (tmp_path / "go.mod").write_text("module example.com/shop\n\ngo 1.21\n")
    (tmp_path / "store/store_test.go").write_text(TESTS)
    (tmp_path / "sixfold.yaml").write_text("gate: {command: [go, test, -vet=off, ./...]}\n")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return GateAlone.prepare(Options(directory=tmp_path), [], Wanted(stay=True))


async def until(
    messages: AsyncIterator[Sequence[ev.Message]], kind: type[ev.Message]
) -> list[ev.Message]:
    """What is heard up to the first message of a kind."""
    heard: list[ev.Message] = []
    while not any(isinstance(one, kind) for one in heard):
        heard += await anext(messages)
    return heard


async def test_a_test_is_run_once_more_and_what_it_printed_is_found(
    gate: GateAlone, tmp_path: Path
) -> None:
    messages = gate.messages()
    async with asyncio.timeout(120):
        heard = await until(messages, ev.GateEnded)
        ended = heard[-1]
        assert isinstance(ended, ev.GateEnded)
        assert ended.verdict == "red"
        (failure,) = ended.failures
        (place,) = failure.places
        assert (place.file, place.line) == ("store/store_test.go", 12)
        assert any("it is not there" in line for line in place.source)
        printed = await gate.ask(ev.Printed(package=PACKAGE, test="TestFine"))
        assert "all is fine" in printed.text

        (tmp_path / "store/there").touch()
        answer = await gate.ask(ev.Rerun(tests=[TestName(PACKAGE, "TestFile")]))
        assert answer.accepted
        refused = await gate.ask(ev.Gate())
        assert refused.reason == "tests are running already"
        heard = await until(messages, ev.RerunEnded)
        begun, *_, over = (one for one in heard if isinstance(one, ev.Event))
        assert isinstance(begun, ev.RerunStarted)
        assert begun.command[-4:] == ["-count=1", "-run", "^TestFile$", PACKAGE]
        assert isinstance(over, ev.RerunEnded)
        assert (over.verdict, over.passed) == ("green", 1)
        assert {one.rerun for one in heard if isinstance(one, ev.GateProgress)} == {1}
        assert (await gate.ask(ev.Gate())).accepted
        await until(messages, ev.GateEnded)
        assert gate.verdict == "green"
        assert (await gate.ask(ev.Pause())).reason == "there is no run, only its tests"
    await gate.close()
    assert [batch async for batch in messages] == []
