"""Events and state as plain lines, for a terminal without a dashboard and for logs."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from pathlib import PurePath

from sixfold import events as ev
from sixfold.model import Failure, PlanWarning, Suspect, Usage
from sixfold.state import RunState, Work
from sixfold.verdicts import evidence_text, validation_lines

SHORT = 10
"""Characters of a commit's id that are shown."""
MARKS = 4
"""Combining marks on one letter that are shown; no writing needs more."""
CONTROLS = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""A pattern: controls, what turns the direction of writing, and what hides in text.

Newlines and tabs are none of them, nor are the joiners of emoji and of scripts that need them.
"""
_COMBINING = (
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u064b-\u065f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u1ab0-\u1aff"
    "\u1dc0-\u1dff\u200c\u200d\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef]"
)
_FLOOD = re.compile(f"({_COMBINING}{{{MARKS}}}){_COMBINING}+")


def harmless(text: str) -> str:
    """`text` without control characters: what agents, tests and files say is data."""
    return text if text.isascii() and text.isprintable() else calm(re.sub(CONTROLS, "", text))


def calm(text: str) -> str:
    """`text` without the marks that are heaped on one letter."""
    return text if text.isascii() else _FLOOD.sub(r"\1", text)


def _clock(at: datetime) -> str:
    return f"{at.astimezone():%H:%M:%S}"


def at_work(
    event: ev.TurnHeld | ev.TurnBegan | ev.AgentStalled | ev.AgentRecovered,
) -> str:
    """What became of an agent in the middle of an attempt."""
    match event:
        case ev.TurnHeld():
            return f"rests: {event.reason}"
        case ev.TurnBegan():
            return f"goes on with {event.agent}"
        case ev.AgentStalled():
            return f"has stalled: no sign of life for {event.seconds:.0f} s"
        case ev.AgentRecovered():
            return "gives signs of life again"


def event_line(event: ev.AnyEvent, state: RunState) -> str:
    """One event as a line (more for a plan with warnings); empty for what needs no line."""
    match event:
        case ev.RunStarted():
            return _beginning(event)
        case ev.RunContinued():
            return f"run {state.run} goes on: {state.done} of {state.total} tasks were done"
        case ev.PlanLoaded():
            plan = event.plan
            head = f"plan {len(plan.tasks)} tasks in {len(plan.phases)} phases, {plan.tasks_file}"
            return "\n".join([head, *(warning_line(plan.tasks_file, w) for w in plan.warnings)])
        case ev.PlanChanged():
            return f"plan changed: {change(event)}"
        case ev.ChecklistsRead():
            found = [f"{c.name} {c.done}/{c.done + c.open} {c.status}" for c in event.checklists]
            return f"checklists {', '.join(found)}" if found else ""
        case ev.PhaseStarted():
            return f"phase {event.phase} {event.title}"
        case ev.PhaseEnded():
            return f"phase {event.phase} ended, its gate is green"
        case ev.TaskStarted():
            title = state.by_id[event.task].title if event.task in state.by_id else ""
            return f"{event.task} starts in slot {event.slot}, attempt {event.attempt}: {title}"
        case ev.TaskEnded():
            again = ", another attempt follows" if event.again else ""
            commit = f" as {event.commit[:SHORT]}" if event.commit else ""
            kept = f", kept on {event.branch}" if event.branch else ""
            return f"{event.task} {event.outcome}{commit}{_because(event.reason)}{kept}{again}"
        case ev.IntegrationStarted():
            return ""
        case ev.ConflictFound():
            others = f" with {', '.join(event.tasks)}" if event.tasks else ""
            return f"{event.task} conflicts{others} in {', '.join(event.paths)}: its agent is asked"
        case ev.TaskHalted():
            return f"{event.task} halted: it needs {event.because}"
        case ev.TaskSkipped():
            return f"{event.task} skipped"
        case ev.TaskReopened():
            return f"{event.task} is open again"
        case ev.TaskUndone():
            how = f"undone by {event.commit[:SHORT]}" if event.commit else "on its branch no more"
            return f"{event.task} is {how}, and open again"
        case ev.TaskSetAside():
            return f"{event.task} is set aside, kept on {event.branch}{_because(event.reason)}"
        case ev.TurnHeld() | ev.TurnBegan() | ev.AgentStalled() | ev.AgentRecovered():
            return f"{event.task} {at_work(event)}"
        case ev.UsageReported():
            return ""
        case ev.ProviderLimited():
            return f"{event.provider} takes no more until {_clock(event.until)}: {event.reason}"
        case ev.ProviderBack():
            return f"{event.provider} takes work again"
        case ev.GateStarted():
            return f"gate {event.gate} ({_cause(event)}): {' '.join(event.command)}"
        case ev.GateEnded() | ev.RerunStarted() | ev.RerunEnded():
            return gate_lines(event) if isinstance(event, ev.GateEnded) else rerun_lines(event)
        case ev.FixStarted() | ev.FixEnded():
            return _fix_line(event)
        case (
            ev.ValidationStarted()
            | ev.RequirementJudged()
            | ev.ValidationEnded()
            | ev.RequirementsReturned()
        ):
            return _validation_line(event)
        case ev.PermissionAsked():
            how = " or ".join(f"`sixfold answer {event.request} {o}`" for o in event.options)
            return f"{event.task} asks: {event.text}; {how}"
        case ev.PermissionAnswered():
            return f"{event.task} is answered: {event.option}"
        case ev.RunPaused():
            return f"paused: {pausing(now=event.now)}"
        case ev.RunResumed():
            return "goes on"
        case ev.RunBlocked():
            return f"blocked: {event.reason}; you can: {', '.join(event.options)}"
        case ev.CheckoutHeld():
            return f"your checkout stays behind {state.work_branch}: {event.reason}"
        case ev.CheckoutFollowed():
            return f"your checkout follows again, at {event.commit[:SHORT]}"
        case ev.RunEnded():
            return f"{event.outcome}: {ending(event)}"
        case ev.Notice():
            return f"{event.level}: {event.text}"


def pausing(*, now: bool) -> str:
    """What a pause means; `now`: running turns were cut short."""
    return f"running turns {'rest' if now else 'finish'}, nothing new starts"


def ending(event: ev.RunEnded) -> str:
    """What a run came to, behind its outcome."""
    bring = f"\nto have it all in your branch: {event.command}" if event.command else ""
    return f"{event.done} of {event.total} tasks done{_because(event.reason)}{bring}"


def _beginning(event: ev.RunStarted) -> str:
    held = f", sandbox {event.sandbox}" if event.sandbox != "off" else ""
    return f"run {event.run} on {event.branch}, agent {event.agent}, {event.slots} slots{held}"


def rerun_lines(rerun: ev.RerunStarted | ev.RerunEnded) -> str:
    """What is rerun; or how that ended, and a line for each failure."""
    if isinstance(rerun, ev.RerunStarted):
        return f"rerun {rerun.rerun}: {' '.join(rerun.command)}"
    tally = f"rerun {rerun.rerun} {rerun.verdict}: {rerun.passed} passed, {rerun.failed} failed"
    failures = [f"  {failure_line(failure)}" for failure in rerun.failures]
    return "\n".join([tally + _because(rerun.reason), *failures])


def _fix_line(event: ev.FixStarted | ev.FixEnded) -> str:
    match event:
        case ev.FixStarted():
            why = f"the gate of phase {event.phase} is red"
            return f"fix {event.phase} starts in slot {event.slot}, attempt {event.attempt}: {why}"
        case ev.FixEnded():
            commit = f" as {event.commit[:SHORT]}" if event.commit else ""
            kept = f", kept on {event.branch}" if event.branch else ""
            ended = f"fix {event.phase} {event.outcome}{commit}"
            return f"{ended}{_because(event.reason)}{kept}"


def _validation_line(
    event: ev.ValidationStarted
    | ev.RequirementJudged
    | ev.ValidationEnded
    | ev.RequirementsReturned,
) -> str:
    match event:
        case ev.ValidationStarted():
            some = f"{len(event.asked)} of {len(event.requirements)} requirements"
            return f"validation {event.round}: {event.agent} judges {some} in slot {event.slot}"
        case ev.RequirementJudged():
            return f"{event.requirement} {event.verdict}{_because(event.reason)}{_shown(event)}"
        case ev.ValidationEnded():
            tally = f", {event.met} of {event.total} requirements met" if event.total else ""
            again = ", the rest is asked for once more" if event.again else ""
            ended = "goes on" if event.again else event.outcome
            return f"validation {event.round} {ended}{tally}{_because(event.reason)}{again}"
        case ev.RequirementsReturned():
            what = ", ".join(event.requirements)
            return f"unmet requirements are tasks now: {what} as {', '.join(event.tasks)}"


def _shown(event: ev.RequirementJudged) -> str:
    good = [evidence_text(one) for one in event.evidence if not one.flaw]
    return f": {', '.join(good)}" if good else ""


def gate_lines(gate: ev.GateEnded) -> str:
    """How a gate ended, and a line for each failure."""
    races = f"{gate.races} race{'' if gate.races == 1 else 's'}"
    tally = (
        f"gate {gate.gate} {gate.verdict}: {gate.passed} passed, {gate.failed} failed, "
        f"{gate.skipped} skipped, {races}, {gate.seconds:.1f} s"
    )
    word = "FLAKY" if gate.verdict == "green" else "FAIL"
    failures = [f"  {failure_line(failure, word)}" for failure in gate.failures]
    fixed = [f"  fixed since the baseline: {', '.join(gate.fixed)}"] if gate.fixed else []
    blame = [f"  suspect: {suspect_line(suspect)}" for suspect in gate.suspects]
    return "\n".join([tally + _because(gate.reason), *failures, *fixed, *blame])


def alone_lines(state: RunState) -> list[str]:
    """What tests alone came to: the latest gate, and what was run once more last of all since."""
    if not state.gate or not state.gate.ended:
        return ["the tests had not ended"]
    again = [rerun.ended for rerun in state.reruns if rerun.ended]
    return [gate_lines(state.gate.ended), *map(rerun_lines, again[-1:])]


def suspect_line(suspect: Suspect) -> str:
    """`T009 1a2b3c4d5e what its message says: its files`; a person's commit has no task."""
    who = suspect.task or "of a person"
    return f"{who} {suspect.commit[:SHORT]} {subject(suspect)}: {', '.join(suspect.files)}"


