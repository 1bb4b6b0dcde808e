"""Every recorded stream, of Go 1.19 to 1.27."""

from __future__ import annotations

from pathlib import Path

import pytest

from sixfold.gate.places import Tree
from sixfold.gate.verdict import judge
from streams import OWN, SHARED, SOURCES, fold

TREE = Tree(SOURCES, has_go=True)
STREAMS = sorted(
    path
    for pattern in ("*json*.stdout", "e_*.stdout", "flags_*.stdout")
    for path in SHARED.glob(pattern)
    if "_list" not in path.name
)
RECORDED = [*OWN.glob("*.jsonl"), *dict.fromkeys(STREAMS)]


def stderr(path: Path) -> str:
    beside = path.with_suffix(".stderr")
    return beside.read_text() if beside.exists() else ""


def exit_code(path: Path) -> int | None:
    beside = path.with_suffix(".rc")
    return int(beside.read_text().rsplit("exit:", 1)[1]) if beside.exists() else None


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_the_verdict_agrees_with_the_exit_code_and_nothing_is_left_running(path: Path) -> None:
    report = fold(path.read_bytes(), stderr(path))
    progress = report.progress(1, 3.0)
    assert not progress.running
    assert all(package.state != "running" for package in progress.packages)
    code = exit_code(path)
    if code is None:
        return
    verdict, reason, failures = judge(code, report, TREE)
    assert (verdict == "green") == (code == 0 or "no packages to test" in stderr(path))
    assert bool(failures) == (verdict != "green")
    assert verdict == "green" or reason


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_where_chunks_end_makes_no_difference(path: Path) -> None:
    data = path.read_bytes()
    whole = fold(data, stderr(path))
    told = whole.progress(1, 3.0)
    for size in (1, 7) if len(data) < 20_000 else (4093,):
        parts = fold(data, stderr(path), size)
        assert parts.lines == whole.lines
        assert parts.progress(1, 3.0) == told


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_nothing_goes_out_that_a_terminal_would_obey(path: Path) -> None:
    report = fold(path.read_bytes(), stderr(path))
    for line in report.lines:
        assert line.text.isprintable(), line
    for failure in report.failures():
        assert failure.output.replace("\n", "").replace("\t", "").isprintable()
        assert len(failure.output) < 4200
        assert "\n" not in failure.message


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_failed_package_has_a_failure(path: Path) -> None:
    report = fold(path.read_bytes(), stderr(path))
    failed = {name for name, package in report.packages.items() if package.state == "failed"}
    assert {failure.package for failure in report.failures()} >= failed


@pytest.mark.skipif(not SHARED.exists(), reason="the recordings are not at hand")
@pytest.mark.parametrize("version", ["1.19", "1.22", "1.23", "1.24", "1.25", "1.26"])
def test_all_versions_of_go_tell_the_same_story(version: str) -> None:
    path = SHARED / f"all_json_go{version}.stdout"
    report = fold(path.read_bytes(), stderr(path))
    told = {(f.package.rsplit("/", 1)[1], f.test, f.kind) for f in report.failures()}
    assert told >= {
        ("builderr", "", "build"),
        ("vetfail", "", "build"),
        ("race", "TestRacy", "race"),
        ("race", "TestRacyMap", "race"),
        ("racemain", "", "race"),
        ("initpanic", "", "panic"),
        ("nilmain", "TestExitZero", "panic"),
        ("panicpkg", "TestPanics", "panic"),
        ("parpanic", "TestP2", "panic"),
        ("deadlock", "TestDead", "timeout"),
        ("timeout", "TestHangs/inner", "timeout"),
        ("fail", "TestFails", "fail"),
        ("fail", "TestSub/bad", "fail"),
        ("mainexit", "", "fail"),
        ("killself", "TestOOMed", "unfinished"),
        ("logfatal", "TestLF", "unfinished"),
        ("parpanic", "TestP3", "unfinished"),
    }
    assert {name for _, name, _ in told}.isdisjoint({"TestSub", "TestHangs", "FuzzRev"})
    assert report.races == 3
    assert report.skipped == 3


@pytest.mark.skipif(not SHARED.exists(), reason="the recordings are not at hand")
@pytest.mark.parametrize(
    ("name", "tally"),
    [
        ("json_pass", (9, 0, 0, 0)),
        ("json_all", (32, 15, 3, 2)),
        ("json_parallel", (5, 2, 0, 0)),
        ("json_weird", (9, 0, 0, 0)),
        ("json_fuzz", (2, 3, 0, 0)),
        ("hard_json_subpanic", (0, 2, 0, 0)),
        ("hard_json_racemain", (1, 0, 0, 1)),
        ("hard_json_mapfatal", (0, 1, 0, 0)),
        ("hard_json_bench", (0, 0, 0, 0)),
    ],
)
def test_the_tally_counts_tests_and_subtests(name: str, tally: tuple[int, ...]) -> None:
    report = fold((SHARED / f"{name}.stdout").read_bytes())
    assert (report.passed, report.failed, report.skipped, report.races) == tally
