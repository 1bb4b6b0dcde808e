"""The account of a run as plain lines. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sixfold.history import Attempt, Gate
from sixfold.lines import SHORT, failure_line, harmless, suspect_line, warning_line
from sixfold.report import wording
from sixfold.report.account import Account, TaskAccount

WIDEST = 60
"""Cells of a column at most, the last one aside."""


def text(account: Account) -> list[str]:
    """The whole report; nothing in it drives a terminal."""
    parts = [
        _summary(account),
        *_phases(account),
        _section("TASKS THAT WERE TAKEN OUT", [_attempt(one) for one in account.removed]),
        _section("GATES", (line for gate in account.gates for line in _gate(gate))),
        _section("FIXES", [_attempt(one) for one in account.fixes]),
        _section("AGENTS", _agents(account)),
        _section("PAUSES", _rests(account)),
        _section("QUESTIONS", _questions(account)),
        _section("WHAT ELSE HAPPENED", [one.text for one in account.remarks]),
        _section("NOTICES", [f"{one.kind}: {one.text}" for one in account.notices]),
        _section("WARNINGS", _warnings(account)),
        _section("CHECKLISTS", _checklists(account)),
    ]
    lines = "\n\n".join("\n".join(part) for part in parts if part)
    return [harmless(line) for line in lines.split("\n")]


def _summary(account: Account) -> list[str]:
    rest = f", {wording.duration(account.resting)} of them at rest" if account.resting else ""
    known = [
        ("feature", account.feature_dir),
        ("branch", account.branch),
        ("started", wording.moment(account.started)),
        ("ended", wording.moment(account.ended) or ("live" if account.live else "")),
        ("took", f"{wording.duration(account.seconds)}{rest}"),
        ("spent", wording.spent(account.usage)),
        ("you can", ", ".join(account.options)),
        ("bring it in by", account.command),
    ]
    head = f"run {account.run}: {account.outcome}, {wording.headline(account)}"
    return [head, *(f"  {name:<16}{value}" for name, value in known if value not in {"", "–"})]


def _phases(account: Account) -> Iterator[list[str]]:
    tasks = {task.id: task for task in account.tasks}
    listed = {name for phase in account.phases for name in phase.tasks}
    loose = [task for task in account.tasks if task.id not in listed]
    yield _section("BEFORE ANY PHASE", _tasks(loose))
    for phase in account.phases:
        passed = ", passed" if phase.passed else ""
        title = f"PHASE {phase.number}  {phase.title}  {phase.done}/{phase.total}{passed}"
        rows = _tasks([tasks[name] for name in phase.tasks if name in tasks])
        yield _section(title, rows) or [title]


def _tasks(tasks: Iterable[TaskAccount]) -> list[str]:
    return _columns(
        [
            task.id,
            task.state,
            f"{task.attempts}x {task.agent} in {task.slot}" if task.attempts else "",
            wording.duration(task.seconds) if task.attempts else "",
            wording.spent(task.usage) if task.usage.tokens or task.usage.cost else "",
            task.commit[:SHORT],
            f"{task.title}{f' ({task.reason})' if task.reason else ''}",
        ]
        for task in tasks
    )


def _attempt(one: Attempt) -> str:
    name = f"{one.task} {one.removed}".strip()
    commit = f" as {one.commit[:SHORT]}" if one.commit else ""
    kept = f", kept on {one.branch}" if one.branch and not one.commit else ""
    reason = f" ({one.reason})" if one.reason else ""
    who = f"{one.agent} in slot {one.slot}, {wording.took(one)}"
    return f"{name}, attempt {one.number} by {who}: {one.outcome}{commit}{reason}{kept}"


def _gate(gate: Gate) -> Iterator[str]:
    took = wording.duration(gate.seconds)
    reason = f" ({gate.reason})" if gate.reason else ""
    verdict = gate.verdict.replace("_", " ")
    yield f"{gate.gate}  {wording.cause(gate)}: {verdict}, {wording.tests(gate)}, {took}{reason}"
    yield from (f"   {failure_line(failure)}" for failure in gate.failures)
    yield from (f"   suspect: {suspect_line(suspect)}" for suspect in gate.suspects)
    if gate.fixed:
        yield f"   fixed since the baseline: {', '.join(gate.fixed)}"


def _agents(account: Account) -> list[str]:
    return _columns(
        [
            agent.name,
            wording.count(agent.attempts, "attempt"),
            f"{agent.done} done",
            wording.duration(agent.seconds),
            wording.spent(agent.usage),
        ]
        for agent in account.agents
    )


def _rests(account: Account) -> list[str]:
    return [
        f"{wording.moment(one.started)}  {one.kind} for {wording.duration(one.seconds)}"
        f"{f': {one.reason}' if one.reason else ''}"
        for one in account.rests
    ]


def _questions(account: Account) -> list[str]:
    return [
        f"{one.task} asked: {' '.join(one.text.split())}  "
        f"{one.option or 'no answer'}, after {wording.duration(one.seconds)}"
        for one in account.questions
    ]


def _warnings(account: Account) -> list[str]:
    return [warning_line(account.tasks_file, one) for one in account.warnings]


def _checklists(account: Account) -> list[str]:
    return [
        f"{one.name} {one.done}/{one.done + one.open} {one.status}" for one in account.checklists
    ]


def _section(title: str, lines: Iterable[str]) -> list[str]:
    """A title and its lines, indented; nothing where there are none."""
    rows = [f"  {' '.join(line.splitlines())}" for line in lines]
    return [title, *rows] if rows else []


def _columns(rows: Iterable[Sequence[str]]) -> list[str]:
    """The rows with their columns below one another; columns that are empty are left out."""
    table = [[" ".join(harmless(cell).split()) for cell in row] for row in rows]
    if not table:
        return []
    widths = [min(WIDEST, max(map(len, column))) for column in zip(*table, strict=True)]
    kept = [index for index, width in enumerate(widths) if width]
    return ["  ".join(f"{row[i]:<{widths[i]}}" for i in kept).rstrip() for row in table]
