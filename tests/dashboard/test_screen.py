"""What the screen shows: in every size, late or live, and whatever the run prints."""

from __future__ import annotations

import asyncio
import unicodedata
from datetime import timedelta

import pytest
from msgspec import structs

from dashboard.scripted import (
    BEGIN,
    BLOCKED,
    ENDED,
    FAILED,
    NOW,
    PHASE_1,
    PLAN,
    RACE,
    RED,
    RUNNING,
    VALIDATING,
    Run,
    dashboard,
    printed,
    say,
    seen,
    settle,
    task,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.app import FLOOD, Dashboard
from sixfold.dashboard.panes.header import Header
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.link import LinkError, Source
from sixfold.model import PlanWarning
from sixfold.state import VALIDATION

SIZES = [(160, 48), (80, 24), (100, 30), (80, 48), (160, 20), (250, 70), (40, 12), (20, 5)]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_size_shows_a_run_and_survives_every_key(size: tuple[int, int]) -> None:
    run = Run(*RUNNING, *FAILED, *RED, BLOCKED)
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        assert "BLOCKED" in seen(app)
        for key in ("z", "tab", "z", "4", "escape", "P", "escape", "question_mark", "escape", "j"):
            await pilot.press(key)
        await settle(pilot)
        assert app.screen is app.main


@pytest.mark.parametrize("size", [(160, 48), (80, 24)], ids=["160x48", "80x24"])
async def test_the_two_sizes_show_all_three_kinds_of_panes(size: tuple[int, int]) -> None:
    run = Run(*RUNNING, *RED)
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        text = seen(app)
        for phase in PLAN.phases:
            assert f"{phase.number} {phase.title}" in text
        assert "2/2" in text
        assert "0/3" in text
        for number, role in enumerate(("setup", "setup", "core", "core", "tests", "polish"), 1):
            assert f"{number} {role}" in text
        assert "> edit count/store_test.go" in text
        assert "GO TEST -RACE" in text
        assert "30 passed" in text
        assert "race" in text
        assert "TestConcurrent" in text
        assert "store.go:17" in text
        assert "Previous write at 0x01" in text
        assert "12:02" in text


async def test_a_resize_keeps_the_place_and_the_panes() -> None:
    lines = [ev.OutputLine(f"{n} " + "word " * 40) for n in range(300)]
    run = Run(*RUNNING, ev.GateOutput(gate=1, lines=lines))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("tab", "tab", "tab", *["pageup"] * 5)
        await settle(pilot)
        first = seen(app, "#stream").split()[0]
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert first in seen(app, "#stream").split("\n")[0]
        assert all(slot.size.height == 1 for slot in app.main.slots)
        await pilot.resize_terminal(160, 48)
        await settle(pilot)
        assert all(slot.size.height > 5 for slot in app.main.slots)
        assert not app.main.stream.following


async def test_attaching_late_shows_what_was_shown_live() -> None:
    story = (*RUNNING, *FAILED, *RED, BLOCKED)
    live, late = Run(), Run(*story)
    async with dashboard(live).run_test(size=(160, 48)) as pilot:
        for message in story:
            live.say(message)
            app = await settle(pilot, live)
        shown_live, state_live = seen(app), app.state
    async with dashboard(late).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, late)
        assert seen(app) == shown_live
        assert app.state == state_live


