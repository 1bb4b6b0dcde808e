"""Glyph, word and tone of every state, and the short phrases the panes share. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import PurePath

from msgspec import Struct
from msgspec.structs import replace

from sixfold.events import GateEnded, GateStarted
from sixfold.lines import wrong
from sixfold.model import (
    Failure,
    Judgement,
    Phase,
    RunStatus,
    Suspect,
    Task,
    TaskState,
    TestName,
    Usage,
    Verdict,
)
from sixfold.state import VALIDATION, GateRun, RunState, Work


class Look(Struct, frozen=True):
    """How a state is told: never by colour alone."""

    glyph: str
    word: str
    tone: str


TASK_LOOKS: dict[TaskState, Look] = {
    "pending": Look("·", "waits", "quiet"),
    "ready": Look("○", "ready", "plain"),
    "running": Look("●", "running", "busy"),
    "integrating": Look("◆", "integrating", "busy"),
    "done": Look("✓", "done", "good"),
    "failed": Look("✗", "failed", "bad"),
    "halted": Look("⊘", "halted", "bad"),
    "skipped": Look("↷", "skipped", "quiet"),
    "parked": Look("–", "parked", "quiet"),
}
CONFLICT = Look("≠", "conflict", "warn")
ASKS = Look("?", "asks you", "look")
STALLED = Look("…", "stalled", "warn")
HELD = Look("‖", "rests", "look")
CRITICAL = Look("┃", "on the critical path", "busy")
"""Of a task: each delay of it delays the run."""
RUN_LOOKS: dict[RunStatus, Look] = {
    "ready": Look("○", "READY", "look"),
    "running": Look("●", "RUNNING", "busy"),
    "paused": Look("‖", "PAUSED", "look"),
    "blocked": Look("!", "BLOCKED", "alert"),
    "finished": Look("✓", "FINISHED", "good"),
    "failed": Look("✗", "FAILED", "bad"),
    "stopped": Look("■", "STOPPED", "quiet"),
}
GONE = Look("!", "GONE", "alert")
CONNECTING = Look("○", "CONNECTING", "look")
VERDICT_LOOKS: dict[Verdict, Look] = {
    "green": Look("✓", "green", "good"),
    "red": Look("✗", "red", "bad"),
    "error": Look("!", "error", "bad"),
    "timed_out": Look("!", "timed out", "bad"),
}
JUDGEMENT_LOOKS: dict[Judgement, Look] = {
    "met": Look("✓", "met", "good"),
    "unmet": Look("✗", "unmet", "bad"),
    "unclear": Look("?", "unclear", "warn"),
    "unproven": Look("!", "unproven", "warn"),
}
NOT_JUDGED = Look("·", "not judged", "quiet")
VALIDATION_LOOKS = {
    "": Look("·", "waits", "quiet"),
    "passed": Look("✓", "passed", "good"),
    "failed": Look("✗", "not met", "bad"),
    "error": Look("!", "not judged", "bad"),
    "cancelled": Look("!", "cancelled", "warn"),
}
GATE_RUNS = Look("●", "running", "busy")
PACKAGE_LOOKS: dict[str, Look] = {
    "awaited": Look("·", "waits", "quiet"),
    "running": Look("●", "running", "busy"),
    "passed": Look("✓", "passed", "good"),
    "cached": Look("≡", "cached", "good"),
    "failed": Look("✗", "failed", "bad"),
    "skipped": Look("–", "no tests", "quiet"),
}
TEST_LOOKS: dict[str, Look] = {
    "running": Look("●", "running", "busy"),
    "passed": Look("✓", "passed", "good"),
    "failed": Look("✗", "failed", "bad"),
    "skipped": Look("↷", "skipped", "quiet"),
    "": Look("·", "", "quiet"),
}

SETTLED = frozenset({"done", "skipped", "parked"})
"""States in which a task keeps nobody waiting."""
AT_WORK = frozenset({"running", "integrating"})
"""States in which an agent is busy with a task."""


def elapsed(span: timedelta) -> str:
    """`0:41`, `12:03`, `3:02:07`."""
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(seconds: float) -> str:
    """The same of seconds."""
    return elapsed(timedelta(seconds=seconds))


def since(start: datetime | None, end: datetime | None, now: datetime) -> str:
    """Time from `start` to `end`, or to `now` while there is no end; empty before the start."""
    return elapsed((end or now) - start) if start else ""


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number} {plural(number, noun)}"


def plural(number: int, noun: str) -> str:
    """`race`, `races`."""
    return noun if number == 1 else f"{noun}s"


def plain_list(items: Sequence[str], most: int = 4) -> str:
    """`a, b, c and 2 more`."""
    shown = ", ".join(items[:most])
    return f"{shown} and {len(items) - most} more" if len(items) > most else shown


def both(items: Sequence[str]) -> str:
    """`a, b and c`: all of them."""
    return f"{', '.join(items[:-1])} and {items[-1]}" if items[1:] else "".join(items)


def one_line(text: str) -> str:
    """Text of many lines as one."""
    return " ".join(text.split())


def attempt(number: int) -> str:
    """` #2`; nothing for the first."""
    return f" #{number}" if number > 1 else ""


def short(commit: str) -> str:
    """As much of a commit's id as tells it from others."""
    return commit[:10]


