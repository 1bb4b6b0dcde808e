"""One agent that speaks the protocol, in a folder of its own, and what it said."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import acp_agent
from client import Ear, Permit
from sixfold.agents.acp import wire
from sixfold.agents.acp.adapter import AcpAgent
from sixfold.agents.acp.wire import read
from sixfold.agents.agent import Turn, TurnEnd
from sixfold.events import Utterance
from sixfold.masking import Masks
from sixfold.process import MARKER, marked

PROGRAM = str(Path(acp_agent.__file__))
PATIENCE = 120.0
"""Seconds for what takes one or two on a machine that has nothing else to do."""
RUN = f"acp-{os.getpid()}"
Step = dict[str, Any]


class Stage:
    """A folder, an agent in it, and what was heard."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heard: list[Utterance] = []
        self.came: list[bytes] = []
        """Every line of the agent's stdout."""
        self.permit: Permit | None = None
        self.timeout, self.stall_timeout, self.mode = PATIENCE, PATIENCE, ""
        self.usual: dict[str, str] = {}
        self.session = ""
        self.masks = Masks()
        self.ear = Ear()
        self._agents: dict[tuple[str, ...], AcpAgent] = {}

    async def play(self, *steps: Step, **script: Any) -> TurnEnd:
        """A turn by a script."""
        path = self.folder / "script.json"
        path.write_text(json.dumps({"steps": steps, **script}))
        return await self.take(sys.executable, PROGRAM, str(path))

    async def take(self, *command: str) -> TurnEnd:
        """A turn by any command; no process may be left of it."""
        agent = self._agents.setdefault(
            command,
            AcpAgent(
                "mine",
                command,
                env={"KEY": "value"},
                usual=self.usual,
                timeout=self.timeout,
                stall_timeout=self.stall_timeout,
                mode=self.mode,
            ),
        )
        turn = Turn(
            prompt="# Task T1 café\n",
            cwd=self.folder,
            env={**os.environ, MARKER: RUN, "SIXFOLD_RESULT": str(self.result)},
            result=self.result,
            transcript=self.log,
            masks=self.masks,
            session=self.session,
            again="go on",
        )
        self.ear = Ear(self.permit, self.ear.words, hear=self.heard.extend)
        try:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(wire, "read", self._read)
                return await agent.take(turn, self.ear)
        finally:
            assert not marked({MARKER: RUN})

    def _read(self, line: bytes) -> wire.Message | None:
        self.came.append(line)
        return read(line)

    @property
    def result(self) -> Path:
        return self.folder / "results" / "T1-1.json"

    @property
    def log(self) -> Path:
        return self.folder / "T1-1.log"

    @property
    def transcript(self) -> bytes:
        return self.log.read_bytes()

    def said(self, *kinds: str) -> list[str]:
        """What was heard of these kinds."""
        return [line.text for line in self.heard if line.kind in kinds]

    async def until(self, said: str) -> None:
        """Wait until the agent has sent this."""
        async with asyncio.timeout(PATIENCE):
            while not any(said.encode() in line for line in self.came):  # noqa: ASYNC110 - a list tells nobody
                await asyncio.sleep(0.01)
