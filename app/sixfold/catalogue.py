"""The coding agents that need no entry in `sixfold.yaml`: how each is started.

Pure data. What is said here can be overridden under the same name in the config.
"""

from __future__ import annotations

from msgspec import Struct


class Known(Struct, frozen=True):
    """An agent that speaks the Agent Client Protocol."""

    command: list[str]
    install: str
    """The command that installs it."""
    login: str
    """The command that logs in."""
    keys: list[str] = []
    """Environment variables any of which makes a login needless."""
    files: list[str] = []
    """Files below HOME any of which shows that somebody has logged in."""
    mode: str = ""
    """The mode its sessions are set to, where its own first one asks too little or too much."""
    homes: list[str] = []
    """What it keeps below HOME, and must be able to write."""


KNOWN: dict[str, Known] = {
    "claude": Known(
        command=["claude-agent-acp"],
        install="npm install -g @agentclientprotocol/claude-agent-acp",
        login="claude /login",
        keys=["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
        files=[".claude/.credentials.json"],
        mode="default",
        homes=[".claude", ".claude.json"],
    ),
}
