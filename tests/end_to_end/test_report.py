"""The report of a real run, and its page in a real browser."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import browser
from repository import Repository
from sixfold import events as ev
from sixfold.report.account import account
from sixfold.report.page import page
from telling import at
from unit.report.runs import hostile, odd

TASKS = """\
# Tasks

## Phase 1: Setup

- [ ] T001 Create one.txt
- [ ] T002 [P] Create two.txt
- [ ] T003 Create <b>three</b>.txt
"""
Story = Callable[[], list[ev.AnyEvent]]
NO_BROWSER = pytest.mark.skipif(
    browser.found() is None, reason=f"none of {', '.join(browser.PROGRAMS)} is on PATH"
)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    made = Repository(tmp_path / "r", TASKS)
    made.play({"T001": [{"run": "touch one.txt"}], "T002": [{"fail": "on purpose"}]})
    return made


@pytest.fixture(scope="module")
def browsed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[browser.Page]:
    with browser.Page(tmp_path_factory.mktemp("profile")) as shown:
        yield shown


def test_text_json_and_page_tell_the_same_run(repository: Repository, tmp_path: Path) -> None:
    code, events = repository.run()
    assert code == 1
    told = repository.sixfold("report")
    assert (told.returncode, told.stderr) == (0, "")
    assert "T002  failed" in told.stdout
    report = json.loads(repository.sixfold("report", "--json").stdout)
    assert report["state"] == json.loads(repository.sixfold("status", "--json").stdout)
    assert [(one["id"], one["state"]) for one in report["tasks"]] == [
        ("T001", "done"),
        ("T002", "failed"),
        ("T003", "halted"),
    ]
    assert report["events"] == len(events)
    made = tmp_path / "report.html"
    assert repository.sixfold("report", "--html", str(made)).returncode == 0
    assert "&lt;b&gt;three" in made.read_text()
    assert stat.S_IMODE(made.stat().st_mode) & 0o111 == 0


def test_a_live_run_has_a_report_and_one_that_died_too(repository: Repository) -> None:
    repository.play({}, wait=30)
    process = repository.start("run", "--headless")
    repository.live()
    report = json.loads(repository.sixfold("report", "--json").stdout)
    assert (report["live"], report["outcome"]) == (True, "running")
    process.kill()
    process.communicate()
    report = json.loads(repository.sixfold("report", "--json").stdout)
    assert (report["live"], report["outcome"]) == (False, "stopped")
    assert report["reason"] == "its runner died"
    assert report["state"] == json.loads(repository.sixfold("status", "--json").stdout)


def test_what_cannot_be_told_is_one_line(repository: Repository, tmp_path: Path) -> None:
    torn, broken = tmp_path / "torn.jsonl", tmp_path / "broken.jsonl"
    torn.write_text('{"type":"run_paused","seq":1}\n{"type":"run_pau')
    broken.write_text('{"type":"run_pau\n{"type":"run_paused","seq":2}\n')
    assert repository.sixfold("report", str(torn)).returncode == 0
    for words, what in (
        (["report", str(broken)], "line 1"),
        (["replay", str(broken)], "line 1"),
        (["report"], "no run has been started here"),
        (["report", "nope"], "no run nope"),
        (["report", str(tmp_path / "nope.jsonl")], "there is no journal"),
        (["report", str(torn), "--html", str(tmp_path / "no" / "r.html")], "No such file"),
        (["replay", str(torn)], "a dashboard needs one"),
    ):
        done = repository.sixfold(*words)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
        assert what in done.stderr


@NO_BROWSER
@pytest.mark.parametrize("width", [1280, 420])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("story", [odd, hostile], ids=["an odd run", "a hostile run"])
def test_the_page_in_a_browser(
    browsed: browser.Page, tmp_path: Path, story: Story, scheme: str, width: int
) -> None:
    told = account(story(), live=False, now=at(0))
    file = tmp_path / "report.html"
    file.write_text(page(told), encoding="utf-8")
    browsed.requests.clear()
    browsed.show(file, width, scheme)
    assert browsed.says("document.documentElement.scrollWidth <= window.innerWidth")
    bars = browsed.says("document.querySelectorAll('svg .bar.attempt rect').length")
    assert bars == sum(len(task.tries) for task in told.tasks) + len(told.fixes)
    dark = browsed.says("getComputedStyle(document.body).backgroundColor") == "rgb(18, 20, 25)"
    assert dark == (scheme == "dark")
    tasks = browsed.says("[...document.querySelectorAll('.task .id')].map(e => e.innerText)")
    assert tasks == [task.id for task in told.tasks]
    assert "attempt 1" in browsed.says("document.body.innerText")
    assert browsed.says("typeof owned") == "undefined"
    assert browsed.requests == [file.as_uri()]
    assert browsed.complaints == []
