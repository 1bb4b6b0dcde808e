"""Who works: the agent behind a name, and which of the six slots takes what."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path

from sixfold.agents.acp.adapter import AcpAgent
from sixfold.agents.agent import Agent
from sixfold.agents.command import CommandAgent
from sixfold.agents.player import PlaybookError, load_playbook
from sixfold.agents.scripted import scripted
from sixfold.config import ConfigError, Settings
from sixfold.model import SLOT_ROLES


def enlist(settings: Settings, name: str, folder: Path) -> Agent:
    """The agent called `name`; relative paths of its settings start at `folder`.

    Raises `ConfigError` where there is none, or its program or playbook is missing.
    """
    if name not in settings.agents:
        known = ", ".join(sorted(settings.agents))
        raise ConfigError(f"agent {name}", "not configured", f"use one of: {known}")
    agent = settings.agents[name]
    match agent.protocol:
        case "command":
            command = _started_by(agent.command, name, folder)
            return CommandAgent(name, command, env=agent.env, timeout=agent.timeout)
        case "scripted":
            _look_through(folder / agent.playbook, f"agent {name}")
            return scripted(name, agent, folder)
        case "acp":
            return AcpAgent(
                name,
                _started_by(agent.command, name, folder),
                env=agent.env,
                timeout=agent.timeout,
                stall_timeout=agent.stall_timeout,
                mode=agent.mode,
            )


def _look_through(playbook: Path, where: str) -> None:
    """Raise `ConfigError` where the playbook is none."""
    try:
        load_playbook(playbook.read_text(encoding="utf-8"))
    except OSError as error:
        what = f"{playbook.name}: {error.strerror}"
        raise ConfigError(where, what, "write the playbook") from error
    except (PlaybookError, UnicodeDecodeError) as error:
        raise ConfigError(where, f"{playbook.name}: {error}", "mend the playbook") from error


def _started_by(command: Sequence[str], name: str, folder: Path) -> list[str]:
    """The command with its program found. Raises `ConfigError` where there is none."""
    program = _program(command[0], folder)
    if program is None:
        hint = "install it, or name its full path in sixfold.yaml"
        raise ConfigError(f"agent {name}", f"{command[0]} is not on PATH", hint)
    return [program, *command[1:]]


def _program(word: str, folder: Path) -> str | None:
    """A path in `word` counts from `folder`; a bare name is looked up on PATH."""
    return shutil.which(str(folder / word)) if "/" in word else shutil.which(word)


def slot_for_fix(free: Collection[int]) -> int:
    """The slot that takes a fix: the testers' first, else the last free one."""
    return next((slot for slot in sorted(free) if SLOT_ROLES.get(slot) == "tests"), max(free))
