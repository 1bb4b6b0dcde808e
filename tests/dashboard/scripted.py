"""A run that says what a test wants it to say, and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from msgspec import structs
from textual.pilot import Pilot

from sixfold import events as ev
from sixfold.dashboard.app import Dashboard
from sixfold.link import LinkError
from sixfold.model import (
    Evidence,
    Failure,
    Need,
    Phase,
    Plan,
    PlanWarning,
    Requirement,
    Suspect,
    Task,
)

WIDE = (160, 48)
"""Columns and lines of a large terminal."""
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOW = START + timedelta(minutes=12, seconds=3)
T = TypeVar("T", bound=ev.AnyEvent)
Answering = Callable[[ev.AnyCommand], ev.Answer | None]


def task(id_: str, phase: int, title: str, *needs: Need, story: str | None = None) -> Task:
    return Task(
        id=id_,
        line=30 + int(id_[1:]),
        phase=phase,
        state="pending",
        parallel=not needs,
        story=story,
        title=title,
        files=[title.rpartition(" ")[2]],
        role="core",
        runnable=True,
        needs=list(needs),
    )


PLAN = Plan(
    version=1,
    feature_dir="specs/001-word-count",
    branch="001-word-count",
    tasks_file="specs/001-word-count/tasks.md",
    phases=[
        Phase(1, "Setup", 20, "setup", None, ["T001", "T002"]),
        Phase(2, "Story 1: count files at once", 30, "story", "US1", ["T003", "T004", "T005"], [1]),
        Phase(3, "Polish", 40, "polish", None, ["T006"], [2]),
    ],
    tasks=[
        task("T001", 1, "Create the module in go.mod"),
        task("T002", 1, "Lint rules in .golangci.yml", Need("T001", "order")),
        task("T003", 2, "Test the store in count/store_test.go", story="US1"),
        task("T004", 2, "Test the pool in count/pool_test.go", story="US1"),
        task(
            "T005",
            2,
            "Write the store in count/store.go",
            Need("T003", "test first"),
            Need("T004", "stated", "depends on T004", 35),
            story="US1",
        ),
        task("T006", 3, "Describe it in README.md"),
    ],
    warnings=[PlanWarning(35, "backward-dependency", "T005 names T009, which is not there")],
    critical_path=["T001", "T002", "T003", "T005", "T006"],
    speedup=1.2,
    waves=[["T001"], ["T002"], ["T003", "T004"], ["T005"], ["T006"]],
    width=2,
    speedups={"one-by-one": 1.2, "parallel": 1.2},
)
RACE = Failure(
    package="example.com/wc/count",
    test="TestConcurrent",
    kind="race",
    file="store.go",
    line=17,
    message="data race  store.go:17 <-> store.go:17",
    output="DATA RACE\nRead at 0x01 by goroutine 9:\n\nPrevious write at 0x01 by goroutine 8:",
)


def say(slot: int, task_id: str, *lines: tuple[str, str]) -> ev.AgentOutput:
    spoken = [ev.Utterance(kind, text) for kind, text in lines]  # type: ignore[arg-type]
    return ev.AgentOutput(slot=slot, task=task_id, attempt=1, lines=spoken)


def printed(*lines: str, gate: int = 1) -> ev.GateOutput:
    return ev.GateOutput(gate=gate, lines=[ev.OutputLine(line) for line in lines])


BEGIN: tuple[ev.Message, ...] = (
    ev.RunStarted(
        run="r1", repository="/r", branch="001-word-count", commit="c", agent="mine", slots=6, pid=1
    ),
    ev.PlanLoaded(plan=PLAN),
)
PHASE_1: tuple[ev.Message, ...] = (
    ev.PhaseStarted(phase=1, title="Setup"),
    ev.TaskStarted(task="T001", slot=1, attempt=1, agent="mine"),
    say(1, "T001", ("say", "I begin with the module."), ("do", "go mod init example.com/wc")),
    ev.TaskEnded(task="T001", slot=1, attempt=1, outcome="done", commit="abc"),
    ev.TaskStarted(task="T002", slot=2, attempt=1, agent="mine"),
    ev.TaskEnded(task="T002", slot=2, attempt=1, outcome="done", commit="abd"),
    ev.GateStarted(
        gate=1, cause="phase", phase=1, command=["go", "test", "-race", "-json", "./..."]
    ),
    printed("=== RUN   TestOne", "--- PASS: TestOne (0.00s)", "ok  \texample.com/wc\t0.1s"),
    ev.GateEnded(
        gate=1, cause="phase", phase=1, verdict="green", passed=12, skipped=1, seconds=4.2
    ),
    ev.PhaseEnded(phase=1),
)
PHASE_2: tuple[ev.Message, ...] = (
    ev.PhaseStarted(phase=2, title="Story 1"),
    ev.TaskStarted(task="T003", slot=5, attempt=1, agent="mine"),
    ev.TaskStarted(task="T004", slot=3, attempt=1, agent="mine"),
    say(5, "T003", ("say", "The store needs a test first."), ("do", "edit count/store_test.go")),
    say(3, "T004", ("do", "read plan.md"), ("ask", "run make gen?")),
)
RUNNING: tuple[ev.Message, ...] = (*BEGIN, *PHASE_1, *PHASE_2)
FAILED: tuple[ev.Message, ...] = (
    ev.TaskEnded(task="T004", slot=3, attempt=1, outcome="failed", reason="exit code 3"),
    ev.TaskHalted(task="T005", because="T004"),
)
RED: tuple[ev.Message, ...] = (
    ev.GateStarted(
        gate=2, cause="phase", phase=2, command=["go", "test", "-race", "-json", "./..."]
    ),
    printed(*RACE.output.splitlines(), gate=2),
    ev.GateEnded(
        gate=2,
        cause="phase",
        phase=2,
        verdict="red",
        reason="1 data race",
        passed=30,
        failed=1,
        races=1,
        seconds=5.0,
        failures=[RACE],
    ),
)
BLOCKED = ev.RunBlocked(reason="the gate after phase 2 is red", options=["gate", "stop"])
FINAL = ("go", "test", "-count=1", "-race", "./...")
ASKED = [
    Requirement("FR-001", 41, "The program MUST split text into words without regard to case."),
    Requirement("FR-002", 42, "The program MUST count several files at once."),
    Requirement("FR-003", 43, "An error MUST name the file that could not be read."),
    Requirement("SC-001", 51, "A thousand files are counted in a second."),
]
VALIDATING: tuple[ev.Message, ...] = (
    *(
        event
        for number, one in enumerate(PLAN.tasks)
        for event in (
            ev.TaskStarted(task=one.id, slot=number % 6 + 1, attempt=1, agent="claude"),
            ev.TaskEnded(task=one.id, slot=number % 6 + 1, attempt=1, outcome="done"),
        )
    ),
    *(ev.PhaseEnded(phase=phase.number) for phase in PLAN.phases),
    ev.GateStarted(gate=5, cause="final", command=list(FINAL)),
    ev.GateEnded(gate=5, cause="final", verdict="green", passed=20, seconds=4.2),
    ev.ValidationStarted(
        round=1,
        slot=5,
        attempt=1,
        agent="codex",
        requirements=ASKED,
        asked=[one.id for one in ASKED],
    ),
)
JUDGED: tuple[ev.Message, ...] = (
    ev.RequirementJudged(
        round=1,
        requirement="FR-001",
        verdict="met",
        evidence=[
            Evidence(file="word/split.go", line=9),
            Evidence(test="example.com/wc/word.TestSplit/punctuation"),
        ],
    ),
    ev.RequirementJudged(
        round=1,
        requirement="FR-002",
        verdict="met",
        evidence=[Evidence(test="example.com/wc/count.TestPool")],
    ),
    ev.RequirementJudged(
        round=1,
        requirement="FR-003",
        verdict="unmet",
        reason="the error of Files does not name the file",
        evidence=[Evidence(file="count/pool.go", line=31)],
    ),
    ev.RequirementJudged(
        round=1,
        requirement="SC-001",
        verdict="unproven",
        reason="example.com/wc/count.TestSpeed: it did not run and pass in the last gate",
        evidence=[
            Evidence(
                test="example.com/wc/count.TestSpeed",
                flaw="it did not run and pass in the last gate",
            )
        ],
    ),
    ev.ValidationEnded(
        round=1,
        slot=5,
        attempt=1,
        outcome="failed",
        reason="2 of 4 requirements are not met: FR-003, SC-001",
        met=2,
        total=4,
    ),
    ev.RunBlocked(
        reason="2 of 4 requirements are not met: FR-003, SC-001",
        options=["revalidate", "gate", "stop"],
    ),
)
ENDED = ev.RunEnded(outcome="finished", done=6, total=6)


APART: tuple[ev.Message, ...] = (
    ev.RunStarted(
        run="r1",
        repository="/r",
        branch="001-word-count",
        commit="c",
        agent="mine",
        slots=6,
        pid=1,
        isolation="worktree",
        work_branch="sixfold/r1/run",
    ),
    BEGIN[1],
    ev.GateStarted(gate=1, cause="baseline", command=["go", "test", "-race", "-json", "./..."]),
    ev.GateEnded(gate=1, cause="baseline", verdict="green", passed=12, seconds=3.1),
    *(
        event
        for slot, name in enumerate(("T001", "T002"), 1)
        for event in (
            ev.TaskStarted(
                task=name,
                slot=slot,
                attempt=1,
                agent="mine",
                branch=f"sixfold/r1/{name}.1",
                base="ba5e" * 10,
            ),
            ev.IntegrationStarted(task=name, slot=slot, attempt=1),
            ev.TaskEnded(
                task=name,
                slot=slot,
                attempt=1,
                outcome="done",
                commit=f"c0ffee{slot}" + "0" * 33,
                outside=["tools.go"] if slot == 1 else [],
                left_out=["bin/wc"] if slot == 1 else [],
            ),
        )
    ),
    ev.PhaseEnded(phase=1),
    ev.PhaseStarted(phase=2, title="Story 1"),
    *(
        ev.TaskStarted(
            task=name,
            slot=slot,
            attempt=1,
            agent="mine",
            branch=f"sixfold/r1/{name}.1",
            base="c0ffee2" + "0" * 33,
        )
        for slot, name in ((5, "T003"), (3, "T004"))
    ),
    say(5, "T003", ("say", "The store needs a test first."), ("do", "edit count/store_test.go")),
    say(3, "T004", ("do", "go test ./count")),
)
"""Attempts in worktrees of their own: two integrated, two at work."""
JOINING = ev.IntegrationStarted(task="T003", slot=5, attempt=1)
CONFLICT = ev.ConflictFound(
    task="T004", slot=3, attempt=1, paths=["count/pool.go"], tasks=["T001", "T002"]
)
HELD = ev.CheckoutHeld(
    reason="you have edits in count/store.go", command="git merge --ff-only sixfold/r1/run"
)
GUARD = ev.PermissionAsked(
    slot=3,
    task="T004",
    request="T004.1",
    text="T004 deletes the test TestPool in count/pool_test.go:12\nIntegrate it all the same?",
    options=["yes", "no"],
)
WISH = ev.PermissionAsked(
    slot=3,
    task="T004",
    request="q7",
    text="edit /etc/hosts",
    options=["allow", "always", "reject", "never"],
    kind="edit",
    diff="--- a/etc/hosts\n+++ b/etc/hosts\n@@ -1 +1 @@\n-a\n+b\n",
    wish="edit: /etc/hosts",
)
BLAMED: tuple[ev.Message, ...] = (
    RED[0],
    printed(*RACE.output.splitlines(), gate=2),
    ev.GateEnded(
        gate=2,
        cause="phase",
        phase=2,
        verdict="red",
        reason="1 data race",
        passed=30,
        failed=3,
        races=1,
        seconds=5.0,
        failures=[
            RACE,
            structs.replace(RACE, test="TestSlow", kind="fail", message="got 3", flaky=True),
            structs.replace(RACE, test="TestOld", kind="fail", message="got 4", old=True),
        ],
        fixed=["example.com/wc TestMain"],
        suspects=[
            Suspect("T002", "c0ffee2" + "0" * 33, "T002: Lint rules", ["count/store.go"]),
            Suspect("", "5eed" * 10, "by hand", ["count/pool.go"]),
        ],
    ),
    ev.RunBlocked(
        reason="the gate after phase 2 is red", options=["gate", "set-aside T002", "stop"]
    ),
)
DIFF = """\
diff --git a/count/store.go b/count/store.go
index 1111111..2222222 100644
--- a/count/store.go
+++ b/count/store.go
@@ -10,7 +10,9 @@ import "sync"
 // Store counts words; it is safe for use by many goroutines.
 type Store struct {
-\tcounts map[string]int
+\tmu     sync.Mutex
+\tcounts map[string]int // by word
 }
