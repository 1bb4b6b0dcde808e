"""`sixfold test` on a real module: reruns, files that are left, and watching."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Timer

import pytest
from junitparser import JUnitXml

from repository import Repository
from terminal import Terminal

FLAKY = """package a

import (
	"os"
	"testing"
)

func TestLucky(t *testing.T) {
	if _, err := os.Stat("tried"); err != nil {
		os.WriteFile("tried", nil, 0o600)
		t.Fatal("the first time is bad")
	}
}

func TestSteady(t *testing.T) {}
"""
RACY = """package b

import "testing"

func TestRacy(t *testing.T) {
	n, done := 0, make(chan bool)
	go func() { n++; done <- true }()
	n++
	<-done
}
"""
BAD = 'package c\n\nimport "testing"\n\nfunc TestBad(t *testing.T) { t.Error("always") }\n'
PLAIN = 'package d\n\nimport "testing"\n\nfunc TestD(t *testing.T) {}\n'
GATE = {"command": ["go", "test", "./..."]}


def module(folder: Path, gate: Mapping[str, object], **files: str) -> Repository:
    repository = Repository(folder, "- [ ] T001 Nothing\n", gate=gate)
    repository.write("go.mod", "module example.com/m\n\ngo 1.22\n")
    for name, text in files.items():
        repository.write(f"{name}/{name}_test.go", text)
    return repository


def test_what_passes_when_run_again_is_flaky_and_the_end_is_green(tmp_path: Path) -> None:
    repository = module(tmp_path, GATE, a=FLAKY)
    done = repository.sixfold(
        "test", "--rerun-fails", "2", "--jsonfile", "out/t.json", "--junitfile", "out/t.xml"
    )
    assert done.returncode == 0, done.stdout
    assert "1 flaky test passed when run again" in done.stdout
    assert done.stdout.count("rerun 1") == 2, "it began and it ended"
    assert "rerun 2" not in done.stdout
    xml = JUnitXml.fromfile(str(tmp_path / "out/t.xml"))
    assert (xml.tests, xml.failures) == (2, 0)
    printed = (tmp_path / "out/t.json").read_text().splitlines()
    records = [json.loads(line) for line in printed]
    lucky = [one["Action"] for one in records if one.get("Test") == "TestLucky"]
    assert lucky.count("run") == 2, "the rerun is in it, too"
    assert lucky[-1] == "pass"
    assert "FLAKY" in done.stdout


def test_without_reruns_it_is_red(tmp_path: Path) -> None:
    done = module(tmp_path, GATE, a=FLAKY).sixfold("test")
    assert done.returncode == 1
    assert "rerun" not in done.stdout


def test_what_fails_always_stays_red_after_so_many_reruns(tmp_path: Path) -> None:
    done = module(tmp_path, GATE, a=FLAKY, c=BAD).sixfold("test", "--rerun-fails", "2")
    assert done.returncode == 1
    assert "rerun 2 red" in done.stdout
    assert "rerun 3" not in done.stdout


PANICS = """package e

import (
	"os"
	"testing"
)

func TestFirst(t *testing.T) {
	if _, err := os.Stat("tried"); err != nil {
		os.WriteFile("tried", nil, 0o600)
		panic("the first time")
	}
}

func TestNext(t *testing.T) { t.Error("it never ran") }
"""
RACE = "\tn, done := 0, make(chan bool)\n\tgo func() { n++; done <- true }()\n\tn++\n\t<-done\n"
RACES_LATER = FLAKY.replace("\t}\n}\n\nfunc TestSteady", f"\t}}\n{RACE}}}\n\nfunc TestSteady")


def test_what_a_crash_kept_from_running_is_run_before_luck_explains_it(tmp_path: Path) -> None:
    done = module(tmp_path, GATE, e=PANICS).sixfold("test", "--rerun-fails", "1")
    assert done.returncode == 1, done.stdout
    assert "it never ran" in done.stdout


def test_what_it_came_to_stays_in_the_terminal_when_the_pane_is_left(tmp_path: Path) -> None:
    repository = module(tmp_path, GATE, c=BAD)
    terminal = Terminal(["test"], repository.root, columns=120, rows=36)
    terminal.wait_for("1 test failed")
    terminal.press("q")
    assert terminal.close() == 1
    assert "gate 1 red: 0 passed, 1 failed" in terminal.text
    assert "FAIL example.com/m/c TestBad fail: always (c/c_test.go:5)" in terminal.text


def test_a_race_is_never_run_away(tmp_path: Path) -> None:
    race = {"command": ["go", "test", "-race", "./..."]}
    done = module(tmp_path, race, a=FLAKY, b=RACY).sixfold("test", "--rerun-fails", "5")
    assert done.returncode == 1
    assert "not run again: a data race is no matter of luck" in done.stdout
    assert done.stdout.count("gate 1 red") == 1


def test_a_race_that_only_a_rerun_shows_is_not_hidden(tmp_path: Path) -> None:
    race = {"command": ["go", "test", "-race", "./..."]}
    done = module(tmp_path, race, a=RACES_LATER).sixfold("test", "--rerun-fails", "3")
    assert done.returncode == 1
    end = done.stdout.rpartition("gate 1 red")[2]
    assert "and a data race when run again" in end
    assert "a TestLucky race: data race" in end


@pytest.mark.parametrize("option", ["--jsonfile", "--junitfile"])
@pytest.mark.parametrize("name", ["out/t.json", "specs", "/dev/null/t"])
def test_a_file_that_cannot_be_written_is_told_before_anything_is_tested(
    tmp_path: Path, option: str, name: str
) -> None:
    repository = module(tmp_path, GATE, d=PLAIN)
    repository.write("out", "a file")
    done = repository.sixfold("test", option, name)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert f"sixfold: {name}: cannot be written: " in done.stderr


@pytest.mark.parametrize("words", [["--rerun-fails", "x"], ["--rerun-fails", "-1"]])
def test_wrong_numbers_are_refused(tmp_path: Path, words: list[str]) -> None:
    done = module(tmp_path, GATE).sixfold("test", *words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_flag_of_gos_that_stands_where_ours_do_is_told_how(tmp_path: Path) -> None:
    done = module(tmp_path, GATE, d=PLAIN).sixfold("test", "./d", "-run", "TestD")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "what `go test` is to get stands behind --" in done.stderr


@pytest.mark.parametrize(
    ("place", "words", "names"),
    [
        ("svc", [], {"TestD", "TestE"}),
        ("", [], {"TestD", "TestE"}),
        ("svc/d", ["."], {"TestD"}),
        ("svc", ["./e/...", "--", "-count=1"], {"TestE"}),
        ("svc", ["--", "-run", "^TestE$"], {"TestE"}),
    ],
)
def test_a_module_is_tested_from_wherever_one_stands_with_git_or_without(
    tmp_path: Path, place: str, words: list[str], names: set[str]
) -> None:
    for name, text in {
        "go.mod": "module example.com/svc\n\ngo 1.21\n",
        "d/d_test.go": PLAIN,
        "e/e_test.go": PLAIN.replace("package d", "package e").replace("TestD", "TestE"),
    }.items():
        path = tmp_path / "svc" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    if not place:  # one looks below only where a repository has an end
        subprocess.run(["git", "init", "-q", tmp_path], check=True)
    command = [sys.executable, "-m", "sixfold", "test", *words]
    done = subprocess.run(
        command, cwd=tmp_path / place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert {line.split()[-1] for line in done.stdout.splitlines() if "PASS" in line} == names


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


HANGS = """package h

