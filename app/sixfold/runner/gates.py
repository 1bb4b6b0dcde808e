"""The gate of a run: numbers its runs, tells old failures from new."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from msgspec import structs

from sixfold import events as ev
from sixfold.gate import junit
from sixfold.gate.again import passes_alone
from sixfold.gate.blame import suspects
from sixfold.gate.command import afresh
from sixfold.gate.run import GateResult, Hear, run_gate
from sixfold.gate.words import once_more
from sixfold.model import Failure, GateCause, Suspect, TestName
from sixfold.process import MARKER
from sixfold.runner.archive import last_printed
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Ground
from sixfold.state import RunState
from sixfold.workspace.git import GitError

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
        self._task: asyncio.Task[ev.GateEnded] | asyncio.Task[None] | None = None
        self._judged = 0
        """The phase that the running gate judges; -1 where an edit took it away."""
        self._count = self._reruns = 0
        self._old: set[tuple[str, str]] = set()

    @property
    def running(self) -> bool:
        """Whether the test command runs."""
        return self._task is not None

    def recall(self, state: RunState) -> bool:
        """Go on from what an earlier runner journalled; whether there was a baseline."""
        ended = [gate.ended for gate in state.gates if gate.ended]
        self._count = max((gate.gate for gate in ended), default=0)
        self._reruns = state.last_rerun
        self.good = next((gate.commit for gate in reversed(ended) if gate.verdict == "green"), "")
        baseline = next((gate for gate in ended if gate.cause == "baseline"), None)
        if baseline:
            self._old = {(failure.package, failure.test) for failure in baseline.failures}
        return baseline is not None

    def begin(self, cause: GateCause, phase: int = 0, take: Take | None = None) -> None:
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

    async def _run(self, cause: GateCause, phase: int) -> ev.GateEnded:
        """From `GateStarted` to the `GateEnded` that is returned; both are journalled."""
        self._count += 1
        number, command = self._count, self._job.settings.gate.command
        command = afresh(command) if cause == "final" else command
        phase = 0 if cause == "final" else phase
        root = str(self._ground.root)
        begun = ev.GateStarted(gate=number, cause=cause, phase=phase, command=command, root=root)
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
            await self._write_junit(begun, self._job.masks.struct(ended))
        return ended

    async def _write_junit(self, begun: ev.GateStarted, ended: ev.GateEnded) -> None:
        """What cannot be written is told, and the run goes on."""
        where = self._job.settings.gate.junit.replace("{gate}", str(begun.gate))
        path, record = self._job.root / where, self._record(f"gate-{begun.gate}")
        try:
            await asyncio.to_thread(junit.write, path, begun, ended, record)
        except OSError as error:
            text = f"gate.junit: {where}: {error.strerror or error}"
            self._emit(ev.Notice(text=text, level="warning"))

    async def _at_rest(self, begun: ev.GateStarted, ended: ev.GateEnded) -> ev.GateEnded:
        self._bulk.begin_gate(begun.gate)
        self._emit(begun)
        try:
            result = await self._judge(begun.command, f"gate-{begun.gate}", self._bulk.test)
            self._bulk.flush()
            return await self._examined(structs.replace(ended, **structs.asdict(result)))
        except asyncio.CancelledError:
            self._emit(structs.replace(ended, reason="stopped"))
            raise
        except (GitError, OSError) as error:
            return structs.replace(ended, reason=str(error))

    async def _judge(self, command: Sequence[str], record: str, hear: Hear) -> GateResult:
        gate = self._job.settings.gate
        return await run_gate(
            command,
            root=self._ground.root,
            env=self.env,
            format=gate.format,
            timeout=gate.timeout,
            record=self._record(record),
            hear=hear,
            number=self._count,
            masks=self._job.masks,
        )

    def _record(self, name: str) -> Path:
        return self._folder.transcripts / f"{name}.log"

    # What a person wants to know.

    def rerun(self, tests: Sequence[TestName]) -> str:
        """Run some tests once more, for no verdict; why that cannot be done, where it cannot."""
        if self.running:
            return "tests are running already"
        command = once_more(self._job.settings.gate.command, tests)
        if not command:
            return "the test command is no `go test` that could be run for some tests alone"
        task = self._task = asyncio.create_task(self._run_again(command, tests))

        def ended(_: asyncio.Task[None]) -> None:
            self._task = None
            self._woken.set()

        task.add_done_callback(ended)
        return ""

    async def _run_again(self, command: list[str], tests: Sequence[TestName]) -> None:
        self._reruns += 1
        number = self._reruns
        self._emit(ev.RerunStarted(rerun=number, tests=list(tests), command=command))
        ended = ev.RerunEnded(rerun=number, verdict="error", reason="stopped")

        def hear(lines: list[ev.OutputLine], progress: ev.GateProgress) -> None:
            self._bulk.test(lines, structs.replace(progress, rerun=number))

        try:
            async with self._ground.at_rest():
                result = await self._judge(command, f"rerun-{number}", hear)
            ended = ev.RerunEnded(rerun=number, **structs.asdict(result))
        except (GitError, OSError) as error:
            ended = structs.replace(ended, reason=str(error))
        finally:
            self._bulk.flush()
            self._emit(ended)

    async def printed(self, state: RunState, package: str, test: str) -> tuple[str, str]:
        """What a test printed when it ran last, behind why that cannot be told."""
        return await last_printed(self._folder.transcripts, state, package, test)

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
