"""The coding agents that need no entry in `sixfold.yaml`: how each is started.

Pure data. What is said here can be overridden under the same name in the config. Claude, codex,
gemini, opencode and copilot were recorded at work; qwen's and hermes's names are those of their
packages; goose, cursor, kimi and vibe are as their own pages describe them.
"""

from __future__ import annotations

from msgspec import Struct


class Known(Struct, frozen=True):
    """An agent that speaks the Agent Client Protocol."""

    command: list[str]
    install: str
    """The command that installs it."""
    login: str
    """How to log in."""
    keys: list[str] = []
    """Environment variables any of which makes a login needless."""
    files: list[str] = []
    """Files below HOME any of which shows that somebody has logged in."""
    mode: str = ""
    """The mode that asks before it leaves its worktree, where the agent has one."""
    env: dict[str, str] = {}
    """What its environment says, where the person's says nothing of it."""
    homes: list[str] = []
    """What it keeps below HOME, and must be able to write."""


_COPILOT_MODE = "https://agentclientprotocol.com/protocol/session-modes#agent"

KNOWN: dict[str, Known] = {
    "claude": Known(
        command=["claude-agent-acp"],
        install="npm install -g @agentclientprotocol/claude-agent-acp",
        login="run `claude` and /login, or set ANTHROPIC_API_KEY",
        keys=["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN"],
        files=[".claude/.credentials.json"],
        mode="default",
        homes=[".claude", ".claude.json"],
    ),
    "codex": Known(
        command=["codex-acp"],
        install="npm install -g @agentclientprotocol/codex-acp",
        login="run `codex login`, or set OPENAI_API_KEY",
        keys=["OPENAI_API_KEY", "CODEX_API_KEY"],
        files=[".codex/auth.json"],
        mode="workspace-write",
        env={"CODEX_CONFIG": '{"allow_login_shell": false}'},  # /etc/profile would lose our Go
        homes=[".codex"],
    ),
    "gemini": Known(
        command=["gemini", "--acp"],
        install="npm install -g @google/gemini-cli",
        login="run `gemini` once, or set GEMINI_API_KEY",
        keys=["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        files=[".gemini/oauth_creds.json"],
        mode="default",
        homes=[".gemini"],
    ),
    "opencode": Known(
        command=["opencode", "acp"],
        install="npm install -g opencode-ai",
        login="run `opencode auth login`, or set the key of its provider",
        keys=["ANTHROPIC_API_KEY", "OPENAI_API_KEY", "OPENROUTER_API_KEY"],
        files=[".local/share/opencode/auth.json"],
        homes=[
            ".config/opencode",
            ".local/share/opencode",
            ".local/state/opencode",
            ".cache/opencode",
        ],
    ),
    "copilot": Known(
        command=["copilot", "--acp"],
        install="npm install -g @github/copilot",
        login="run `copilot` and /login, or set COPILOT_GITHUB_TOKEN",
        keys=["COPILOT_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"],
        files=[".copilot/config.json"],
        mode=_COPILOT_MODE,
        homes=[".copilot", ".cache/copilot"],
    ),
    "qwen": Known(
        command=["qwen", "--acp"],
        install="npm install -g @qwen-code/qwen-code",
        login="run `qwen` once, or set OPENAI_API_KEY",
        keys=["OPENAI_API_KEY", "DASHSCOPE_API_KEY"],
        files=[".qwen/oauth_creds.json"],
        mode="default",
        homes=[".qwen"],
    ),
    "goose": Known(
        command=["goose", "acp"],
        install="see the page of goose, block.github.io/goose",
        login="run `goose configure`",
        keys=["GOOSE_PROVIDER"],
        files=[".config/goose/config.yaml"],
        homes=[".config/goose", ".local/share/goose", ".local/state/goose"],
    ),
    "cursor": Known(
        command=["cursor-agent", "acp"],
        install="see the page of the Cursor CLI, cursor.com/cli",
        login="run `cursor-agent login`, or set CURSOR_API_KEY",
        keys=["CURSOR_API_KEY"],
        files=[".cursor/cli-config.json"],
        homes=[".cursor"],
    ),
    "kimi": Known(
        command=["kimi", "acp"],
        install="uv tool install kimi-cli",
        login="run `kimi` and /login, or set KIMI_API_KEY",
        keys=["KIMI_API_KEY"],
        files=[".kimi/config.toml"],
        homes=[".kimi"],
    ),
    "vibe": Known(
        command=["vibe-acp"],
        install="uv tool install mistral-vibe",
        login="run `vibe --setup`, or set MISTRAL_API_KEY",
        keys=["MISTRAL_API_KEY"],
        files=[".vibe/.env"],
        homes=[".vibe"],
    ),
    "hermes": Known(
        command=["hermes-acp"],
        install="pip install 'hermes-agent[acp]'",
        login="run `hermes setup`, or set OPENROUTER_API_KEY",
        keys=["OPENROUTER_API_KEY", "OPENAI_API_KEY", "ANTHROPIC_API_KEY"],
        files=[".hermes/.env"],
        homes=[".hermes"],
    ),
}