def feature_of(state: RunState) -> str:
    """The feature's short name: its folder's."""
    return PurePath(state.plan.feature_dir).name if state.plan else ""


def unmet(state: RunState, task: Task) -> list[str]:
    """Why a pending task does not start: `phase 2`, then ids of tasks it needs."""
    phases = [f"phase {number}" for number in open_phases(state, task.phase)]
    needs = [
        need.task
        for need in task.needs
        if need.task in state.tasks and state.tasks[need.task].state not in SETTLED
    ]
    return phases + list(dict.fromkeys(needs))


def open_phases(state: RunState, number: int) -> list[int]:
    """The phases that a phase waits for and whose gate is not green."""
    phase = phase_of(state, number)
    if phase is None:
        return []
    return [n for n in sorted({*phase.needs, *phase.follows}) if n not in state.passed]


def task_look(state: RunState, task: Task) -> Look:
    """How the task stands; a pending one says what it waits for."""
    progress = state.tasks[task.id]
    look = TASK_LOOKS[progress.state]
    if not task.runnable and progress.state == "pending":
        return Look("?", "ambiguous", "look")
    match progress.state:
        case "running" | "integrating":
            work = state.work.get(progress.slot)
            look = work_look(state, work) if work and work.task == task.id else look
            return replace(look, word=f"{look.word} in {progress.slot}")
        case "halted":
            return replace(look, word=progress.reason.replace("needs", "halted by", 1))
        case "pending":
            missing = unmet(state, task)
            if not missing:
                return TASK_LOOKS["ready"]
            if missing[0].startswith("phase "):
                return replace(look, word="waits", tone="quiet")
            return replace(look, word=f"needs {missing[0]}")
    return look


def work_look(state: RunState, work: Work) -> Look:
    """What goes on in a busy slot: a turn, an integration, a conflict, a question."""
    if any(ask.slot == work.slot for ask in state.asked.values()):
        return ASKS
    if work.held:
        return HELD
    if work.stalled:
        return STALLED
    match work.doing:
        case "integrating":
            return TASK_LOOKS["integrating"]
        case "conflict":
            return CONFLICT
        case "turn":
            return TASK_LOOKS["running"]


def spending(usage: Usage) -> str:
    """Tokens and dollars, those that are known, short."""
    found = [f"{_short_count(usage.tokens)} tok"] if usage.tokens else []
    return "  ".join([*found, *([f"${usage.cost:,.2f}"] if usage.cost else [])])


def _short_count(number: int) -> str:
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number / size:.1f}{unit}"
    return str(number)


def back_in(state: RunState, now: datetime) -> str:
    """Which provider takes no more for now, and for how long; empty while all do."""
    if not state.live or not state.limited:
        return ""
    first = min(state.limited.values(), key=lambda one: one.until)
    seconds = max(0, round((first.until - now).total_seconds()))
    return f"{first.provider} back in {seconds // 60}:{seconds % 60:02}"


def is_rare(work: Work) -> bool:
    """Is something else than the usual going on in a slot."""
    return work.doing != "turn" or bool(work.held or work.stalled)


def gate_of(state: RunState, phase: int) -> GateRun | None:
    """The latest gate that judged the phase."""
    return next((gate for gate in reversed(state.gates) if gate.started.phase == phase), None)


def phase_look(state: RunState, phase: Phase) -> Look:
    """How the phase stands: waits, runs, is judged, is mended, has passed."""
    if has_passed(state, phase):
        return Look("✓", "passed", "good")
    gate = gate_of(state, phase.number)
    if gate and gate.ended is None and state.live:
        return Look("●", "gate runs", "busy")
    if any(not work.task and work.phase == phase.number for work in state.work.values()):
        return Look("●", f"fix{attempt(state.fixes.get(phase.number, 1))}", "look")
    if gate and gate.ended and gate.ended.verdict != "green":
        return replace(VERDICT_LOOKS[gate.ended.verdict], word=f"gate {gate.ended.verdict}")
    states = _states(state, phase)
    if "failed" in states:
        return Look("✗", "has failed", "bad")
    if "halted" in states and not AT_WORK & set(states):
        return TASK_LOOKS["halted"]
    if phase.number in state.begun:
        return Look("●", "running", "busy")
    return Look("·", "waits", "quiet")


