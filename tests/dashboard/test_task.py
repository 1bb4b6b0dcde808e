"""A task's page: its sections, its attempts, and what is kept of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from msgspec import structs
from textual.pilot import Pilot

from dashboard.scripted import (
    BEGIN,
    DIFF,
    NOW,
    PHASE_1,
    PHASE_2,
    RUNNING,
    START,
    Run,
    seen,
    settle,
)
from dashboard.scripted import dashboard as shown
from dashboard.test_replay import events_of
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.replay import Replay
from sixfold.dashboard.screens.pages import task_page
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.widgets.sections import Sections
from sixfold.link import Recording
from sixfold.model import Evidence, Requirement, Usage
from sixfold.state import RunState

AGAIN: tuple[ev.Message, ...] = (
    ev.UsageReported(slot=3, task="T004", attempt=1, agent="mine", usage=Usage(900, 100, 0.25)),
    ev.TaskEnded(
        task="T004",
        slot=3,
        attempt=1,
        outcome="failed",
        reason="exit code 3",
        branch="sixfold/r1/T004.1",
        again=True,
    ),
    ev.TaskStarted(task="T004", slot=2, attempt=2, agent="other"),
    ev.AgentOutput(
        slot=2, task="T004", attempt=2, lines=[ev.Utterance("say", "I try it another way.")]
    ),
)

ENDS = ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="done")


def answering(command: ev.AnyCommand) -> ev.Answer | None:
    match command:
        case ev.Prompt(id=number, attempt=attempt):
            return ev.Answer(id=number, accepted=True, text=f"Do it, attempt {attempt}.\nWell.")
        case ev.Diff(id=number, attempt=0):
            return ev.Answer(id=number, accepted=True, text=DIFF)
        case ev.Diff(id=number, attempt=attempt):
            text = DIFF.replace("many goroutines", f"many goroutines, of attempt {attempt}")
            return ev.Answer(id=number, accepted=True, text=text)
    return None


@asynccontextmanager
async def page(*more: ev.Message) -> AsyncIterator[tuple[Pilot[None], Dashboard, Run]]:
    """The page of T004, which failed once and is tried again."""
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, *AGAIN, *more, answering=answering)
    async with shown(run).run_test(size=(120, 36)) as pilot:
        app = await settle(pilot, run)
        app.main.phases.choose("task T004")
        await pilot.press("enter")
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)
        yield pilot, app, run


async def press(pilot: Pilot[None], app: Dashboard, *keys: str) -> str:
    """What is seen after these keys, once all that they ask for is there."""
    await pilot.press(*keys)
    for worker in [one for one in app.workers if one.group == "section"]:
        await worker.wait()
    await settle(pilot)
    return seen(app)


async def test_tab_goes_through_the_sections_and_round() -> None:
    async with page() as (pilot, app, _):
        assert "[task] attempts  prompt  diff  transcript  evidence" in seen(app)
        assert "is needed by" in seen(app)
        assert "[attempts]" in await press(pilot, app, "tab")
        text = await press(pilot, app, "tab")
        assert "[prompt]" in text
        assert "Do it, attempt 2." in text
        text = await press(pilot, app, "tab")
        assert "[diff]" in text
        assert "count/store.go" in text
        text = await press(pilot, app, "tab")
        assert "[transcript]" in text
        assert "I try it another way." in text
        assert "Nothing has been judged yet" in await press(pilot, app, "tab")
        assert "[task]" in await press(pilot, app, "tab")
        assert "[transcript]" in await press(pilot, app, "shift+tab", "shift+tab")


async def test_each_attempt_tells_who_made_it_how_it_ended_and_what_it_cost() -> None:
    async with page() as (pilot, app, _):
        text = await press(pilot, app, "tab")
        first, second = text[text.index("attempt 1") :].split("attempt 2")
        for what in ("✗ failed", "mine in slot 3", "exit code 3", "1.0k tok  $0.25", "T004.1"):
            assert what in first
        assert "● working" in second or "● running" in second
        assert "other in slot 2" in second


async def test_attempts_are_gone_through_in_every_section_about_them() -> None:
    async with page() as (pilot, app, _):
        assert "attempt 2, 2 of 2" in await press(pilot, app, "tab", "tab")
        text = await press(pilot, app, "h")
        assert "attempt 1, 1 of 2" in text
        assert "Do it, attempt 1." in text
        assert "of attempt 1" in await press(pilot, app, "tab")
        text = await press(pilot, app, "tab")
        assert "> read plan.md" in text
        assert "another way" not in text
        text = await press(pilot, app, "l")
        assert "attempt 2, 2 of 2" in text
        assert "another way" in text


async def test_a_transcript_goes_on_while_it_is_read() -> None:
    async with page() as (pilot, app, run):
        await press(pilot, app, "shift+tab", "shift+tab")
        more = [ev.Utterance("do", "edit pool.go", "c1"), ev.Utterance("did", "edit pool.go", "c1")]
        run.say(ev.AgentOutput(slot=2, task="T004", attempt=2, lines=more))
        await settle(pilot, run)
        text = await press(pilot, app)
        assert "✓ edit pool.go" in text
        assert text.count("edit pool.go") == 1
        done = ev.Utterance("did", "run go test", "c2", "ok pool 0.1s")
        run.say(ev.AgentOutput(slot=2, task="T004", attempt=2, lines=[done]))
        await settle(pilot, run)
        assert "unfold" in await press(pilot, app)
        assert "ok pool 0.1s" in await press(pilot, app, "enter")


async def test_the_evidence_is_that_of_the_requirements_a_task_is_for() -> None:
    asked = [
        Requirement("US1.1", 12, "Counts the words of a file.", "US1"),
        Requirement("FR-001", 20, "Is a program."),
        Requirement("FR-002", 21, "Works in a pool."),
    ]
    judged = [
        ev.RequirementJudged(
            round=1,
            requirement=name,
            verdict="met",
            evidence=[Evidence(file=file, line=7)],
        )
        for name, file in (
            ("US1.1", "count/store.go"),
            ("FR-001", "main.go"),
            ("FR-002", "count/pool_test.go"),
        )
    ]
    begun = ev.ValidationStarted(
        round=1,
        slot=5,
        attempt=1,
        agent="mine",
        requirements=asked,
        asked=[one.id for one in asked],
    )
    async with page(begun, *judged) as (pilot, app, _):
        text = await press(pilot, app, "shift+tab")
        assert "✓ US1.1    met        Counts the words of a file." in text
        assert "count/pool_test.go:7" in text
        assert "FR-001" not in text


async def test_a_section_is_chosen_by_the_mouse() -> None:
    async with page() as (pilot, app, _):
        bar = app.screen.query_one(Sections)
        await pilot.click(bar, offset=(bar.render_line(0).text.index("attempts"), 0))
        assert "[attempts]" in await press(pilot, app)


async def test_a_task_that_never_ran_has_no_attempts_to_show() -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2)
    async with shown(run).run_test(size=(120, 36)) as pilot:
        app = await settle(pilot, run)
        app.main.phases.choose("task T005")
        await pilot.press("enter")
        for key in ("tab", "tab", "tab", "tab"):
            assert "No attempt has been made yet." in await press(pilot, app, key)


@pytest.mark.parametrize("over", ["recorded", "replayed"])
async def test_a_run_of_the_past_shows_what_is_kept(over: str) -> None:
    async def look(command: ev.AnyCommand) -> ev.Answer | None:
        if isinstance(command, ev.Transcript):
            said = [ev.Utterance("say", "said back then")]
            return ev.Answer(id=command.id, accepted=True, said=said, offset=1)
        return answering(command)

    stamped = Run(*BEGIN, *PHASE_1, *PHASE_2, *AGAIN, ev.RunEnded(outcome="stopped"))
    heard = stamped._inbox.get_nowait() or []
    source = (
        Recording(heard, look)
        if over == "recorded"
        else Replay(events_of(heard), 1000.0, look=look)
    )
    app = Dashboard(source, clock=lambda: START)
    async with app.run_test(size=(120, 36)) as pilot:
        if isinstance(source, Replay):
            source.go_to(source.length)
        while app.state.ended is None:
            await pilot.pause(0.01)
        await settle(pilot)
        app.main.phases.choose("task T004")
        await pilot.press("enter")
        await settle(pilot)
        assert "Do it, attempt 2." in await press(pilot, app, "tab", "tab")
        assert "count/store.go" in await press(pilot, app, "tab")
        assert "said back then" in await press(pilot, app, "tab")


@pytest.mark.parametrize(("messages", "box"), [((), "[ ]"), ((ENDS,), "[X]")], ids=["open", "done"])
def test_a_task_that_is_done_is_not_shown_with_an_open_box(
    messages: tuple[ev.Message, ...], box: str
) -> None:
    found = RunState()
    for message in (*RUNNING, *messages):
        if isinstance(message, ev.Event):
            found.apply(message)
    one = structs.replace(
        found.by_id["T004"], text="- [ ] T004 Test the pool\n  - [ ] with six files"
    )
    lines = [text for text, _ in task_page(found, one, NOW)]
    assert f"- {box} T004 Test the pool" in lines
    assert "  - [ ] with six files" in lines
