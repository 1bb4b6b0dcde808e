"""What is happening now, in one plain sentence. Pure."""

from __future__ import annotations

from sixfold.dashboard import words
from sixfold.state import VALIDATION, GateRun, RunState, Work

MOST_NAMED = 3
"""Tasks that are named; of more there is a number."""


def sentence(state: RunState) -> str:
    """`T009, T010 and T011 are at work in phase 3; the gate after phase 2 runs.`; empty before."""
    if not state.live:
        return ""
    clauses = [_at_work(state), *_joining(state), *_mending(state), *_validating(state)]
    clauses += _judging(state)
    told = "; ".join(clause for clause in clauses if clause) or _idle(state)
    return f"{told[:1].upper()}{told[1:]}."


def _at_work(state: RunState) -> str:
    tasks = [work for work in state.work.values() if work.task and work.doing == "turn"]
    awake = [work for work in tasks if not work.held]
    if not awake:
        return f"{_who(tasks)} {_verb(tasks, 'rests', 'rest')}" if tasks else ""
    phases = {work.phase for work in awake}
    where = f" in phase {phases.pop()}" if len(phases) == 1 and 0 not in phases else ""
    resting = len(tasks) - len(awake)
    rest = f", {resting} more {'rests' if resting == 1 else 'rest'}" if resting else ""
    return f"{_who(awake)} {_verb(awake, 'is', 'are')} at work{where}{rest}"


def _joining(state: RunState) -> list[str]:
    joining = [work for work in state.work.values() if work.doing == "integrating"]
    parted = [work for work in state.work.values() if work.doing == "conflict"]
    told = [f"{_who(joining)} {_verb(joining, 'is', 'are')} being joined"] if joining else []
    return told + ([f"a conflict of {_who(parted)} is being settled"] if parted else [])


def _mending(state: RunState) -> list[str]:
    return [
        f"a fix is at the red gate of phase {work.phase}"
        for work in state.work.values()
        if not work.task and work.doing == "turn" and work.label != VALIDATION
    ]


def _validating(state: RunState) -> list[str]:
    left = sum(not one.verdict for one in state.requirements.values())
    judged = f"{words.count(left, 'requirement')} of the spec {'is' if left == 1 else 'are'} judged"
    return [f"{judged} by {work.agent}" for work in state.work.values() if work.label == VALIDATION]


def _judging(state: RunState) -> list[str]:
    gate = state.gate
    return [f"the {_gate(gate)} runs"] if gate and gate.ended is None else []


def _gate(gate: GateRun) -> str:
    return words.gate_cause(gate.started).removesuffix(" before the first phase")


def _idle(state: RunState) -> str:
    if state.status == "paused":
        return "paused, and nothing is at work"
    if state.status == "blocked":
        return "nothing is at work until somebody helps"
    return "between two tasks" if state.tasks else "reading the feature"


def _who(works: list[Work]) -> str:
    if len(works) > MOST_NAMED:
        return f"{len(works)} tasks"
    return words.both(sorted(work.label for work in works))


def _verb(works: list[Work], one: str, more: str) -> str:
    return one if len(works) == 1 else more
