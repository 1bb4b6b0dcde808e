"""Recognising phases and stories by name in running text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sixfold.feature.model import ReadPhase

_PHASE_WORD: Final = r"(?:phases?|フェーズ|阶段|階段|단계|fases?|фаз[аыу]|stages?|steps?|этап[аы]?)"
_STORY_WORD: Final = (
    r"(?:user\s+stor(?:y|ies)|stor(?:y|ies)|US|ユーザーストーリー|用户故事|使用者故事|사용자\s*스토리"
    r"|historias?(?:\s+de\s+usuario)?|histórias?(?:\s+de\s+usuário)?)"
)
_NUMBER: Final = r"\d{1,9}(?:\.\d{1,9})*[a-z]?"
_RANGE: Final = rf"{_NUMBER}(?:\s*[-–~]\s*{_NUMBER})?(?![\w.]*\d)"
_NUMBERS: Final = re.compile(rf"({_NUMBER})(?:\s*[-–~]\s*({_NUMBER}))?", re.IGNORECASE)
_HEADING_NUMBER: Final = re.compile(rf"\b{_PHASE_WORD}\s*({_NUMBER})\b", re.IGNORECASE)
_KINDS: Final[dict[str, str]] = {
    "setup": "setup",
    "foundational": "foundational",
    "foundation": "foundational",
    "polish": "polish",
}
_MENTION: Final = re.compile(rf"{_PHASE_WORD}|{_STORY_WORD}|setup|foundation|polish", re.IGNORECASE)


class PhaseNames:
    """The phases of a file by what prose calls them: `Phase 3`, `US2`, `User Story 2`, `Setup`."""

    pattern: Final = (
        rf"\b(?:{_PHASE_WORD}|{_STORY_WORD})[\s#-]*{_RANGE}"
        r"|\b(?:setup|foundational|foundation|polish)\b"
    )
    """To be matched regardless of case."""

    def __init__(self, phases: Sequence[ReadPhase]) -> None:
        self._numbered: dict[str, int] = {}
        self._stories: dict[str, list[int]] = defaultdict(list)
        self._kinds: dict[str, list[int]] = defaultdict(list)
        for phase in phases:
            number = _HEADING_NUMBER.search(phase.heading)
            if number:
                self._numbered.setdefault(number[1].lower(), phase.number)
            if phase.story:
                self._stories[re.sub(r"^US-?", "", phase.story).lower()].append(phase.number)
            self._kinds[phase.kind].append(phase.number)

    def named_in(self, line: str) -> bool:
        """Whether a line may name a phase at all."""
        return bool(_MENTION.search(line))

    def resolve(self, mention: str) -> tuple[int, ...]:
        """Positions of the phases that a match of `pattern` names; empty for unknown ones."""
        numbers = _NUMBERS.search(mention)
        if numbers is None:
            return tuple(self._kinds.get(_KINDS.get(mention.casefold(), ""), ()))
        named = [numbers[1].lower()]
        if numbers[2] and numbers[1].isdigit() and numbers[2].isdigit():
            named = [str(n) for n in range(int(numbers[1]), min(int(numbers[2]), 999) + 1)]
        if re.match(_PHASE_WORD, mention, re.IGNORECASE):
            return tuple(self._numbered[n] for n in named if n in self._numbered)
        return tuple(position for n in named for position in self._stories.get(n, ()))
