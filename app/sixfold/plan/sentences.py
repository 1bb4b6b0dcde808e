"""What one clause states: which tasks need which, and which phases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from sixfold.plan.clauses import Clause, Kind, Token

_FILLERS: Final = frozenset({"task", "tasks", "of", "on", "both", "all", "only", "タスク", "任务"})
_FINISHED: Final = frozenset(
    {"is", "are", "has", "have", "complete", "completes", "completed", "done", "finished"}
    | {"finishes", "lands", "merged", "passes", "exists", "succeeds"}
)
_MUST: Final = frozenset({"must", "should", "needs", "shall"})
_KEYWORDS: Final[frozenset[Kind]] = frozenset(
    {"forward", "after", "behind", "reverse", "arrow", "back"}
)
_WALLS: Final = _KEYWORDS | {"negation"}
_REACH: Final = 6
"""Words that may stand between a list and the keyword in a section on dependencies."""


class Claim(Struct, frozen=True):
    """`tasks` need `needs`, or `phases` need `needed_phases`; the words run from start to end."""

    start: int
    end: int
    tasks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    phases: tuple[int, ...] = ()
    needed_phases: tuple[int, ...] = ()


def task_claims(clause: Clause, task: str) -> Iterator[Claim]:
    """What a task's own text states about the task: the keyword stands next to the ids."""
    tokens = clause.tokens
    for place, token in enumerate(tokens):
        if token.kind not in _KEYWORDS or _negated(tokens, place):
            continue
        if token.kind == "behind":
            ids = tokens[place - 1] if place and tokens[place - 1].kind == "ids" else None
        else:
            ids = _next_to(tokens, place)
        if ids is None or not _finished(tokens, place, ids):
            continue
        if token.kind in {"forward", "after", "behind", "back"}:
            yield Claim(min(token.start, ids.start), max(token.end, ids.end), (task,), ids.ids)
        elif token.kind == "reverse" and _is_binding(tokens, place):
            yield Claim(token.start, ids.end, ids.ids, (task,))


def prose_claims(clause: Clause, context: tuple[str, ...], *, arrows: bool) -> Iterator[Claim]:
    """What a clause outside the tasks states about the tasks it names.

    `context` is what it speaks of where it names no subject: the task whose heading it stands
    under. Arrows count only where the section is about order.
    """
    tokens = clause.tokens
    if arrows:
        yield from _chains(tokens)
    before = clause.before.ids if clause.before else context
    used: set[int] = set()
    for place, token in enumerate(tokens):
        if token.kind not in {"forward", "after", "reverse", "behind"} or _negated(tokens, place):
            continue
        if token.kind == "behind":
            yield from _behind(tokens, place, before)
            continue
        objects = _objects(tokens, place)
        if not objects or not _finished(tokens, place, objects[0]):
            continue
        subject = _subject(tokens, place, used)
        needs = tuple(name for listed in objects for name in listed.ids)
        if token.kind != "reverse":
            used.update(listed.start for listed in objects)
        names = subject.ids if subject else before
        start = subject.start if subject else token.start
        if token.kind == "after" and subject is None:
            later = _following_subject(tokens, objects[-1])
            names = later.ids if later else names
        if token.kind == "reverse":
            names, needs = needs, (subject.ids if subject else ())
        if names and needs:
            yield from _paired(tokens, Claim(start, objects[-1].end, names, needs))


def phase_claims(clause: Clause, *, arrows: bool) -> Iterator[Claim]:
    """What a clause states about phases and stories: `US3 depends on US1 and US2`."""
    tokens = clause.tokens
    first = next((place for place, t in enumerate(tokens) if t.kind in _KEYWORDS), 0)
    subject = next((t.phases for t in tokens[:first] if t.kind == "phases"), ())
    for place, token in enumerate(tokens):
        if token.kind in {"forward", "after"} and not _negated(tokens, place):
            needed = _next_phases(tokens, place)
            if needed and subject:
                yield Claim(token.start, needed.end, phases=subject, needed_phases=needed.phases)
    if arrows:
        listed = [token for token in tokens if not token.wrapped]
        for one, arrow, other in zip(listed, listed[1:], listed[2:], strict=False):
            if (one.kind, arrow.kind, other.kind) == ("phases", "arrow", "phases"):
                yield Claim(one.start, other.end, phases=other.phases, needed_phases=one.phases)


def _negated(tokens: Sequence[Token], place: int) -> bool:
    return any(token.kind == "negation" for token in tokens[max(0, place - 3) : place])


def _next_to(tokens: Sequence[Token], place: int) -> Token | None:
    """The list of ids right behind a keyword, but for words like `tasks`."""
    for token in tokens[place + 1 :]:
        if token.kind == "ids":
            return token
        if token.kind != "word" or token.text.lower() not in _FILLERS:
            return None
    return None


