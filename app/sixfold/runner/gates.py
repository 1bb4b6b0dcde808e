"""The gate of a run: numbers its runs, tells old failures from new."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
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


class Gates:
    """Runs the job's test command; each run is journalled before it starts and when it ends."""

    def __init__(
        self, job: Job, folder: RunFolder, bulk: Bulk, emit: Callable[[ev.AnyEvent], None]
    ) -> None:
        self._job, self._folder, self._bulk, self._emit = job, folder, bulk, emit
        self._count = 0
        self._old: set[tuple[str, str]] = set()

    async def run(self, cause: Cause, phase: int = 0) -> ev.GateEnded:
        """One run of the test command, from `GateStarted` to the `GateEnded` that is returned."""
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
