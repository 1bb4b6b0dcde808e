"""The test pane: what is seen of a gate and its tests, and what every key does there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest
from msgspec import structs
from textual.pilot import Pilot

from dashboard import gates
from dashboard.gates import CLI, COUNT, POOL, STORE
from dashboard.scripted import (
    RUNNING,
    WIDE,
    WISH,
    Run,
    dashboard,
    seen,
    settle,
    toasts,
)
from sixfold import events as ev
from sixfold import lines
from sixfold.dashboard import editor, outline, telling
from sixfold.dashboard.app import Dashboard
from sixfold.dashboard.results import Results
from sixfold.dashboard.screens.help import help_page
from sixfold.dashboard.widgets.key_bar import KeyBar
from sixfold.model import Failure, Suspect, TestName, Verdict
from sixfold.state import fold
from sixfold.tally import Again, Tally

RED = (*RUNNING, *gates.RED)


def results(*story: ev.Message) -> Results:
    """What a story of events and progress comes to."""
    gate, again = Tally(), Again()
    for message in story:
        if isinstance(message, ev.GateProgress):
            (again if message.rerun else gate).apply(message)
    events = [message for message in story if isinstance(message, ev.Event)]
    return Results(fold(events), gate, again)


def names(rows: Iterable[outline.Row]) -> list[str]:
    return [f"{'  ' * row.depth}{row.kind} {row.package} {row.test}".rstrip() for row in rows]


async def in_tests(pilot: Pilot[None], run: Run, *, chosen: int | None = None) -> Dashboard:
    """The test pane in focus, over the whole screen, on one of the failures."""
    app = await settle(pilot, run)
    app.main.go_to(app.main.gate.tests)
    await pilot.press("z")
    await settle(pilot)
    if chosen is not None:
        app.main.gate.tests.choose_failure(chosen)
    return await settle(pilot)


def told(story: Iterable[ev.Message], package: str, test: str = "") -> list[str]:
    """What is told of a test or a package."""
    events = [message for message in story if isinstance(message, ev.Event)]
    return [line for line, _ in telling.told(fold(events), results(*story), package, test, None)]


# What the tree holds


def test_what_fails_stands_first_then_what_runs_and_what_passed_is_folded() -> None:
    found = results(*gates.WORKING)
    assert [
        row.package.rpartition("/")[2] for row in outline.rows(found, {}) if row.depth == 0
    ] == [
        "",
        "pool",
        "store",
        "wc",
        "count",
        "doc",
        "",
    ]
    found = results(*gates.RED)
    assert names(outline.rows(found, {}))[1:9] == [
        f"package {CLI}",
        f"  failure {CLI}",
        f"package {COUNT}",
        f"  test {COUNT} TestWords",
        f"    test {COUNT} TestWords/two_words",
        f"    test {COUNT} TestWords/one",
        f"  test {COUNT} TestNetwork",
        f"  group {COUNT} passed",
    ]


def test_a_folded_package_is_opened_by_the_reader_and_an_open_one_folded() -> None:
    found = results(*gates.GREEN)
    assert f"  test {COUNT} TestEmpty" not in names(outline.rows(found, {}))
    opened = names(outline.rows(found, {f"package {COUNT}": True, f"passed {COUNT}": True}))
    assert f"    test {COUNT} TestEmpty" in opened
    assert any(name.startswith("    note") for name in opened) is False


def test_a_subtest_is_called_by_all_that_stands_below_its_parent_slashes_too() -> None:
    tests = [ev.TestProgress(name, "failed") for name in ("TestA/x/y", "TestA/x/y/z", "TestA")]
    found = results(gates.STARTED, gates.progress(gates.package(COUNT, "failed", tests=tests)))
    rows = [row for row in outline.rows(found, {}) if row.kind == "test"]
    assert [(row.depth, row.label) for row in rows] == [(1, "TestA"), (2, "x/y"), (3, "z")]


def rerun(number: int, package: str, test: str, *wrong: Failure) -> tuple[ev.Message, ...]:
    """One test of a package that is run once more, and fails for what is `wrong`."""
    how: Literal["passed", "failed"] = "failed" if wrong else "passed"
    progress = gates.package(package, how, tests=[ev.TestProgress(test, how)])
    verdict: Verdict = "red" if wrong else "green"
    return (
        ev.RerunStarted(rerun=number, tests=[TestName(package, test)], command=["go", "test"]),
        gates.progress(progress, rerun=number),
        ev.RerunEnded(rerun=number, verdict=verdict, passed=1, failures=list(wrong)),
    )


def test_what_one_rerun_mended_stays_mended_when_another_test_is_rerun() -> None:
    mended = rerun(1, STORE, "TestConcurrent")
    other = rerun(2, COUNT, "TestWords/two_words")
    found = results(*gates.RED, *mended, *other)
    assert [failure.kind for failure in found.failures] == ["build"]
    assert found.mended(STORE, "TestConcurrent")
    assert found.mended(COUNT, "TestWords/two_words")
    assert found.packages[STORE].state == "passed"
    worse = Failure(STORE, "TestConcurrent", "fail", message="once more")
    found = results(*gates.RED, *mended, *other, *rerun(3, STORE, "TestConcurrent", worse))
    assert [failure.kind for failure in found.failures] == ["fail", "build"]
    assert found.packages[STORE].state == "failed"


async def test_a_test_that_passed_when_run_again_is_called_flaky_and_tells_why_it_failed() -> None:
    wrong = Failure(STORE, "TestConcurrent", "fail", message="only once", flaky=True)
    again = rerun(1, STORE, "TestConcurrent")
    reason = "1 flaky test passed when run again"
    ended = ev.GateEnded(gate=2, cause="phase", verdict="green", reason=reason, failures=[wrong])
    run = Run(*RUNNING, *gates.RED, *again, ended)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        app.main.gate.tests.choose(f"test {STORE} TestConcurrent")
        await settle(pilot, run)
        text = seen(app)
        assert reason in text
        assert "flaky: it failed, and passes when it is run again" in text
        assert "only once" in text
        assert "passes now" not in text


def test_of_many_passed_tests_the_rest_is_counted() -> None:
    many = gates.package(COUNT, "passed", passed=1204, tests=[ev.TestProgress("TestA", "passed")])
    found = results(gates.STARTED, gates.progress(many, passed=1204))
    rows = names(outline.rows(found, {f"package {COUNT}": True}))
    assert f"  note {COUNT} 1,203 more passed" in rows


def test_a_gate_of_which_only_the_verdict_is_known_shows_its_failures() -> None:
    found = results(gates.STARTED, gates.RED[-1])
    rows = names(outline.rows(found, {}))
    assert f"  test {STORE} TestConcurrent" in rows
    assert f"  failure {CLI}" in rows


def test_a_rerun_stands_in_for_what_the_gate_said() -> None:
    found = results(*gates.RERUN)
    assert [failure.kind for failure in found.failures] == ["build", "fail"]
    assert found.packages[STORE].state == "passed"
    assert (found.packages[STORE].failed, found.packages[STORE].passed) == (0, 9)
    assert f"  test {STORE} TestConcurrent" in names(outline.rows(found, {}))


def test_what_fails_again_in_a_rerun_is_told_once_by_its_latest_word() -> None:
    again = structs.replace(gates.RACE, message="data race  store.go:99 <-> store.go:23")
    found = results(
        *gates.RERUNNING,
        gates.progress(
            gates.package(
                STORE, "failed", failed=1, tests=[ev.TestProgress("TestConcurrent", "failed", 0.4)]
            ),
            rerun=1,
            failed=1,
            failures=[again],
        ),
        ev.RerunEnded(rerun=1, verdict="red", failed=1, failures=[again]),
    )
    assert found.failures_of(STORE, "TestConcurrent") == [again]


def test_the_next_gate_forgets_the_rerun() -> None:
    found = results(
        *gates.RERUN,
        ev.GateStarted(gate=3, cause="asked", command=gates.COMMAND),
        *gates.WORKING[1:2],
    )
    assert found.rerun is None


# What is seen


async def test_compiling_says_for_how_long_and_what_is_awaited() -> None:
    run = Run(*RUNNING, *gates.COMPILING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        now = seen(app, "#tally").split("\n")[1]
        assert "compiling 38 s   awaited: cmd/wc, count, doc and 2 more" in now
        assert seen(app, "#tests").count("waits") == 5


async def test_running_tests_show_how_long_they_take() -> None:
    run = Run(*RUNNING, *gates.WORKING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        row = next(line for line in seen(app, "#tests").split("\n") if "TestDrain" in line)
        assert row.split()[-3:] == ["running", "5.5", "s"]
        run.say(
            gates.progress(seconds=47.0, running=[ev.RunningTest(gates.POOL, "TestDrain", 38.5)])
        )
        await settle(pilot, run)
        row = next(line for line in seen(app, "#tests").split("\n") if "TestDrain" in line)
        assert row.split()[-2:] == ["8.5", "s"]


async def test_skipped_cached_and_packages_without_tests_are_told_apart() -> None:
    run = Run(*RUNNING, *gates.GREEN)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        text = seen(app, "#tests")
        rows = {line.split()[1]: line for line in text.split("\n") if len(line.split()) > 1}
        assert "≡ store" in text
        assert "cached" in text
        assert "– doc" in text
        assert "no tests" in text
        assert any("81.5%" in line for line in rows.values())


async def test_a_race_is_told_with_both_places_their_source_and_both_stacks() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        text = seen(app, "#told")
        assert "store/store.go:17  Write by goroutine 9 in (*Store).Add" in text
        assert "▶ 17 │     s.counts[word]++" in text
        assert "▶ 23 │         sum += n" in text
        assert "Previous read at 0x00c0000a0398 by goroutine 13:" in text


async def test_a_name_gives_way_last() -> None:
    failing, passing = "TestThatStillFails", "TestThatPassesForEvenLonger"
    wrong = structs.replace(gates.WRONG, test=failing)
    ended = structs.replace(gates.RED[-1], failures=[wrong])
    tests = [ev.TestProgress(failing, "failed", 0.2), ev.TestProgress(passing, "passed", 0.1)]
    package = gates.package(COUNT, "failed", passed=1, failed=1, seconds=0.4, tests=tests)
    run = Run(
        *(gates.STARTED, gates.progress(package, failures=[wrong]), ended),
        *rerun(1, COUNT, failing, wrong),
    )
    async with dashboard(run, gate_only=True).run_test(size=(120, 36)) as pilot:
        app = await settle(pilot, run)
        app.main.gate.tests.choose(f"passed {COUNT}")
        await pilot.press("l")
        await settle(pilot)
        rows = seen(app, "#tests").splitlines()
        assert any(re.search(f"fail  {failing} +still fails$", row) for row in rows)
        assert any(re.search(f"{passing} +0.10 s$", row) for row in rows)


async def test_a_package_is_told_by_its_numbers_or_by_a_word() -> None:
    run = Run(*gates.RED)
    async with dashboard(run, gate_only=True).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        app.main.zoom("gate")
        await settle(pilot)
        rows = seen(app, "#tests")
        assert re.search(r"✗ count +2 failed  1 skipped  3 passed +0\.42 s", rows)
        assert re.search(r"✗ cmd/wc  does not build +failed", rows)


def test_packages_that_stand_alike_are_in_the_order_of_their_names() -> None:
    ends = [gates.package(name, "passed", passed=1) for name in (STORE, COUNT, POOL)]
    assert list(results(gates.STARTED, gates.progress(*ends)).packages) == [COUNT, POOL, STORE]


async def test_packages_are_counted_alike_however_one_came_to_the_gate() -> None:
    for expected in (0, 5):
        run = Run(*gates.RED[:-2], structs.replace(gates.RED[-2], expected=expected), gates.RED[-1])
        async with dashboard(run, gate_only=True).run_test(size=WIDE) as pilot:
            app = await settle(pilot, run)
            assert "5 packages" in seen(app, "#tests")
            assert "5/5" not in seen(app, "#tests")


def test_as_many_tests_are_listed_as_are_counted() -> None:
    said = told(gates.RED, COUNT)
    at = said.index("what fails in it")
    assert "2 failed  1 skipped  3 passed" in said
    assert said[at + 1 : at + 3] == [
        '  ✗ fail  TestWords/two_words  count("two words") = 1, want 2  count_test.go:34',
        "  ✗ fail  TestWords  its subtests fail",
    ]


def test_nothing_is_said_twice_of_what_is_wrong_and_who_is_to_blame() -> None:
    crash = structs.replace(gates.WRONG, kind="panic", message="panic: boom  count_test.go:34")
    suspect = Suspect("T002", "c0ffee2" + "0" * 33, "T002: Lint rules", ["count/store.go"])
    ended = structs.replace(gates.RED[-1], failures=[crash], suspects=[suspect])
    story = (*gates.RED[:-1], ended)
    assert told(story, COUNT, crash.test)[2] == "✗ panic  boom"
    assert "  T002  c0ffee2000  Lint rules: count/store.go" in told(story, COUNT, crash.test)
    assert f"  ✗ panic {crash.test}  boom  count_test.go:34" in told(story, COUNT)
    place = "(count/count_test.go:34)"
    assert lines.failure_line(crash) == f"FAIL {COUNT} {crash.test} panic: boom {place}"
    assert lines.suspect_line(suspect) == "T002 c0ffee2000 Lint rules: count/store.go"


async def test_a_build_error_stands_below_its_package() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        lines = seen(app, "#tests").split("\n")
        at = next(n for n, line in enumerate(lines) if "cmd/wc" in line)
        assert "does not build" in lines[at]
        assert "build undefined: flagz" in lines[at + 1]
        assert "main.go:9" in lines[at + 1]


async def test_what_changed_since_the_gate_before_is_told() -> None:
    green = structs.replace(gates.RED[-1], gate=3, verdict="green", failures=[], reason="")
    started = structs.replace(gates.STARTED, gate=3)
    run = Run(*RED, started, green)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "since gate 2: 3 mended" in seen(app, "#tally")


async def test_a_test_that_is_gone_is_not_called_mended() -> None:
    started = structs.replace(gates.STARTED, gate=3)
    left = gates.package(COUNT, "passed", passed=1, tests=[ev.TestProgress("TestOne", "passed")])
    green = structs.replace(gates.RED[-1], gate=3, verdict="green", failures=[], reason="")
    known = (gates.package(STORE, "skipped"), gates.package(CLI, "passed"), left)
    run = Run(*RED, started, gates.progress(*known, gate=3), green)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await settle(pilot, run)
        assert "since gate 2: 1 mended" in seen(app, "#tally"), "the package that builds again"


async def test_what_a_test_printed_is_asked_for_when_it_is_chosen() -> None:
    def answer(command: ev.AnyCommand) -> ev.Answer | None:
        if isinstance(command, ev.Printed):
            return ev.Answer(id=command.id, accepted=True, text=f"said by {command.test}\n")
        return None

    run = Run(*RUNNING, *gates.GREEN, answering=answer)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        tests = app.main.gate.tests
        tests._opened[f"package {COUNT}"] = tests._opened[f"passed {COUNT}"] = True
        tests.refresh_state()
        tests.choose(f"test {COUNT} TestEmpty")
        await settle(pilot)
        for worker in [one for one in app.workers if one.name == "fetch"]:
            await worker.wait()
        await settle(pilot)
        assert "said by TestEmpty" in seen(app, "#told")


async def test_attaching_late_shows_the_same_tree() -> None:
    live, late = Tally(), Tally()
    for message in gates.RED:
        if isinstance(message, ev.GateProgress):
            live.apply(message)
    late.apply(live.whole())
    assert late.whole() == live.whole()
    first = Results(fold(m for m in gates.RED if isinstance(m, ev.Event)), live, Again())
    second = Results(fold(m for m in gates.RED if isinstance(m, ev.Event)), late, Again())
    assert outline.rows(first, {}) == outline.rows(second, {})


# Keys


@pytest.mark.parametrize(
    ("keys", "tests"),
    [
        pytest.param("r", [TestName(STORE, "TestConcurrent")], id="r reruns the test"),
        pytest.param(
            "R",
            [
                TestName(CLI),
                TestName(STORE, "TestConcurrent"),
                TestName(COUNT, "TestWords/two_words"),
            ],
            id="R reruns what fails",
        ),
        pytest.param("a", [TestName(STORE)], id="a reruns the package"),
        pytest.param("h r", [TestName(STORE)], id="r on a package reruns all of it"),
    ],
)
async def test_tests_are_run_once_more(keys: str, tests: list[TestName]) -> None:
    run = Run(*RED, WISH)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        await in_tests(pilot, run, chosen=1)
        await pilot.press(*keys.split())
        await settle(pilot)
        asked = [one for one in run.asked if not isinstance(one, ev.Printed)]
        assert asked == [ev.Rerun(tests=tests)]


async def test_the_keys_mean_tests_only_where_the_tests_are_in_focus() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=(200, 48)) as pilot:
        app = await settle(pilot, run)
        footer = app.screen.query_one(KeyBar)
        assert "r retry" in footer.render_line(0).text
        app.main.go_to(app.main.gate.tests)
        app.main.gate.tests.choose_failure(1)
        await settle(pilot)
        text = footer.render_line(0).text
        assert "r rerun TestConcurrent" in text
        assert "R failing 3" in text
        assert "a package store" in text
        assert "retry" not in text


@pytest.mark.parametrize(
    ("story", "key", "why"),
    [
        pytest.param(gates.WORKING, "r", "tests are running already", id="while tests run"),
        pytest.param(gates.GREEN, "R", "no test fails", id="nothing fails"),
        pytest.param(gates.RERUNNING, "R", "tests are running already", id="during a rerun"),
        pytest.param(gates.RED, "home r", "select a test or a package first", id="nothing meant"),
        pytest.param(gates.GREEN, "o", "select a test that fails first", id="nothing to edit"),
    ],
)
async def test_a_rerun_that_makes_no_sense_says_why(
    story: tuple[ev.Message, ...], key: str, why: str
) -> None:
    run = Run(*RUNNING, *story)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await in_tests(pilot, run)
        await pilot.press(*key.split())
        await settle(pilot)
        assert any(why in text for text in toasts(app))
        assert not any(isinstance(one, ev.Rerun) for one in run.asked)


async def test_h_and_l_fold_and_unfold_and_enter_does_both() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        await pilot.press("h")
        assert app.main.gate.tests.chosen == f"package {STORE}"
        await pilot.press("h")
        await settle(pilot)
        assert "TestConcurrent" not in seen(app, "#tests")
        await pilot.press("l")
        await settle(pilot)
        assert "TestConcurrent" in seen(app, "#tests")
        await pilot.press("enter")
        await settle(pilot)
        assert "TestConcurrent" not in seen(app, "#tests")


async def test_the_mouse_chooses_and_folds() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        await pilot.click("#tests", offset=(20, 3))
        await settle(pilot)
        assert app.main.gate.tests.chosen == f"package {COUNT}"
        assert "in it" in seen(app, "#told")
        await pilot.click("#tests", offset=(0, 3))
        await settle(pilot)
        assert "two_words" not in seen(app, "#tests")


async def test_enter_in_the_strip_opens_the_failure_over_the_whole_screen() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=(80, 24)) as pilot:
        app = await settle(pilot, run)
        app.main.go_to(app.main.gate.tests)
        await settle(pilot)
        assert "race  store TestConcurrent" in seen(app, "#tests")
        await pilot.press("j", "enter")
        await settle(pilot)
        assert app.main.zoomed == "gate"
        assert app.main.gate.tests.chosen == f"test {STORE} TestConcurrent"
        assert "store/store.go:17" in seen(app, "#told")
        await pilot.press("escape")
        await settle(pilot)
        assert app.main.zoomed == ""


async def test_what_a_test_told_can_be_searched() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        await pilot.press("slash", *"goroutine 13", "enter")
        await settle(pilot)
        assert app.main.gate.shown.pattern is not None
        await pilot.press("n", "N", "escape")
        await settle(pilot)
        assert app.main.gate.shown.pattern is None
        assert app.main.zoomed == "gate"


async def test_the_reader_is_not_moved_when_other_tests_end() -> None:
    run = Run(*RUNNING, *gates.WORKING)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run)
        tests = app.main.gate.tests
        tests.choose(f"test {STORE} TestConcurrent")
        run.say(*gates.RED[len(gates.WORKING) :])
        await settle(pilot, run)
        assert tests.chosen == f"test {STORE} TestConcurrent"


async def test_the_reader_stays_with_a_test_that_the_next_gate_has_not_reached_yet() -> None:
    run = Run(*RUNNING, *gates.RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        tests = app.main.gate.tests
        for said, chosen in (
            (gates.COMPILING[:1], "run"),
            (gates.COMPILING[1:], f"package {STORE}"),
            (gates.WORKING[len(gates.COMPILING) :], f"test {STORE} TestConcurrent"),
            (gates.RED[len(gates.WORKING) :], f"test {STORE} TestConcurrent"),
        ):
            run.say(*said)
            await settle(pilot, run)
            assert tests.chosen == chosen
        assert tests.meant == TestName(STORE, "TestConcurrent")


@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a run"])
async def test_enter_in_what_is_printed_or_told_leaves_the_panes_as_they_are(alone: bool) -> None:
    run = Run(*(gates.RED if alone else RED))
    async with dashboard(run, gate_only=alone).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        for log in ("stream", "told"):
            app.main.go_to(app.main.gate.shown)
            await settle(pilot)
            assert app.main.gate.shown.id == log
            zoomed = app.main.zoomed
            await pilot.press("enter")
            await settle(pilot)
            assert app.main.zoomed == zoomed
            assert toasts(app)[-1] == "↵ details: nothing is selected"
            app.main.gate.tests.choose_failure(1)
            await settle(pilot)


# The editor


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("vi", ["vi", "+17", "/r/a.go"]),
        ("nvim -R", ["nvim", "-R", "+17", "/r/a.go"]),
        ("/usr/bin/emacs -nw", ["/usr/bin/emacs", "-nw", "+17", "/r/a.go"]),
        ("micro", ["micro", "+17", "/r/a.go"]),
        ("hx", ["hx", "/r/a.go:17"]),
        ("code --wait", ["code", "--wait", "-g", "/r/a.go:17"]),
        ("subl", ["subl", "/r/a.go:17"]),
        ("kate", ["kate", "-l", "17", "/r/a.go"]),
        ("goland", ["goland", "--line", "17", "/r/a.go"]),
        ("xdg-open", ["xdg-open", "/r/a.go"]),
        ("my-editor --new", ["my-editor", "--new", "+17", "/r/a.go"]),
    ],
)
def test_each_editor_is_told_the_line_in_its_own_way(said: str, words: list[str]) -> None:
    assert editor.command(said.split(), Path("/r/a.go"), 17) == words


def test_an_editor_with_a_window_of_its_own_leaves_the_terminal_alone() -> None:
    assert editor.has_window(["code", "-g"])
    assert not editor.has_window(["vim"])


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({}, "set $EDITOR"),
        ({"EDITOR": "no-such-editor-here"}, "$EDITOR is no-such-editor-here, which is not there"),
        ({"VISUAL": "vi 'unclosed"}, "$VISUAL cannot be read"),
    ],
)
def test_without_an_editor_the_reason_is_told(environment: dict[str, str], why: str) -> None:
    with pytest.raises(editor.EditorError) as caught:
        editor.wanted({"PATH": "/nowhere", **environment})
    assert why in str(caught.value)


def test_the_copy_to_edit_is_the_persons_while_it_follows_else_the_tested_one(
    tmp_path: Path,
) -> None:
    own, tested = tmp_path / "own", tmp_path / "tested"
    for root in (own, tested):
        (root / "store").mkdir(parents=True)
        (root / "store/store.go").touch()
    begun = ev.RunStarted(
        run="r", repository=str(own), branch="b", commit="", agent="a", slots=6, pid=1
    )
    gate = structs.replace(gates.STARTED, root=str(tested))
    state = fold([begun, gate])
    assert editor.copy_of(state, "store/store.go") == own / "store/store.go"
    state.apply(ev.CheckoutHeld(reason="edits", command="git merge"))
    assert editor.copy_of(state, "store/store.go") == tested / "store/store.go"
    (tested / "store/store.go").unlink()
    assert editor.copy_of(state, "store/store.go") == own / "store/store.go"
    with pytest.raises(editor.EditorError, match="there is no file gone"):
        editor.copy_of(state, "gone.go")


@pytest.mark.parametrize("key", ["o", "enter"])
async def test_o_and_enter_open_the_editor_where_it_failed(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = tmp_path / "said"
    fake = tmp_path / "subl"
    fake.write_text(
        f"#!{sys.executable}\nimport sys; open({str(said)!r}, 'w').write(sys.argv[1])\n"
    )
    fake.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(fake))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    (tmp_path / "store").mkdir()
    (tmp_path / "store/store.go").touch()
    story = [structs.replace(gates.STARTED, root=str(tmp_path)), *gates.RED[1:]]
    run = Run(*RUNNING, *story)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        await pilot.press(key)
        while not (said.exists() and said.read_text()):
            await pilot.pause(0.01)
        assert said.read_text() == f"{tmp_path}/store/store.go:17"
        assert app.is_running


async def test_no_editor_is_told_where_the_terminal_cannot_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VISUAL", "sh")
    (tmp_path / "store").mkdir()
    (tmp_path / "store/store.go").touch()
    story = [structs.replace(gates.STARTED, root=str(tmp_path)), *gates.RED[1:]]
    run = Run(*RUNNING, *story)
    async with dashboard(run).run_test(size=WIDE, notifications=True) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        await pilot.press("o")
        while not toasts(app):
            await pilot.pause(0.01)
        assert any("no editor can be opened from here" in text for text in toasts(app))


# The tests alone


async def test_the_tests_alone_offer_what_makes_sense_without_a_run() -> None:
    run = Run(*gates.RED)
    async with dashboard(run, gate_only=True).run_test(size=(120, 36)) as pilot:
        app = await settle(pilot, run)
        app.main.gate.tests.choose_failure(1)
        await settle(pilot)
        text = app.screen.query_one(KeyBar).render_line(0).text
        for label in ("rerun", "failing", "package", "gate", "find", "panes", "help", "leave"):
            assert label in text
        for label in ("pause", "retry", "cancel", "skip", "diff", "plan", "zoom"):
            assert label not in text
        await pilot.press("r", "g")
        await settle(pilot)
        asked = [one for one in run.asked if not isinstance(one, ev.Printed)]
        assert asked == [ev.Rerun(tests=[TestName(STORE, "TestConcurrent")]), ev.Gate()]


async def test_keys_of_a_run_say_that_there_is_none_and_tests_alone_list_none_of_them() -> None:
    run = Run(*gates.RED)
    async with dashboard(run, gate_only=True).run_test(size=WIDE, notifications=True) as pilot:
        app = await settle(pilot, run)
        for key in "z1TPdsxtpHScmiuUVA":
            await pilot.press(key)
            await settle(pilot)
            assert toasts(app)[-1].endswith("there is no run, only its tests"), key
            app.clear_notifications()
        listed = [text for text, _ in help_page(app.look_around())]
        text = "\n".join(listed)
        for label in ("rerun", "failing", "package", "gate", "editor", "find", "stay", "copy"):
            assert re.search(rf"^  \S+ .*\b{label}\b", text, re.MULTILINE), label
        for label in ("pause", "retry", "slot 1", "zoom", "timeline", "seek", "attempt", "diff"):
            assert label not in text
        palette = [one.title for one in app.get_system_commands(app.screen)]
        assert "rerun (r)" in palette
        assert "pause (p)" not in palette


def test_hostile_names_are_only_text() -> None:
    bad = Failure("p\x1b]0;x\x07", "Test\x1b[2J", "fail", "a.go", 1, "\x1b[31mred")
    found = results(gates.STARTED, gates.progress(failures=[bad], failed=1))
    assert found.failures == [bad]
    assert outline.front(found)[0].test == bad.test


async def test_who_reads_what_a_test_told_goes_on_reading_when_it_goes() -> None:
    run = Run(*RED)
    async with dashboard(run).run_test(size=WIDE) as pilot:
        app = await in_tests(pilot, run, chosen=1)
        await pilot.press("tab")
        await settle(pilot)
        assert app.focused is app.main.gate.told
        run.say(ev.GateStarted(gate=9, cause="asked", command=["go"]))
        await settle(pilot, run)
        assert app.focused is app.main.stream
