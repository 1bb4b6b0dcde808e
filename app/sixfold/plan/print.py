"""What `sixfold plan` prints: the plan as text for 80 columns, and why a task has to wait."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from textwrap import wrap
from typing import Final

from sixfold.model import Need, Phase, Plan, Task
from sixfold.plan.forecast import Forecast, forecast

_WIDTH: Final = 80
_BOXES: Final = {"pending": " ", "done": "X", "parked": "-"}
_CONFLICT: Final = "parallel-same-file"
_SAID: Final = {"one-by-one": "stories one by one", "parallel": "stories side by side"}


def overview(plan: Plan, other: Plan) -> list[str]:
    """The whole plan as lines; `other` is the same file planned with the other story order."""
    seen = forecast(plan)
    lines = [f"{plan.branch}  {plan.tasks_file}", _counts(plan), ""]
    lines += _phases(plan)
    lines += _waves(plan, seen)
    lines += _path(seen)
    lines += _speed(plan, seen, other)
    conflicts = [warning for warning in plan.warnings if warning.code == _CONFLICT]
    others = [warning for warning in plan.warnings if warning.code != _CONFLICT]
    for title, told in (("Conflicts", conflicts), ("Warnings", others)):
        if told:
            lines += ["", f"{title} ({len(told)})"]
            for warning in told:
                text = warning.message.removeprefix(f"line {warning.line}: ")
                lines += _hung(f"  line {warning.line}: ", text)
    return lines


def why(plan: Plan, task: str) -> list[str]:
    """The chain of reasons from a task back to the start, one step a line, words included.

    Of several needs it follows the one that ends last. `KeyError` for a task that is not in
    the plan.
    """
    by_id = {found.id: found for found in reversed(plan.tasks)}
    starts = _starts(plan)
    current = by_id[task]
    lines = [_heading(current)]
    while True:
        step = _step_back(plan, current, by_id, starts)
        if step is None:
            return [*lines, "  and that can start at once"]
        reason, current = step
        lines += _hung("  ", reason)
        lines.append(_heading(current))


def _counts(plan: Plan) -> str:
    counts = {state: sum(task.state == state for task in plan.tasks) for state in _BOXES}
    parked = f", {counts['parked']} parked" if counts["parked"] else ""
    return (
        f"{_many(len(plan.tasks), 'task')} in {_many(len(plan.phases), 'phase')}:"
        f" {counts['pending']} open, {counts['done']} done{parked}"
    )


def _phases(plan: Plan) -> Iterator[str]:
    titles = {phase.number: phase for phase in plan.phases}
    parted = sorted(plan.tasks, key=lambda task: task.phase)
    grouped = {number: list(tasks) for number, tasks in groupby(parted, lambda task: task.phase)}
    for number in sorted({*titles, *grouped}):
        phase = titles.get(number)
        yield from _hung(
            f"Phase {number}  " if phase else "", phase.title if phase else "Before any phase"
        )
        if phase is not None:
            yield from _hung("  ", _barrier(phase))
        for task in grouped.get(number, []):
            yield from _task(task)
        yield ""


def _barrier(phase: Phase) -> str:
    said = [phase.kind + (f" {phase.story}" if phase.story else "")]
    if phase.needs:
        said.append(f"needs phase {_listed(map(str, phase.needs))}")
    if phase.follows:
        said.append(f"comes after phase {_listed(map(str, phase.follows))}")
    return ", ".join(said)


def _task(task: Task) -> Iterator[str]:
    marks = f"[{_BOXES[task.state]}] {task.id}{' [P]' if task.parallel else ''} "
    unrun = "" if task.runnable else "(not run) "
    yield _cut(f"  {marks}{unrun}{task.title}")
    if task.files:
        yield from _hung("        files ", ", ".join(task.files))
    for because, needs in groupby(sorted(task.needs, key=_because), _because):
        grouped = list(needs)
        yield from _hung("        needs ", f"{_listed(n.task for n in grouped)} ({because})")


def _because(need: Need) -> str:
    words = {
        "order": "order",
        "phase": "phase",
        "file": f"file {need.detail}",
        "stated": f"stated on line {need.line}",
        "test first": f"test first: {need.detail}",
    }
    return words[need.because]


def _waves(plan: Plan, seen: Forecast) -> Iterator[str]:
    if seen.waves:
        yield f"Waves on {_many(plan.slots, 'slot')}, every task taking one unit of time"
    for number, wave in enumerate(seen.waves, 1):
        yield from _hung(f"  {number:>3}  ", "  ".join(wave))
    if seen.waves:
        yield ""


def _path(seen: Forecast) -> Iterator[str]:
    yield f"Width          {_many(seen.width, 'task')} side by side at most, on unlimited slots"
    length = len(seen.critical_path)
    yield from _hung(
        "Critical path  ",
        f"{_many(length, 'task')}: {' > '.join(seen.critical_path)}" if length else "none",
    )


def _speed(plan: Plan, seen: Forecast, other: Plan) -> Iterator[str]:
    for name, one in sorted([(plan.stories, seen), (other.stories, forecast(other))], key=_first):
        tasks = sum(map(len, one.waves))
        mine = "  (this plan)" if name == plan.stories else ""
        yield (
            f"Speed-up       {one.speedup:.2f}  {_many(tasks, 'task')} in"
            f" {_many(len(one.waves), 'step')}, {_SAID[name]}{mine}"
        )


def _first(entry: tuple[str, Forecast]) -> str:
    return entry[0]


def _starts(plan: Plan) -> dict[str, int]:
    """The wave in which each open task runs."""
    waves = forecast(plan).waves
    return {task: number for number, wave in enumerate(waves, 1) for task in wave}


def _step_back(
    plan: Plan, task: Task, by_id: Mapping[str, Task], starts: Mapping[str, int]
) -> tuple[str, Task] | None:
    """Why the task waits, and for which one: the last to end of what it needs."""

    def late(name: str) -> tuple[int, int]:
        return starts.get(name, 0), by_id[name].line

    reasons = {need.task: f"needs {need.task}: {_reason(need)}" for need in reversed(task.needs)}
    if not reasons and task.phase:
        phase = plan.phases[task.phase - 1]
        earlier = [(number, "needs") for number in phase.needs]
        earlier += [(number, "comes after") for number in phase.follows]
        for number, verb in earlier:
            for name in plan.phases[number - 1].tasks:
                reasons[name] = (
                    f"phase {phase.number} {verb} phase {number}, which ends with {name}"
                )
        if not phase.needs:
            for name in (t.id for t in by_id.values() if t.phase == 0):
                reasons[name] = f"comes after what stands before any phase, which ends with {name}"
    if not reasons:
        return None
    last = max(reasons, key=late)
    return reasons[last], by_id[last]


def _reason(need: Need) -> str:
    reasons = {
        "order": "order; without [P] on both, the one above comes first",
        "phase": "the phase before comes first",
        "file": f"file; both name {need.detail}",
        "stated": f'stated; line {need.line} says "{need.detail}"',
        "test first": f"test first; {need.task} is the test, by {need.detail}",
    }
    return reasons[need.because]


def _heading(task: Task) -> str:
    place = f"  (line {task.line}, {task.state})"
    return f"{_cut(f'{task.id}  {task.title}', _WIDTH - len(place))}{place}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _cut(line: str, room: int = _WIDTH) -> str:
    return line if len(line) <= room else line[: room - 1] + "…"


def _hung(lead: str, text: str) -> Sequence[str]:
    """Text behind a lead, its further lines as far in as its first."""
    room = _WIDTH - len(lead)
    lines = wrap(text, room, break_on_hyphens=False) or [""]
    return [(lead if n == 0 else " " * len(lead)) + line for n, line in enumerate(lines)]
