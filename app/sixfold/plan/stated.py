"""Dependencies that `tasks.md` states in words, arrows, tables and diagrams."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from sixfold.feature.model import Prose, ReadTask, TasksFile
from sixfold.plan.clauses import Reader, speaks_of_parallel_work
from sixfold.plan.diagrams import is_drawing, mermaid_claims, rail_claims
from sixfold.plan.ids import Ids
from sixfold.plan.mentions import PhaseNames
from sixfold.plan.sentences import Claim, phase_claims, prose_claims, task_claims
from sixfold.plan.tables import table_claims

_ORDERED: Final = re.compile(
    r"depend|order|parallel|critical path|graph|sequence|依存|依赖|依賴|의존|順序|顺序|並列|并行"
    r"|並行|зависим|orden|ordem|ordre",
    re.IGNORECASE,
)
_DEPENDENT: Final = re.compile(r"depend|graph|依存|依赖|依賴|의존|зависим", re.IGNORECASE)
_NARRATED: Final = re.compile(
    r"strateg|deliver|\bMVP\b|developer|team|incremental|suggested|milestone", re.IGNORECASE
)
_QUOTED: Final = re.compile(r'`[^`]*`|"[^"]*"')
_SAMPLE: Final = re.compile(r"^\s*(?:[-*]\s+)?Task\s*:", re.IGNORECASE)


class Stated(Struct, frozen=True):
    """A sentence's claim that one task needs another; either id may be unknown."""

    task: str
    needs: str
    line: int
    detail: str
    """The words that state it."""


class StatedPhase(Struct, frozen=True):
    """A sentence's claim that one phase needs another; positions in the plan."""

    phase: int
    needs: int
    line: int
    detail: str


class Statements(Struct, frozen=True):
    """All that a file states: about its tasks in their order, then in its prose."""

    tasks: list[Stated]
    phases: list[StatedPhase]


def read(tasks: TasksFile) -> Statements:
    """What the file states; nothing is checked against the order of the file."""
    reader = Reader(Ids(task.id for task in tasks.tasks), PhaseNames(tasks.phases))
    found = Statements([], [])
    for task in tasks.tasks:
        for line, text in _own_lines(task):
            for clause in reader.clauses(text):
                _keep(found, task_claims(clause, task.id), line, text)
    for block in _blocks(tasks.prose):
        _read_block(reader, block, found)
    return found


def _own_lines(task: ReadTask) -> Iterator[tuple[int, str]]:
    """The task's labels, its description, and what is indented below."""
    lines = [*((task.line, label) for label in task.labels), (task.line, task.title)]
    for line, text in (*lines, *task.continuation):
        yield line, _QUOTED.sub(_without_sample, text)


def _without_sample(quoted: re.Match[str]) -> str:
    """Blanks for sample data: a quotation, or code of several words; ids in code are kept."""
    text = quoted[0]
    several = " " in text and re.search(r"[a-z]{2}", text)
    return " " * len(text) if several or text.startswith('"') else text


def _blocks(prose: Iterable[Prose]) -> Iterator[list[Prose]]:
    """Lines of one fence or of one table together, other lines alone."""

    def key(entry: tuple[int, Prose]) -> tuple[object, ...]:
        place, line = entry
        table = line.text.lstrip().startswith("|")
        together = line.fence is not None or table
        return (line.section, line.fence, table, line.line - place if together else line.line)

    for _, group in groupby(enumerate(prose), key):
        yield [line for _, line in group]


def _read_block(reader: Reader, block: Sequence[Prose], found: Statements) -> None:
    first = block[0]
    texts = [line.text for line in block]
    claims: Iterable[tuple[int, Claim]]
    if first.fence is not None and first.fence.split(maxsplit=1)[:1] == ["mermaid"]:
        claims = mermaid_claims(reader, texts)
    elif first.fence is None and first.text.lstrip().startswith("|"):
        claims = table_claims(reader, texts)
    elif first.fence is not None and is_drawing(texts):
        claims = rail_claims(reader, texts) if _about_order(first) else ()
        for line in block:
            if not is_drawing([line.text]):
                _read_line(reader, line, found)
    else:
        for line in block:
            _read_line(reader, line, found)
        return
    for place, claim in claims:
        _keep(found, [claim], block[place].line, block[place].text)


def _read_line(reader: Reader, line: Prose, found: Statements) -> None:
    if _SAMPLE.match(line.text):
        return
    context = _task_of_heading(reader, line)
    about_order = _about_order(line)
    about_phases = bool(line.section) and bool(_DEPENDENT.search(line.section[-1]))
    for clause in reader.clauses(line.text):
        if not clause.tokens:
            continue
        said = line.text[clause.tokens[0].start : clause.tokens[-1].end]
        if not speaks_of_parallel_work(said) or any(t.kind == "arrow" for t in clause.tokens):
            _keep(found, prose_claims(clause, context, arrows=about_order), line.line, line.text)
        _keep(found, phase_claims(clause, arrows=about_phases), line.line, line.text)


def _about_order(line: Prose) -> bool:
    if not line.section or _NARRATED.search(line.section[-1]):
        return False
    return any(_ORDERED.search(heading) for heading in line.section)


def _task_of_heading(reader: Reader, line: Prose) -> tuple[str, ...]:
    """The task that a line without a subject speaks of: the one its heading begins with."""
    for clause in reader.clauses(line.section[-1]) if line.section else ():
        first = next(iter(clause.tokens), None)
        if first is not None and first.kind == "ids" and len(first.ids) == 1:
            return first.ids
    return ()


def _keep(found: Statements, claims: Iterable[Claim], line: int, text: str) -> None:
    for claim in claims:
        detail = text[claim.start : claim.end].strip()
        # In `T024, T025 and T030 can start once T024 and T025 are done` the subject is T030.
        others = [task for task in claim.tasks if task not in claim.needs] or claim.tasks
        for task in others:
            found.tasks.extend(Stated(task, need, line, detail) for need in claim.needs)
        for phase in claim.phases:
            found.phases.extend(
                StatedPhase(phase, need, line, detail) for need in claim.needed_phases
            )
