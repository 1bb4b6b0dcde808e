"""What validation found out, in words and as JSON. Pure."""

from __future__ import annotations

import msgspec

from sixfold.model import Evidence
from sixfold.state import VALIDATION, Asked, RunState

GIST = 100
"""Characters of a requirement that a line has room for."""


def evidence_text(one: Evidence) -> str:
    """`count/store.go:21`, `example.com/m/count.TestStore`; what is wrong with it behind."""
    place = f"{one.file}:{one.line}" if one.file else ""
    name = " and ".join(filter(None, [place, one.test])) or "?"
    return f"{name} ({one.flaw})" if one.flaw else name


def gist(text: str) -> str:
    """The beginning of a requirement, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= GIST else f"{line[:GIST]} ..."


def validation_lines(state: RunState) -> list[str]:
    """Where validation stands, and a line for each requirement that is not met."""
    known, total = state.validation, len(state.requirements)
    if not known.round:
        return []
    tally = f": {state.met} of {total} requirements met" if total else ""
    reason = "" if total else _because(known.reason)
    open_ = [one for one in state.requirements.values() if one.verdict not in {"", "met"}]
    at_work = any(work.label == VALIDATION for work in state.work.values())
    stands = known.outcome or ("is on" if at_work else "is to be repeated")
    head = f"validation {known.round} {stands}{tally}{reason}"
    return [head, *map(_line, open_)]


def validation(state: RunState) -> dict[str, object]:
    """Where validation stands, as JSON for others."""
    known = state.validation
    return {
        "round": known.round,
        "outcome": known.outcome,
        "reason": known.reason,
        "commit": known.commit,
        "met": state.met,
        "total": len(state.requirements),
    }


def requirements(state: RunState) -> list[dict[str, object]]:
    """Each requirement with its verdict and evidence, as JSON for others."""
    return [
        {
            "id": name,
            "line": one.requirement.line,
            "text": one.requirement.text,
            "story": one.requirement.story,
            "verdict": one.verdict,
            "reason": one.reason,
            "evidence": msgspec.to_builtins(one.evidence),
        }
        for name, one in state.requirements.items()
    ]


def _line(one: Asked) -> str:
    asked = one.requirement
    return f"  {asked.id} {one.verdict}{_because(one.reason)}: {gist(asked.text)}"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""
