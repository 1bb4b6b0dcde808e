"""The gate without a run: `sixfold test`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from msgspec import structs

from sixfold import events as ev
from sixfold.config import GateSettings
from sixfold.gate import toolchain
from sixfold.gate.run import run_gate
from sixfold.model import Verdict
from sixfold.process import MARKER, start_watchdog
from sixfold.runner.job import Options, find_root, read_settings


class GateAlone:
    """A source of one gate's messages; `verdict` is known when they end."""

    def __init__(self, root: Path, settings: GateSettings) -> None:
        self._root, self._settings = root, settings
        self._env = toolchain.find(root).environment(os.environ)
        self._inbox: asyncio.Queue[list[ev.Message]] = asyncio.Queue()
        self.verdict: Verdict | None = None

    @classmethod
    def prepare(cls, options: Options, packages: Sequence[str]) -> GateAlone:
        """Read the settings; `packages` stand in for `./...`. Raises `UserError`."""
        root = find_root(options.directory)
        gate = read_settings(root, options)[0].gate
        if packages:
            rest = [word for word in gate.command if word != "./..."]
            gate = structs.replace(gate, command=[*rest, *packages])
        return cls(root, gate)

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """Everything from `GateStarted` to `GateEnded`."""
        command = self._settings.command
        yield [ev.GateStarted(gate=1, cause="asked", command=command)]
        running = asyncio.create_task(self._run())
        running.add_done_callback(lambda _: self._inbox.put_nowait([]))
        try:
            while batch := await self._inbox.get():
                yield batch
            yield [await running]
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Refuse: there is no run."""
        return ev.Answer(id=command.id, accepted=False, reason="only the gate runs here")

    async def close(self) -> None:
        """Nothing is open: the gate ends with its messages."""

    async def _run(self) -> ev.GateEnded:
        name = f"test-{os.getpid()}"
        watchdog = start_watchdog(name)  # it sweeps once this process is gone, however it went
        result = await run_gate(
            self._settings.command,
            root=self._root,
            env={**self._env, MARKER: name},
            format=self._settings.format,
            timeout=self._settings.timeout,
            record=None,
            hear=self._hear,
            number=1,
        )
        watchdog.communicate()
        self.verdict = result.verdict
        fields = {name: getattr(result, name) for name in result.__struct_fields__}
        return ev.GateEnded(gate=1, cause="asked", **fields)

    def _hear(self, lines: list[ev.OutputLine], progress: ev.GateProgress) -> None:
        self._inbox.put_nowait([ev.GateOutput(gate=1, lines=lines), progress])
