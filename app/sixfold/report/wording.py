"""How the account's times, sums and states are told, in text and on the page. Pure."""

from __future__ import annotations

from datetime import datetime

from sixfold.history import Attempt, Gate
from sixfold.lines import spending
from sixfold.model import Usage
from sixfold.report.account import Account


def duration(seconds: float) -> str:
    """`0.4 s`, `41 s`, `12 min 3 s`, `3 h 2 min`, `2 d 4 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, unit, rest in ((86400, "d", "h"), (3600, "h", "min"), (60, "min", "s")):
        if whole >= size:
            more = whole % size // {"h": 3600, "min": 60, "s": 1}[rest]
            return f"{whole // size} {unit} {more} {rest}" if more else f"{whole // size} {unit}"
    return f"{whole} s"


def took(attempt: Attempt) -> str:
    """`12 min 3 s, 4 min of them at rest`."""
    rest = f", {duration(attempt.resting)} of them at rest" if attempt.resting else ""
    return f"{duration(attempt.seconds)}{rest}"


def moment(at: datetime | None) -> str:
    """`28 Nov 2026, 18:10:23`, local; empty where it is not known."""
    return f"{at.astimezone():%-d %b %Y, %H:%M:%S}" if at else ""


def count(number: int, noun: str) -> str:
    """`1 task`, `2 tasks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def spent(usage: Usage) -> str:
    """Tokens and dollars, those that are known; a dash where neither is."""
    return spending(usage) or "–"


def cause(gate: Gate) -> str:
    """Why a gate ran."""
    match gate.cause:
        case "baseline":
            return "baseline before the first phase"
        case "phase":
            return f"after phase {gate.phase}"
        case "final":
            return "the last of all"
        case _:
            return "asked for"


def tests(gate: Gate) -> str:
    """`12 passed, 1 failed, 2 races`: noughts but that of `passed` are left out."""
    numbers = [
        (gate.failed, "failed"),
        (gate.skipped, "skipped"),
        (gate.races, "race" if gate.races == 1 else "races"),
    ]
    return ", ".join([f"{gate.passed:,} passed", *(f"{n:,} {word}" for n, word in numbers if n)])


def headline(account: Account) -> str:
    """How the run stands, in a sentence."""
    tasks = f"{account.done} of {count(account.total, 'task')} done"
    judged = [gate for gate in account.gates if gate.ended]
    last = f", the last gate is {judged[-1].verdict.replace('_', ' ')}" if judged else ""
    reason = f": {account.reason}" if account.reason else ""
    return f"{tasks}{last}{reason}"
