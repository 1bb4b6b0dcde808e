"""The gate without a run: `sixfold test`."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, structs

from sixfold import events as ev
from sixfold.config import GateSettings
from sixfold.gate import toolchain
from sixfold.gate.affected import affected
from sixfold.gate.luck import askable, forgiven, left, no_luck, raced, whole_where_cut
from sixfold.gate.run import GateResult, run_gate
from sixfold.gate.words import given, instead, once_more
from sixfold.masking import Masks, Veil
from sixfold.model import TestName, Verdict
from sixfold.process import MARKER, start_watchdog
from sixfold.refusal import refusal
from sixfold.runner.archive import last_printed
from sixfold.runner.bulk import shown
from sixfold.runner.job import Options, read_settings
from sixfold.runner.leaving import check, leave
from sixfold.runner.module import module_of, patient, rebased, top_of, workspace
from sixfold.runner.watching import by_hand, changes, named
from sixfold.state import RunState

INTERRUPTED = "interrupted"
ALL: Sequence[str] = ()
"""Packages: those of the config's command."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What `sixfold test` is asked for beside the verdict."""

    stay: bool = False
    """There is more to come after the first gate: a person may ask for another, or for a rerun."""
    watch: bool = False
    """Test what a change concerns, until the end."""
    rerun_fails: int = 0
    """How often what luck may explain is run once more."""
    jsonfile: Path | None = None
    """Gets what `go test -json` printed."""
    junitfile: Path | None = None

    @property
    def files(self) -> list[Path]:
        """What is left for others."""
        return [path for path in (self.jsonfile, self.junitfile) if path]


