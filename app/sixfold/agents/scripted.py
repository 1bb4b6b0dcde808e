"""An agent that follows a playbook: for demonstrations and tests of the whole house."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from msgspec import Struct

from sixfold.agents.command import CommandAgent, said
from sixfold.config import AgentSettings
from sixfold.events import Utterance


class _Line(Struct, frozen=True):
    say: str = ""
    do: str = ""
    error: str = ""


_lines: msgspec.json.Decoder[_Line] = msgspec.json.Decoder(_Line)


def understand(line: str) -> Utterance:
    """How a line of the player is heard; one that is not the player's was said."""
    try:
        heard = _lines.decode(line)
    except msgspec.MsgspecError:
        return said(line)
    if heard.do:
        return Utterance("do", heard.do)
    return Utterance("error", heard.error) if heard.error else said(heard.say)


def scripted(name: str, settings: AgentSettings, folder: Path) -> CommandAgent:
    """An agent that plays `settings.playbook` (relative to `folder`) in a process of its own."""
    playbook = str(folder / settings.playbook)
    player = [sys.executable, "-P", "-m", "sixfold.agents.player", playbook]
    return CommandAgent(
        name,
        [*player, "--speed", str(settings.speed)],
        env=settings.env,
        timeout=settings.timeout,
        understand=understand,
    )
