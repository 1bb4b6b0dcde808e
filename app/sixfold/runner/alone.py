"""The gate without a run: `sixfold test`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from pathlib import Path

from msgspec import structs

from sixfold import events as ev
from sixfold.config import GateSettings
from sixfold.gate import toolchain
from sixfold.gate.archive import printed
from sixfold.gate.run import GateResult, run_gate
from sixfold.gate.words import once_more
from sixfold.model import TestName, Verdict
from sixfold.process import MARKER, start_watchdog
from sixfold.refusal import refusal
from sixfold.runner.job import Options, find_root, read_settings
from sixfold.state import RunState


class GateAlone:
    """A source of a gate's messages, which obeys those who watch it.

    `verdict` is that of the latest gate; None before its end. With `stay`, there is more to come
    after the first: a person may ask for another, or for a rerun of some tests.
    """

    def __init__(self, root: Path, settings: GateSettings, *, stay: bool = False) -> None:
        self._root, self._settings, self._stay = root, settings, stay
        self._env = toolchain.find(root).environment(os.environ)
        self._inbox: asyncio.Queue[list[ev.Message]] = asyncio.Queue()
        self._state = RunState()
        self._archives = Path()
        """Where the raw output is kept, as long as somebody listens."""
        self._gates = 0
        self._task: asyncio.Task[None] | None = None
        self._busy = False
        """Does the test command run, or is it about to."""
        self.verdict: Verdict | None = None

    @classmethod
    def prepare(cls, options: Options, packages: Sequence[str], *, stay: bool = False) -> GateAlone:
        """Read the settings; `packages` stand in for `./...`. Raises `UserError`."""
        root = find_root(options.directory)
        gate = read_settings(root, options)[0].gate
        if packages:
            rest = [word for word in gate.command if word != "./..."]
            gate = structs.replace(gate, command=[*rest, *packages])
        return cls(root, gate, stay=stay)

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """Everything from the first `GateStarted` on, to its `GateEnded` unless it stays."""
        name = f"test-{os.getpid()}"
        watchdog = start_watchdog(name)  # it sweeps once this process is gone, however it went
        self._env[MARKER] = name
        with tempfile.TemporaryDirectory(prefix="sixfold-test-") as folder:
            self._archives = Path(folder)
            self._begin(self._judge())
            try:
                while batch := await self._inbox.get():
                    yield batch
            finally:
                if self._task:
                    self._task.cancel()
                    await asyncio.gather(self._task, return_exceptions=True)
                watchdog.communicate()

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Run tests once more, or tell what one printed; all else needs a run."""
        reason, text = refusal(self._state, command), ""
        if not reason and self._busy and not isinstance(command, ev.Printed):
            reason = "tests are running already"
        if not reason:
            match command:
                case ev.Gate():
                    self._begin(self._judge())
                case ev.Rerun(tests=tests):
                    reason = self._rerun(tests)
                case ev.Printed(package=package, test=test):
                    reason, text = await self._printed(package, test)
        return ev.Answer(id=command.id, accepted=not reason, reason=reason, text=text)

    async def close(self) -> None:
        """Let the messages end, and with them what runs."""
        self._inbox.put_nowait([])

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        self._busy = True
        self._task = asyncio.create_task(work)
        if not self._stay:
            self._task.add_done_callback(lambda _: self._inbox.put_nowait([]))

    def _tell(self, event: ev.AnyEvent) -> None:
        self._state.apply(event)
        self._busy = self._state.testing
        self._inbox.put_nowait([event])

    async def _judge(self) -> None:
        """The whole gate."""
        self._gates += 1
        number, command = self._gates, self._settings.command
        self.verdict = None
        root = str(self._root)
        self._tell(ev.GateStarted(gate=number, cause="asked", command=command, root=root))
        result = await self._run(command, f"gate-{number}", rerun=0)
        self.verdict = result.verdict
        self._tell(ev.GateEnded(gate=number, cause="asked", **structs.asdict(result)))

    def _rerun(self, tests: Sequence[TestName]) -> str:
        command = once_more(self._settings.command, tests)
        if not command:
            return "the test command is no `go test` that could be run for some tests alone"
        self._begin(self._again(command, tests))
        return ""

    async def _again(self, command: list[str], tests: Sequence[TestName]) -> None:
        number = self._state.last_rerun + 1
        self._tell(ev.RerunStarted(rerun=number, tests=list(tests), command=command))
        result = await self._run(command, f"rerun-{number}", rerun=number)
        self._tell(ev.RerunEnded(rerun=number, **structs.asdict(result)))

    async def _run(self, command: Sequence[str], record: str, *, rerun: int) -> GateResult:
        gate = self._gates

        def hear(lines: list[ev.OutputLine], progress: ev.GateProgress) -> None:
            said = structs.replace(progress, rerun=rerun)
            self._inbox.put_nowait([ev.GateOutput(gate=gate, lines=lines), said])

        return await run_gate(
            command,
            root=self._root,
            env=self._env,
            format=self._settings.format,
            timeout=self._settings.timeout,
            record=self._archives / f"{record}.log",
            hear=hear,
            number=gate,
        )

    async def _printed(self, package: str, test: str) -> tuple[str, str]:
        names = [f"rerun-{one.started.rerun}" for one in reversed(self._state.reruns)]
        names.append(f"gate-{self._gates}")
        archives = [self._archives / f"{name}.log" for name in names]
        text = await asyncio.to_thread(printed, archives, package, test)
        return ("it has printed nothing that was kept", "") if text is None else ("", text)