def subject(suspect: Suspect) -> str:
    """What a commit's message says beside the task that it begins with."""
    return suspect.subject.removeprefix(f"{suspect.task}: ")


def failure_line(failure: Failure, word: str = "FAIL") -> str:
    """`FAIL package Test  what (file:line)`."""
    place = f" ({failure.file}:{failure.line})" if failure.file else ""
    name = f"{failure.package} {failure.test}".strip()
    age = " [old]" if failure.old else " [flaky: passes when run again]" if failure.flaky else ""
    return f"{word} {name} {failure.kind}: {wrong(failure)}{place}{age}"


def wrong(failure: Failure) -> str:
    """What a failure says beside its kind and its place, which are told on their own."""
    text = failure.message.removeprefix("panic:").strip()
    place = f"  {PurePath(failure.file).name}:{failure.line}"
    return text if " <-> " in text else text.replace(place, "", 1)


def warning_line(tasks_file: str, warning: PlanWarning) -> str:
    """`warning: specs/x/tasks.md:12: what (code)`."""
    return f"warning: {tasks_file}:{warning.line}: {warning.message} ({warning.code})"


def change(event: ev.PlanChanged) -> str:
    """What a person's edit of `tasks.md` did, in words."""
    parts = [
        f"{word} {', '.join(ids)}"
        for word, ids in (
            ("added", event.added),
            ("removed", event.removed),
            ("edited", event.edited),
            ("ticked", event.ticked),
            ("renamed", [f"{old} to {new}" for old, new in event.renamed.items()]),
        )
        if ids
    ]
    return "; ".join(parts) or "its text"