HOSTILE = (
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[5m [bold]not bold[/] \x9b1m \u202egnp.exe \x00\x08\x1b"
)


def is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in "\u202e\u2066\u2028"


async def test_nothing_that_is_printed_reaches_the_terminal_but_text() -> None:
    bad = structs.replace(RACE, package=HOSTILE, test=HOSTILE, message=HOSTILE, output=HOSTILE)
    plan = structs.replace(
        PLAN,
        tasks=[structs.replace(one, title=HOSTILE, files=[HOSTILE]) for one in PLAN.tasks],
        phases=[structs.replace(one, title=HOSTILE) for one in PLAN.phases],
        warnings=[PlanWarning(1, "no-ids", HOSTILE)],
        feature_dir=HOSTILE,
    )
    run = Run(
        structs.replace(BEGIN[0], branch=HOSTILE),
        ev.PlanLoaded(plan=plan),
        *PHASE_1[:2],
        ev.TaskStarted(task="T002", slot=2, attempt=1, agent=HOSTILE),
        say(2, "T002", ("say", HOSTILE), ("error", HOSTILE)),
        say(1, "T001", ("do", HOSTILE)),
        ev.TaskEnded(task="T002", slot=2, attempt=1, outcome="failed", reason=HOSTILE),
        ev.GateStarted(gate=1, cause="asked", command=[HOSTILE, HOSTILE]),
        printed(HOSTILE),
        ev.GateProgress(
            gate=1,
            seconds=1,
            passed=0,
            failed=1,
            skipped=0,
            races=0,
            failures=[bad],
            packages=[ev.PackageProgress(HOSTILE, "running")],
            running=[ev.RunningTest(HOSTILE, HOSTILE, 0.5)],
        ),
        ev.PermissionAsked(slot=1, task="T001", request="q", text=HOSTILE, options=[HOSTILE]),
        ev.Notice(text=HOSTILE, level="error"),
        ev.RunBlocked(reason=HOSTILE, options=[HOSTILE]),
    )
    async with dashboard(run).run_test(size=(160, 48), notifications=True) as pilot:
        app = await settle(pilot, run)
        app.tell(HOSTILE)
        for key in (
            "",
            "j",
            "enter",
            "escape",
            "P",
            "j",
            "escape",
            "M",
            "escape",
            "2",
            "z",
            "escape",
        ):
            if key:
                await pilot.press(key)
            await settle(pilot)
            assert not list(filter(is_unsafe, seen(app).replace("\n", "")))
        assert "[bold]not bold[/]" in seen(app, "#stream")
        assert "owned" not in seen(app, "#stream")
        strips = app.screen._compositor.render_strips()
        styles = [segment.style for strip in strips for segment in strip if segment.style]
        assert not any(style.blink or style.link for style in styles)


async def test_a_line_that_was_overwritten_shows_what_a_terminal_would() -> None:
    run = Run(*BEGIN, printed("10 %\r50 %\r100 %\r\n"))
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        assert app.main.stream.lines[-1] == "100 %"


async def test_colours_of_the_output_are_kept() -> None:
    run = Run(*BEGIN, printed("\x1b[31mred\x1b[0m and \x1b]8;;http://x\x1b\\plain\x1b]8;;\x1b\\"))
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        strip = app.main.stream.render_line(0)
        red = next(s for s in strip if s.text == "red")
        assert red.style
        assert red.style.color
        assert red.style.color.number == 1
        assert "red and plain" in strip.text


async def test_a_flood_is_painted_once_a_frame_and_the_keys_go_on() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        stream = app.main.stream
        calls: list[int] = []
        extend = stream.extend
        stream.extend = lambda lines: calls.append(len(lines)) or extend(lines)  # type: ignore[arg-type,func-returns-value,method-assign]
        layouts = app.main.phases._layout_updates
        for _ in range(100):
            run.say(ev.GateOutput(gate=1, lines=[ev.OutputLine(f"line {n}") for n in range(1000)]))
        await pilot.press("1", "escape", "p")
        await settle(pilot, run)
        assert run.asked == [ev.Pause()]
        assert sum(calls) <= 100_000
        assert len(calls) < 100
        assert len(stream.lines) <= 12_500
        assert seen(app, "#stream").endswith("line 999")
        assert app.main.phases._layout_updates - layouts <= 2


async def test_in_a_flood_slots_give_way_to_keys_take_turns_and_lose_nothing() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        before = {slot.number: slot.total for slot in app.main.slots}
        for slot in (1, 2, 3, 4):
            app.feed.take(say(slot, f"T00{slot}", *[("say", "a line")] * FLOOD))

        def gained() -> list[int]:
            return [slot.total - before[slot.number] for slot in app.main.slots[:4]]

        app._pressed = True
        app.draw()
        assert gained() == [0] * 4
        app._pressed = True  # a key that is held down does not stop them
        app.draw()
        assert sorted(gained()) == [0, 0, FLOOD, FLOOD]
        app.draw()
        assert gained() == [FLOOD] * 4


async def test_a_key_in_a_flood_is_noticed_before_the_next_frame() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        app._hear = set  # type: ignore[method-assign]
        await pilot.press("3")
        assert app._pressed


@pytest.mark.parametrize("key", ["3", "z", "j"])
async def test_what_a_key_changes_does_not_wait_for_the_next_painting(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        painted = asyncio.Event()
        monkeypatch.setattr(app, "_display", lambda *_: painted.set())
        for screen in app.screen_stack:
            screen._update_timer.pause()
            monkeypatch.setattr(screen._update_timer, "resume", lambda: None)
        monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 3600)
        app.simulate_key(key)
        async with asyncio.timeout(5):
            await painted.wait()


async def test_a_row_that_did_not_change_keeps_what_the_filters_made_of_it() -> None:
    async with dashboard(Run(*RUNNING)).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot)
        before = app.get_line_filters()
        assert len(before) == 1
        assert app.get_line_filters()[0] is before[0]
        app.theme = "ansi-dark"  # its colours stay the terminal's own
        assert app.get_line_filters()[0] is not before[0]


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_time_that_passes_paints_the_heads_of_slots_and_no_log(size: tuple[int, int]) -> None:
    run, now = Run(*RUNNING), [NOW]
    app = Dashboard(run, clock=lambda: now[0])
    async with app.run_test(size=size) as pilot:
        await settle(pilot, run)
        slot = app.main.slots[2]
        before = seen(app, f"#{slot.id}").split("\n")[0]
        painted: list[int] = []
        paint = slot.render_line
        slot.render_line = lambda y: painted.append(y) or paint(y)  # type: ignore[method-assign,func-returns-value]
        now[0] += timedelta(minutes=3)
        app.main.refresh_clock()
        await pilot.pause()
        assert set(painted) == {*range(len(slot.heads))}
        after = seen(app).split("\n")[slot.region.y]
        assert before.strip() not in after
        assert seen(app, f"#{slot.id}").split("\n")[0].strip() in after