def validation_look(state: RunState) -> Look:
    """How the end of the run stands: its last gate, and what is judged after it."""
    gate = state.gate
    if gate and gate.started.cause == "final" and gate.ended is None:
        return replace(GATE_RUNS, word="gate runs")
    if any(work.label == VALIDATION for work in state.work.values()):
        return Look("●", "judging", "busy")
    return VALIDATION_LOOKS[state.validation.outcome]


def is_validating(state: RunState) -> bool:
    """Has the run come to its end once: is there anything to tell of it."""
    return state.validation.round > 0 or any(one.started.cause == "final" for one in state.gates)


def has_passed(state: RunState, phase: Phase) -> bool:
    """Is its gate green, with no task left behind that failed or was halted."""
    return phase.number in state.passed and SETTLED.issuperset(_states(state, phase))


def _states(state: RunState, phase: Phase) -> list[TaskState]:
    return [state.tasks[id_].state for id_ in phase.tasks if id_ in state.tasks]


def tally(state: RunState, phase: Phase) -> tuple[int, int, int]:
    """Tasks of the phase that are done, that failed or were halted, and all but parked ones."""
    states = _states(state, phase)
    lost = sum(one in {"failed", "halted"} for one in states)
    return states.count("done"), lost, sum(one != "parked" for one in states)


def bar(done: int, lost: int, total: int, width: int) -> list[tuple[str, str]]:
    """A bar of `width` cells: done, lost, and what is left, told apart without colour."""
    filled = done * width // total if total else 0
    broken = min(width - filled, -(-lost * width // total)) if total else 0
    return [
        ("━" * filled, "good"),
        ("╳" * broken, "bad"),
        ("╌" * (width - filled - broken), "faint"),
    ]


def gate_title(command: Sequence[str]) -> str:
    """The test command in few words: `GO TEST -RACE`."""
    words = [word for word in command if word not in {"-json", "-count=1"} and "/" not in word]
    name = PurePath(command[0]).name if command else "gate"
    return " ".join(words[:3]).upper() or name.upper()


def gate_cause(gate: GateStarted | GateEnded) -> str:
    """Why this gate runs or ran."""
    match gate.cause:
        case "baseline":
            return "baseline before the first phase"
        case "phase":
            return f"gate after phase {gate.phase}"
        case "final":
            return "last gate"
        case _:
            return "gate you asked for"


def failure_age(state: RunState, failure: Failure) -> Look | None:
    """Is it old, new or flaky; None where there is nothing to compare it with."""
    if failure.flaky:
        return Look("~", "flaky", "warn")
    if failure.old:
        return Look("=", "old", "quiet")
    gate = state.gate
    judged = gate is not None and gate.ended is not None and gate.started.cause != "baseline"
    compared = any(one.started.cause == "baseline" and one.ended for one in state.gates)
    return Look("+", "new", "bad") if judged and compared else None


def beside_kind(failure: Failure) -> str:
    """What is wrong, where `race` stands before it and its place beside it."""
    return wrong(failure).removeprefix("data race").strip()


def package_name(path: str) -> str:
    """The last element of a package's import path."""
    return path.rpartition("/")[2]


def tests_named(tests: Sequence[TestName]) -> str:
    """`count TestX`, `3 tests`, `the package count`, `2 packages`."""
    if len(tests) == 1:
        name = package_name(tests[0].package)
        return f"{name} {tests[0].test}" if tests[0].test else f"the package {name}"
    if all(one.test for one in tests):
        return count(len(tests), "test")
    return count(len({one.package for one in tests}), "package")


def suspect_name(suspect: Suspect) -> str:
    """The task, else the commit."""
    return suspect.task or f"commit {short(suspect.commit)}"


def phase_of(state: RunState, number: int) -> Phase | None:
    """The phase with this number; None where the plan has changed since."""
    return state.phases[number - 1] if 0 < number <= len(state.phases) else None


def current_phase(state: RunState) -> Phase | None:
    """The phase that is worked on: the first that has begun and not passed."""
    waiting = [phase for phase in state.phases if phase.number not in state.passed]
    return next((phase for phase in waiting if phase.number in state.begun), None)