class GateAlone:
    """A source of a gate's messages, which obeys those who watch it.

    `verdict` is that of the latest gate, its reruns counted; None before its end.
    """

    def __init__(self, root: Path, settings: GateSettings, wanted: Wanted) -> None:
        self._root, self._settings, self._wanted = root, settings, wanted
        self._env = toolchain.find(root).environment(os.environ)
        self._masks = Masks.of(self._env)
        self._inbox: asyncio.Queue[list[ev.Message]] = asyncio.Queue()
        self._state = RunState()
        self._archives = Path()
        """Where the raw output is kept, as long as somebody listens."""
        self._gates = 0
        self._task: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._busy = False
        """Does the test command run, or is it about to."""
        self._stopping = asyncio.Event()
        self._red: set[str] = set()
        """Packages that failed when they were tested last."""
        self.verdict: Verdict | None = None

    @classmethod
    def prepare(
        cls, options: Options, packages: Sequence[str], wanted: Wanted | None = None
    ) -> GateAlone:
        """Read the settings; `packages` are flags, too, and packages instead of the command's.

        A command of the config runs where it runs in a run, the one that needs no config in the
        module that the person stands in. Raises `UserError`.
        """
        wanted = wanted or Wanted()
        for path in wanted.files:
            check(path)
        top = top_of(options.directory)
        gate = patient(read_settings(top or options.directory, options)[0].gate)
        root, command = top or options.directory.resolve(), gate.command
        if command == GateSettings().command:
            root = module_of(options.directory, top)
            command = given(command, workspace(root))
        local = [rebased(word, options.directory, root) for word in packages]
        gate = structs.replace(gate, command=given(command, local) if local else command)
        return cls(root, gate, wanted)

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        """Everything from the first `GateStarted` on, to its end unless there is more to come."""
        name = f"test-{os.getpid()}"
        watchdog = start_watchdog(name)  # it sweeps once this process is gone, however it went
        self._env[MARKER] = name
        with tempfile.TemporaryDirectory(prefix="sixfold-test-") as folder:
            self._archives = Path(folder)
            self._begin(self._judge(ALL))
            self._watching = asyncio.create_task(self._watch()) if self._wanted.watch else None
            try:
                while batch := await self._inbox.get():
                    yield batch
            finally:
                await self._end()
                watchdog.communicate()

    def stop(self) -> None:
        """End what runs, and the messages with it: what was heard is told and left in files."""
        self._stopping.set()
        if not self._busy:
            self._inbox.put_nowait([])

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        """Run tests once more, or tell what one printed; all else needs a run."""
        reason, text = refusal(self._state, command), ""
        if not reason and self._busy and not isinstance(command, ev.Printed):
            reason = "tests are running already"
        if not reason:
            match command:
                case ev.Gate():
                    self._begin(self._judge(ALL))
                case ev.Rerun(tests=tests):
                    reason = self._rerun(tests)
                case ev.Printed(package=package, test=test):
                    reason, text = await last_printed(self._archives, self._state, package, test)
        return ev.Answer(id=command.id, accepted=not reason, reason=reason, text=text)

    async def close(self) -> None:
        """End what runs, and the messages with it."""
        self._inbox.put_nowait([])
        await self._end()

    async def _end(self) -> None:
        tasks = [task for task in (self._task, self._watching) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        async def busy() -> None:
            try:
                await work
            finally:
                self._busy = False
                if self._stopping.is_set():
                    self._inbox.put_nowait([])
                elif self._wanted.watch:
                    self._note("watching for changes")

        self._busy = True
        self._task = asyncio.create_task(busy())
        if not (self._wanted.stay or self._wanted.watch):
            self._task.add_done_callback(lambda _: self._inbox.put_nowait([]))

    def _tell(self, told: ev.AnyEvent) -> None:
        event = self._masks.struct(told)
        self._state.apply(event)
        self._inbox.put_nowait([event])

    def _note(self, text: str) -> None:
        line = ev.OutputLine(text, "note")
        self._inbox.put_nowait([ev.GateOutput(gate=self._gates, lines=[line])])

    # The gate, and what is run once more.

    async def _judge(self, packages: Sequence[str]) -> None:
        """The gate, whole or for some packages, and its failures once more where that is asked."""
        self._gates += 1
        number, root = self._gates, str(self._root)
        command = instead(self._settings.command, packages) if packages else self._settings.command
        self.verdict = None
        begun = ev.GateStarted(gate=number, cause="asked", command=command, root=root)
        self._tell(begun)
        before = self._state.last_rerun
        told: ev.GateEnded | None = None
        try:
            result = await self._run(command, f"gate-{number}", rerun=0)
            if self._wanted.rerun_fails and result.verdict == "red":
                self._tell(told := _ended(number, result))
                result = await self._try_luck(result)
        except asyncio.CancelledError:  # and nobody waits any more: what was printed is kept
            self._leave(begun, _ended(number, GateResult("error", INTERRUPTED)), before)
            raise
        failed = {one.package for one in result.failures if not one.flaky}
        self._red = (self._red - set(packages) if packages else set()) | failed
        ended = _ended(number, result)
        if why := await asyncio.to_thread(self._leave, begun, ended, before):
            self._note(f"not written: {why}")
        self.verdict = result.verdict
        if ended != told:
            self._tell(ended)

    async def _try_luck(self, result: GateResult) -> GateResult:
        """Run what failed once more, as often as asked; green where all of it passed."""
        if why := no_luck(result):
            self._note(f"not run again: {why}")
            return result
        asked = waiting = askable(result.failures)
        for _ in range(self._wanted.rerun_fails):
            tests = whole_where_cut(waiting, result.failures)
            command = once_more(self._settings.command, tests)
            if not command:
                return result
            again = await self._again(command, tests)
            if self._stopping.is_set():
                return structs.replace(result, verdict="error", reason=INTERRUPTED)
            if again.races:  # which is none of luck's
                return raced(result, again)
            waiting = left(waiting, again)
            if not waiting:
                break
        return forgiven(result, set(asked) - set(waiting))

    def _rerun(self, tests: Sequence[TestName]) -> str:
        command = once_more(self._settings.command, tests)
        if not command:
            return "the test command is no `go test` that could be run for some tests alone"

        async def again() -> None:
            await self._again(command, tests)

        self._begin(again())
        return ""

    async def _again(self, command: list[str], tests: Sequence[TestName]) -> GateResult:
        number = self._state.last_rerun + 1
        self._tell(ev.RerunStarted(rerun=number, tests=list(tests), command=command))
        result = await self._run(command, f"rerun-{number}", rerun=number)
        self._tell(ev.RerunEnded(rerun=number, **structs.asdict(result)))
        return result

    async def _run(self, command: Sequence[str], record: str, *, rerun: int) -> GateResult:
        gate, veil = self._gates, Veil(self._masks)

        def hear(lines: list[ev.OutputLine], progress: ev.GateProgress) -> None:
            masked = [shown(line, veil) for line in lines]
            said = self._masks.struct(structs.replace(progress, rerun=rerun))
            self._inbox.put_nowait([ev.GateOutput(gate=gate, lines=masked), said])

        result = await run_gate(
            command,
            root=self._root,
            env=self._env,
            format=self._settings.format,
            timeout=self._settings.timeout,
            record=self._archives / f"{record}.log",
            hear=hear,
            number=gate,
            masks=self._masks,
            stop=self._stopping,
        )
        if self._stopping.is_set():
            return structs.replace(result, verdict="error", reason=INTERRUPTED)
        return result

    # Files that change, and files that are left.

    async def _watch(self) -> None:
        """Test what changes concern, and what is still red, once nothing runs any more."""
        before: set[Path] = set()
        async for changed in changes(self._root, self._wanted.files):
            if self._busy:
                await self._rest()
                changed = by_hand(changed, before)  # noqa: PLW2901 - what counts of it
            packages = await self._concerned(changed) if changed else None
            await self._rest()
            if packages is not None:
                self._note(f"changed: {', '.join(named(changed))}")
                self._begin(self._judge(packages))

    async def _rest(self) -> None:
        while self._busy and self._task:
            await asyncio.wait({self._task})

    async def _concerned(self, changed: set[Path]) -> Sequence[str] | None:
        """The packages to test, `ALL` where it cannot be told, None for none."""
        with suppress(OSError):
            found = await affected(
                self._root, changed, command=self._settings.command, env=self._env, red=self._red
            )
            if found is not None:
                return found or None
        return ALL

    def _leave(self, begun: ev.GateStarted, ended: ev.GateEnded, before: int) -> str:
        """Write the files that are wanted, of a gate and its reruns; why one was not written."""
        reruns = range(before + 1, self._state.last_rerun + 1)
        names = [f"gate-{begun.gate}", *(f"rerun-{number}" for number in reruns)]
        records = [self._archives / f"{name}.log" for name in names]
        jsonfile, junitfile = self._wanted.jsonfile, self._wanted.junitfile
        return leave(jsonfile, junitfile, records, begun, self._masks.struct(ended))


def _ended(number: int, result: GateResult) -> ev.GateEnded:
    return ev.GateEnded(gate=number, cause="asked", **structs.asdict(result))