async def test_the_reader_is_never_moved() -> None:
    run = Run(*RUNNING, printed(*map(str, range(500))))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("j", "j", "j", "j")
        chosen = app.main.phases.chosen
        await pilot.press("tab", "tab", "tab", "home")
        await settle(pilot)
        before = seen(app, "#stream")
        run.say(printed(*map(str, range(500, 1000))))
        run.say(*RED[:1], *FAILED)
        await settle(pilot, run)
        assert seen(app, "#stream").split("\n")[:5] == before.split("\n")[:5]
        assert app.main.phases.chosen == chosen


async def test_a_runner_that_is_gone_is_told_and_the_screen_stays() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        run.hang_up()
        await settle(pilot, run)
        assert "GONE" in seen(app, "#header")
        assert "the runner is gone" in seen(app, "#header")
        assert "T003" in seen(app)
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running


async def test_a_finished_run_says_so_and_stays() -> None:
    run = Run(*RUNNING, ENDED)
    run.hang_up()
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        assert "FINISHED" in seen(app, "#header")
        assert "the run has finished" in seen(app, "#header")
        assert not app.gone


async def test_a_plan_waits_for_s_and_then_shows_the_run() -> None:
    run = Run(*RUNNING)

    async def start() -> Source:
        return run

    app = dashboard(None, plan=PLAN, start=start, notices=["2 boxes are open"])
    async with app.run_test(size=(160, 48)) as pilot:
        await settle(pilot)
        assert "READY" in seen(app, "#header")
        assert "speed-up 1.20" in seen(app)
        assert "2 boxes are open" in seen(app)
        await pilot.press("s")
        await settle(pilot, run)
        assert "RUNNING" in seen(app, "#header")


