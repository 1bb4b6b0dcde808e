"""The gate of a run: numbers its runs, tells old failures from new."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Literal, TypeAlias

from msgspec import structs

from sixfold import events as ev
from sixfold.gate.run import run_gate
from sixfold.model import Failure
from sixfold.process import MARKER
from sixfold.runner.bulk import Bulk
from sixfold.runner.job import Job
from sixfold.runner.store import RunFolder

Cause: TypeAlias = Literal["baseline", "phase", "asked"]

Take: TypeAlias = Callable[[int, ev.GateEnded], None]


class Gates:
    """Runs the job's test command, one run at a time, and remembers what is red."""

    def __init__(
        self,
        job: Job,
        folder: RunFolder,
        bulk: Bulk,
        emit: Callable[[ev.AnyEvent], None],
        woken: asyncio.Event,
    ) -> None:
        self._job, self._folder, self._bulk, self._emit = job, folder, bulk, emit
        self._woken = woken
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
        number, gate = self._count, self._job.settings.gate
        self._bulk.begin_gate(number)
        self._emit(ev.GateStarted(gate=number, cause=cause, phase=phase, command=gate.command))
        try:
            result = await run_gate(
                gate.command,
                root=self._job.root,
                env={**self._job.env, MARKER: self._folder.id, "SIXFOLD_KIND": "gate"},
                format=gate.format,
                timeout=gate.timeout,
                record=self._folder.transcripts / f"gate-{number}.log",
                hear=self._bulk.test,
                number=number,
            )
        except asyncio.CancelledError:
            self._emit(self._error(number, cause, phase, "stopped"))
            raise
        except OSError as error:
            ended = self._error(number, cause, phase, str(error))
            self._emit(ended)
            return ended
        self._bulk.flush()
        if cause == "baseline":
            self._old = {(failure.package, failure.test) for failure in result.failures}
        ended = ev.GateEnded(
            gate=number,
            cause=cause,
            phase=phase,
            verdict=result.verdict,
            reason=result.reason,
            passed=result.passed,
            failed=result.failed,
            skipped=result.skipped,
            races=result.races,
            seconds=result.seconds,
            failures=[self._dated(failure, cause) for failure in result.failures],
        )
        self._emit(ended)
        return ended

    def _error(self, number: int, cause: Cause, phase: int, reason: str) -> ev.GateEnded:
        return ev.GateEnded(gate=number, cause=cause, phase=phase, verdict="error", reason=reason)

    def _dated(self, failure: Failure, cause: str) -> Failure:
        old = cause != "baseline" and (failure.package, failure.test) in self._old
        return structs.replace(failure, old=old)
