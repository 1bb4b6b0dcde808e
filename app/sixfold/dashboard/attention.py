"""What a person needs to know or do now, in front of everything. Pure."""

from __future__ import annotations

from msgspec import Struct

from sixfold import events as ev
from sixfold.dashboard import words
from sixfold.dashboard.actions import KEYS_OF_ANSWERS, KEYS_OF_COMMANDS
from sixfold.lines import pausing
from sixfold.state import RunState


class Call(Struct, frozen=True):
    """One line that calls for a person: what is the matter, and the keys that help."""

    text: str
    keys: tuple[tuple[str, str], ...] = ()
    """Pairs of key and word."""
    urgent: bool = True
    """False where it is only good to know."""


def calls(state: RunState, *, gone: bool, startable: bool, leaving: bool) -> list[Call]:
    """All that calls for a person, the most pressing first; empty while all goes well."""
    found: list[Call] = []
    if gone:
        found.append(
            Call(
                "the runner is gone without a word; finished work is safe, "
                "`sixfold run --resume` goes on with it",
                (("q", "leave"),),
            )
        )
    elif leaving and state.live:
        found.append(Call("stopping: running attempts are cancelled …", (("q", "leave now"),)))
    if not gone:
        found += [
            Call(
                f"{_who(ask)} asks: {words.one_line(ask.text)}",
                tuple((KEYS_OF_ANSWERS[one], one) for one in ask.options if one in KEYS_OF_ANSWERS),
            )
            for ask in state.asked.values()
            if state.live
        ]
        found += _standing(state, startable=startable)
    return found


def _standing(state: RunState, *, startable: bool) -> list[Call]:
    failed = [id_ for id_, task in state.tasks.items() if task.state == "failed"]
    match state.status:
        case "ready":
            keys = (("s", "start"), ("P", "plan"))
            return [Call(f"ready: {_size(state)}", keys, urgent=False)] if startable else []
        case "blocked":
            return [Call(f"blocked: {state.reason}", _keys(state.options))]
        case "paused":
            resting = Call(f"paused: {pausing(now=state.paused_now)}", (("p", "go on"),))
            return [*_failures(state, failed), resting]
        case "running":
            return _failures(state, failed)
    return [_ending(state, failed)]


def _who(ask: ev.PermissionAsked) -> str:
    return f"slot {ask.slot} ({ask.task})" if ask.slot else ask.task


def behind(state: RunState) -> str:
    """Why the person's checkout stays where it is, and what to do; empty while it follows."""
    if not state.held or not state.live:
        return ""
    command = f", or by `{state.command}`" if state.command else ""
    return f"your checkout stays behind: {state.held}; it follows once that is gone{command}"


def _size(state: RunState) -> str:
    plan = state.plan
    if plan is None:
        return "no plan"
    parts = [words.count(len(plan.tasks), "task"), words.count(len(plan.phases), "phase")]
    if plan.warnings:
        parts.append(words.count(len(plan.warnings), "warning"))
    return ", ".join([*parts, f"speed-up {plan.speedup:.1f} on {words.count(plan.slots, 'slot')}"])


def _keys(options: list[str]) -> tuple[tuple[str, str], ...]:
    found: dict[str, str] = {}
    for option in options:
        if key := KEYS_OF_COMMANDS.get(option.partition(" ")[0]):
            found.setdefault(key, option.replace("set-aside", "set aside"))
    return tuple(found.items()) or (("g", "gate"), ("q", "stop"))


def _failures(state: RunState, failed: list[str]) -> list[Call]:
    if not failed:
        return []
    halted = sum(task.state == "halted" for task in state.tasks.values())
    first, more = failed[0], f"  (+{len(failed) - 1} more)" if failed[1:] else ""
    reason = state.tasks[first].reason or "no reason given"
    waits = f", {words.count(halted, 'task')} halted by it" if halted else ""
    text = f"{first} failed{waits}: {reason}{more}"
    return [Call(text, (("r", f"retry {first}"), ("S", f"skip {first}")))]


def _ending(state: RunState, failed: list[str]) -> Call:
    bring = f"; to have it all in your branch: `{state.command}` " if state.command else ""
    reason = f": {state.reason}" if state.reason else ""
    met = f", {_met(state)}" if state.requirements and state.status == "finished" else ""
    lost = f"  not done: {words.plain_list(failed)}" if failed else ""
    further = "; `sixfold run --resume` goes on with it"
    if state.status == "finished":
        further = "; `sixfold report` tells what was done"
    text = f"the run has {_ENDED.get(state.status, 'ended')}{met}{bring}{reason}{lost}{further}"
    return Call(text, (("q", "leave"),), urgent=state.status == "failed")


def _met(state: RunState) -> str:
    return f"{state.met} of {words.count(len(state.requirements), 'requirement')} met"


_ENDED = {"finished": "finished", "failed": "failed", "stopped": "been stopped"}
