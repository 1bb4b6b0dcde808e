"""A diff: read from git's own output, shown at once, coloured as it is seen."""

from __future__ import annotations

import asyncio
import subprocess
from pathlib import Path

import pytest
from rich.style import Style
from textual.pilot import Pilot

from dashboard.scripted import APART, DIFF, Run, dashboard, seen, settle
from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.diff import BLOCK_LINES, read_diff
from sixfold.dashboard.syntax import TONES, language, spans_of_change
from sixfold.dashboard.widgets.diff_view import DiffView

NEW_FILE = "diff --git a/x.go b/x.go\n--- /dev/null\n+++ b/x.go\n@@ -0,0 +1,{} @@\n"
MARKS = {tone: Style(meta={"tone": tone}) for tone in TONES.values()}


def git(root: Path, *words: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@b", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """A repository with files of all names, changed in all ways."""
    git(tmp_path, "init", "-q")
    for name in ("a b.go", "gone.go", 'qu"ote.go', "né\nw.go", "old.md", "mode.sh", "dashes.md"):
        (tmp_path / name).write_text(f"-- {name!r}\nsame\nlast line without end")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    for name in ("a b.go", 'qu"ote.go', "né\nw.go"):
        (tmp_path / name).write_text("++ new\nsame\nlast line\n")
    (tmp_path / "dashes.md").write_text("same\nlast line without end")
    (tmp_path / "gone.go").unlink()
    (tmp_path / "old.md").rename(tmp_path / "new.md")
    (tmp_path / "mode.sh").chmod(0o755)
    (tmp_path / "pic.png").write_bytes(bytes(range(256)))
    (tmp_path / "empty.txt").touch()
    git(tmp_path, "add", "-A")
    return tmp_path


@pytest.mark.parametrize("quote", ["true", "false"])
def test_what_git_says_of_files_is_understood_whatever_they_are_called(
    changed: Path, quote: str
) -> None:
    diff = read_diff(git(changed, "-c", f"core.quotePath={quote}", "diff", "--cached", "-M"))
    told = {file.path: (file.note, file.added, file.removed) for file in diff.files}
    assert told == {
        "a b.go": ("", 2, 2),
        "dashes.md": ("", 0, 1),
        "empty.txt": ("new", 0, 0),
        "gone.go": ("deleted", 0, 3),
        "mode.sh": ("", 0, 0),
        "né␊w.go": ("", 2, 2),
        "new.md": ("renamed from old.md", 0, 0),
        "pic.png": ("new, binary", 0, 0),
        'qu"ote.go': ("", 2, 2),
    }
    texts = [text for text, _ in diff.lines]
    assert [texts[file.line] for file in diff.files] == [file.name for file in diff.files]
    assert "new mode 100755" in texts
    assert diff.lines[texts.index("--- 'dashes.md'")] == ("--- 'dashes.md'", "dropped")


def test_a_diff_that_was_cut_short_says_so_and_nothing_is_lost() -> None:
    text = DIFF[: DIFF.index("+\ts.mu.Lock()")] + "[cut: 99 more characters]\n"
    diff = read_diff(text)
    assert diff.lines[-1] == ("[cut: 99 more characters]", "quiet")
    assert (diff.files[0].added, diff.files[0].removed) == (2, 1)
    assert read_diff("").lines[0] == ("no change", "quiet")


def test_every_line_of_code_belongs_to_one_block_that_is_not_large() -> None:
    body = "".join(f"+line {n}\n" for n in range(1000))
    diff = read_diff(NEW_FILE.format(1000) + body)
    covered = [n for block in diff.blocks for n in range(block.start, block.end)]
    assert [diff.lines[n][0] for n in covered] == [f"+line {n}" for n in range(1000)]
    assert max(block.end - block.start for block in diff.blocks) == BLOCK_LINES


def test_code_is_coloured_by_the_language_of_its_file_and_each_side_by_itself() -> None:
    lines = ['-a := "open', '+a := "shut"', " return 42 // why"]
    found = spans_of_change("x.go", lines, MARKS)
    tones = [{line[a:b]: style.meta["tone"] for a, b, style in spans}
             for line, spans in zip(lines, found, strict=True)]  # fmt: skip
    assert tones[1]['"shut"'] == "codetext"
    assert (tones[2]["return"], tones[2]["42"]) == ("codeword", "codenumber")
    assert tones[2]["// why"] == "codenote"
    assert spans_of_change("x.nothing", lines, MARKS) == [[], [], []]


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/b.go", "go"), ("Makefile", "make"), ("ci.yml", "yaml"), ("go.mod", "default")],
)
def test_the_language_is_known_by_the_files_name(path: str, name: str) -> None:
    assert language(path) == name


async def opened(pilot: Pilot[None], run: Run) -> tuple[Dashboard, DiffView]:
    await settle(pilot, run)
    await pilot.press("home", "j", "d")
    app = await settle(pilot)
    return app, app.screen.query_one(DiffView)


def answering(text: str) -> Run:
    return Run(*APART, answering=lambda c: ev.Answer(id=c.id, accepted=True, text=text))


async def test_files_come_first_with_their_sizes_and_then_what_changed() -> None:
    run = answering(DIFF)
    async with dashboard(run).run_test(size=(130, 40)) as pilot:
        app, view = await opened(pilot, run)
        text = seen(app)
        assert "DIFF  T001" in text
        assert "3 files changed   +4  -2" in text
        assert "+3    -1  count/store.go" in text
        assert "docs/näme.md  (renamed from old name.md)" in text
        assert "logo.png  (new, binary)" in text
        assert text.index("logo.png") < text.index("-   counts map[string]int")
        strips = [view.render_line(y) for y in range(view.size.height)]
        strip = next(strip for strip in strips if "mu     sync" in strip.text)
        assert strip.text.startswith(" +")
        grounds = {segment.style.bgcolor for segment in list(strip)[:-1] if segment.style}
        assert grounds == {app.tone("added").bgcolor}


async def test_brackets_go_from_file_to_file_and_the_file_stays_named() -> None:
    run = answering(DIFF)
    async with dashboard(run).run_test(size=(80, 12)) as pilot:
        app, view = await opened(pilot, run)
        shown = []
        for key in ("]", "]", "]", "]", "[", "[", "["):
            await pilot.press({"]": "right_square_bracket", "[": "left_square_bracket"}[key])
            await settle(pilot)
            shown.append(view.render_line(0).text.split("  ")[0].strip())
        assert shown == ["count/store.go", "docs/näme.md", "logo.png", "logo.png",
                         "docs/näme.md", "count/store.go", "FILES"]  # fmt: skip
        await pilot.press("right_square_bracket", "j", "j", "left_square_bracket")
        assert view.render_line(1).text.strip(" ▐") == "count/store.go"
        await pilot.press("slash", *"list", "enter")
        await settle(pilot)
        assert "-- a list" in seen(app)


async def test_a_large_diff_is_there_at_once_and_colours_only_what_is_seen() -> None:
    body = "".join(f"+\treturn {n} // a line of forty characters or so\n" for n in range(4500))
    run = answering(NEW_FILE.format(4500) + body)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app, view = await opened(pilot, run)
        assert "return 0" in seen(app)
        async with asyncio.timeout(60):
            while not view._spans.get(10):
                await pilot.pause(0.02)
        await pilot.press("end")
        assert "return 4499" in seen(app)
        assert len(view._seen) < 6


async def test_what_a_file_holds_is_text_and_never_reaches_the_terminal_as_more() -> None:
    bad = "\x1b[2J\x1b]0;owned\x07 [bold]x[/] \u202e"
    run = answering(f"{NEW_FILE.format(1)}+{bad}\n")
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app, _ = await opened(pilot, run)
        assert "+␛[2J␛]0;owned␇ [bold]x[/] \ufffd" in seen(app)
