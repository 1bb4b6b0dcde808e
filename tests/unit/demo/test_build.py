"""The demonstration's repository, read by our own readers."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from sixfold import config
from sixfold.agents.player import load_playbook
from sixfold.demo.build import BRANCH, build
from sixfold.feature.load import load
from sixfold.feature.story import plan_parts, story


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("demo") / "repository"
    build(directory, speed=2.5)
    return directory


def git(repository: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", *arguments], cwd=repository, check=True, capture_output=True, encoding="utf-8"
    ).stdout.strip()


def test_it_is_one_commit_on_the_features_branch_with_nothing_left_over(repository: Path) -> None:
    assert git(repository, "rev-list", "--count", "HEAD") == "1"
    assert git(repository, "branch", "--show-current") == BRANCH
    assert git(repository, "status", "--porcelain") == ""
    assert git(repository, "log", "-1", "--format=%an") == "Sixfold demo"


def test_its_feature_loads_through_its_own_script(repository: Path) -> None:
    feature = load(repository)
    assert (feature.directory.name, feature.branch, feature.notes) == (BRANCH, BRANCH, ())
    assert feature.docs == (
        "research.md",
        "data-model.md",
        "contracts/",
        "quickstart.md",
        "tasks.md",
    )
    assert [(c.name, c.status) for c in feature.checklists] == [
        ("concurrency.md", "incomplete"),
        ("requirements.md", "complete"),
    ]


def test_its_settings_are_those_of_scripted_agents_at_the_given_speed(repository: Path) -> None:
    text = (repository / config.FILE_NAME).read_text(encoding="utf-8")
    settings = config.parse(text, config.FILE_NAME, {})
    agent = settings.agents[settings.default_agent]
    assert (agent.protocol, agent.playbook, agent.speed) == ("scripted", "playbook.yaml", 2.5)
    assert (settings.isolation.mode, settings.attempts, settings.gate.fix_attempts) == (
        "worktree",
        1,
        3,
    )


def test_the_playbook_has_every_task_and_a_fix_for_both_stories(repository: Path) -> None:
    tasks = (repository / f"specs/{BRANCH}/tasks.md").read_text(encoding="utf-8")
    playbook = load_playbook((repository / "playbook.yaml").read_text(encoding="utf-8"))
    assert list(playbook.tasks) == re.findall(r"^- \[ \] (T\d+)", tasks, re.MULTILINE)
    assert list(playbook.fix) == ["3", "4"]


def test_its_stories_and_plan_can_be_told_to_agents(repository: Path) -> None:
    folder = repository / f"specs/{BRANCH}"
    spec = (folder / "spec.md").read_text(encoding="utf-8")
    stories = [found for label in ("US1", "US2", "US3") if (found := story(spec, label))]
    assert [(found.title, len(found.scenarios)) for found in stories] == [
        ("Count many files at once", 3),
        ("Report the top words", 3),
    ]
    assert "word/           splitting" in plan_parts((folder / "plan.md").read_text("utf-8"))


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(FileExistsError, match="not an empty directory"):
        build(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_repository_named_in_the_environment_is_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other.git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    build(tmp_path / "demo")
    assert (tmp_path / "demo/.git").is_dir()
    assert not (tmp_path / "other.git").exists()


SCRIPT = ".specify/scripts/bash/check-prerequisites.sh"
FULL = ("--json", "--require-tasks", "--include-tasks")


@pytest.mark.parametrize(
    ("arguments", "variables", "reason"),
    [
        (("--frobnicate",), {}, "Unknown option '--frobnicate'"),
        (FULL, {}, "Feature directory not found. Set SPECIFY_FEATURE_DIRECTORY"),
        (FULL, {"SPECIFY_FEATURE_DIRECTORY": "specs/gone"}, "Feature directory not found: "),
        (FULL, {"SPECIFY_FEATURE_DIRECTORY": "specs"}, "plan.md not found in "),
        (FULL, {"SPECIFY_INIT_DIR": "/nope"}, "SPECIFY_INIT_DIR does not point to an existing"),
    ],
)
def test_its_script_fails_as_the_real_one_does(
    repository: Path, arguments: tuple[str, ...], variables: dict[str, str], reason: str
) -> None:
    ended = run_script(repository, *arguments, **variables)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith(f"ERROR: {reason}")


def test_its_script_answers_in_text_too(repository: Path) -> None:
    ended = run_script(repository, SPECIFY_FEATURE_DIRECTORY=f"specs/{BRANCH}")
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[1:4] == [
        "AVAILABLE_DOCS:",
        "  ✓ research.md",
        "  ✓ data-model.md",
    ]


def run_script(
    repository: Path, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("SPECIFY_")}
    return subprocess.run(
        ["bash", SCRIPT, *arguments],
        cwd=repository,
        env={**inherited, **variables},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
