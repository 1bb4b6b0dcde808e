"""The page: whole, by itself, and inert whatever the run's texts say."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from sixfold.report.account import account
from sixfold.report.page import page
from sixfold.report.picture import picture
from sixfold.report.text import text
from telling import at
from unit.report.runs import hostile, odd


class Elements(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def test_hostile_text_is_text() -> None:
    made = page(account(hostile(), live=True, now=at(500)))
    seen, harmless = Elements(made), Elements(page(account(STORY, live=True, now=at(500))))
    assert seen.tags <= harmless.tags | {"details", "summary", "pre", "code"}
    assert not {name for name in seen.attributes if name.startswith("on")}
    assert {"script", "img", "iframe", "link", "a"}.isdisjoint(seen.tags)
    assert "&lt;script&gt;alert(1)" in made
    assert "{{ 7*7 }}" in made
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)


def test_hostile_text_does_not_drive_the_terminal() -> None:
    lines = "\n".join(text(account(hostile(), live=True, now=at(500))))
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", lines)


STORY = odd()


def test_it_fetches_nothing() -> None:
    made = page(account(STORY, live=False, now=at(0)))
    assert not re.search(r"https?:|//\w|@import|url\((?!#)|src=|href=", made)


def test_it_tells_the_numbers_of_the_account() -> None:
    told_of = account(STORY, live=False, now=at(0))
    made = page(told_of)
    assert "1,200 tokens" in made
    assert "$0.50" in made
    assert "c0ffee0000<" in made
    assert "no such file" in made
    assert made.count('<tr class="task">') == 3
    assert "2 h 28 min" in made


def test_the_picture_has_a_bar_for_each_attempt_and_each_gate() -> None:
    told_of = account(STORY, live=False, now=at(0))
    drawn = picture(told_of)
    assert drawn
    looks = [bar.look.split()[0] for bar in drawn.bars]
    assert (looks.count("attempt"), looks.count("gate")) == (5, 2)
    assert page(told_of).count('class="bar attempt') == 5
    rows = {bar.label or bar.about.split(",")[0]: bar.y for bar in drawn.bars}
    assert rows["T1"] < rows["T2"] < rows["fix 1"]
    assert all(bar.x >= 84 and bar.x + bar.width <= 1200 for bar in drawn.bars)


def test_bars_of_one_slot_do_not_overlap() -> None:
    drawn = picture(account(STORY, live=False, now=at(0)))
    assert drawn
    bars = sorted((bar.y, bar.x, bar.x + bar.width) for bar in drawn.bars)
    for (y, _, end), (other, start, _) in pairwise(bars):
        assert y != other or end <= start + 0.01


def test_hours_without_a_runner_are_drawn_short_and_named() -> None:
    drawn = picture(account(STORY, live=False, now=at(0)))
    assert drawn
    (cut,) = drawn.cuts
    assert cut.width < 100
    assert "2 h 28 min" in cut.about
    assert [bar.look for bar in drawn.rests] == ["rest paused", "rest away"]


@pytest.mark.parametrize("length", range(1, len(STORY) + 1))
def test_every_beginning_of_a_run_has_its_page(length: int) -> None:
    assert "</html>" in page(account(STORY[:length], live=True, now=at(9999)))


def test_templates_name_no_file_that_is_not_there() -> None:
    folder = Path(__file__).parents[3] / "app/sixfold/report/templates"
    names = set(re.findall(r'include "([^"]+)"', (folder / "page.html.j2").read_text()))
    assert names == {path.name for path in folder.iterdir()} - {"page.html.j2"}
