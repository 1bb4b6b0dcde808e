"""No path that a repository names leads out of it, and no text in it drives a terminal."""

from pathlib import Path

import pytest
import yaml

from repository import TASKS, Repository

PRECIOUS = "- [ ] T001 Read the secret of somebody else\n"
HOSTILE = "\x1b]0;owned\x07 \x9b2J \u202e [bold]x[/] \0"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.md").write_text(PRECIOUS)
    (tmp_path / "outside/playbook.yaml").write_text("default: [{say: x}]\n")
    return Repository(tmp_path / "inside", "- [ ] T001 Write `a.txt`\n")


def link(repository: Repository, name: str, to: str) -> None:
    path = repository.root / name
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(repository.root.parent / "outside" / to)


def refused(repository: Repository, *words: str) -> str:
    """The one line that a command is refused with."""
    done = repository.sixfold(*words)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret of somebody" not in done.stderr
    return done.stderr


@pytest.mark.parametrize("name", [TASKS, "artifacts/spec_info"])
def test_a_file_that_is_a_link_to_the_outside_is_not_read(
    repository: Repository, name: str
) -> None:
    link(repository, name, "secret.md")
    assert f"sixfold: {name}: " in refused(repository, "plan")
    assert (repository.root.parent / "outside/secret.md").read_text() == PRECIOUS


@pytest.mark.parametrize("name", ["../outside/playbook.yaml", "linked.yaml"])
def test_a_playbook_outside_is_refused(repository: Repository, name: str) -> None:
    link(repository, "linked.yaml", "playbook.yaml")
    repository.settings["agents"]["canned"]["playbook"] = name
    repository.write("sixfold.yaml", yaml.safe_dump(repository.settings))
    assert f"{name} leaves the repository" in refused(repository, "run", "--headless")


def test_a_playbook_copies_nothing_from_outside(repository: Repository) -> None:
    step = {"copy": {"path": "a.txt", "from": "../outside/secret.md"}}
    repository.play({"T001": [step]})
    code, _ = repository.run()
    assert code == 1
    assert not (repository.root / "a.txt").exists()


@pytest.mark.parametrize("name", ["specs/001-x/spec.md", "specs/001-x/checklists/a.md"])
def test_documents_that_are_links_to_the_outside_are_told_to_nobody(
    repository: Repository, name: str
) -> None:
    link(repository, name, "secret.md")
    code, events = repository.run()
    assert code == 1  # a.txt is not written
    assert "secret of somebody" not in repr(events)
    (run,) = repository.store.runs()
    prompts = [path.read_text() for path in run.transcripts.glob("*.prompt.md")]
    assert prompts
    assert not [prompt for prompt in prompts if "secret of somebody" in prompt]


def test_artifacts_that_lead_outside_are_not_written(repository: Repository) -> None:
    (repository.root / "artifacts/spec_info").unlink()
    (repository.root / "artifacts").rmdir()
    (repository.root / "artifacts").symlink_to(repository.root.parent / "outside")
    done = repository.sixfold("run", "--headless", "--feature", "specs/001-x")
    assert "implement_info: not written" in done.stderr
    assert not (repository.root.parent / "outside/implement_info").exists()


@pytest.mark.parametrize("name", [".sixfold", ".sixfold/runs"])
@pytest.mark.parametrize("words", [["status"], ["run", "--headless"], ["plan"]])
def test_a_link_where_runs_are_kept_is_refused(
    repository: Repository, name: str, words: list[str]
) -> None:
    link(repository, name, ".")
    if words != ["plan"]:  # it keeps nothing
        assert "is a symbolic link: remove it" in refused(repository, *words)
    outside = repository.root.parent / "outside"
    assert {path.name for path in outside.iterdir()} == {"secret.md", "playbook.yaml"}


def test_errors_that_quote_a_file_quote_no_control(repository: Repository) -> None:
    spec_info = repository.root / "artifacts/spec_info"
    spec_info.write_text(f"feature_dir: specs/{HOSTILE}\n")
    for words in (["plan"], ["run", "--headless"]):
        said = refused(repository, *words)
        assert said.rstrip("\n").isprintable()
    repository.write("sixfold.yaml", yaml.safe_dump({"gate": {HOSTILE: 1}}, allow_unicode=True))
    assert refused(repository, "plan").rstrip("\n").isprintable()


def test_tasks_that_drive_terminals_are_told_without(repository: Repository) -> None:
    repository.tasks.write_text(f"- [ ] T001 Write {HOSTILE} x\n", encoding="utf-8")
    for words in (["plan"], ["run", "--headless"], ["status"], ["doctor"]):
        done = repository.sixfold(*words)
        assert "Traceback" not in done.stderr
        for line in (done.stdout + done.stderr).splitlines():
            assert line.isprintable(), line
