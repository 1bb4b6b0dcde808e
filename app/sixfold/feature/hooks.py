"""Hooks of Spec Kit's extensions around the implement step (`.specify/extensions.yml`).

They are prose meant for an agent in conversation, and Sixfold runs none of them: it says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FILE = ".specify/extensions.yml"
_AROUND = {"before_implement": "before", "after_implement": "after"}


def notes(root: Path) -> list[str]:
    """A line for each hook that asks for something around the implement step."""
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        return [f"{FILE}: {error}; its hooks are not known"]
    try:
        hooks = _mapping(_mapping(yaml.safe_load(text)).get("hooks"))
    except (yaml.YAMLError, RecursionError) as error:
        what = str(error).splitlines()[0]
        return [f"{FILE}: not YAML ({what}); its hooks are not known"]
    return [
        _note(_mapping(hook), when)
        for name, when in _AROUND.items()
        for hook in _listed(hooks.get(name))
        if _mapping(hook).get("enabled") is not False and _mapping(hook).get("command")
    ]


def _note(hook: dict[str, Any], when: str) -> str:
    wish = "may be run" if hook.get("optional") is not False else "must be run"
    owner = f" of extension {hook['extension']}" if hook.get("extension") else ""
    what = f"/{hook['command']}{owner} {wish} {when} this step"
    return f"{FILE}: {what}; sixfold does not, do it by hand"


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