def _finished(tokens: Sequence[Token], place: int, ids: Token) -> bool:
    """`when T003` speaks of a dependency only if T003 is then done."""
    if tokens[place].text.lower() != "when":
        return True
    behind = next((t for t in tokens if t.start >= ids.end and t.kind == "word"), None)
    return behind is not None and behind.text.lower() in _FINISHED


def _is_binding(tokens: Sequence[Token], place: int) -> bool:
    """Whether a task's line says that others must wait: `blocks T005`, `MUST land before T030`."""
    words = {token.text.lower() for token in tokens[max(0, place - _REACH) : place]}
    return tokens[place].text.lower() == "blocks" or bool(words & _MUST)


def _objects(tokens: Sequence[Token], place: int) -> list[Token]:
    """The lists behind a keyword: `on T001`, `on the validator (T008) and the wiring (T011)`."""
    reverse = tokens[place].kind == "reverse"
    found: list[Token] = []
    reach = _REACH
    joined = True
    for token in tokens[place + 1 :]:
        if token.kind == "ids" and joined and (token.wrapped or reverse or reach == _REACH):
            found.append(token)
            joined = False
        elif token.kind == "and" and (found or not joined):
            joined, reach = True, _REACH
        elif token.kind == "phases" and not found:
            # `on Phase 2 (T005 must exist)` speaks of the phase, `on US1 wiring (T011)` does not.
            joined = "phase" not in token.text.lower()
        elif token.kind in _WALLS or token.kind == "ids" or reach == 0:
            break
        elif token.kind == "word" and not token.wrapped:
            if found and not joined:
                break
            reach -= token.text.lower() not in _FILLERS | {"the"}
    return found


def _subject(tokens: Sequence[Token], place: int, used: set[int]) -> Token | None:
    """The list before a keyword, unless it is what another keyword speaks of."""
    words = 0
    for token in reversed(tokens[:place]):
        if token.kind == "ids":
            return None if token.start in used else token
        if token.kind in {"arrow", "back"} and words == 0:
            continue
        words += token.kind == "word" and not token.wrapped
        if token.kind in _WALLS or words > _REACH:
            return None
    return None


def _following_subject(tokens: Sequence[Token], needed: Token) -> Token | None:
    """The list that `After T003, T004 and T005 can start` speaks of."""
    words = 0
    for token in tokens:
        if token.start < needed.end:
            continue
        if token.kind == "ids":
            return token
        words += token.kind == "word"
        if token.kind in _WALLS or words > _REACH:
            return None
    return None


def _behind(tokens: Sequence[Token], place: int, before: tuple[str, ...]) -> Iterator[Claim]:
    """`T3, T4 は T1, T2 の後`: what is needed stands before the keyword, the subject before it."""
    if place == 0 or tokens[place - 1].kind != "ids":
        return
    needed = tokens[place - 1]
    subject = _subject(tokens, place - 1, set())
    names = subject.ids if subject else before
    if names:
        start = subject.start if subject else needed.start
        yield Claim(start, tokens[place].end, names, needed.ids)


def _paired(tokens: Sequence[Token], claim: Claim) -> Iterator[Claim]:
    """`T017, T018 depend on T015, T016 respectively` pairs them off."""
    paired = any(token.text.lower() == "respectively" for token in tokens)
    if paired and len(claim.tasks) == len(claim.needs):
        for task, need in zip(claim.tasks, claim.needs, strict=True):
            yield Claim(claim.start, claim.end, (task,), (need,))
    else:
        yield claim


def _chains(tokens: Sequence[Token]) -> Iterator[Claim]:
    """`T001 → T002, T003 → T004`, and `T009 ← T006`, list by list."""
    links: list[list[Token]] = [[]]
    signs: list[Kind] = []
    for place, token in enumerate(tokens):
        said = place + 1 < len(tokens) and tokens[place + 1].kind in {"forward", "after"}
        if token.kind in {"arrow", "back"} and not said:
            links.append([])
            signs.append(token.kind)
        elif token.kind == "ids":
            links[-1].append(token)
    for one, sign, other in zip(links, signs, links[1:], strict=False):
        if one and other and one[-1].ids != other[0].ids:
            left, right = one[-1], other[0]
            tasks, needs = (right, left) if sign == "arrow" else (left, right)
            yield Claim(left.start, right.end, tasks.ids, needs.ids)


def _next_phases(tokens: Sequence[Token], place: int) -> Token | None:
    for token in tokens[place + 1 :]:
        if token.kind == "phases":
            return token
        if token.kind != "word" or token.text.lower() not in _FILLERS | {
            "completion",
            "completing",
        }:
            return None
    return None
