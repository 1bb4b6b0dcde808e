"""What a file states, held against the file: unknown, backward and circular claims are dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sixfold.model import PlanWarning
from sixfold.plan.stated import Stated, StatedPhase


def checked_tasks(
    claims: Sequence[Stated], rank: Mapping[str, int], warnings: list[PlanWarning]
) -> list[Stated]:
    """The claims that can be kept; the others are warned of.

    `rank` is each known task's place in the order of work.
    """
    known = list(_known(claims, rank, warnings))
    cycles = _cycles((claim.task, claim.needs) for claim in known)
    kept = []
    for claim in known:
        if rank[claim.needs] < rank[claim.task]:
            kept.append(claim)
        else:
            warnings.append(_against_the_order(claim, cycles))
    return kept


def checked_phases(
    claims: Iterable[StatedPhase], warnings: list[PlanWarning]
) -> dict[int, set[int]]:
    """For each phase the earlier phases that it is said to need."""
    claims = list(claims)
    kept: dict[int, set[int]] = defaultdict(set)
    # A name may stand for several phases; that one of them comes first is enough.
    sound = {(claim.phase, claim.line) for claim in claims if claim.needs < claim.phase}
    for claim in claims:
        if claim.needs < claim.phase:
            kept[claim.phase].add(claim.needs)
        elif claim.needs > claim.phase and (claim.phase, claim.line) not in sound:
            message = (
                f"line {claim.line}: phase {claim.phase} is said to need phase {claim.needs},"
                " which comes later: ignored; move it up, or mend the sentence"
            )
            warnings.append(PlanWarning(claim.line, "backward-dependency", message))
    return kept


def _known(
    claims: Iterable[Stated], rank: Mapping[str, int], warnings: list[PlanWarning]
) -> Iterator[Stated]:
    told: set[str] = set()
    for claim in claims:
        unknown = next((name for name in (claim.task, claim.needs) if name not in rank), None)
        if unknown is None:
            yield claim
        elif unknown not in told:
            told.add(unknown)
            message = (
                f"line {claim.line}: {unknown} is no task of this file: ignored;"
                " mend the id, or remove it"
            )
            warnings.append(PlanWarning(claim.line, "unknown-dependency", message))


def _against_the_order(claim: Stated, cycles: Mapping[str, int]) -> PlanWarning:
    if claim.task == claim.needs:
        message = f"line {claim.line}: {claim.task} is said to need itself: ignored"
        return PlanWarning(claim.line, "dependency-cycle", message)
    if cycles[claim.task] == cycles[claim.needs]:
        message = (
            f"line {claim.line}: {claim.task} and {claim.needs} are said to need one another,"
            f" directly or by way of others: ignored that {claim.task}, which comes first,"
            f" needs {claim.needs}"
        )
        return PlanWarning(claim.line, "dependency-cycle", message)
    message = (
        f"line {claim.line}: {claim.task} is said to need {claim.needs}, which comes later in the"
        f" file: ignored; move {claim.needs} up, or mend the sentence"
    )
    return PlanWarning(claim.line, "backward-dependency", message)


def _cycles(edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """For each task the number of its strongly connected component (Tarjan, without recursion)."""
    graph: dict[str, list[str]] = {}
    for task, needs in edges:
        graph.setdefault(task, []).append(needs)
        graph.setdefault(needs, [])
    found: dict[str, int] = {}
    low: dict[str, int] = {}
    component: dict[str, int] = {}
    open_tasks: list[str] = []
    for root, first in graph.items():
        walk = [(root, iter(first))] if root not in found else []
        while walk:
            task, rest = walk[-1]
            if task not in found:
                found[task] = low[task] = len(found)
                open_tasks.append(task)
            following = next((n for n in rest if n not in component), None)
            if following is None:
                walk.pop()
                if walk:
                    parent = walk[-1][0]
                    low[parent] = min(low[parent], low[task])
                if low[task] == found[task]:
                    while task not in component:
                        component[open_tasks.pop()] = found[task]
            elif following in found:
                low[task] = min(low[task], found[following])
            else:
                walk.append((following, iter(graph[following])))
    return component
