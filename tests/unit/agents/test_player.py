"""The scripted agent's program: its playbook, and its steps as a real process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sixfold.agents.player import PlaybookError, Step, load_playbook

PLAYBOOK = """
tasks:
  T001: [{say: one}]
  T002: {1: [{say: first}], 3: [{say: third}]}
  1.1.2: [{say: dotted}]
  7: [{say: seven}]
fix:
  3: [{say: mended}]
default: [{say: nothing listed}]
"""


@pytest.mark.parametrize(
    ("kind", "task", "attempt", "said"),
    [
        ("task", "T001", 1, "one"),
        ("task", "T001", 4, "one"),
        ("task", "T002", 1, "first"),
        ("task", "T002", 2, "first"),
        ("task", "T002", 3, "third"),
        ("task", "1.1.2", 1, "dotted"),
        ("task", "7", 1, "seven"),
        ("task", "T009", 1, "nothing listed"),
        ("fix", "3", 1, "mended"),
        ("fix", "T001", 1, "nothing listed"),
        ("validate", "T001", 1, "nothing listed"),
    ],
)
def test_the_steps_are_those_of_the_highest_attempt_up_to_this_one(
    kind: str, task: str, attempt: int, said: str
) -> None:
    assert load_playbook(PLAYBOOK).steps(kind, task, attempt) == (Step(say=said),)


def test_before_the_first_listed_attempt_the_default_is_played() -> None:
    playbook = load_playbook("{tasks: {T1: {2: [{say: late}]}}, default: [{exit: 3}]}")
    assert playbook.steps("task", "T1", 1) == (Step(exit=3),)


def test_an_empty_playbook_has_no_steps() -> None:
    assert load_playbook("").steps("task", "T001", 1) == ()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("tasks: {T1: [}", "line 1"),
        ("[]", "the playbook: Expected `object`"),
        ("task: {}", "the playbook: unknown key 'task'"),
        ("tasks: {1.5: []}", "tasks: Expected `int | str`"),
        ("tasks: {T1: hello}", "tasks.T1: Expected `array`"),
        ("tasks: {T1: {0: []}}", "tasks.T1"),
        ("tasks: {T1: {first: []}}", "tasks.T1"),
        ("tasks: {T1: [say]}", "tasks.T1[0]: Expected `object`"),
        ("tasks: {T1: [{say: a, do: b}]}", "tasks.T1[0]: expected one key for a step, got 2"),
        ("tasks: {T1: {2: [{say: a}, {}]}}", "tasks.T1.2[1]: expected one key for a step, got 0"),
        ("fix: {3: [{shout: a}]}", "fix.3[0]: Object contains unknown field `shout`"),
        ("default: [{wait: soon}]", "default[0].wait: Expected `float`"),
        ("default: [{wait: -1}]", "default[0].wait: Expected `float` >= 0"),
        ("default: [{write: {path: a}}]", "default[0].write: Object missing required field `text`"),
        ("default: [{exit: 256}]", "default[0].exit: Expected `int` <= 255"),
    ],
)
def test_a_wrong_playbook_is_told_with_the_place(text: str, place: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        load_playbook(text)
    assert place in str(caught.value)
    assert "\n" not in str(caught.value)


class Stage:
    """A working directory, and a playbook beside it for task T001."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.work.mkdir()
        self.result = self.work / "result.json"

    def play(self, steps: str, *options: str) -> tuple[int, list[dict[str, str]]]:
        """Exit code, and the lines it printed."""
        playbook = self.folder / "playbook.yaml"
        playbook.write_text(f"tasks:\n  T001: {steps}\n", encoding="utf-8")
        ended = subprocess.run(
            [sys.executable, "-m", "sixfold.agents.player", str(playbook), *options],
            cwd=self.work,
            env={
                **os.environ,
                "SIXFOLD_KIND": "task",
                "SIXFOLD_TASK": "T001",
                "SIXFOLD_ATTEMPT": "1",
                "SIXFOLD_RESULT": str(self.result),
            },
            capture_output=True,
            check=False,
        )
        assert ended.stderr == b""
        return ended.returncode, [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


def test_it_performs_its_steps_and_says_so(stage: Stage) -> None:
    (stage.folder / "original.txt").write_text("copied", encoding="utf-8")
    (stage.work / "old.txt").touch()
    code, lines = stage.play(
        "[{say: Grüße}, {do: think}, {write: {path: a/b.go, text: package b}},"
        " {copy: {path: c.txt, from: original.txt}}, {delete: old.txt},"
        " {run: 'cat a/b.go'}, {wait: 0}]"
    )
    assert code == 0
    assert lines == [
        {"say": "Grüße"},
        {"do": "think"},
        {"do": "write a/b.go"},
        {"do": "write c.txt"},
        {"do": "delete old.txt"},
        {"do": "run cat a/b.go"},
        {"say": "package b"},
    ]
    assert (stage.work / "a/b.go").read_text(encoding="utf-8") == "package b"
    assert (stage.work / "c.txt").read_text(encoding="utf-8") == "copied"
    assert not (stage.work / "old.txt").exists()


@pytest.mark.parametrize(
    ("step", "result"),
    [
        ("{no_change: it is so already}", {"no_change": "it is so already"}),
        ("{fail: too hard}", {"failed": "too hard"}),
    ],
)
def test_it_leaves_a_result_for_the_runner(stage: Stage, step: str, result: dict[str, str]) -> None:
    assert stage.play(f"[{step}]") == (0, [])
    assert json.loads(stage.result.read_bytes()) == result


def test_it_ends_with_the_code_it_is_given(stage: Stage) -> None:
    assert stage.play("[{exit: 7}, {say: never}]") == (7, [])


def test_a_failing_command_fails_the_turn(stage: Stage) -> None:
    code, lines = stage.play("[{run: 'echo so; exit 3'}, {say: never}]")
    assert code == 1
    assert lines[1:] == [{"say": "so"}, {"error": "`echo so; exit 3` ended with exit code 3"}]


@pytest.mark.parametrize("path", ["../out.txt", "/out.txt", "link/out.txt", "."])
def test_it_never_writes_outside_of_its_directory(stage: Stage, path: str) -> None:
    (stage.work / "link").symlink_to(stage.folder)
    code, lines = stage.play(f"[{{write: {{path: {path}, text: x}}}}]")
    assert (code, lines) == (1, [{"error": f"{path} lies outside the working directory"}])
    assert not (stage.folder / "out.txt").exists()


def test_speed_shortens_its_waits(stage: Stage) -> None:
    begun = time.monotonic()
    assert stage.play("[{wait: 3600}]", "--speed", "100000") == (0, [])
    assert time.monotonic() - begun < 60


@pytest.mark.parametrize("options", [["--speed", "0"], ["--speed", "fast"], ["--slow"], ["a", "b"]])
def test_wrong_usage_ends_with_two(stage: Stage, options: list[str]) -> None:
    code, lines = stage.play("[]", *options)
    assert code == 2
    assert lines[0]["error"].startswith("usage: ")


def test_a_wrong_playbook_ends_with_two_and_one_line(stage: Stage) -> None:
    code, lines = stage.play("[{shout: x}]")
    assert code == 2
    assert [list(line) for line in lines] == [["error"]]
    assert "playbook.yaml: tasks.T001[0]" in lines[0]["error"]