\x20
 func (s *Store) Add(word string, n int) error {
+\ts.mu.Lock()
 \treturn fmt.Errorf("no store for %q after %d words", word, 42)
diff --git a/old name.md b/docs/n\u00e4me.md
similarity index 90%
rename from old name.md
rename to docs/n\u00e4me.md
--- a/old name.md\t
+++ b/docs/n\u00e4me.md
@@ -1 +1 @@
--- a list
+++ another
\\ No newline at end of file
diff --git a/logo.png b/logo.png
new file mode 100644
index 0000000..3333333
Binary files /dev/null and b/logo.png differ
"""


class Run:
    """A source for the dashboard: told to by `say`, it obeys like a runner where it can."""

    def __init__(self, *messages: ev.Message, answering: Answering | None = None) -> None:
        self.asked: list[ev.AnyCommand] = []
        self.closed = False
        self._answering = answering
        self._seq = 0
        self._outputs: list[ev.AgentOutput] = []
        self._inbox: asyncio.Queue[Sequence[ev.Message] | None] = asyncio.Queue()
        self.say(*messages)

    def say(self, *messages: ev.Message) -> None:
        """One batch; events are numbered and stamped, a second apart."""
        self._outputs += [one for one in messages if isinstance(one, ev.AgentOutput)]
        self._inbox.put_nowait([self._stamp(message) for message in messages])

    def _told(self, command: ev.Transcript) -> ev.Answer:
        """All that an attempt's agent said, a page of 100 lines of it."""
        about = command.task, command.attempt, command.slot
        said = [line for one in self._outputs if (one.task, one.attempt, one.slot) == about
                for line in one.lines]  # fmt: skip
        start = max(0, command.offset)
        page = said[start : start + 100]
        end = start + len(page)
        return ev.Answer(id=command.id, accepted=True, said=page, offset=end, more=end < len(said))

    def hang_up(self) -> None:
        self._inbox.put_nowait(None)

    def _stamp(self, message: ev.Message) -> ev.Message:
        if not isinstance(message, ev.Event):
            return message
        self._seq += 1
        return structs.replace(message, seq=self._seq, at=START + timedelta(seconds=self._seq))

    async def messages(self) -> AsyncIterator[Sequence[ev.Message]]:
        while (batch := await self._inbox.get()) is not None:
            yield batch
            self._inbox.task_done()
        self._inbox.task_done()

    async def taken(self) -> None:
        """Until the dashboard has taken in all that was said."""
        await self._inbox.join()

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        if isinstance(command, ev.Transcript):
            return self._told(command)
        self.asked.append(command)
        answer = self._answering(command) if self._answering else None
        return answer or ev.Answer(id=command.id, accepted=True)

    async def close(self) -> None:
        self.closed = True


class DeadRun(Run):
    """A run whose runner does not answer."""

    async def ask(self, command: ev.AnyCommand) -> ev.Answer:
        raise LinkError(f"{command.id}: the run has ended")


def refusing(reason: str) -> Answering:
    return lambda command: ev.Answer(id=command.id, accepted=False, reason=reason)


def dashboard(run: Run | None, **options: object) -> Dashboard:
    return Dashboard(run, clock=lambda: NOW, **options)  # type: ignore[arg-type]


async def settle(pilot: Pilot[None], run: Run | None = None) -> Dashboard:
    """Until all that was said is painted."""
    app = pilot.app
    assert isinstance(app, Dashboard)
    if run:
        await run.taken()
    await pilot.pause()
    app.draw()
    await pilot.pause()
    return app


def seen(app: Dashboard, selector: str = "") -> str:
    """The text on the screen, or of one widget."""
    if not selector:
        strips = app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)
    widget = app.screen.query_one(selector)
    height = widget.content_size.height
    return "\n".join(widget.render_line(y).text.rstrip() for y in range(height))


def toasts(app: Dashboard) -> list[str]:
    return [notification.message for notification in app._notifications]
