"""The real agents: where they come from, and how each is told of a model on loopback."""

from __future__ import annotations

import json
from collections.abc import Mapping

from msgspec import Struct


class Maker(Struct, frozen=True):
    """An agent of the catalogue. In texts, PORT is the model's."""

    package: str
    """Of npm."""
    env: Mapping[str, str] = {}
    files: Mapping[str, str] = {}
    """What is in its HOME, by path."""


_CODEX = """
model = "scripted"
model_provider = "scripted"
check_for_update_on_startup = false
[analytics]
enabled = false
[features]
apps = false
plugins = false
remote_plugin = false
[model_providers.scripted]
name = "scripted"
base_url = "http://127.0.0.1:PORT/v1"
wire_api = "responses"
env_key = "SCRIPTED_KEY"
request_max_retries = 0
stream_max_retries = 0
"""
_GEMINI = {
    "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
    "privacy": {"usageStatisticsEnabled": False},
    "security": {"auth": {"selectedType": "gemini-api-key"}},
    "telemetry": {"enabled": False},
}

MAKERS = {
    "codex": Maker(
        package="@agentclientprotocol/codex-acp",
        env={"SCRIPTED_KEY": "dummy"},
        files={".codex/config.toml": _CODEX},
    ),
    "gemini": Maker(
        package="@google/gemini-cli",
        env={"GEMINI_API_KEY": "dummy", "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:PORT"},
        files={".gemini/settings.json": json.dumps(_GEMINI)},
    ),
}
