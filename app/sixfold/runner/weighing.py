"""What a validator said, weighed: evidence that does not exist does not count."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from sixfold import events as ev
from sixfold.feature.requirements import canonical
from sixfold.model import Evidence, Judgement, Requirement
from sixfold.runner.ground import one_line

Lines: TypeAlias = Callable[[str], Awaitable[int]]
"""How many lines the file at a path from the root has; 0 where there is none."""
Passed: TypeAlias = Callable[[Collection[str]], Awaitable[set[str]]]
"""Which of the tests ran and passed in the last gate."""
MOST_EVIDENCE = 20
"""Pieces of evidence for one requirement that are looked at."""
_WORKTREE = re.compile(r"\.sixfold/worktrees/[^/]+/[^/]+/")
_PLACE = re.compile(r"(.+):(\d+)")


class _Said(Struct):
    """An entry of the result, as the contract has it."""

    id: str
    verdict: str = ""
    evidence: list[Any] = []
    reason: str = ""


class _Claim(Struct):
    file: str = ""
    line: int = 0
    test: str = ""


async def weigh(
    entries: Sequence[object],
    asked: Sequence[Requirement],
    *,
    round: int,  # noqa: A002 - the word of the domain
    root: str,
    lines: Lines,
    passed: Passed,
) -> list[ev.RequirementJudged]:
    """A verdict on each of the requirements that something was said of, in their order.

    `root` is the repository's absolute path: files may be given with it, or with the worktree's.
    """
    said = _by_id(entries)
    claims = {
        one.id: [_claim(claim, root) for claim in said[key].evidence[:MOST_EVIDENCE]]
        for one in asked
        if (key := canonical(one.id)) in said
    }
    named = {claim.test for some in claims.values() for claim in some if claim.test}
    ran = await passed(named) if named else set()
    judged = []
    for name, some in claims.items():
        evidence = [await _checked(claim, lines, ran) for claim in some]
        judged.append(_verdict(name, said[canonical(name)], evidence, round))
    return judged


def _by_id(entries: Sequence[object]) -> Mapping[str, _Said]:
    """What can be read of the entries; of two on one requirement the last counts."""
    found: dict[str, _Said] = {}
    for entry in entries:
        with suppress(msgspec.ValidationError):
            said = msgspec.convert(entry, _Said, strict=False)
            found[canonical(said.id)] = said
    return found


def _claim(claim: object, root: str) -> Evidence:
    """A piece of evidence with its path from the repository's root."""
    try:
        told = msgspec.convert(claim, _Claim, strict=False)
    except msgspec.ValidationError:
        return Evidence(flaw="it names neither a line of a file nor a test")
    file, line = told.file.strip(), told.line
    if file and not line and (place := _PLACE.fullmatch(file)):
        file, line = place[1], int(place[2])
    file = _WORKTREE.sub("", file.removeprefix(f"{root}/"))
    file = posixpath.normpath(file) if file else ""
    return Evidence(file=file, line=line, test=told.test.strip().replace(" ", "_"))


async def _checked(claim: Evidence, lines: Lines, ran: Collection[str]) -> Evidence:
    """The evidence with what is wrong with it."""
    flaw = claim.flaw
    if claim.test and claim.test not in ran:
        flaw = "it did not run and pass in the last gate"
    if claim.file and not flaw:
        flaw = await _flaw_of_place(claim.file, claim.line, lines)
    if not claim.file and not claim.test:
        flaw = flaw or "it names neither a line of a file nor a test"
    return Evidence(file=claim.file, line=claim.line, test=claim.test, flaw=flaw)


async def _flaw_of_place(file: str, line: int, lines: Lines) -> str:
    if file.startswith(("/", "../")) or file in {".", ".."} or "\0" in file:
        return "it is no file of the repository"
    there = await lines(file)
    if not there:
        return "there is no such file"
    return "" if 1 <= line <= there else f"it has no line {line}, but {there}"


def _verdict(
    name: str,
    said: _Said,
    evidence: list[Evidence],
    round: int,  # noqa: A002 - as above
) -> ev.RequirementJudged:
    told = said.verdict.strip().lower()
    verdict: Judgement
    reason = one_line(said.reason)
    if told == "met" and any(not one.flaw for one in evidence):
        verdict = "met"
    elif told == "met":
        verdict = "unproven"
        flaws = [f"{_place(one)}: {one.flaw}" for one in evidence]
        reason = one_line("; ".join(flaws)) or "it is called met without any evidence"
    elif told == "unmet":
        verdict = "unmet"
    else:
        verdict, reason = "unclear", reason or one_line(said.verdict)
    return ev.RequirementJudged(
        round=round, requirement=name, verdict=verdict, evidence=evidence, reason=reason
    )


def _place(one: Evidence) -> str:
    return one.test or (f"{one.file}:{one.line}" if one.file else "evidence")