async def test_a_start_that_fails_says_why_and_can_be_tried_again() -> None:
    async def start() -> Source:
        raise LinkError("go is not installed")

    app = dashboard(None, plan=PLAN, start=start)
    async with app.run_test(size=(160, 48), notifications=True) as pilot:
        await settle(pilot)
        await pilot.press("s")
        await settle(pilot)
        assert toasts(app) == ["could not start: go is not installed"]
        assert app.startable


async def test_a_run_that_has_not_answered_yet_is_waited_for() -> None:
    run = Run()
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        header = seen(app, "#header")
        assert "CONNECTING" in header
        assert "READY" not in header
        assert "tasks" not in header
        lit = {
            text.strip() for text, tone in app.screen.query_one(KeyBar).parts(0) if tone == "key"
        }
        assert lit == {"z", "Tab", "?", "q"}
        run.say(*BEGIN)
        await settle(pilot, run)
        assert "RUNNING" in seen(app, "#header")
        assert "0/6 tasks" in seen(app, "#header")


async def test_a_phase_with_a_green_gate_and_a_failed_task_does_not_look_passed() -> None:
    run = Run(*RUNNING, *FAILED, ev.PhaseEnded(phase=2))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        tree = seen(app, "#phases")
        assert "1/3 passed" in tree
        assert "✗ 2 Story 1" in tree


def tally(*packages: str, **numbers: object) -> ev.GateProgress:
    known = {"passed": 12, "failed": 0, "skipped": 0, "races": 0, "running": [], "failures": []}
    seen_so_far = [ev.PackageProgress(f"p{n}", one) for n, one in enumerate(packages)]  # type: ignore[arg-type]
    return ev.GateProgress(gate=2, seconds=1, packages=seen_so_far, **{**known, **numbers})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("progress", "now"),
    [
        pytest.param(tally(), "compiling …", id="nothing yet"),
        pytest.param(tally("passed", "failed"), "2 packages done", id="none runs"),
        pytest.param(
            tally("passed", "running", running=[ev.RunningTest("p1", "TestX", 0.5)]),
            "1 package done   TestX 0.5 s",
            id="a test runs",
        ),
        pytest.param(tally("running"), "now p0", id="a package runs"),
    ],
)
async def test_the_gate_says_no_more_than_it_knows(progress: ev.GateProgress, now: str) -> None:
    run = Run(*RUNNING, RED[0], progress)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        assert seen(app, "#tally").split("\n")[1].strip() == now


@pytest.mark.parametrize("size", [(160, 48), (120, 36), (80, 24)], ids=str)
async def test_a_package_that_does_not_build_is_counted_beside_the_tests(
    size: tuple[int, int],
) -> None:
    build = structs.replace(RACE, kind="build", test="", message="undefined: x")
    run = Run(*RUNNING, RED[0], tally("passed", failures=[build]))
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        assert "1 does not build" in seen(app, "#tally")
        run.say(structs.replace(RED[-1], failures=[build, build], races=0))
        await settle(pilot, run)
        text = " ".join(seen(app, "#tally").split())
        assert "1 does not build 30 passed 1 failed" in text


@pytest.mark.parametrize("width", [120, 130, 140, 160, 200])
async def test_slots_and_the_gate_cut_no_word_that_tells(width: int) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(width, 48)) as pilot:
        app = await settle(pilot, run)
        first = seen(app, "#slot-5").split("\n")[0]
        assert "T003" in first
        assert "●" in first
        assert "…" not in first
        tests = " ".join(seen(app, "#tally").split())
        assert "12 passed 0 failed 1 skipped 0 races 4.2 s" in tests


async def test_the_task_of_a_slot_is_the_last_to_go() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        slot = app.main.slots[4]
        shown = []
        for width in (40, 24, 16, 11, 9):
            slot.styles.width = width
            await settle(pilot)
            shown.append(" ".join(seen(app, "#slot-5").split("\n")[0].split()))
        assert shown == [
            "5 tests T003 ● running 11:51",
            "5 tests T003 ● 11:51",
            "5 T003 ● 11:51",
            "5 T003 ●",
            "5 T003",
        ]


