"""Gates of a run, left as JUnit XML."""

from pathlib import Path

from junitparser import JUnitXml

from repository import Repository, of
from sixfold import events as ev

ONE = "## Phase 1: Setup\n\n- [ ] T001 Write a in a.txt\n"
RED = {"command": ["sh", "-c", "echo no; exit 3"], "format": "lines", "fix_attempts": 0}


def test_every_gate_is_left_as_junit_xml(tmp_path: Path) -> None:
    Repository(tmp_path, ONE, gate={**RED, "junit": "out/{gate}.xml"}).run()
    for number, name in ((1, "gate 1 (baseline)"), (2, "gate 2 (after phase 1)")):
        ((case,),) = JUnitXml.fromfile(str(tmp_path / f"out/{number}.xml"))
        assert (case.name, case.result[0].type) == (name, "command")
        assert "no" in case.result[0].text


def test_where_it_cannot_be_written_the_run_goes_on_and_says_so(tmp_path: Path) -> None:
    gate = {"command": ["true"], "format": "lines", "junit": "out/g.xml"}
    repository = Repository(tmp_path, ONE, gate=gate)
    repository.write("out", "a file")
    _, events = repository.run()
    assert "gate.junit: out/g.xml: " in "".join(one.text for one in of(events, ev.Notice))
    assert of(events, ev.PhaseEnded)


def test_it_stays_inside_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE, gate={"command": ["true"], "junit": "../g.xml"})
    done = repository.sixfold("plan")
    assert done.returncode == 2
    assert "gate.junit: '../g.xml' leaves the repository" in done.stderr
