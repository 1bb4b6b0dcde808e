"""Who works: the agent behind a name, and which of the six slots takes what."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from sixfold.agents.acp.adapter import AcpAgent
from sixfold.agents.acp.starts import Starts
from sixfold.agents.agent import Agent
from sixfold.agents.command import CommandAgent
from sixfold.agents.confined import confined
from sixfold.agents.formats.known import FORMATS
from sixfold.agents.player import PlaybookError, load_playbook
from sixfold.agents.scripted import scripted
from sixfold.catalogue import KNOWN
from sixfold.config import BUILT_IN, ConfigError, Settings
from sixfold.model import SLOT_ROLES

Kind: TypeAlias = Literal["task", "fix", "conflict", "validate"]
"""What an agent is asked for (`SIXFOLD_KIND`)."""


class Crew:
    """The agents of a run, by name. Relative paths of `settings` start at `folder`.

    Raises `ConfigError` where one that the settings ask for cannot be had.
    """

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings, self._folder, self._agents = settings, folder, dict[str, Agent]()
        self._starts = Starts()
        roster = settings.roster
        kinds = (roster.kinds.task, roster.kinds.fix, roster.kinds.validate)
        for name in {settings.default_agent, roster.fallback, *kinds, *roster.by_slot.values()}:
            if name:
                self.agent(name)

    def agent(self, name: str) -> Agent:
        """The agent called `name`. Raises `ConfigError`."""
        if name not in self._agents:
            self._agents[name] = enlist(self._settings, name, self._folder, self._starts)
        return self._agents[name]

    def whose(self, kind: Kind, slot: int) -> str:
        """The name of the agent whose turn it is: the kind's, else the slot's, else the default."""
        roster = self._settings.roster
        of_kind = {"task": roster.kinds.task, "fix": roster.kinds.fix}.get(kind, "")
        if kind == "fix" and of_kind:
            return of_kind
        return roster.by_slot.get(slot) or of_kind or self._settings.default_agent

    def validator(self, writers: Collection[str]) -> str:
        """Who judges what `writers` have written: whom the config names for it, else another.

        Of the agents that the config sets up, the first that wrote nothing and can be had; where
        there is none, the default agent, in a session of its own.
        """
        roster = self._settings.roster
        if roster.kinds.validate:
            return roster.kinds.validate
        for name in self._configured():
            if name not in writers and self._can_be_had(name):
                return name
        return self._settings.default_agent

    def _configured(self) -> list[str]:
        roster, agents = self._settings.roster, self._settings.agents
        named = [roster.default, roster.kinds.task, roster.kinds.fix, *roster.by_slot.values()]
        own = [name for name, agent in agents.items() if agent != BUILT_IN.get(name)]
        return [name for name in dict.fromkeys([*named, *own]) if name]

    def _can_be_had(self, name: str) -> bool:
        try:
            self.agent(name)
        except ConfigError:
            return False
        return True

    def provider(self, name: str) -> str:
        """Whose rate limit an agent works under."""
        return self._settings.agents[name].provider or name

    @property
    def fallback(self) -> str:
        """The agent that goes on while a provider takes no more; empty: nobody."""
        return self._settings.roster.fallback


def enlist(settings: Settings, name: str, folder: Path, starts: Starts | None = None) -> Agent:
    """The agent called `name`; relative paths of its settings start at `folder`.

    Those that take long to start do so one after the other, as `starts` says.

    Raises `ConfigError` where there is none, or its program or playbook is missing.
    """
    if name not in settings.agents:
        known = ", ".join(sorted(settings.agents))
        raise ConfigError(f"agent {name}", "not configured", f"use one of: {known}")
    agent = settings.agents[name]
    match agent.protocol:
        case "command":
            command = _started_by(agent.command, name, folder)
            form = FORMATS.get(agent.format)
            return CommandAgent(name, command, env=agent.env, timeout=agent.timeout, form=form)
        case "scripted":
            where = f"agent {name}"
            _look_through(confined(folder, agent.playbook, where), where)
            return scripted(name, agent, folder)
        case "acp":
            return AcpAgent(
                name,
                _started_by(agent.command, name, folder),
                env=agent.env,
                usual=KNOWN[name].env if name in KNOWN else {},
                timeout=agent.timeout,
                stall_timeout=agent.stall_timeout,
                mode=agent.mode,
                starts=starts,
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
