"""Running the repository's script and reading its answer; the scripts are small ones of ours."""

from __future__ import annotations

import json
import re
from pathlib import Path

import psutil
import pytest

from sixfold.feature.error import FeatureError
from sixfold.feature.prerequisites import PINNED, SCRIPT, Ended, check, environment, read_answer

RECORDED = Path(__file__).parents[3] / "../shared/speckit/check-prerequisites-1.2.3.txt"
ANSWER = '{"FEATURE_DIR":"specs/001-x","AVAILABLE_DOCS":["research.md","tasks.md"]}'

UNRESOLVED = """\
ERROR: Feature directory not found. Set SPECIFY_FEATURE_DIRECTORY or run the specify command.
ERROR: Failed to resolve feature paths
"""
NO_PLAN = """\
ERROR: plan.md not found in specs/001-x
Run /speckit-plan first to create the implementation plan.
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "specs/001-x").mkdir(parents=True)
    (tmp_path / "specs/002-y").mkdir()
    return tmp_path


def write(root: Path, script: str) -> None:
    path = root / SCRIPT
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(script, encoding="utf-8")


def test_the_answer_is_read_and_the_script_need_not_be_executable(root: Path) -> None:
    write(root, f"echo '{ANSWER}'")
    answer = check(root, root / "specs/001-x")
    assert (root / answer.feature_dir).resolve() == (root / "specs/001-x").resolve()
    assert answer.docs == ("research.md", "tasks.md")
    assert answer.notes == ()


def test_it_is_asked_for_tasks_from_the_root_of_the_repository(root: Path) -> None:
    write(
        root,
        'echo "$* in $PWD for $SPECIFY_FEATURE_DIRECTORY, $SPECIFY_FEATURE" >asked\n'
        f"echo '{ANSWER}'",
    )
    check(root, root / "specs/001-x")
    assert (root / "asked").read_text(encoding="utf-8") == (
        f"--json --require-tasks --include-tasks in {root} for specs/001-x, 001-x\n"
    )


def test_without_a_named_feature_the_environment_is_the_users(root: Path) -> None:
    base = {"SPECIFY_FEATURE": "002-y"}
    assert environment(base, root, None) == {**base, "SPECIFY_FEATURE_NO_PERSIST": "1"}


@pytest.mark.parametrize(
    "out",
    [
        pytest.param(ANSWER, id="alone"),
        pytest.param(f"Loading profile {{ok}}\n{ANSWER}\n", id="noise before"),
        pytest.param(f"{ANSWER}\nbye\n", id="noise after"),
        pytest.param(f'{{"level": "info"}}\n{ANSWER}', id="other JSON before"),
        pytest.param(json.dumps(json.loads(ANSWER), indent=2), id="over several lines"),
    ],
)
def test_the_answer_is_found_among_noise(out: str) -> None:
    assert read_answer(Ended(0, out, ""), named=True).docs == ("research.md", "tasks.md")


def test_what_stands_on_stderr_is_only_noted_on_success() -> None:
    answer = read_answer(Ended(0, ANSWER, "\x1b[33m[specify] Warning: no git\x1b[0m\n"), named=True)
    assert answer.notes == (f"{SCRIPT} says: [specify] Warning: no git",)


@pytest.mark.parametrize(
    ("ended", "named", "what", "hint"),
    [
        pytest.param(
            Ended(1, "", NO_PLAN),
            True,
            "plan.md not found in specs/001-x",
            "Run /speckit-plan first to create the implementation plan",
            id="its own advice",
        ),
        pytest.param(Ended(1, "", UNRESOLVED), False, "Feature directory not found", "--feature"),
        pytest.param(Ended(1, "", UNRESOLVED), True, "Feature directory not found", "mend that"),
        pytest.param(
            Ended(1, "", "ERROR: SPECIFY_INIT_DIR does not point to a directory: /nope\n"),
            False,
            "SPECIFY_INIT_DIR does not point",
            "unset SPECIFY_INIT_DIR",
            id="init dir",
        ),
        pytest.param(
            Ended(1, "", "warning: old\nERROR: Not on a feature branch\nName it 001-x\n"),
            False,
            "Not on a feature branch",
            "Name it 001-x",
            id="a warning before",
        ),
        pytest.param(Ended(3, "", ""), True, "exit code 3", "by hand", id="silent"),
        pytest.param(Ended(2, "bad option\n", ""), True, "bad option", "mend", id="on stdout"),
        pytest.param(Ended(0, "", ""), True, "no JSON", "update Spec Kit", id="no answer"),
        pytest.param(Ended(0, '{"FEATURE_DIR": null}', "hm\n"), True, "hm", "update", id="null"),
    ],
)
def test_a_failure_is_told_in_one_line(ended: Ended, named: bool, what: str, hint: str) -> None:
    with pytest.raises(FeatureError) as caught:
        read_answer(ended, named=named)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)
    assert not caught.value.what.startswith("ERROR")


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded cases are not here")
def test_every_recorded_answer_is_read_or_told_in_one_line() -> None:
    cases = re.findall(
        r"^### (.+)\n\$ .*--json --require-tasks.*\nexit=(\d+)\nstdout: ?(.*)\nstderr: ?([^#]*)",
        RECORDED.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert len(cases) > 20
    for name, code, out, err in cases:
        ended = Ended(int(code), out, err)
        if ended.code == 0:
            assert read_answer(ended, named=False).feature_dir.is_absolute(), name
            continue
        with pytest.raises(FeatureError) as caught:
            read_answer(ended, named=False)
        assert caught.value.what, name
        assert caught.value.hint, name
        assert caught.value.what in err, name


def test_a_repository_without_the_script_is_told_how_to_get_it(root: Path) -> None:
    with pytest.raises(FeatureError, match="specify init") as caught:
        check(root, root / "specs/001-x")
    assert caught.value.where == SCRIPT


def test_another_feature_than_the_named_one_is_an_error(root: Path) -> None:
    write(root, f"echo '{ANSWER}'")
    with pytest.raises(FeatureError, match=r"answers with 001-x, though .* named as 002-y"):
        check(root, root / "specs/002-y")


def test_a_link_to_the_named_feature_is_no_disagreement(root: Path) -> None:
    (root / "specs/link").symlink_to(root / "specs/001-x")
    write(root, """echo '{"FEATURE_DIR":"specs/link","AVAILABLE_DOCS":[]}'""")
    assert check(root, root / "specs/001-x").docs == ()


@pytest.mark.parametrize(
    ("answer", "what"), [("/", "outside the repository"), ("specs/gone", "no directory")]
)
def test_an_answer_that_is_no_feature_of_this_repository_is_an_error(
    root: Path, answer: str, what: str
) -> None:
    write(root, f"""echo '{{"FEATURE_DIR":"{answer}"}}'""")
    with pytest.raises(FeatureError, match=what):
        check(root, None)


@pytest.mark.parametrize("before", [None, b'{"feature_directory":"specs/002-y"}\n'])
def test_a_rewritten_feature_json_is_put_back_and_noted(root: Path, before: bytes | None) -> None:
    write(root, f"echo new >.specify/feature.json; echo '{ANSWER}'")
    pinned = root / PINNED
    if before is not None:
        pinned.write_bytes(before)
    answer = check(root, None)
    assert (pinned.read_bytes() if pinned.exists() else None) == before
    assert len(answer.notes) == 1


def test_a_script_that_hangs_is_ended_with_all_it_started(root: Path) -> None:
    write(root, "sleep 600 & echo $! >child; wait")
    with pytest.raises(FeatureError, match=r"not ended after 0\.5 seconds"):
        check(root, None, timeout=0.5)
    assert gone(int((root / "child").read_text(encoding="utf-8")))


def test_a_child_left_behind_does_not_hold_the_answer_back(root: Path) -> None:
    write(root, f"sleep 600 & echo $! >child; echo '{ANSWER}'")
    assert check(root, None).docs == ("research.md", "tasks.md")
    assert gone(int((root / "child").read_text(encoding="utf-8")))


def gone(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return True
    if process.status() == psutil.STATUS_ZOMBIE:
        return True
    ended, _ = psutil.wait_procs([process], timeout=60)
    return bool(ended)
