"""What the screen looks like, as pictures; facts are tested elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Protocol

import pytest
from msgspec import structs
from textual.pilot import Pilot
from textual.widgets import Input

from dashboard import gates
from dashboard.scripted import (
    APART,
    BEGIN,
    BLOCKED,
    CONFLICT,
    DIFF,
    FAILED,
    HELD,
    JOINING,
    JUDGED,
    NOW,
    PHASE_1,
    PHASE_2,
    PLAN,
    RED,
    VALIDATING,
    WISH,
    Run,
    dashboard,
    settle,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.widgets.diff_view import DiffView
from sixfold.link import Source
from sixfold.model import Usage


class Compare(Protocol):
    def __call__(
        self, app: Dashboard, *, terminal_size: tuple[int, int], run_before: object
    ) -> bool: ...


@pytest.fixture(autouse=True)
def same_everywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The story's times are local ones."""
    monkeypatch.setenv("TZ", "UTC")
    for name in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(name, raising=False)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_in_the_middle(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_that_needs_a_person(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, *FAILED, *RED, BLOCKED)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_attempts_that_work_apart(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*APART, JOINING, CONFLICT, HELD)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_agents_that_ask_stall_rest_and_cost(snap_compare: Compare, size: tuple[int, int]) -> None:
    spent = Usage(1_240_000, 21_000, 1.42)
    run = Run(
        *APART,
        ev.TaskStarted(task="T005", slot=4, attempt=1, agent="claude"),
        ev.UsageReported(slot=5, task="T003", attempt=1, agent="claude", usage=spent),
        ev.AgentStalled(slot=5, task="T003", attempt=1, seconds=310),
        ev.ProviderLimited(provider="claude", until=NOW + timedelta(seconds=102), reason="429"),
        ev.TurnHeld(slot=4, task="T005", attempt=1, reason="rate limit of claude"),
        WISH,
    )

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_that_is_validated(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *VALIDATING, *JUDGED[:2])

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_run_whose_requirements_are_not_met(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *VALIDATING, *JUDGED)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_every_requirement_with_its_evidence(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *VALIDATING, *JUDGED)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press("end", "enter")
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_all_that_waits_for_a_person(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(
        *APART,
        ev.Notice(text="no sandbox: agents can write whatever you can", level="warning"),
        HELD,
        ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="failed", reason="exit code 3"),
        ev.TaskHalted(task="T005", because="T004"),
        ev.AgentStalled(slot=5, task="T003", attempt=1, seconds=310),
        structs.replace(WISH, slot=5, task="T003"),
        *RED,
        BLOCKED,
    )

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press("i")
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


def test_what_an_agent_asks_in_full(snap_compare: Compare) -> None:
    run = Run(*APART, WISH)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press("3", "enter")
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=(120, 36), run_before=paint)


def test_the_change_of_a_task(snap_compare: Compare) -> None:
    run = Run(*APART, answering=lambda c: ev.Answer(id=c.id, accepted=True, text=DIFF))

    async def paint(pilot: Pilot[None]) -> None:
        app = await settle(pilot, run)
        await pilot.press("j", "d")
        await settle(pilot)
        view = app.screen.query_one(DiffView)
        while len(view._seen) < 2 or view._colouring:
            await pilot.pause(0.02)
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=(120, 36), run_before=paint)


def test_the_plan_before_the_start(snap_compare: Compare) -> None:
    async def start() -> Source:
        return Run()

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.press("P", *"jjjjj")
        await settle(pilot)

    app = dashboard(None, plan=PLAN, start=start)
    assert snap_compare(app, terminal_size=(120, 36), run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
@pytest.mark.parametrize("zoomed", [False, True], ids=["beside", "zoomed"])
@pytest.mark.parametrize(
    "story",
    [
        pytest.param(gates.COMPILING, id="compiling"),
        pytest.param(gates.WORKING, id="working"),
        pytest.param(gates.GREEN, id="green"),
        pytest.param(gates.RED, id="red"),
        pytest.param(gates.RERUNNING, id="rerunning"),
        pytest.param(gates.RERUN, id="rerun"),
    ],
)
def test_a_gate(
    snap_compare: Compare, story: tuple[ev.Message, ...], size: tuple[int, int], zoomed: bool
) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, *story)

    async def paint(pilot: Pilot[None]) -> None:
        app = await settle(pilot, run)
        if zoomed:
            app.main.go_to(app.main.gate.tests)
            await pilot.press("z")
            app.main.gate.tests.choose_failure(1)
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


EDIT = """\
--- a/count/store.go
+++ b/count/store.go
@@ -10,4 +10,6 @@ import "sync"
 type Store struct {
-\tcounts map[string]int
+\tmu     sync.Mutex
+\tcounts map[string]int
 }

ok: 1 file written"""
SPOKEN = ev.AgentOutput(
    slot=5,
    task="T003",
    attempt=1,
    lines=[
        ev.Utterance("think", "The store must be safe for many goroutines; a mutex will do."),
        ev.Utterance("plan", "[x] read the plan"),
        ev.Utterance("plan", "[>] write the store"),
        ev.Utterance("plan", "[ ] run the tests"),
        ev.Utterance("say", "I begin with the store."),
        ev.Utterance("do", "edit count/store.go", "c1", EDIT),
        ev.Utterance("did", "edit count/store.go", "c1", EDIT),
        ev.Utterance("do", "run go test ./count", "c2"),
        ev.Utterance("error", "run go test ./count: exit code 1", "c2", "FAIL count 0.2s"),
        ev.Utterance("do", "run go vet ./...", "c3"),
    ],
)
SPENT = ev.UsageReported(
    slot=5, task="T003", attempt=1, agent="mine", usage=Usage(40_000, 2_000, 0.42)
)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_a_slot_read_whole(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, SPENT, SPOKEN)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press("5", *("5" if size[0] == 160 else ""), "t")
        await settle(pilot)
        await pilot.press("k", "k", "enter")
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
def test_finding_by_an_expression(snap_compare: Compare, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, SPENT, SPOKEN)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        await pilot.press("5", *("5" if size[0] == 160 else ""), "slash")
        pilot.app.screen.query_one(Input).value = "/go (test|vet)/"
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
@pytest.mark.parametrize("section", ["task", "attempts", "transcript"])
def test_a_page_of_a_task(snap_compare: Compare, section: str, size: tuple[int, int]) -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, SPENT, SPOKEN)

    async def paint(pilot: Pilot[None]) -> None:
        app = await settle(pilot, run)
        await app.push_screen(TaskScreen("T003"))
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)
        app.screen.go_to(section)
        for worker in [one for one in app.workers if one.group == "section"]:
            await worker.wait()
        await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=size, run_before=paint)
