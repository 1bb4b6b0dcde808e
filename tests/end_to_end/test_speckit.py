"""Repositories of the real Spec Kit, read and run through their own script."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sixfold import events as ev
from sixfold.feature.error import FeatureError
from sixfold.feature.load import load
from sixfold.feature.prerequisites import PINNED, SCRIPT
from speckit import SpecKitRepository

TASKS = """\
# Tasks: Word count

## Phase 1: Setup

- [ ] T001 Create the module in go.mod
- [ ] T002 [P] Count words in count.go
- [ ] T003 [P] Test the counting in count_test.go
"""
COUNT = """\
package count

import "strings"

// Words counts the words of a text.
func Words(text string) int { return len(strings.Fields(text)) }
"""
TEST = """\
package count

import "testing"

func TestWords(t *testing.T) {
	if Words("a b") != 2 {
		t.Error("not two")
	}
}
"""
WRITTEN = {
    "T001": ("go.mod", "module example.com/count\n\ngo 1.22\n"),
    "T002": ("count.go", COUNT),
    "T003": ("count_test.go", TEST),
}
PLAYBOOK = {
    "tasks": {
        task: [{"write": {"path": path, "text": text}}] for task, (path, text) in WRITTEN.items()
    }
}


def test_a_feature_loads_through_the_repositorys_own_script(
    speckit_repository: SpecKitRepository,
) -> None:
    created = speckit_repository.create_feature()
    speckit_repository.plan()
    speckit_repository.write("specs/001-word-count/contracts/cli.md", "# Contract\n")
    feature = load(speckit_repository.root)
    assert feature.directory == speckit_repository.feature
    assert feature.branch == created["BRANCH_NAME"] == "001-word-count"
    assert feature.docs == ("contracts/", "tasks.md")
    assert feature.notes == ()


def test_the_report_decides_between_two_features_and_nothing_is_rewritten(
    speckit_repository: SpecKitRepository,
) -> None:
    created = speckit_repository.create_feature()
    speckit_repository.plan()
    speckit_repository.create_feature("other")
    pinned = (speckit_repository.root / PINNED).read_bytes()
    assert b"002-other" in pinned
    speckit_repository.report(
        branch_name=created["BRANCH_NAME"],
        spec_file=created["SPEC_FILE"],
        feature_dir="specs/001-word-count",
    )
    assert load(speckit_repository.root).directory == speckit_repository.feature
    assert (speckit_repository.root / PINNED).read_bytes() == pinned


def test_a_feature_that_only_the_report_names_pins_nothing(
    speckit_repository: SpecKitRepository,
) -> None:
    speckit_repository.create_feature()
    speckit_repository.plan()
    (speckit_repository.root / PINNED).unlink()
    speckit_repository.report(feature_dir="specs/001-word-count")
    assert load(speckit_repository.root).directory == speckit_repository.feature
    assert not (speckit_repository.root / PINNED).exists()


Change = Callable[[SpecKitRepository], None]


def nothing(_repository: SpecKitRepository) -> None:
    pass


def forget(repository: SpecKitRepository) -> None:
    (repository.root / PINNED).unlink()
    shutil.rmtree(repository.feature)


def uninstall(repository: SpecKitRepository) -> None:
    shutil.rmtree(repository.root / ".specify")


def write(name: str, text: str) -> Change:
    return lambda repository: repository.write(name, text)


def remove(name: str) -> Change:
    return lambda repository: (repository.root / name).unlink()


FAILURES: list[tuple[str, Change, dict[str, str], str, str]] = [
    (
        "no feature at all",
        forget,
        {},
        "Feature directory not found. Set SPECIFY_FEATURE_DIRECTORY",
        "--feature",
    ),
    (
        "an old variable alone",
        remove(PINNED),
        {"SPECIFY_FEATURE": "001-word-count"},
        "Feature directory not found. Set SPECIFY_FEATURE_DIRECTORY",
        "--feature",
    ),
    ("no plan", remove("specs/001-word-count/plan.md"), {}, "plan.md not found in", "plan first"),
    (
        "an empty plan",
        write("specs/001-word-count/plan.md", ""),
        {},
        "plan.md is empty in",
        "Populate it",
    ),
    ("no tasks", remove("specs/001-word-count/tasks.md"), {}, "tasks.md not found in", "tasks"),
    (
        "a named directory that is not there",
        nothing,
        {"SPECIFY_FEATURE_DIRECTORY": "specs/999-none"},
        "Feature directory not found: ",
        "specify first",
    ),
    (
        "a pinned directory that is not there",
        write(PINNED, '{"feature_directory":"specs/gone"}'),
        {},
        "Feature directory not found: ",
        "specify first",
    ),
    ("a broken pin", write(PINNED, "{"), {}, "ensure .specify/feature.json contains", "--feature"),
    (
        "an empty pin",
        write(PINNED, '{"feature_directory":""}'),
        {},
        "ensure .specify/feature.json contains",
        "--feature",
    ),
    (
        "a project directory that is not there",
        nothing,
        {"SPECIFY_INIT_DIR": "/nope"},
        "SPECIFY_INIT_DIR does not point to an existing directory",
        "unset SPECIFY_INIT_DIR",
    ),
    (
        "a project directory without Spec Kit",
        nothing,
        {"SPECIFY_INIT_DIR": "/"},
        "SPECIFY_INIT_DIR is not a Spec Kit project",
        "unset SPECIFY_INIT_DIR",
    ),
    (
        "no Spec Kit",
        uninstall,
        {},
        "no such file",
        "specify init",
    ),
    (
        "an empty list of tasks, which the script lets pass",
        write("specs/001-word-count/tasks.md", ""),
        {},
        "it is empty",
        "/speckit.tasks",
    ),
]


@pytest.mark.parametrize("failure", [pytest.param(failure, id=name) for name, *failure in FAILURES])
def test_a_failure_of_the_real_script_is_told_in_one_line(
    speckit_repository: SpecKitRepository,
    monkeypatch: pytest.MonkeyPatch,
    failure: tuple[Change, dict[str, str], str, str],
) -> None:
    change, variables, what, hint = failure
    speckit_repository.create_feature()
    speckit_repository.plan()
    change(speckit_repository)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(FeatureError) as caught:
        load(speckit_repository.root)
    assert what in caught.value.what
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value)


def test_another_project_than_this_one_is_refused(
    speckit_repository: SpecKitRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speckit_repository.create_feature()
    speckit_repository.plan()
    other = tmp_path / "other"
    shutil.copytree(speckit_repository.root, other)
    monkeypatch.setenv("SPECIFY_INIT_DIR", str(other))
    with pytest.raises(FeatureError, match="outside the repository"):
        load(speckit_repository.root)


def not_executable(repository: SpecKitRepository) -> None:
    (repository.root / SCRIPT).chmod(0o644)


def elsewhere(repository: SpecKitRepository) -> None:
    repository.run("git", "checkout", "--quiet", "-b", "something-else")


@pytest.mark.parametrize("change", [not_executable, elsewhere])
def test_neither_a_lost_mode_nor_another_branch_matters(
    speckit_repository: SpecKitRepository, change: Change
) -> None:
    speckit_repository.create_feature()
    speckit_repository.plan()
    change(speckit_repository)
    assert load(speckit_repository.root).directory == speckit_repository.feature


def sixfold(repository: SpecKitRepository, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sixfold", *words],
        cwd=repository.root,
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )


def test_missing_prerequisites_end_the_command_with_two_and_one_line(
    speckit_repository: SpecKitRepository,
) -> None:
    speckit_repository.create_feature()
    speckit_repository.commit()
    ended = sixfold(speckit_repository, "run", "--headless")
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith(f"sixfold: {SCRIPT}: plan.md not found in ")


def test_its_feature_runs_to_green(speckit_repository: SpecKitRepository) -> None:
    speckit_repository.create_feature()
    speckit_repository.plan(TASKS)
    speckit_repository.play(PLAYBOOK)
    speckit_repository.commit()
    ended = sixfold(speckit_repository, "run", "--headless", "--json")
    events = ev.decode_journal(ended.stdout.encode().splitlines())
    assert ended.returncode == 0, ended.stderr
    gates = [event for event in events if isinstance(event, ev.GateEnded)]
    assert (gates[-1].verdict, gates[-1].passed) == ("green", 1)
    ticked = (speckit_repository.feature / "tasks.md").read_text(encoding="utf-8")
    assert ticked == TASKS.replace("[ ]", "[X]")
