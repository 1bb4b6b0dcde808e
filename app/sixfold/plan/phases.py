"""Which phases a phase needs, and which it merely comes after."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sixfold.feature.model import ReadPhase
from sixfold.model import PhaseKind, Stories

_OF_NO_STORY: frozenset[PhaseKind] = frozenset({"setup", "foundational", "polish"})

Barrier = tuple[list[int], list[int]]
"""Phases needed, and phases followed, by position."""


def is_story(phase: ReadPhase) -> bool:
    """Whether the phase works on a story, so that other stories' phases may stand beside it."""
    return phase.kind == "story" or (phase.story is not None and phase.kind not in _OF_NO_STORY)


def barriers(
    phases: Sequence[ReadPhase],
    filled: Collection[int],
    stated: Mapping[int, Collection[int]],
    stories: Stories,
) -> list[Barrier]:
    """What each phase needs and follows, in order.

    A phase of no story needs all before it; a story's phase needs the last phase of no story,
    the story's own earlier phases, and what is stated. Stories one by one follow one another.
    A phase without tasks (one that is not in `filled`) parts nothing.
    """
    base: list[int] = []
    since: list[int] = []
    own: dict[str | None, int] = {}
    found: list[Barrier] = []
    for phase in phases:
        if phase.number not in filled:
            found.append(([], []))
            continue
        if is_story(phase):
            same = own.get(phase.story) if phase.story else None
            needs = {*base, *stated.get(phase.number, ()), *([same] if same else [])}
            last = since[-1:] if stories == "one-by-one" else []
            found.append((sorted(needs), [p for p in last if p not in needs]))
            own[phase.story] = phase.number
            since.append(phase.number)
        else:
            found.append((sorted({*(since or base), *stated.get(phase.number, ())}), []))
            base, since, own = [phase.number], [], {}
    return found


def blocks(phases: Sequence[ReadPhase], filled: Collection[int]) -> dict[int, int]:
    """For each story phase, the phase of no story before it: those of one block may overlap."""
    block: dict[int, int] = defaultdict(int)
    base = 0
    for phase in phases:
        if phase.number in filled:
            if is_story(phase):
                block[phase.number] = base
            else:
                base = phase.number
    return dict(block)
