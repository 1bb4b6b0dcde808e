"""Every state of a run and of a task, and every screen in every size, as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import structs
from textual.pilot import Pilot

from dashboard import gates
from dashboard.scripted import (
    APART,
    BEGIN,
    BLAMED,
    BLOCKED,
    DIFF,
    ENDED,
    FAILED,
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
    task,
)
from dashboard.test_replay import replay
from dashboard.test_sizes import SIZES, Compare, cells, same_everywhere
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.link import Source
from sixfold.model import Need, Phase, Plan

__all__ = ["same_everywhere"]
RUNNING = (*BEGIN, *PHASE_1, *PHASE_2)
BROKEN = (*RUNNING, *FAILED)
SMALL_AND_LARGE = ["160x48", "80x24"]
RUNS: Mapping[str, Sequence[ev.Message]] = {
    "connecting": (),
    "running": RUNNING,
    "paused": (*RUNNING, ev.RunPaused()),
    "cut short": (
        *RUNNING,
        ev.RunPaused(now=True),
        ev.TurnHeld(slot=3, task="T004", attempt=1, reason="paused"),
    ),
    "blocked": (*BROKEN, *RED, BLOCKED),
    "finished": (*RUNNING, ENDED),
    "failed": (*BROKEN, ev.RunEnded(outcome="failed", reason="tasks left: 1 failed", done=2)),
    "stopped": (*RUNNING, ev.RunEnded(outcome="stopped", reason="stopped by a person", done=2)),
}


def _states() -> Plan:
    """A task for each state."""
    names = [f"T{n:03}" for n in range(1, 15)]
    titles = (
        *("is done", "is at work", "is being joined", "is in conflict", "asks you", "has stalled"),
        *("rests", "has failed", "is halted", "is skipped", "is parked", "is ambiguous"),
        *("waits for another", "is ready"),
    )
    tasks = [task(name, 1, f"This one {title}") for name, title in zip(names, titles, strict=True)]
    tasks[10] = structs.replace(tasks[10], state="parked")
    tasks[11] = structs.replace(tasks[11], runnable=False)
    tasks[12] = structs.replace(tasks[12], needs=[Need("T002", "stated")])
    phase = Phase(1, "All that may be", 1, "setup", None, names)
    return structs.replace(PLAN, phases=[phase], tasks=tasks, critical_path=["T002", "T013"])


def _begun(name: str, slot: int) -> ev.TaskStarted:
    return ev.TaskStarted(task=name, slot=slot, attempt=1, agent="mine")


TASKS: tuple[ev.Message, ...] = (
    BEGIN[0],
    ev.PlanLoaded(plan=_states()),
    ev.PhaseStarted(phase=1, title="All that may be"),
    _begun("T001", 1),
    ev.TaskEnded(task="T001", slot=1, attempt=1, outcome="done", commit="c0ffee1" + "0" * 33),
    _begun("T008", 1),
    ev.TaskEnded(task="T008", slot=1, attempt=1, outcome="failed", reason="exit code 3"),
    ev.TaskHalted(task="T009", because="T008"),
    ev.TaskSkipped(task="T010"),
    *(_begun(f"T00{slot + 1}", slot) for slot in range(1, 7)),
    ev.IntegrationStarted(task="T003", slot=2, attempt=1),
    ev.ConflictFound(task="T004", slot=3, attempt=1, paths=["a.go"], tasks=["T001"]),
    structs.replace(WISH, slot=4, task="T005"),
    ev.AgentStalled(slot=5, task="T006", attempt=1, seconds=310),
    ev.ProviderLimited(provider="mine", until=NOW + timedelta(seconds=102), reason="429"),
    ev.TurnHeld(slot=6, task="T007", attempt=1, reason="rate limit of mine"),
)
SCREENS: Mapping[str, tuple[Sequence[ev.Message], str]] = {
    "plan": (RUNNING, "P j j j j j"),
    "inbox": ((*APART, WISH, *BLAMED), "i"),
    "messages": (BROKEN, "M"),
    "timeline": ((*BEGIN, *VALIDATING, *JUDGED[:-1], ENDED), "T"),
    "keys": (RUNNING, "question_mark"),
    "task": (BROKEN, "j j j j j enter"),
    "request": ((*APART, WISH), "3 enter"),
    "leaving": (RUNNING, "q"),
    "telling": (RUNNING, "3 m"),
    "requirements": ((*BEGIN, *VALIDATING, *JUDGED), "end enter"),
    "phases": (BROKEN, "z"),
    "tests": ((*RUNNING, *gates.RED), "tab tab z"),
}


@pytest.fixture(autouse=True)
def new_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))


def _told(command: ev.AnyCommand) -> ev.Answer | None:
    if isinstance(command, ev.Diff):
        return ev.Answer(id=command.id, accepted=True, text=DIFF)
    return None


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
@pytest.mark.parametrize("state", RUNS)
def test_a_run_that_is(snap_compare: Compare, state: str, size: str) -> None:
    run = Run(*RUNS[state])

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
def test_a_run_that_is_gone(snap_compare: Compare, size: str) -> None:
    run = Run(*RUNNING)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        run.hang_up()
        await settle(pilot, run)

    assert snap_compare(dashboard(run), terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
def test_a_run_that_is_ready(snap_compare: Compare, size: str) -> None:
    async def start() -> Source:
        return Run()

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot)

    app = dashboard(None, plan=PLAN, start=start)
    assert snap_compare(app, terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
def test_a_run_of_the_past(snap_compare: Compare, size: str) -> None:
    async def paint(pilot: Pilot[None]) -> None:
        await pilot.press("space")
        await settle(pilot)
        await pilot.press(*["shift+right"] * 8)
        await settle(pilot)

    app = Dashboard(replay(), clock=lambda: NOW)
    assert snap_compare(app, terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("size", SMALL_AND_LARGE)
def test_a_task_in_each_state(snap_compare: Compare, size: str) -> None:
    run = Run(*TASKS)

    async def paint(pilot: Pilot[None]) -> None:
        await settle(pilot, run)
        if size == "80x24":
            await pilot.press("z")
            await settle(pilot)

    assert snap_compare(dashboard(run), terminal_size=cells(size), run_before=paint)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("screen", SCREENS)
def test_a_screen(snap_compare: Compare, screen: str, size: str) -> None:
    messages, keys = SCREENS[screen]
    run = Run(*messages, answering=_told)

    async def paint(pilot: Pilot[None]) -> None:
        app = await settle(pilot, run)
        for key in keys.split():
            await pilot.press(key)
            await settle(pilot)
        await _settled(pilot, app)

    assert snap_compare(dashboard(run), terminal_size=cells(size), run_before=paint)


async def _settled(pilot: Pilot[None], app: Dashboard) -> None:
    """Until what is fetched beside the screen is there."""
    for worker in [one for one in app.workers if one.group == "section"]:
        await worker.wait()
    await settle(pilot)
