"""The gate of a run: numbers its runs, tells old failures from new."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

from msgspec import structs

from sixfold import events as ev
from sixfold.gate import junit
from sixfold.gate.again import passes_alone
from sixfold.gate.blame import suspects
from sixfold.gate.run import GateResult, run_gate
from sixfold.model import Failure, Suspect
from sixfold.process import MARKER
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Ground
from sixfold.state import RunState
from sixfold.workspace.git import GitError

Cause: TypeAlias = Literal["baseline", "phase", "asked"]

Take: TypeAlias = Callable[[int, ev.GateEnded], None]


class Gates:
    """Runs the job's test command, one run at a time, and remembers what is red."""

    def __init__(self, desk: Desk, ground: Ground) -> None:
        self._job, self._folder, self._ground = desk.job, desk.folder, ground
        self._bulk, self._emit, self._woken = desk.bulk, desk.emit, desk.woken
        self.good = ""
        """The commit that was green last; empty before the first."""
        self.red: dict[int, ev.GateEnded] = {}
        """Phases whose last gate is not green, until a fix begins."""
        self.forgiven: Counter[int] = Counter()
        """Phase -> fix attempts that no longer count, since a person stepped in."""
        self._task: asyncio.Task[ev.GateEnded] | None = None
        self._judged = 0
        """The phase that the running gate judges; -1 where an edit took it away."""
        self._count = 0
        self._old: set[tuple[str, str]] = set()

    @property
    def running(self) -> bool:
        """Whether the test command runs."""
        return self._task is not None

    def recall(self, state: RunState) -> bool:
        """Go on from what an earlier runner journalled; whether there was a baseline."""
        ended = [gate.ended for gate in state.gates if gate.ended]
        self._count = max((gate.gate for gate in ended), default=0)
        self.good = next((gate.commit for gate in reversed(ended) if gate.verdict == "green"), "")
        baseline = next((gate for gate in ended if gate.cause == "baseline"), None)
        if baseline:
            self._old = {(failure.package, failure.test) for failure in baseline.failures}
        return baseline is not None

    def begin(self, cause: Cause, phase: int = 0, take: Take | None = None) -> None:
        """Start the test command; `take` is told the verdict on `phase`, under its number then."""
        self._judged = phase
        task = self._task = asyncio.create_task(self._run(cause, phase))

        def ended(_: asyncio.Task[ev.GateEnded]) -> None:
            self._task = None
            self._woken.set()
            verdict = None if task.cancelled() else task.result()
            if verdict and take:
                take(self._judged, verdict)

        task.add_done_callback(ended)

    def rename(self, moved: Mapping[int, int]) -> None:
        """Phases have new numbers, or (not in `moved`) are gone."""
        self.red = {moved[n]: gate for n, gate in self.red.items() if n in moved}
        self.forgiven = Counter({moved[n]: c for n, c in self.forgiven.items() if n in moved})
        self._judged = moved.get(self._judged, -1)

    def forgive(self, fixes: Mapping[int, int]) -> None:
        """A person stepped in: judge again what is red, with a new set of fix attempts."""
        self.forgiven.clear()
        self.forgiven.update(fixes)
        self.red.clear()

    async def end(self) -> None:
        """End the test command, where it runs."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self, cause: Cause, phase: int) -> ev.GateEnded:
        """From `GateStarted` to the `GateEnded` that is returned; both are journalled."""
        self._count += 1
        number, command = self._count, self._job.settings.gate.command
        begun = ev.GateStarted(gate=number, cause=cause, phase=phase, command=command)
        ended = ev.GateEnded(gate=number, cause=cause, phase=phase, verdict="error")
        try:
            async with self._ground.at_rest() as commit:
                ended = await self._at_rest(begun, structs.replace(ended, commit=commit))
        except GitError as error:  # before it began
            self._emit(begun)
            ended = structs.replace(ended, reason=str(error))
        if ended.verdict == "green":
            self.good = ended.commit
        self._emit(ended)
        if self._job.settings.gate.junit:
            await self._write_junit(begun, ended)
        return ended

    async def _write_junit(self, begun: ev.GateStarted, ended: ev.GateEnded) -> None:
        """What cannot be written is told, and the run goes on."""
        where = self._job.settings.gate.junit.replace("{gate}", str(begun.gate))
        path, record = self._job.root / where, self._record(begun.gate)
        try:
            await asyncio.to_thread(junit.write, path, begun, ended, record)
        except OSError as error:
            text = f"gate.junit: {where}: {error.strerror or error}"
            self._emit(ev.Notice(text=text, level="warning"))

    async def _at_rest(self, begun: ev.GateStarted, ended: ev.GateEnded) -> ev.GateEnded:
        self._bulk.begin_gate(begun.gate)
        self._emit(begun)
        try:
            result = await self._judge(begun.gate)
            self._bulk.flush()
            fields = {name: getattr(result, name) for name in GateResult.__struct_fields__}
            return await self._examined(structs.replace(ended, **fields))
        except asyncio.CancelledError:
            self._emit(structs.replace(ended, reason="stopped"))
            raise
        except (GitError, OSError) as error:
            return structs.replace(ended, reason=str(error))

    async def _judge(self, number: int) -> GateResult:
        gate = self._job.settings.gate
        return await run_gate(
            gate.command,
            root=self._ground.root,
            env=self.env,
            format=gate.format,
            timeout=gate.timeout,
            record=self._record(number),
            hear=self._bulk.test,
            number=number,
        )

    def _record(self, number: int) -> Path:
        return self._folder.transcripts / f"gate-{number}.log"

    @property
    def env(self) -> dict[str, str]:
        """Environment of the test command."""
        return {**self._job.env, MARKER: self._folder.id, "SIXFOLD_KIND": "gate"}

    async def _examined(self, ended: ev.GateEnded) -> ev.GateEnded:
        """Which failures are old or flaky, what is mended, and who may be to blame."""
        if ended.cause == "baseline":
            self._old = {(failure.package, failure.test) for failure in ended.failures}
            return ended
        gate, root = self._job.settings.gate, self._ground.root
        alone: set[tuple[str, str]] = set()
        blamed: list[Suspect] = []
        if ended.verdict != "green":
            changes = await self._ground.changes(self.good)
            blamed = await suspects(root, ended.failures, changes, env=self.env)
            alone = await passes_alone(
                root, ended.failures, command=gate.command, env=self.env, timeout=gate.timeout
            )
        failures = [
            structs.replace(
                failure,
                old=(failure.package, failure.test) in self._old,
                flaky=(failure.package, failure.test) in alone,
            )
            for failure in ended.failures
        ]
        return structs.replace(
            ended, failures=failures, suspects=blamed, fixed=self._mended(failures)
        )

    def _mended(self, failures: Sequence[Failure]) -> list[str]:
        """What failed in the baseline and does not now; a broken package mends nothing."""
        broken = {failure.package for failure in failures if not failure.test}
        still = {(failure.package, failure.test) for failure in failures}
        return sorted(
            f"{package} {test}".strip()
            for package, test in self._old - still
            if package not in broken
        )