import (
	"fmt"
	"testing"
	"time"
)

func TestFine(t *testing.T) {}

func TestHangs(t *testing.T) {
	fmt.Println("hangs now")
	time.Sleep(time.Hour)
}
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_what_was_heard_before_a_signal_is_told_and_left_in_files(
    tmp_path: Path, number: signal.Signals, started: list[subprocess.Popen[str]]
) -> None:
    repository = module(tmp_path, {"command": ["go", "test", "-v", "./..."]}, h=HANGS)
    process = repository.start("test", "--jsonfile", "t.json", "--junitfile", "t.xml")
    started.append(process)
    read_until(process, "PASS  h  TestFine")
    process.send_signal(number)
    told = process.communicate(timeout=30)[0]
    assert process.returncode == 128 + number
    assert "FAIL  h  TestHangs  never finished" in told
    assert "(interrupted)" in told
    assert '"Test":"TestFine"' in (tmp_path / "t.json").read_text()
    xml = JUnitXml.fromfile(str(tmp_path / "t.xml"))
    assert (xml.tests, xml.errors) == (2, 1)


def read_until(process: subprocess.Popen[str], word: str) -> list[str]:
    lines: list[str] = []
    assert process.stdout
    for line in process.stdout:
        lines.append(line)
        if word in line:
            return lines
    raise AssertionError(lines)


def test_watching_tests_what_a_change_concerns_and_what_is_still_red(
    tmp_path: Path, started: list[subprocess.Popen[str]]
) -> None:
    repository = module(tmp_path, GATE, c=BAD, d=PLAIN)
    process = repository.start("test", "--watch")
    started.append(process)
    end = Timer(240, process.kill)  # so that waiting for a line has an end
    end.start()
    read_until(process, "gate 1 red")
    read_until(process, "watching for changes")
    repository.write("notes.txt", "concerns nobody")
    repository.write("d/d_test.go", PLAIN + "\nfunc TestE(t *testing.T) {}\n")
    told = "".join(read_until(process, "gate 2 red"))
    assert "changed: " in told
    assert "TestE" in told
    assert "TestBad" in told, "it is red until it is green"
    repository.write("c/c_test.go", BAD.replace("t.Error", "t.Log"))
    told = "".join(read_until(process, "gate 3 green"))
    assert "TestE" not in told
    repository.write("go.mod", "module example.com/m\n\ngo 1.21\n")
    assert "TestE" in "".join(read_until(process, "gate 4 green"))
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    end.cancel()


def test_no_secret_is_printed_or_left_in_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN_API_KEY", "q7-Zp0_given")
    tells = 't.Log("the key:", os.Getenv("GIVEN_API_KEY")); t.Error("https://me:pa55word@host/")'
    imports = 'import (\n\t"os"\n\t"testing"\n)'
    text = f"package a\n\n{imports}\n\nfunc TestTells(t *testing.T) {{ {tells} }}\n"
    repository = module(tmp_path, GATE, a=text)
    done = repository.sixfold("test", "--jsonfile", "out/t.json", "--junitfile", "out/t.xml")
    files = [(tmp_path / "out" / name).read_text() for name in ("t.json", "t.xml")]
    for shown in (done.stdout, *files):
        assert "the key: ***" in shown
        assert "https://me:***@host/" in shown
        assert "q7-Zp0_given" not in shown
        assert "pa55word" not in shown