def status_lines(state: RunState, *, live: bool, now: datetime) -> list[str]:
    """The state of a run, for `sixfold status`."""
    counts = Counter(task.state for task in state.tasks.values())
    tally = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
    ended = state.ended or now
    elapsed = f", {_seconds(state.started, ended):.0f} s" if state.started else ""
    lines = [
        f"run {state.run}: {state.status}{'' if live or state.ended else ', not live'}{elapsed}",
        f"{state.done} of {state.total} tasks done ({tally})",
    ]
    if state.reason:
        lines.append(f"because: {state.reason}")
    if state.held:
        lines.append(f"your checkout stays behind {state.work_branch}: {state.held}")
    if state.command and state.ended:
        lines.append(f"to have it all in your branch: {state.command}")
    if state.options:
        lines.append(f"you can: {', '.join(state.options)}")
    if spent := spending(state.usage):
        lines.append(f"spent: {spent}")
    lines.extend(
        f"{one.provider} takes no more until {_clock(one.until)}: {one.reason}"
        for one in state.limited.values()
    )
    lines.extend(_slot_line(work) for work in state.work.values())
    lines.extend(
        f"{ask.request} of {ask.task} asks: {ask.text} ({' or '.join(ask.options)}; "
        f"`sixfold answer {ask.request} ...`)"
        for ask in state.asked.values()
    )
    lines.extend(
        f"{name} {task.state}{_because(task.reason)}"
        for name, task in state.tasks.items()
        if task.state in {"failed", "halted"}
    )
    if state.gate and state.gate.ended:
        lines.append(gate_lines(state.gate.ended))
    lines.extend(validation_lines(state))
    if state.ended:
        lines.append(_further(state))
    return lines


def _further(state: RunState) -> str:
    """The command that tells more of a run that has ended, or goes on with it."""
    if state.status == "finished":
        return "`sixfold report` tells what was done"
    return "`sixfold run --resume` goes on with it"


def _seconds(began: datetime, ended: datetime) -> float:
    """Never less than none: the clock may have been set back."""
    return max(0.0, (ended - began).total_seconds())


def spending(usage: Usage) -> str:
    """Tokens and dollars, those that are known."""
    tokens = f"{usage.tokens:,} tokens" if usage.tokens else ""
    cost = f"${usage.cost:,.2f}" if usage.cost else ""
    return ", ".join(filter(None, [tokens, cost]))


def _slot_line(work: Work) -> str:
    rests = f", rests: {work.held}" if work.held else ""
    stalled = f", no sign of life for {work.stalled:.0f} s" if work.stalled else ""
    return f"slot {work.slot}: {work.label}, attempt {work.attempt}, {work.agent}{rests}{stalled}"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _cause(gate: ev.GateStarted) -> str:
    return f"after phase {gate.phase}" if gate.cause == "phase" else gate.cause
