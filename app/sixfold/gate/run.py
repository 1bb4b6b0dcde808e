"""Run the test command, hear what it says, judge it."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from msgspec import Struct, structs

from sixfold.events import GateProgress, OutputLine
from sixfold.gate.call import call
from sixfold.gate.command import GoTest, as_go_test, survey
from sixfold.gate.excerpt import Excerpts
from sixfold.gate.failures import command_failure
from sixfold.gate.listen import GoListener, Listener, PlainListener
from sixfold.gate.verdict import NOTHING
from sixfold.gate.words import parse
from sixfold.masking import Masks
from sixfold.model import Failure, Verdict
from sixfold.private import Transcript
from sixfold.process import MARKER, Child, chunks, spawn

GATE_MARKER = "SIXFOLD_GATE"
"""Tells a gate's processes from those of the run's agents."""
BEAT = 1 / 15
"""Seconds between two updates to whoever listens."""
STILL = 1.0
"""Seconds after which an update is sent though nothing was printed."""
BATCH_LINES = 500
LISTED = ("-e", "-f", "{{.ImportPath}}")
"""Has `go list` print the packages a line each."""
LAST_WORDS = 2.0
"""Seconds that output may take to arrive once the command was ended."""

NO_MASKS = Masks()
Hear = Callable[[list[OutputLine], GateProgress], None]


class GateResult(Struct, frozen=True):
    """How a gate ended: the fields of `GateEnded`."""

    verdict: Verdict
    reason: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    races: int = 0
    seconds: float = 0.0
    failures: list[Failure] = []


async def run_gate(
    command: Sequence[str],
    *,
    root: Path,
    env: Mapping[str, str],
    format: Literal["auto", "go-json", "lines"],  # noqa: A002 - the word of sixfold.yaml
    timeout: float,  # noqa: ASYNC109 - running out of time is a verdict here, no exception
    record: Path | None,
    hear: Hear,
    number: int,
    masks: Masks = NO_MASKS,
    stop: asyncio.Event | None = None,
) -> GateResult:
    """Run `command` in `root` for at most `timeout` seconds, or until `stop` is set.

    `hear` gets what was printed and the tally, at most fifteen times a second and once at the
    end; `record` gets the output, but for what `masks` hide. A command that cannot be started is
    the verdict `error`. When this is cancelled, the command and all it started are ended first.
    """
    go_test = as_go_test(command) if format != "lines" else None
    if format == "go-json" and not go_test:
        go_test = GoTest(list(command), "", ours=False)
    limits = _Limits(timeout, stop)
    if not go_test:
        return await _run(
            list(command), PlainListener(), root, env, limits, record, hear, number, masks
        )
    tree = await asyncio.to_thread(survey, root, go_test.start)
    listener = GoListener(tree)
    if go_test.ours and tree.empty:
        hear([OutputLine(NOTHING, "note")], listener.progress(number, 0.0))
        return GateResult("green", NOTHING)
    expecting = asyncio.create_task(_expect(listener, command, root, env))
    try:
        return await _run(go_test.command, listener, root, env, limits, record, hear, number, masks)
    finally:
        expecting.cancel()
        await asyncio.gather(expecting, return_exceptions=True)


async def _expect(
    listener: GoListener, command: Sequence[str], root: Path, env: Mapping[str, str]
) -> None:
    """Have go say which packages it will come to, while the first ones are being compiled."""
    if words := parse(command):
        said = await call(words.listing(*LISTED), cwd=root, env=env, apart=True)
        listener.expect(said.out.split("\n")[:-1] if not said.code else [])


async def _run(  # noqa: PLR0917 - the arguments of `run_gate`, handed on
    command: list[str],
    listener: Listener,
    root: Path,
    env: Mapping[str, str],
    limits: _Limits,
    record: Path | None,
    hear: Hear,
    number: int,
    masks: Masks,
) -> GateResult:
    marks = {GATE_MARKER: str(number), MARKER: env.get(MARKER) or uuid.uuid4().hex}
    transcript = Transcript(record, masks, "wb")
    try:
        try:
            child = await spawn(
                command, cwd=root, env={**env, **marks}, stderr_apart=listener.apart
            )
        except OSError as error:
            reason = f"cannot start {command[0]}: {error.strerror or error}"
            hear([OutputLine(reason, "fail")], listener.progress(number, 0.0))
            return GateResult("error", reason, failures=[command_failure(reason, [])])
        watch = _Watch(child, listener, transcript, hear, number, Excerpts(root, listener.sources))
        return await watch.result(limits)
    finally:
        transcript.close()


class _Limits(Struct):
    """What ends the command before its own end."""

    seconds: float
    stop: asyncio.Event | None

    async def reached(self, tasks: Sequence[asyncio.Task[Any]]) -> str:
        """Wait for all `tasks`, or for a limit; why it is late, where time was the limit."""
        stopped = asyncio.ensure_future((self.stop or asyncio.Event()).wait())
        working = asyncio.ensure_future(_all(tasks))
        either: set[asyncio.Future[Any]] = {working, stopped}
        try:
            await asyncio.wait(either, timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                working.result()
            late = not (working.done() or stopped.done())
            return f"still running after {self.seconds:g} s" if late else ""
        finally:
            for one in either:
                one.cancel()
            await asyncio.gather(*either, return_exceptions=True)


async def _all(tasks: Sequence[asyncio.Task[Any]]) -> None:
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    for task in done:
        task.result()


class _Watch:
    """The command from its start to its last words."""

    def __init__(  # noqa: PLR0917 - what a run of the command is made of
        self,
        child: Child,
        listener: Listener,
        transcript: Transcript,
        hear: Hear,
        number: int,
        excerpts: Excerpts,
    ) -> None:
        self._child, self._listener, self._transcript = child, listener, transcript
        self._hear, self._number, self._excerpts = hear, number, excerpts
        self._start = monotonic()
        self._printed = True

    async def result(self, limits: _Limits) -> GateResult:
        """Wait for the end, of the command or of its time."""
        streams = [
            asyncio.create_task(self._listen(self._child.out)),
            asyncio.create_task(self._listen(self._child.err)),
        ]
        ended = asyncio.create_task(self._child.wait())
        clock = asyncio.create_task(self._beat())
        late = ""
        try:
            late = await limits.reached([ended, *streams])
            if late:
                self._listener.expire(late)
        finally:
            await self._child.end(signal.SIGINT)
            await asyncio.wait(streams, timeout=LAST_WORDS)
            for task in (clock, ended, *streams):
                task.cancel()
            await asyncio.gather(clock, ended, *streams, return_exceptions=True)
        return self._judge(late)

    def _judge(self, late: str) -> GateResult:
        self._listener.close()
        self._tell()
        tally = self._listener.progress(self._number, self._now())
        verdict: Verdict = "timed_out"
        if late:
            failures = self._listener.too_late(late)
            tests = ", ".join(f.test for f in failures if f.test and f.kind == "timeout")
            reason = f"{late}: {tests[:200]}" if tests else late
        else:
            verdict, reason, failures = self._listener.judge(self._child.returncode or 0)
        return GateResult(
            verdict,
            reason,
            tally.passed,
            tally.failed,
            tally.skipped,
            tally.races,
            tally.seconds,
            self._excerpts.fill(failures),
        )

    async def _listen(self, reader: asyncio.StreamReader | None) -> None:
        if reader is None:
            return
        is_out = reader is self._child.out
        async for chunk in chunks(self._child, reader):
            if is_out:
                said = self._listener.out(chunk, self._now())
                self._transcript.write(chunk, said=said)
            else:
                self._listener.err(chunk)
                self._transcript.write(chunk, is_out=False)
            self._printed = True

    async def _beat(self) -> None:
        told = 0.0
        while True:
            await asyncio.sleep(BEAT)
            if self._printed or monotonic() - told > STILL:
                self._tell()
                told = monotonic()

    def _tell(self) -> None:
        self._printed = False
        progress = self._listener.progress(self._number, self._now())
        if progress.failures:
            failures = self._excerpts.fill(progress.failures)
            progress = structs.replace(progress, failures=failures)
        lines = _bounded(self._listener.lines)
        self._listener.lines.clear()
        self._hear(lines, progress)

    def _now(self) -> float:
        return monotonic() - self._start


def _bounded(lines: list[OutputLine]) -> list[OutputLine]:
    """A batch that a screen can take: what passed goes first when there is too much."""
    if len(lines) <= BATCH_LINES:
        return list(lines)
    telling = [line for line in lines if line.level not in ("pass", "skip")][-BATCH_LINES:]
    note = OutputLine(f"… {len(lines) - len(telling)} lines left out", "note")
    return [note, *telling]
