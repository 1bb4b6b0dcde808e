"""Themes, poor terminals, and what is left of the screen without colours."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from rich.cells import cell_len
from rich.color import Color
from textual._border import BORDER_CHARS
from textual.scrollbar import ScrollBarRender
from textual.theme import BUILTIN_THEMES

from dashboard.scripted import BEGIN, PHASE_1, PHASE_2, Run, dashboard, settle
from sixfold import dashboard as dashboard_room
from sixfold.commands import look, screen
from sixfold.dashboard import words
from sixfold.dashboard.theme import THEMES, fitting
from sixfold.dashboard.widgets.hint import Hint
from sixfold.dashboard.widgets.plain_signs import lacks_signs, plain


def text_of(picture: str) -> str:
    drawn = picture[picture.index("</style>") :].replace("&#160;", " ")
    return re.sub(r"<[^>]+>\s*", "", drawn)


@pytest.mark.parametrize(
    ("environ", "colours", "name"),
    [
        ({}, "truecolor", "sixfold"),
        ({}, None, "sixfold"),
        ({"COLORFGBG": "15;0"}, "256", "sixfold"),
        ({"COLORFGBG": "0;15"}, "256", "sixfold-light"),
        ({"COLORFGBG": "0;default;15"}, "truecolor", "sixfold-light"),
        ({"COLORFGBG": "0;15"}, "standard", "sixfold-16"),
    ],
)
def test_the_theme_fits_the_terminal(
    environ: dict[str, str], colours: str | None, name: str
) -> None:
    assert fitting(environ, colours) == name


@pytest.mark.parametrize("theme", [one.name for one in THEMES] + sorted(BUILTIN_THEMES))
async def test_every_theme_has_all_tones(theme: str) -> None:
    app = dashboard(Run(*BEGIN, *PHASE_1), theme=theme)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        assert app.theme == theme
        good, bad = app.tone("good"), app.tone("bad")
        assert good.color is not None
        assert bad.color is not None
        if theme != "textual-ansi":
            assert good.color != bad.color


@pytest.mark.parametrize("theme", [one.name for one in THEMES] + sorted(BUILTIN_THEMES))
async def test_every_theme_marks_the_cursors_row_and_what_is_in_focus(theme: str) -> None:
    app = dashboard(Run(*BEGIN, *PHASE_1), theme=theme)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        pane = app.main.phases.rich_style.bgcolor
        text, default = app.tone("strong").color, Color.default()
        for name in ("cursor", "focusbar"):
            ground = app.tone(name).bgcolor
            assert ground not in {None, default, pane}
            if not app.current_theme.ansi:
                assert contrast(text, ground) > 3


@pytest.mark.parametrize(("theme", "dim"), [("ansi-dark", True), ("ansi-light", False)])
async def test_in_a_terminals_own_colours_a_title_is_told_from_its_ground(
    theme: str, dim: bool
) -> None:
    app = dashboard(Run(*BEGIN, *PHASE_1), theme=theme)
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        for name in ("cursor", "focusbar", "shadow"):
            ground = app.tone(name).bgcolor
            assert app.tone("strong").color == Color.default()  # light where the theme is dark
            assert ground
            assert (sum(ground.get_truecolor()) <= 3 * 128) is dim
        for name in ("brand", "chosen", "call"):
            assert app.tone(name).color != Color.default()


def contrast(one: Color | None, other: Color | None) -> float:
    """As WCAG has it."""
    assert one
    assert other
    light, dark = sorted((brightness(one), brightness(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def brightness(colour: Color) -> float:
    parts = [part / 255 for part in colour.get_truecolor()]
    lit = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * lit[0] + 0.7152 * lit[1] + 0.0722 * lit[2]


async def test_a_theme_that_is_taken_is_kept_and_one_that_nobody_knows_is_none() -> None:
    kept: list[str] = []
    app = dashboard(Run(*BEGIN), theme="no-such", keep_theme=kept.append)
    async with app.run_test() as pilot:
        await settle(pilot)
        assert app.theme == "sixfold"
        assert kept == []
        app.theme = "sixfold-light"
        await pilot.pause()
        assert kept == ["sixfold-light"]


def test_the_kept_theme_is_below_the_home_of_configs(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert look.theme(environ) == ""
    look.keep("nord", environ)
    assert look.theme(environ) == "nord"
    assert look.theme({**environ, look.ASKED: "gruvbox"}) == "gruvbox"
    assert look.theme({"XDG_CONFIG_HOME": str(tmp_path / ".config")}) == "nord"


def test_a_newcomer_is_one_until_the_hint_was_read(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert look.is_new(environ)
    look.welcome(environ)
    assert not look.is_new(environ)


async def test_the_hint_for_newcomers_stays_until_the_first_key() -> None:
    read: list[str] = []
    app = dashboard(Run(*BEGIN), keep_hint=lambda: read.append("read"))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert "? all keys" in app.main.query_one(Hint).render_line(0).text
        assert read == []
        await pilot.press("j", "j")
        await pilot.pause()
        assert read == ["read"]
        assert not app.main.query(Hint)


async def test_who_knows_it_sees_no_hint() -> None:
    app = dashboard(Run(*BEGIN))
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(pilot)
        assert not app.main.query(Hint)


def test_whatever_is_watched_looks_as_the_person_likes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Shown(SimpleNamespace):
        def __init__(self, _: object, **given: object) -> None:
            super().__init__(given=given)

        def run(self) -> None:
            """The person leaves at once."""

    monkeypatch.setattr(screen, "load", lambda: Shown)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv(look.ASKED, raising=False)
    look.keep("nord")
    shown = cast("Shown", screen.face(None))
    assert shown.given["theme"] == "nord"
    assert shown.given["keep_hint"] is look.welcome
    look.welcome()
    assert cast("Shown", screen.face(None)).given["keep_hint"] is None


def test_where_nothing_can_be_kept_nothing_is_said() -> None:
    look.welcome({"HOME": "/dev/null"})
    look.keep("nord", {"HOME": "/dev/null"})
    assert look.theme({"HOME": "/dev/null"}) == ""


@pytest.mark.parametrize(
    ("environ", "poor"),
    [
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "LANG": "en_US.UTF-8"}, False),
        ({"TERM": "xterm-256color", "LANG": "C.utf8"}, False),
        ({"TERM": "xterm-256color", "LANG": "C"}, True),
        ({"TERM": "xterm", "LANG": "de_DE.ISO-8859-1"}, True),
        ({"TERM": "xterm", "LANG": "C", "LC_ALL": "C.UTF-8"}, False),
        ({"TERM": "linux", "LANG": "C.UTF-8"}, True),
        ({"TERM": "vt100"}, True),
    ],
)
def test_terminals_that_lack_signs_are_known(environ: dict[str, str], poor: bool) -> None:
    assert lacks_signs(environ) is poor


def test_signs_stay_apart_and_as_wide_in_ascii() -> None:
    looks = [*words.TASK_LOOKS.values(), *words.RUN_LOOKS.values(), *words.VERDICT_LOOKS.values()]
    for one in looks:
        assert plain(one.glyph).isascii()
        assert cell_len(plain(one.glyph)) == cell_len(one.glyph)
    told = [plain(one.glyph) for one in words.TASK_LOOKS.values()]
    assert len(set(told)) == len(told)
    assert plain("日本 é ✓") == "???? ? v"


def test_every_sign_on_the_screen_has_one_in_ascii() -> None:
    source = Path(dashboard_room.__file__).parent.rglob("*.py")
    signs = {sign for file in source for sign in file.read_text("utf-8") if not sign.isascii()}
    frames = {sign for frame in BORDER_CHARS.values() for row in frame for sign in "".join(row)}
    for sign in (*signs, *frames, *ScrollBarRender.VERTICAL_BARS, *ScrollBarRender.HORIZONTAL_BARS):
        assert "?" not in plain(sign)
        assert cell_len(plain(sign)) == cell_len(sign)


async def test_the_palette_is_legible_in_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    app = dashboard(Run(*BEGIN, *PHASE_1))
    async with app.run_test(size=(120, 36)) as pilot:
        await settle(pilot)
        await pilot.press("ctrl+p")
        await settle(pilot)
        text = text_of(app.export_screenshot())
    assert "/ " in text
    assert "??" not in text


async def test_an_ascii_terminal_gets_ascii_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    app = dashboard(Run(*BEGIN, *PHASE_1, *PHASE_2))
    async with app.run_test(size=(160, 48)) as pilot:
        await settle(pilot)
        shown = app.export_screenshot()
    text = text_of(shown)
    assert "v 1 Setup" in text
    assert text.isascii()


@pytest.mark.parametrize("size", [(160, 48), (80, 24)])
async def test_without_colours_no_colour_is_left_and_states_are_words(
    monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = dashboard(Run(*BEGIN, *PHASE_1, *PHASE_2))
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        shown = app.export_screenshot()
    colours = set(re.findall(r"-r\d+ {[^}]*fill: #(\w{6})", shown)) - {
        "c5c8c6"
    }  # the picture's own
    assert len(colours) > 2
    assert all(one[:2] == one[2:4] == one[4:] for one in colours)
    assert "✓ 1 Setup" in text_of(shown)
