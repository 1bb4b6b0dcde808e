"""The log: what it keeps, where it breaks lines, and that it never moves a reader."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.events import Key
from textual.keys import _character_to_key
from textual.widgets import Input

from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.screens.text import TextScreen
from sixfold.dashboard.widgets.ansi import LONGEST, decode
from sixfold.dashboard.widgets.find_bar import Found
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.dashboard.widgets.log_view import LogView
from sixfold.dashboard.widgets.row import clean, cut, row, width_of
from sixfold.dashboard.widgets.wrap import INDENT, breaks


class OneLog(TextScreen):
    """A log with the whole screen."""

    def __init__(self) -> None:
        super().__init__("log", [])

    def compose(self) -> ComposeResult:
        yield LogView(keep=1000)
        yield KeyBar()


def lines(texts: Iterable[object]) -> list[tuple[str, str]]:
    return [(str(text), "plain") for text in texts]


def last(log: LogView) -> str:
    return log.render_line(log.size.height - 1).text.strip()


def first(log: LogView) -> str:
    return log.render_line(0).text.strip(" ▐")


async def test_it_follows_until_the_reader_scrolls_up_and_again_at_the_end() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        log = pilot.app.screen.query_one(LogView)
        await pilot.pause()
        log.extend(lines(range(100)))
        assert last(log) == "99"
        await pilot.press("pageup")
        assert not log.following
        top = first(log)
        log.extend(lines(range(100, 200)))
        assert first(log) == top
        assert log.missed == 100
        await pilot.press("end")
        assert (last(log), log.following, log.missed) == ("199", True, 0)


async def test_new_lines_below_are_told_of_only_where_some_are_not_seen() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(range(5)))
        log.follow(False)
        log.extend(lines(range(5, 10)))
        assert (log.missed, last(log)) == (5, "")
        log.extend(lines(range(10, 30)))
        assert last(log).endswith("9 new below · f follow ▐")
        await pilot.press("down", "down")
        assert last(log).endswith("7 new below · f follow ▐")


async def test_appending_never_lays_the_screen_out() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        layouts = log._layout_updates
        for number in range(50):
            log.extend(lines([number]))
            await pilot.pause()
        assert log._layout_updates == layouts


async def test_old_lines_are_dropped_in_blocks_below_a_reader_who_stays() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(range(1200)))
        assert len(log.lines) == 1200
        await pilot.press("pageup")
        top = first(log)
        log.extend(lines(range(1200, 1300)))
        assert len(log.lines) == 1000
        assert first(log) == top
        log.extend(lines(range(1300, 5000)))
        assert first(log) == "… 4,001 lines before this are not kept here"
        log.elsewhere = "/r/T001.said"
        log.extend(lines(range(5000, 6000)))
        log.show_from(0)
        assert first(log).startswith(
            "… 5,001 lines before this are not kept here; all of it is in /r/T001"
        )
        await pilot.press("down")
        assert first(log) == "5001"
        log.clear()
        log.extend(lines(range(2)))
        assert first(log) == "0"


async def test_a_narrower_pane_breaks_lines_anew_and_keeps_the_place() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(f"{n} {'word ' * 20}" for n in range(100)))
        await pilot.press("pageup", "pageup")
        line = log._rows[log.top][0]
        await pilot.resize_terminal(40, 20)
        await pilot.pause()
        assert first(log).startswith(str(line))
        await pilot.press("end")
        assert last(log).endswith("word")


async def test_a_search_is_marked_and_round_the_end() -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(f"{n} {'Needle' if n % 100 == 5 else ''}" for n in range(300)))
        for text, number in (("needle", 3), ("needLe", 0), ("Needle", 3)):
            assert log.find(text).lines == number
        places = []
        for _ in range(4):
            log.find_next(forward=True)
            places.append(log.lines[log.hits.at or 0])
        assert places[0] == places[3]
        assert len(set(places)) == 3
        marked = [s for y in range(24) for s in log.render_line(y) if s.text == "Needle"]
        assert all(segment.style and segment.style.bgcolor for segment in marked)


@pytest.mark.parametrize("typed", ["7", "!7"])
async def test_each_line_is_looked_at_once_and_what_is_dropped_is_not_counted(
    typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Dashboard().run_test(size=(80, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(range(500)))
        log.find(typed)
        looked: list[int] = []
        text_of = LogView.text_of

        def look(log: LogView, number: int) -> str:
            looked.append(number)
            return text_of(log, number)

        monkeypatch.setattr(LogView, "text_of", look)
        for start in range(500, 5000, 100):
            log.extend(lines(range(start, start + 100)))
        assert looked == [*range(500, 5000)]
        assert log.lost
        assert log.hits.lines == [n for n in range(log.first, log.total) if "7" in log.line(n)]
        await pilot.press("n", "N")
        assert len(looked) == 4500
        shown = {row[0] for row in log._rows if row[0] >= log.first}
        assert (shown & set(log.hits.lines) == set()) is typed.startswith("!")


async def test_what_is_typed_at_once_is_looked_for_and_no_key_of_it_acts() -> None:
    async with Dashboard().run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(range(200)))
        for character in "/1/?9q":
            pilot.app.post_message(Key(_character_to_key(character), character))
        await pilot.pause()
        await pilot.pause(0.1)
        assert pilot.app.screen.query_one(Input).value == "1/?9q"
        assert isinstance(pilot.app.screen, OneLog)
        assert not pilot.app._notifications


FOR_EVER, NASTY = "(a+)+$", "a" * 60 + "b"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sixfold.dashboard.widgets.log_view.PATIENCE", 0.05)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("inverse", ["", "!"])
async def test_an_expression_that_would_take_for_ever_is_given_up(inverse: str) -> None:
    async with Dashboard().run_test(size=(120, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(["ab", NASTY, "c"]))
        await pilot.press("slash")
        pilot.app.screen.query_one(Input).value = f"{inverse}/{FOR_EVER}/"
        await pilot.pause()
        assert (
            "it takes too long here: given up"
            in pilot.app.screen.query_one(Found).render_line(0).text
        )
        assert log.pattern is None
        assert [log.render_line(y).text.strip() for y in range(3)] == ["ab", NASTY, "c"]


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("inverse", ["", "!"])
async def test_what_comes_later_may_be_what_it_takes_for_ever_on(inverse: str) -> None:
    async with Dashboard().run_test(size=(120, 24), notifications=True) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(["aaa", "b"]))
        assert log.find(f"{inverse}/{FOR_EVER}/").lines == 1
        log.extend(lines([NASTY]))
        await pilot.pause()
        assert [log.render_line(y).text.strip() for y in range(3)] == ["aaa", "b", NASTY]
        assert log.pattern is None
        await pilot.pause()
        assert [one.message for one in pilot.app._notifications] == [
            "what is looked for takes too long: given up"
        ]


async def test_what_is_found_across_two_rows_is_marked_in_both() -> None:
    async with Dashboard().run_test(size=(24, 24)) as pilot:
        await pilot.app.push_screen(OneLog())
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        log.extend(lines(["one two three four five six"]))
        assert log.find("four five").lines == 1
        ground = log.dashboard.tone("hit").bgcolor
        rows = [
            [s.text for s in log.render_line(y) if s.style and s.style.bgcolor == ground]
            for y in (0, 1)
        ]
        assert rows == [["four "], ["five"]]


@given(st.text(), st.integers(2, 60))
def test_rows_hold_the_whole_line_and_fit(text: str, width: int) -> None:
    text = clean(text)
    rows = breaks(text, width)
    assert "".join(text[start:end] for start, end in rows) == text
    for index, (start, end) in enumerate(rows):
        room = max(2, width - INDENT if index else width)
        shown = text[start:end].removesuffix(" ")  # the blank that a row breaks after is not seen
        assert cell_len(shown) <= room or end - start == 1


@given(st.text(alphabet=st.characters(codec="utf-8") | st.sampled_from("\x1b[]0;m\x07\x9b\r\t")))
def test_whatever_is_printed_comes_out_printable(raw: str) -> None:
    text, spans = decode(raw)
    assert clean(text) == text
    assert "\x1b" not in text
    assert all(0 <= start <= end <= len(text) for start, end, _ in spans)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("\tindented", "    indented"),
        ("\x1b]8;;http://x\x07link\x1b]8;;\x07", "link"),
        ("\x1b[2J\x1b[Hclear", "clear"),
        ("lone \x1b escape", "lone ␛ escape"),
        ("a\x00b", "a␀b"),
        ("1 %\r2 %\r", "2 %"),
    ],
)
def test_sequences_are_dropped_and_stray_controls_shown(raw: str, text: str) -> None:
    assert decode(raw)[0] == text


def test_a_line_without_end_is_cut() -> None:
    text, _ = decode("x" * 1_000_000)
    assert len(text) < LONGEST + 50
    assert text.endswith("more characters")


@given(
    st.lists(st.tuples(st.text(), st.just(""))),
    st.lists(st.tuples(st.text(), st.just(""))),
    st.integers(0, 50),
)
def test_a_row_is_never_wider_than_its_pane(
    left: list[tuple[str, str]], right: list[tuple[str, str]], width: int
) -> None:
    assert width_of(row(left, right, width)) <= width
    assert width_of(cut(left, width)) <= width


@pytest.mark.parametrize(("columns", "indent"), [(80, 30), (50, INDENT)], ids=str)
async def test_a_line_of_the_help_goes_on_below_what_its_key_does(
    columns: int, indent: int
) -> None:
    async with Dashboard().run_test(size=(columns, 24)) as pilot:
        page = TextScreen("KEYS", lines(["x" * 28 + " " + "meaning " * 12]), hang=30)
        await pilot.app.push_screen(page)
        await pilot.pause()
        log = pilot.app.screen.query_one(LogView)
        rows = [log.render_line(y).text for y in range(1, 3)]
        assert [len(text) - len(text.lstrip()) for text in rows][1] == indent + 1
        assert all("meaning" in text for text in rows[1:])
