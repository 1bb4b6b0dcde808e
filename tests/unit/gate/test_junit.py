"""JUnit XML of recorded streams, read back by the library and by a strict parser."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.dom.minidom import parse

import pytest
from junitparser import Error, JUnitXml, Skipped, TestCase
from junitparser import Failure as Failed
from msgspec import structs

from sixfold import events as ev
from sixfold.gate.junit import write
from sixfold.model import Failure, Verdict
from streams import OWN, SHARED, fold, output, record

RECORDED = [*OWN.glob("*.jsonl"), *SHARED.glob("*json*.stdout")]


GO = ["go", "test", "./..."]


def judged(failures: list[Failure]) -> ev.GateEnded:
    verdict: Verdict = "red" if failures else "green"
    return ev.GateEnded(
        gate=2, cause="phase", phase=1, verdict=verdict, seconds=2.5, failures=failures
    )


def made(folder: Path, data: bytes, ended: ev.GateEnded, command: Sequence[str] = GO) -> JUnitXml:
    path, raw = folder / "out" / "junit.xml", folder / "raw.log"
    raw.write_bytes(data)
    write(path, ev.GateStarted(gate=2, cause="phase", phase=1, command=list(command)), ended, raw)
    parse(str(path))  # noqa: S318 - our own file, and it must be well-formed
    assert [one.name for one in path.parent.iterdir()] == ["junit.xml"]
    return JUnitXml.fromfile(str(path))


def cases(xml: JUnitXml) -> dict[str, TestCase]:
    return {case.name: case for suite in xml for case in suite}


def test_a_suite_is_a_package_and_a_case_a_test(tmp_path: Path) -> None:
    data = b"".join(
        [
            record("run", "TestA"),
            record("pass", "TestA", Elapsed=0.25),
            record("run", "TestB"),
            output("    b_test.go:3: not today\n", "TestB"),
            record("skip", "TestB"),
            record("pass", Elapsed=0.3),
            record("run", "TestC", "m/q"),
            record("fail", "TestC", "m/q"),
            record("fail", "", "m/q"),
        ]
    )
    wrong = Failure("m/q", "TestC", "fail", "q/c_test.go", 7, "want 1, got 2", "c_test.go:7: want")
    xml = made(tmp_path, data, judged([wrong]))
    assert [(suite.name, suite.tests, suite.failures) for suite in xml] == [
        ("m/p", 2, 0),
        ("m/q", 1, 1),
    ]
    assert (xml.tests, xml.failures, xml.skipped, xml.time) == (3, 1, 1, 2.5)
    found = cases(xml)
    assert (found["TestA"].classname, found["TestA"].time) == ("m/p", 0.25)
    (skipped,) = found["TestB"].result
    assert isinstance(skipped, Skipped)
    assert skipped.message == "b_test.go:3: not today"
    (failed,) = found["TestC"].result
    assert isinstance(failed, Failed)
    assert (failed.message, failed.type) == ("want 1, got 2", "fail")
    assert failed.text == "q/c_test.go:7\nc_test.go:7: want"


def test_what_no_test_says_is_a_case_of_its_package(tmp_path: Path) -> None:
    wrong = [
        Failure("m/p", "", "build", "a.go", 1, "undefined: x"),
        Failure("m/p", "TestHangs", "timeout", message="still running after 1 s"),
    ]
    found = cases(made(tmp_path, record("fail"), judged(wrong)))
    assert isinstance(found["build"].result[0], Error)
    assert isinstance(found["TestHangs"].result[0], Error)


def test_a_failure_that_the_verdict_does_not_list_tells_itself(tmp_path: Path) -> None:
    said = output("=== RUN   TestA\n", "TestA") + output("    a_test.go:3: got\n", "TestA")
    said += output("    a_test.go:4: bad\n", "TestA") + output("--- FAIL: TestA (0.00s)\n", "TestA")
    data = said + record("fail", "TestA") + record("fail", Elapsed=1.5)
    xml = made(tmp_path, data, judged([Failure("m/q", "TestB", "fail", message="no")]))
    (failed,) = cases(xml)["TestA"].result
    assert failed.message == "a_test.go:4: bad"
    assert failed.text == "    a_test.go:3: got\n    a_test.go:4: bad"
    assert [suite.time for suite in xml] == [1.5, 0]


def test_a_gate_that_was_cut_off_while_all_was_well_is_an_error(tmp_path: Path) -> None:
    ended = structs.replace(judged([]), verdict="error", reason="interrupted")
    xml = made(tmp_path, record("pass", "TestA"), ended)
    assert (xml.tests, xml.errors) == (2, 1)


def test_old_and_flaky_failures_are_told_as_such(tmp_path: Path) -> None:
    wrong = [Failure("m/p", "TestA", "fail", message="no", old=True, flaky=True)]
    found = cases(made(tmp_path, record("fail", "TestA"), judged(wrong)))
    assert found["TestA"].result[0].message == "no (old, flaky)"


def test_what_passed_when_run_again_is_no_failure(tmp_path: Path) -> None:
    wrong = [Failure("m/p", "TestA/sub", "fail", message="no", flaky=True)]
    ended = structs.replace(judged(wrong), verdict="green")
    data = record("fail", "TestA/sub") + record("fail", "TestA") + record("fail")
    xml = made(tmp_path, data, ended)
    assert (xml.tests, xml.failures, xml.errors) == (2, 0, 0)
    assert cases(xml)["TestA/sub"].system_out == "flaky: no (flaky)"


@pytest.mark.parametrize("red", [False, True])
def test_a_command_of_another_kind_is_one_case(tmp_path: Path, red: bool) -> None:
    wrong = [Failure("", "", "command", message="exit code 3", output="no\n")] if red else []
    (suite,) = made(tmp_path, b"no\n", judged(wrong), ["make", "check"])
    assert suite.name == "make check"
    (case,) = suite
    assert case.name == "gate 2 (after phase 1)"
    assert [result.message for result in case.result] == ["exit code 3"] * red


def test_where_nothing_was_run_the_verdict_is_told_all_the_same(tmp_path: Path) -> None:
    begun = ev.GateStarted(gate=1, cause="baseline", command=GO)
    ended = ev.GateEnded(gate=1, cause="baseline", verdict="error", reason="cannot start go")
    write(tmp_path / "j.xml", begun, ended, tmp_path / "none.log")
    ((case,),) = JUnitXml.fromfile(str(tmp_path / "j.xml"))
    assert case.result[0].message == "cannot start go"


def test_nothing_in_it_is_markup_or_a_control_character(tmp_path: Path) -> None:
    evil = "</testcase>\x1b[31m\x00\ufffe\u202e&"
    wrong = [Failure(evil, evil, "fail", message=evil, output=evil)]
    xml = made(tmp_path, record("fail", evil, evil), judged(wrong))
    text = (tmp_path / "out/junit.xml").read_text()
    assert xml.tests == 1
    assert not set("\x1b\x00\ufffe\u202e") & set(text)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_stream_gives_as_many_failures_as_the_report(
    tmp_path: Path, path: Path
) -> None:
    report = fold(path.read_bytes())
    failures = report.failures()
    xml = made(tmp_path, path.read_bytes(), judged(failures))
    assert bool(xml.failures + xml.errors) == bool(report.failed or failures)
    assert xml.tests >= report.passed
