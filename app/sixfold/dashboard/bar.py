"""What is known of one bar of the timeline. Pure."""

from __future__ import annotations

from datetime import datetime

from sixfold.dashboard import words
from sixfold.dashboard.lanes import Bar, Span
from sixfold.dashboard.widgets.row import BLANK, Part
from sixfold.history import Attempt, Gate
from sixfold.state import RunState


def bar_rows(state: RunState, bar: Bar, now: float) -> list[list[Part]]:
    """Three rows: what it is, when it was, and what came of it."""
    match bar.item:
        case Attempt():
            return _of_attempt(state, bar, bar.item, now)
        case Gate():
            return _of_gate(bar, bar.item, now)
        case _:
            why: list[Part] = [(f"   {bar.item.reason}", "plain")]
            return [[*_name(bar, "the run")], _when(bar, now), why]


def gate_page(gate: Gate) -> list[Part]:
    """A gate with all that failed in it."""
    lines: list[Part] = [(_tests(gate), "strong"), (gate.reason, "plain"), BLANK]
    for failure in gate.failures:
        place = f"{failure.file}:{failure.line}" if failure.file else ""
        lines.append((f"{failure.package} {failure.test}  {place}  {failure.message}", "bad"))
    lines += [(f"fixed: {name}", "good") for name in gate.fixed]
    return lines


def _name(bar: Bar, name: str) -> list[Part]:
    look = bar.look
    return [(f" {look.glyph} ", look.tone), (name, "strong"), (f"  {look.word}", look.tone)]


def _when(bar: Bar, now: float, more: str = "") -> list[Part]:
    end = now if bar.end is None else bar.end
    until = "now" if bar.end is None else words.clock(end)
    took = f"   {words.clock(bar.begin)} to {until}, {words.clock(end - bar.begin)}"
    return [(took, "plain"), (more, "quiet")]


_AIMS = {
    "fix": "turn the gate of phase {phase} green",
    "validation": "judge what the spec asks for",
    "task": "",
}
"""What an attempt is for that is at no task."""


def _rested(holds: list[Span], now: float) -> float:
    return sum((now if end is None else end) - begin for begin, end in holds)


def _of_attempt(state: RunState, bar: Bar, one: Attempt, now: float) -> list[list[Part]]:
    task = None if one.removed else state.by_id.get(one.task)
    title = task.title if task else one.removed or _AIMS[one.kind].format(phase=one.phase)
    rested = _rested(bar.holds, now)
    more = f", rested {words.clock(rested)}" if rested >= 1 else ""
    spending = words.spending(one.usage)
    facts = f"{more}   slot {one.slot}   {one.agent}{f'   {spending}' if spending else ''}"
    name = f"{one.task}{f' #{one.number}' if one.number > 1 else ''}"
    conflicts = f"{words.count(one.conflicts, 'conflict')}  " if one.conflicts else ""
    came: list[Part] = [
        (f"   {conflicts}", words.CONFLICT.tone),
        (one.reason or (f"commit {words.short(one.commit)}" if one.commit else ""), "plain"),
    ]
    return [[*_name(bar, name), (f"   {title}", "quiet")], _when(bar, now, facts), came]


def _of_gate(bar: Bar, gate: Gate, now: float) -> list[list[Part]]:
    causes = {"baseline": "baseline", "asked": "gate you asked for", "final": "last gate"}
    cause = causes.get(gate.cause, f"gate after phase {gate.phase}")
    over = gate.verdict not in {"running", "cut short"}
    tests = f"   {_tests(gate)}" if over else ""
    return [_name(bar, cause), _when(bar, now, tests), [(f"   {gate.reason}", "plain")]]


def _tests(gate: Gate) -> str:
    told = f"{gate.passed} passed, {gate.failed} failed, {gate.skipped} skipped"
    return f"{told}, {words.count(gate.races, 'race')}"


def until(state: RunState, last: datetime | None, clock: datetime, *, gone: bool) -> datetime:
    """The end of what is known: now while the run is live, else its last event."""
    if state.ended:
        return state.ended
    return clock if state.live and not gone else last or clock
