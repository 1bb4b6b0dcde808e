"""The acceptance scenarios of a spec, by story. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sixfold.feature.phases import story_of
from sixfold.feature.spec_text import Block, is_placeholder, says_withdrawn
from sixfold.model import Requirement

LONGEST_SCENARIO: Final = 1000
"""Characters of one scenario."""

_LABEL = re.compile(
    r"[*_\s\d.)]*(?:acceptance(?: scenarios?| criteria| tests?)\b|受け入れ(?:シナリオ|基準|条件)"
    r"|受入(?:シナリオ|基準)|验收(?:场景|标准|条件)|驗收(?:場景|情境|標準|條件)"
    r"|인수 ?(?:시나리오|기준|조건)"
    r"|escenarios? de aceptaci[óo]n|criterios? de aceptaci[óo]n|cen[áa]rios? de aceita[çc][ãa]o"
    r"|crit[ée]rios? de aceita[çc][ãa]o|сценари[ий] при[её]мки|критери[ий] при[её]мки)",
    re.IGNORECASE,
)
_SCENARIO = re.compile(
    r"[*_\s]*(?:scenario|シナリオ|场景|場景|시나리오|escenario|cen[áa]rio|сценарий)",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"[*_\s]*(?:given|dad[oa]s?|gegeben|soit|[ée]tant donn[ée]|дано|допустим|假设|假設|假如"
    r"|给定|給定|前提|조건)(?![a-zа-я])",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"[*_\s]*(?:when|then|and|but|cuando|entonces|y|quando|ent[ãa]o|e|когда|тогда|и|当|當|那么|那麼"
    r"|もし|ならば|かつ|그러면|만약)(?![a-zа-я])",
    re.IGNORECASE,
)
_OTHER_LABEL = re.compile(r"(?:\*\*|__)[^*_]{2,60}?:?(?:\*\*|__)\s*[:：]?")


@dataclass(slots=True)
class _Scenario:
    story: str
    line: int
    depth: int
    """How many lists it stands in; -1 for one that a heading names."""
    given: bool
    """Does it say already what is given."""
    said: list[str] = field(default_factory=list)


def scenarios_in(parts: Sequence[Block]) -> Iterator[Requirement]:
    """The scenarios in the pieces of a spec, in order; numbered within their story."""
    counts: Counter[str] = Counter()
    for one in _Gathering().run(parts):
        counts[one.story] += 1
        if says_withdrawn(one.said[0]) or is_placeholder(one.said[0]):
            continue  # it has its number all the same
        name = f"{one.story}.{counts[one.story]}" if one.story else f"AS-{counts[one.story]}"
        text = re.sub(r"^\[[ xX]\]\s+|\*\*|__", "", " ".join(one.said)).strip()
        yield Requirement(name, one.line, text[:LONGEST_SCENARIO], one.story)


class _Gathering:
    """One pass: which story it is about, and whether its scenarios are being listed."""

    def __init__(self) -> None:
        self.story = ""
        self.listing = False
        self.current: _Scenario | None = None
        self.found: list[_Scenario] = []

    def run(self, parts: Sequence[Block]) -> list[_Scenario]:
        for part in parts:
            match part.kind:
                case "heading":
                    self.heading(part)
                case "row" if self.listing and any(part.cells):
                    self.begin(part, " ".join(part.cells), given=True)
                    self.current = None
                case "item" | "paragraph":
                    self.text(part)
        return self.found

    def heading(self, part: Block) -> None:
        about = next((told for title in reversed(part.above) if (told := story_of(title))), "")
        self.story = story_of(part.text) or about or ""
        within = any(_LABEL.match(title) for title in part.above)
        self.listing = within or bool(_LABEL.match(part.text))
        self.current = None
        if _SCENARIO.match(part.text) and (self.listing or self.story):
            self.listing = True
            self.begin(part, part.text, given=False)

    def text(self, part: Block) -> None:
        text, current = " ".join(part.text.split()), self.current
        if _LABEL.match(text) and not _GIVEN.match(text):
            self.listing, self.current = True, None
        elif _GIVEN.match(text) and (self.story or self.listing):
            if current and not current.given and part.depth > current.depth:
                current.said.append(text)
                current.given = True
            else:
                self.begin(part, text, given=True)
        elif current and (_GOES_ON.match(text) or part.depth > current.depth > 0):
            current.said.append(text)
        elif part.kind == "item" and self.listing:
            self.begin(part, text, given=False)
        elif part.depth == 0:
            self.listing = self.listing and not _OTHER_LABEL.match(text)
            self.current = None

    def begin(self, part: Block, text: str, *, given: bool) -> None:
        depth = -1 if part.kind == "heading" else part.depth
        self.current = _Scenario(self.story, part.line, depth, given, [text])
        self.found.append(self.current)