async def test_what_calls_for_a_person_stands_in_front() -> None:
    run = Run(*RUNNING, *FAILED)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        header = seen(app, "#header")
        assert "T004 failed, 1 task halted by it: exit code 3" in header
        assert "r  retry T004" in header
        run.say(ev.PermissionAsked(slot=5, task="T003", request="1", text="rm x?", options=["yes"]))
        await settle(pilot, run)
        assert "slot 5 (T003) asks: rm x?" in seen(app, "#header")
        run.say(BLOCKED)
        await settle(pilot, run)
        assert "i  3 wait" in seen(app, "#header")


async def test_a_change_of_the_plan_is_announced_and_marked() -> None:
    run = Run(*RUNNING)
    new = task("T007", 3, "Say goodbye in bye.go")
    phases = [*PLAN.phases[:2], structs.replace(PLAN.phases[2], tasks=["T006", "T007"])]
    plan = structs.replace(PLAN, tasks=[*PLAN.tasks, new], phases=phases)
    app = Dashboard(run, clock=lambda: NOW.replace(minute=0, second=20))
    async with app.run_test(size=(160, 48), notifications=True) as pilot:
        await settle(pilot, run)
        run.say(ev.PlanChanged(plan=plan, added=["T007"], ticked=["T006"]))
        await settle(pilot, run)
        assert toasts(app) == ["tasks.md changed: T007 new, T006 ticked"]
        tree = seen(app, "#phases")
        assert "new ready" in tree or "new waits" in tree
        assert "ticked" in tree


async def test_a_repaint_between_a_change_of_the_plan_and_its_frame_is_harmless() -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        app.feed.take(ev.PlanChanged(plan=structs.replace(PLAN, tasks=[], phases=[])))
        app.main.phases.refresh()
        assert "T003" not in seen(app, "#phases")
        await settle(pilot)
        assert "PHASES" in seen(app, "#phases")


async def test_the_gate_alone_is_shown_over_the_whole_screen() -> None:
    run = Run(*RED)
    run.hang_up()
    async with dashboard(run, gate_only=True).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        assert app.main.stream.size.width == 80
        assert "1 data race" in seen(app)
        assert "GONE" not in seen(app)
        await pilot.press("q")
        await pilot.pause()
        assert not app.is_running


async def test_a_run_with_other_than_six_slots_shows_its_own() -> None:
    run = Run(structs.replace(BEGIN[0], slots=8), *BEGIN[1:])
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        assert [slot.number for slot in app.main.slots] == list(range(1, 9))
    run = Run(structs.replace(BEGIN[0], slots=2), *BEGIN[1:])
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        await settle(pilot)
        assert [slot.number for slot in app.main.slots] == [1, 2]


async def test_a_header_that_needs_fewer_rows_is_painted_as_high_as_it_was() -> None:
    run = Run(*RUNNING, *FAILED)
    async with dashboard(run).run_test(size=(36, 24)) as pilot:
        app = await settle(pilot, run)
        header = app.screen.query_one(Header)
        high = header.size.height
        assert high > 3
        run.say(ev.TaskSkipped(task="T004"))
        await run.taken()
        header.refresh_state()
        assert [header.render_line(y).text.strip() for y in range(2, high)] == [""] * (high - 2)


@pytest.mark.parametrize("size", [(160, 48), (100, 50), (80, 40), (80, 24)])
async def test_phases_over_the_whole_screen_have_all_of_it(size: tuple[int, int]) -> None:
    run = Run(*RUNNING)
    async with dashboard(run).run_test(size=size) as pilot:
        app = await settle(pilot, run)
        await pilot.press("z")
        await settle(pilot)
        assert app.main.phases.size == (size[0], size[1] - 3)


async def test_a_validator_is_not_told_of_with_the_plan_of_who_was_there_before() -> None:
    run = Run(*BEGIN, say(5, "T006", ("plan", "[>] write the README")), *VALIDATING)
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        assert "write the README" not in seen(app, "#slot-5").splitlines()[1]
        assert app.feed.begun[5].task == VALIDATION
