"""What a test printed is found again in the raw output, and the lines that a failure is about."""

from __future__ import annotations

from pathlib import Path

from sixfold.gate.archive import printed
from sixfold.gate.excerpt import Excerpts
from sixfold.gate.places import Sources
from sixfold.gate.words import once_more
from sixfold.model import Failure, Place, TestName
from streams import output, record

STREAM = (
    record("run", "TestA")
    + output("=== RUN   TestA\n", "TestA")
    + output("hello\n", "TestA")
    + output("of b\n", "TestAB")
    + output("below\n", "TestA/x")
    + output("package says\n")
    + output("ok  \tm/p\t0.1s\n")
    + b"not json\n"
)


def test_a_test_is_given_its_own_lines_and_its_subtests(tmp_path: Path) -> None:
    log = tmp_path / "gate-1.log"
    log.write_bytes(STREAM)
    assert printed([tmp_path / "none.log", log], "m/p", "TestA") == "hello\nbelow"
    assert printed([log], "m/p", "") == "package says"
    assert printed([log], "m/q", "TestA") is None


def test_a_name_that_json_writes_otherwise_is_found(tmp_path: Path) -> None:
    log = tmp_path / "gate-1.log"
    log.write_bytes(output("here\n", 'TestA/"ü"<b>'))
    assert printed([log], "m/p", 'TestA/"ü"<b>') == "here"


def test_the_lines_of_a_failure_come_from_the_tree_and_from_nowhere_else(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "a.go").write_text("one\ntwo\n\tthree\nfour\nfive\nsix\nseven\n")
    (tmp_path / "secret").write_text("secret\n")
    (root / "link").symlink_to(tmp_path / "secret")
    bad = [
        Failure("m/p", "T", "fail", name, line) for name, line in (("../secret", 1), ("link", 1))
    ]
    shown, *hidden = Excerpts(root).fill(
        [Failure("m/p", "T", "race", places=[Place("a.go", 5, "Write")]), *bad]
    )
    (place,) = shown.places
    assert (place.first, place.source[0], place.source[1]) == (2, "two", "    three")
    assert place.what == "Write"
    assert all(one.places[0].source == [] for one in hidden)


def test_a_line_that_is_not_there_has_no_source(tmp_path: Path) -> None:
    (tmp_path / "a.go").write_text("one\n")
    (shown,) = Excerpts(tmp_path).fill([Failure("m/p", "T", "fail", "a.go", 99)])
    assert shown.places[0].source == []


COMMAND = ["go", "test", "-race", "-tags", "x", "-cover", "-run", "Old", "./..."]


def test_one_test_is_run_once_more_as_the_gate_runs_it() -> None:
    words = once_more(COMMAND, [TestName("m/p", "TestA/b c")])
    assert words[:6] == ["go", "test", "-json", "-race", "-tags", "x"]
    assert words[6:] == ["-count=1", "-run", r"^TestA$/^b\ c$", "m/p"]


def test_several_tests_are_one_command_and_a_package_has_all_its_tests() -> None:
    several = once_more(COMMAND, [TestName("m/p", "TestA"), TestName("m/q", "TestB/x")])
    assert several[-4:] == ["-run", "^TestA$|^TestB$/^x$", "m/p", "m/q"]
    whole = once_more(COMMAND, [TestName("m/p", "TestA"), TestName("m/q")])
    assert whole[-3:] == ["-count=1", "m/p", "m/q"]


def test_what_is_no_go_test_cannot_be_run_in_parts() -> None:
    assert once_more(["make", "test"], [TestName("m/p", "TestA")]) == []
    assert once_more(COMMAND, [TestName("", "TestA")]) == []


def test_a_failure_without_a_place_is_where_its_test_begins(tmp_path: Path) -> None:
    (tmp_path / "svc/a").mkdir(parents=True)
    (tmp_path / "svc/a/a.go").write_text("func TestX(")
    (tmp_path / "svc/a/a_test.go").write_text("package a\n\nfunc TestXY() {}\nfunc TestX() {}\n")
    (tmp_path / "svc/a/z_test.go").write_text("func TestMain() {}\n")
    excerpts = Excerpts(tmp_path, Sources(str(tmp_path), {"m": "svc"}))
    silent = Failure("m/a", "TestX/sub", "unfinished", message="never finished")
    whole = Failure("m/a", "", "fail", message="no docker")
    others = [
        Failure("m/a", "TestNone", "fail"),
        Failure("other/a", "TestX", "fail"),
        Failure("m/a", "", "build"),
        Failure("m/a", "TestX", "fail", "svc/a/a.go", 1),
    ]
    found = excerpts.fill([silent, whole, *others])
    places = [(one.file, one.line) for one in found]
    assert places[:2] == [("svc/a/a_test.go", 4), ("svc/a/z_test.go", 1)]
    assert places[2:] == [("", 0), ("", 0), ("", 0), ("svc/a/a.go", 1)]
    assert found[0].places[0].source[3] == "func TestX() {}"
