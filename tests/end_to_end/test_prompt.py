"""`sixfold prompt`, and a repository whose prompts are its own."""

from pathlib import Path

from repository import Repository, outcomes

ONE = "## Phase 1: Setup\n\n- [ ] T001 Write a in a.txt\n- [X] T002 Write b in b.txt\n"
SAVE = {"agents": {"mine": {"protocol": "command", "command": ["sh", "-c", "cat > a.txt"]}}}


def test_it_shows_what_a_task_is_told_and_starts_nothing(tmp_path: Path) -> None:
    done = Repository(tmp_path, ONE).sixfold("prompt", "T001")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("# Task T001\n")
    assert "- [ ] T001 Write a in a.txt" in done.stdout
    assert "- T002 (done) Write b in b.txt" in done.stdout
    assert not (tmp_path / ".sixfold").exists()


def test_a_task_that_is_not_there_is_one_line_and_two(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    for words, said in ((["T9"], "there is no task T9"), ([], "no task is named")):
        done = repository.sixfold("prompt", *words)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert said in done.stderr


def test_what_the_command_shows_is_what_the_agent_gets(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE, **SAVE, prompts="prompts", isolation="worktree")
    repository.write("prompts/task.md.j2", "Do {{ task.id }}, {{ text }}.\n")
    repository.git("add", ".")
    repository.git("commit", "-qm", "prompts")
    code, events = repository.run()
    assert outcomes(events) == {"T001": "done"}
    assert code == 0
    shown = repository.sixfold("prompt", "T001")
    assert (tmp_path / "a.txt").read_text() == "Do T001, - [ ] T001 Write a in a.txt.\n"
    assert shown.stdout == "Do T001, - [X] T001 Write a in a.txt.\n"


def test_a_broken_template_stops_the_run_before_it_starts(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE, prompts="prompts")
    repository.write("prompts/fix.md.j2", "\n{{ nothing }}\n")
    done = repository.sixfold("run", "--headless")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "prompts/fix.md.j2:2: 'nothing' is undefined" in done.stderr
    assert not (tmp_path / ".sixfold/runs").exists()


def test_prompts_stay_inside_the_repository(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    repository = Repository(tmp_path / "repo", ONE, prompts="link")
    (tmp_path / "repo/link").symlink_to(tmp_path / "out")
    done = repository.sixfold("prompt", "T001")
    assert done.returncode == 2
    assert "outside of the repository" in done.stderr


def test_our_templates_are_written_out_to_start_from(tmp_path: Path) -> None:
    repository = Repository(tmp_path, ONE)
    done = repository.sixfold("prompt", "--write", "prompts")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "prompts/task.md.j2").exists()
    again = repository.sixfold("prompt", "--write", "prompts")
    assert again.returncode == 2
    assert "there already" in again.stderr
