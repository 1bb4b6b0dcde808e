"""What is secret reaches agents and tests whole, and nothing that is stored or shown."""

import os
import stat
from pathlib import Path

import pytest

from repository import Repository, end_of
from sixfold import events as ev

GIVEN, CONFIGURED, PRINTED = (
    "q7-Zp0_given",
    "q7-Zp0_configured",
    "ghp_0123456789abcdefABCDEF01234567",
)
AGENT = """\
test "$GIVEN_API_KEY" = q7-Zp0_given || exit 9
grep -q "q7-Zp0_given" || exit 8
echo "I was given $GIVEN_API_KEY and $MY_TOKEN"; echo "on stderr: $GIVEN_API_KEY" >&2
printf 'ghp_0123456789abc'; printf 'defABCDEF01234567\\n'
lost="{\\"failed\\": \\"no luck with $MY_TOKEN\\"}"
test "$SIXFOLD_TASK" = T001 && echo "$lost" > "$SIXFOLD_RESULT"
echo x > out-$SIXFOLD_TASK.txt
"""
GATE = "echo testing https://me:pa55word@host/?token=$GIVEN_API_KEY; false"


STORED = ("*.jsonl", "transcripts/*", "results/*")


def a_run(root: Path, words: list[str], gate: str) -> tuple[Repository, list[ev.AnyEvent]]:
    """A run under a wide open umask, with agents that are the command in `words`."""
    agent = {"protocol": "command", "command": words, "env": {"MY_TOKEN": CONFIGURED}}
    repository = Repository(
        root,
        f"- [ ] T001 [P] Fail with {GIVEN}\n- [ ] T002 [P] Do that\n",
        agents={"default": "sh", "sh": agent},
        gate={"command": ["sh", "-c", gate], "format": "lines", "fix_attempts": 0},
    )
    before = os.umask(0)
    try:
        return repository, repository.run(f"the key is {GIVEN}")[1]
    finally:
        os.umask(before)


def stored(repository: Repository) -> dict[Path, str]:
    """What a run wrote down, by file."""
    (run,) = repository.store.runs()
    return {path: path.read_text() for pattern in STORED for path in run.path.glob(pattern)}


def test_no_secret_is_stored_or_shown_and_agents_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN_API_KEY", GIVEN)
    repository, events = a_run(tmp_path, ["sh", "-c", AGENT], GATE)
    files = stored(repository)
    kept, shown = "".join(files.values()), repr(events)
    shown += repository.sixfold("status").stdout + repository.sixfold("status", "--json").stdout
    assert "no luck with ***" in shown
    assert "I was given *** and ***" in kept
    assert "on stderr: ***" in kept
    assert "https://me:***@host/?token=***" in kept
    assert "the key is ***" in kept
    secrets = (GIVEN, CONFIGURED, PRINTED, "pa55word")
    assert [secret for secret in secrets if secret in shown + kept] == []
    folders = {folder for path in files for folder in path.parents if ".sixfold" in folder.parts}
    for path in [*files, *folders]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_a_prompt_that_is_read_from_a_file_is_whole_and_soon_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIVEN_API_KEY", GIVEN)
    script = f'grep -q {GIVEN} "$0" && echo x > out-$SIXFOLD_TASK.txt'
    repository, events = a_run(tmp_path, ["sh", "-c", script, "{prompt_file}"], "true")
    assert end_of(events).done == 2
    kept = "".join(stored(repository).values())
    assert "the key is ***" in kept
    assert GIVEN not in kept
