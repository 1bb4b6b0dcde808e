"""How a command is changed so that it goes on with a session."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from sixfold.agents.formats.known import FORMATS


@pytest.mark.parametrize(
    ("name", "command", "resumed"),
    [
        ("claude", "/opt/claude -p --verbose", "/opt/claude --resume ID -p --verbose"),
        ("claude", "nice claude -p {prompt}", "nice claude --resume ID -p {prompt}"),
        ("claude", "claude -p --session-id=x", None),
        ("claude", "npx @anthropic-ai/claude-code -p", None),
        ("claude", "bash -c 'claude -p'", None),
        ("codex", "codex exec --json -s danger", "codex exec --json -s danger resume ID"),
        ("codex", "codex exec --json -", "codex exec --json resume ID -"),
        ("codex", "codex exec --json {prompt}", "codex exec --json resume ID {prompt}"),
        ("codex", "codex exec {prompt} --json", None),
        ("codex", "codex exec --json --ephemeral -", None),
        ("codex", "codex --json", None),
        ("gemini", "gemini -o stream-json", "gemini --resume ID -o stream-json"),
        ("gemini", "gemini -r latest -o stream-json", None),
        ("opencode", "opencode run --format json", "opencode run --session ID --format json"),
        ("opencode", "opencode run -c --format json", None),
        ("opencode", "opencode serve", None),
    ],
)
def test_the_session_goes_where_the_program_looks_for_it(
    name: str, command: str, resumed: str | None
) -> None:
    words = FORMATS[name].resume(shlex.split(command), "ID")
    assert words == (shlex.split(resumed) if resumed else None)


def test_every_command_of_the_documents_can_go_on_with_a_session() -> None:
    text = (Path(__file__).parents[4] / "docs/config.md").read_text()
    rows = dict(re.findall(r"^\| `(\w+)` \| `(\[.*\])` \|$", text, re.MULTILINE))
    assert sorted(rows) == sorted(FORMATS)
    for name, command in rows.items():
        assert FORMATS[name].resume(yaml.safe_load(command), "ID"), command
