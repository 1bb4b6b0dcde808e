"""What agents say: one line for each tool call, found, unfolded, copied, and never moved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

import pytest
from msgspec import structs
from rich.color import Color
from rich.style import Style
from textual.events import MouseMove
from textual.pilot import Pilot
from textual.widgets import Input

from dashboard.scripted import (
    BEGIN,
    PHASE_1,
    PHASE_2,
    RUNNING,
    WIDE,
    Run,
    dashboard,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.panes.slot import Slot
from sixfold.dashboard.screens.task import TaskScreen
from sixfold.dashboard.speech import Steps, unfolded
from sixfold.dashboard.theme import THEMES

CHANGE = "--- a/store.go\n+++ b/store.go\n@@ -1 +1 @@\n-old\n+new\n\nwrote 1 line"
EDIT = ev.Utterance("do", "edit store.go", "c1", CHANGE)
EDITED = ev.Utterance("did", "edit store.go", "c1", CHANGE)


def told(*lines: ev.Utterance, slot: int = 5, task: str = "T003") -> ev.AgentOutput:
    return ev.AgentOutput(slot=slot, task=task, attempt=1, lines=list(lines))


def numbered(count: int, start: int = 0) -> list[ev.Utterance]:
    return [ev.Utterance("say", f"line {n}") for n in range(start, start + count)]


class Zoomed(NamedTuple):
    """A slot over the whole screen."""

    pilot: Pilot[None]
    app: Dashboard
    run: Run
    slot: Slot


@asynccontextmanager
async def zoomed(*lines: ev.Utterance, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Zoomed]:
    """Slot 5 over the whole screen, after its agent has said so much."""
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, told(*lines))
    async with dashboard(run).run_test(size=size, notifications=True) as pilot:
        app = await settle(pilot, run)
        await pilot.press("5", *(["5"] if size[1] >= 36 else []))
        await settle(pilot)
        yield Zoomed(pilot, app, run, app.screen.query_one("#slot-5", Slot))


async def test_a_tool_call_is_one_line_that_tells_how_it_ended() -> None:
    failing = ev.Utterance("do", "run go vet", "c2")
    failed = ev.Utterance("error", "run go vet: exit 1", "c2", "vet: x.go:3")
    async with zoomed(EDIT, failing) as z:
        assert "> edit store.go  ▸" in seen(z.app)
        z.run.say(told(EDITED, failed))
        await settle(z.pilot, z.run)
        text = seen(z.app)
        assert "✓ edit store.go  ▸" in text
        assert "✗ run go vet: exit 1  ▸" in text
        assert text.count("edit store.go") == 1


async def test_calls_of_two_attempts_are_not_taken_for_one() -> None:
    async with zoomed(EDITED) as z:
        again = ev.TaskStarted(task="T003", slot=5, attempt=2, agent="mine")
        z.run.say(again, ev.AgentOutput(slot=5, task="T003", attempt=2, lines=[EDIT]))
        await settle(z.pilot, z.run)
        assert "✓ edit store.go" in seen(z.app)
        assert "> edit store.go" in seen(z.app)


async def test_enter_unfolds_the_line_under_the_cursor_and_folds_it_again() -> None:
    async with zoomed(EDITED, *numbered(3)) as z:
        await z.pilot.press("k", "k", "k")
        await settle(z.pilot)
        assert "↵ unfold" in seen(z.app)
        await z.pilot.press("enter")
        await settle(z.pilot)
        text = seen(z.app)
        assert "edit store.go  ▾" in text
        assert "+new" in text
        assert "wrote 1 line" in text
        await z.pilot.press("enter")
        await settle(z.pilot)
        assert "+new" not in seen(z.app)


async def test_enter_on_a_line_without_more_opens_the_tasks_page_and_escape_comes_back() -> None:
    async with zoomed(*numbered(3)) as z:
        await z.pilot.press("enter")
        await settle(z.pilot)
        assert isinstance(z.app.screen, TaskScreen)
        await z.pilot.press("escape")
        await settle(z.pilot)
        assert z.app.main.zoomed == "slot-5"


async def test_a_click_unfolds_in_a_small_slot_too() -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, told(EDITED))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        slot = app.screen.query_one("#slot-5", Slot)
        row = next(y for y in range(slot.size.height) if "edit store" in slot.render_line(y).text
                   and "✓" in slot.render_line(y).text)  # fmt: skip
        await pilot.click(slot, offset=(5, row))
        await settle(pilot)
        assert "+new" in seen(app, "#slot-5")


async def test_what_becomes_of_a_call_above_never_moves_the_reader() -> None:
    async with zoomed(EDIT, *numbered(100)) as z:
        await z.pilot.press("pageup", "pageup")
        top = z.slot.render_line(2).text
        z.run.say(told(EDITED, *numbered(50, 100)))
        await settle(z.pilot, z.run)
        z.slot.unfold(z.slot._calls["T003 1 c1"])
        assert z.slot.render_line(2).text == top


async def test_the_cursor_follows_at_the_end_and_nowhere_else() -> None:
    async with zoomed(*numbered(100)) as z:
        assert z.slot.following
        await z.pilot.press("k")
        assert not z.slot.following
        await z.pilot.press("j")
        assert z.slot.following
        await z.pilot.press("home")
        assert not z.slot.following
        assert z.slot.cursor == z.slot._rows[0][0]
        await z.pilot.press("end")
        assert z.slot.following


async def test_a_line_higher_than_the_pane_is_read_row_by_row() -> None:
    long = ev.Utterance("did", "run go test", "c9", "\n".join(f"out {n}" for n in range(100)))
    async with zoomed(long, *numbered(2)) as z:
        await z.pilot.press("k", "k", "enter")
        await settle(z.pilot)
        assert "out 0" in seen(z.app)
        at, top = z.slot.cursor, z.slot.top
        await z.pilot.press("j")
        assert (z.slot.cursor, z.slot.top) == (at, top + 1)
        for _ in range(100):
            await z.pilot.press("j")
        assert z.slot.following


async def test_what_is_folded_is_found_and_unfolded() -> None:
    async with zoomed(EDITED, *numbered(3)) as z:
        await z.pilot.press("slash", *"wrote", "enter")
        await settle(z.pilot)
        assert "wrote 1 line" in seen(z.app)


async def test_a_call_that_is_told_anew_is_found_by_what_it_is_now() -> None:
    async with zoomed(EDIT, *numbered(3)) as z:
        z.slot.find("wrote 2")
        assert z.slot.standing == ""
        z.run.say(told(structs.replace(EDITED, detail="wrote 2 lines")))
        await settle(z.pilot, z.run)
        assert z.slot.standing == "1 line"
        z.run.say(told(EDITED))
        await settle(z.pilot, z.run)
        assert z.slot.standing == ""


@pytest.mark.parametrize("theme", [one.name for one in THEMES])
async def test_what_is_found_can_be_read_and_told_apart_under_the_cursor_too(theme: str) -> None:
    async with zoomed(*numbered(3)) as z:
        z.app.theme = theme
        await settle(z.pilot)
        await z.pilot.press("slash", *"line", "enter")
        await settle(z.pilot)
        here, *others = [s.style for y in range(8) for s in z.slot.render_line(y)
                         if s.text == "line" and s.style]  # fmt: skip
        assert len(others) == 2
        for one in (here, *others):
            assert contrast(one) >= 4.5
            assert one.bgcolor not in {z.slot.base.bgcolor, z.app.tone("cursor").bgcolor}
        assert others[0] == others[1]
        assert here.bgcolor != others[0].bgcolor
        assert (here.bold, here.underline) != (others[0].bold, others[0].underline)


def contrast(style: Style) -> float:
    """Of the letters with their ground, as WCAG has it: 4.5 can be read with ease."""
    assert style.color
    assert style.bgcolor
    light, dark = sorted((brightness(style.color), brightness(style.bgcolor)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def brightness(color: Color) -> float:
    parts = [part / 255 for part in color.get_truecolor()]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        pytest.param("line", " 1 of 12 ", id="a text"),
        pytest.param("/line 1?1/", " 1 of 3 ", id="a regular expression"),
        pytest.param("!line", " 12 lines hidden", id="what has it not"),
        pytest.param("!/^line 1/", " 3 lines hidden", id="a regular expression turned round"),
        pytest.param("/(/", "no regex: missing )", id="no regular expression"),
    ],
)
async def test_the_find_bar_takes_text_expressions_and_their_inverse(typed: str, says: str) -> None:
    async with zoomed(*numbered(12), size=(140, 30)) as z:
        await z.pilot.press("slash")
        z.app.screen.query_one(Input).value = typed
        await settle(z.pilot)
        text = seen(z.app)
        assert says in text
        assert "Enter keep  " in text
        assert ("!without" in text) is (typed != "/(/")
        hidden = typed.startswith("!")
        assert ("line 1 " in text or "line 11" in text) is not hidden
        await z.pilot.press("escape")
        await settle(z.pilot)
        assert "line 11" in seen(z.app)


@pytest.mark.parametrize("typed", ["/store.go$/", "/^wrote 1 line$/", "/^-old$/"])
async def test_lines_end_where_their_text_does_folded_or_not(typed: str) -> None:
    async with zoomed(EDITED, *numbered(3)) as z:
        assert z.slot.find(typed).lines == 1
        z.slot.find("")
        z.slot.unfold(z.slot._calls["T003 1 c1"])
        assert z.slot.find(typed).lines == 1


async def test_lines_that_come_are_hidden_like_those_that_are_there() -> None:
    async with zoomed(*numbered(3)) as z:
        await z.pilot.press("slash")
        z.app.screen.query_one(Input).value = "!line"
        await z.pilot.press("enter")
        z.run.say(told(*numbered(3, 10), ev.Utterance("say", "seen")))
        await settle(z.pilot, z.run)
        assert "line 1" not in seen(z.app, "#slot-5")
        assert "seen" in seen(z.app, "#slot-5")
        await z.pilot.press("n", "N")
        assert "seen" in seen(z.app, "#slot-5")


async def test_w_cuts_long_lines_and_breaks_them_again() -> None:
    async with zoomed(ev.Utterance("say", "begin " + "word " * 60 + "end")) as z:
        assert "word end" in seen(z.app)
        await z.pilot.press("w")
        await settle(z.pilot)
        assert "word end" not in seen(z.app)
        assert "begin word" in seen(z.app)
        assert "…" in seen(z.app, "#slot-5")
        await z.pilot.press("w")
        await settle(z.pilot)
        assert "word end" in seen(z.app)


async def test_y_copies_the_line_under_the_cursor_with_what_is_unfolded() -> None:
    async with zoomed(EDITED, *numbered(2)) as z:
        await z.pilot.press("k", "y")
        assert z.app.clipboard == "line 0"
        assert toasts(z.app) == ["copied: line 0"]
        await z.pilot.press("k", "enter", "y")
        assert z.app.clipboard.splitlines()[:2] == ["✓ edit store.go", "--- a/store.go"]


async def test_the_mouse_marks_text_that_y_copies() -> None:
    async with zoomed(*numbered(5)) as z:
        row = next(y for y in range(30) if "line 1" in z.slot.render_line(y).text)
        await z.pilot.mouse_down(z.slot, offset=(6, row))
        await z.pilot._post_mouse_events([MouseMove], z.slot, offset=(6, row + 1), button=1)
        await z.pilot.mouse_up(z.slot, offset=(6, row + 1))
        z.run.say(told(*numbered(200, 5)))
        await settle(z.pilot, z.run)
        await z.pilot.press("y")
        assert z.app.clipboard == "1\nline 2"
        await z.pilot.press("escape")
        assert z.slot.marked is None


async def test_the_plan_of_an_agent_is_told_in_a_row_and_unfolds() -> None:
    steps = [ev.Utterance("plan", text) for text in ("[x] read", "[>] write", "[ ] test")]
    async with zoomed(*steps) as z:
        assert "plan 1/3  write" in z.slot.render_line(2).text
        await z.pilot.press("t")
        await settle(z.pilot)
        assert [z.slot.render_line(y).text.split() for y in (3, 4, 5)] == [
            ["✓", "read"],
            ["●", "write"],
            ["·", "test"],
        ]
        z.run.say(told(ev.Utterance("plan", "[x] write")))
        await settle(z.pilot, z.run)
        assert "plan 2/3" in z.slot.render_line(2).text


def test_a_plan_is_at_what_is_in_progress_else_at_what_is_open() -> None:
    steps = Steps()
    assert (steps.now, steps.tally) == ("", "")
    for text in ("[x] a", "[ ] b", "[ ] c", "[?] d", "no step"):
        steps.take(text)
    assert (steps.now, steps.tally) == ("b", "1/4")
    steps.take("[>] c")
    assert steps.now == "c"


def test_a_change_is_told_apart_from_what_the_tool_printed() -> None:
    tones = dict(unfolded(CHANGE))
    assert (tones["-old"], tones["+new"], tones["wrote 1 line"]) == ("bad", "good", "quiet")
    assert dict(unfolded("+ set -x\n- no"))["+ set -x"] == "quiet"


async def test_what_there_is_to_unfold_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sixfold.dashboard.widgets.talk.MOST_DETAIL", 1000)
    calls = [ev.Utterance("did", f"run {n}", f"c{n}", "x" * 100) for n in range(100)]
    async with zoomed(*calls) as z:
        assert sum(map(len, z.slot._details.values())) <= 1000
        assert "▸" not in z.slot.line(z.slot._calls["T003 1 c0"])
        assert "▸" in z.slot.line(z.slot._calls["T003 1 c99"])


async def test_a_zoomed_slot_has_all_that_was_said_and_goes_on() -> None:
    lines = numbered(12_500)
    async with zoomed(*lines, size=(100, 36)) as z:
        await until(z, lambda: len(z.slot.lines) > 12_500)
        await z.pilot.press("home")
        await settle(z.pilot)
        assert "line 0" in seen(z.app, "#slot-5")
        z.run.say(told(*numbered(5, 12_500)), ev.Notice(level="info", text="x"))
        await settle(z.pilot, z.run)
        await z.pilot.press("end")
        await until(z, lambda: "line 12504" in z.slot.lines)
        texts = [line for line in z.slot.lines if line.startswith("line ")]
        assert texts == [f"line {n}" for n in range(12_505)]
        await z.pilot.press("escape")
        z.run.say(told(*numbered(5, 12_505)))
        await settle(z.pilot, z.run)
        assert len(z.slot.lines) <= 1.25 * 10_000
        assert z.slot.lines[-1] == "line 12509"


async def test_a_zoomed_slot_goes_on_with_the_next_attempt() -> None:
    async with zoomed(*numbered(3), size=(100, 36)) as z:
        again = ev.TaskStarted(task="T005", slot=5, attempt=1, agent="mine")
        z.run.say(
            ev.TaskEnded(task="T003", slot=5, attempt=1, outcome="done"),
            again,
            told(ev.Utterance("say", "the next"), task="T005"),
        )
        await settle(z.pilot, z.run)
        await until(z, lambda: "the next" in z.slot.lines)
        at = [z.slot.lines.index(text) for text in ("line 2", "✓ T003 done", "the next")]
        assert at == sorted(at)


async def test_a_slot_that_is_zoomed_afterwards_says_how_its_attempt_ended() -> None:
    why = "cancelled by a person"
    ended = ev.TaskEnded(task="T003", slot=5, attempt=1, outcome="cancelled", reason=why)
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, told(*numbered(3)), ended)
    async with dashboard(run).run_test(size=(100, 36)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("5", "5")
        slot = app.screen.query_one("#slot-5", Slot)
        z = Zoomed(pilot, app, run, slot)
        await until(z, lambda: "line 0" in slot.lines)
        await settle(pilot)
        assert [*slot.lines][-2:] == ["line 2", f"✗ T003 cancelled: {why}"]
        await pilot.press("escape")
        await settle(pilot)
        assert [*slot.lines].count(f"✗ T003 cancelled: {why}") == 1


async def test_zooming_leaves_a_reader_at_their_line() -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, told(*numbered(300)))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("5", "pageup", "pageup")
        slot = app.screen.query_one("#slot-5", Slot)
        line = slot.line(slot._rows[slot.top][0])
        await pilot.press("5")
        z = Zoomed(pilot, app, run, slot)
        await until(z, lambda: slot.keep > 10_000)
        await settle(pilot)
        assert line in seen(app, "#slot-5")
        assert not slot.following


async def until(z: Zoomed, holds: Callable[[], bool]) -> None:
    """Until it holds, frame by frame."""
    while not holds():
        await settle(z.pilot)


async def test_what_comes_while_the_whole_is_left_is_there_once() -> None:
    async with zoomed(*numbered(20), size=(100, 36)) as z:
        await until(z, lambda: z.slot.keep > 10_000)
        for at in range(20, 60, 10):
            z.run.say(told(*numbered(10, at)))
            await z.run.taken()
            z.app.draw()
            await z.pilot.press("z")
            await settle(z.pilot)
        texts = [line for line in z.slot.lines if line.startswith("line ")]
        assert texts == [f"line {n}" for n in range(60)]


async def test_what_is_cut_off_a_transcript_is_told_in_its_place() -> None:
    class Long(Run):
        def _told(self, command: ev.Transcript) -> ev.Answer:
            answer = super()._told(command)
            skipped = 5 << 20 if command.offset < 0 else 0
            return structs.replace(answer, text="/r/T003.said", skipped=skipped)

    run = Long(*BEGIN, *PHASE_1, *PHASE_2, told(*numbered(3)))
    async with dashboard(run).run_test(size=(100, 36)) as pilot:
        app = await settle(pilot, run)
        await pilot.press("5", "5")
        slot = app.screen.query_one("#slot-5", Slot)
        z = Zoomed(pilot, app, run, slot)
        await until(z, lambda: slot.keep > 10_000)
        await settle(pilot)
        assert "… 5120 KiB before this are not shown; all of it is in /r/T003.said" in seen(app)


async def test_what_is_told_of_a_call_whose_line_is_gone_is_a_line_of_its_own() -> None:
    async with zoomed(EDIT, size=(100, 30)) as z:
        z.slot.keep = 100
        z.run.say(told(*numbered(126)))
        await settle(z.pilot, z.run)
        assert z.slot.lost > 0
        z.run.say(told(EDITED))
        await settle(z.pilot, z.run)
        assert z.slot.lines[-1] == "✓ edit store.go  ▸"
        assert z.slot.lines[0].startswith("… ")


async def test_enter_in_a_slot_that_has_nothing_to_do_opens_its_last_task() -> None:
    ended = ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="done")
    run = Run(*RUNNING, ended)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        await pilot.press("3", "z", "enter")
        await settle(pilot)
        assert isinstance(app.screen, TaskScreen)
        assert "T004" in seen(app)


async def test_what_was_said_before_is_there_again_after_one_attempt_was_read() -> None:
    run = Run(*BEGIN, *PHASE_1, *PHASE_2, told(ev.Utterance("say", "now of the latest")))
    async with dashboard(run).run_test(size=(160, 48)) as pilot:
        app = await settle(pilot, run)
        before = app.main.slots[4].lines[:]
        await pilot.press("5", "5")
        await settle(pilot)
        run.say(told(ev.Utterance("say", "meanwhile")))
        await settle(pilot, run)
        await pilot.press("escape")
        await settle(pilot)
        assert app.main.slots[4].lines == [*before, "meanwhile"]
