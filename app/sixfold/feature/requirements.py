"""What `spec.md` asks for: requirements by their ids, and the scenarios of its stories. Pure.

A requirement is defined where its id opens a list item, a heading, a table's row, or a line of
prose with a colon; an id that is merely mentioned defines nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from msgspec import Struct

from sixfold.feature.scenarios import scenarios_in
from sixfold.feature.sections import is_later
from sixfold.feature.spec_text import Block, blocks, is_placeholder, says_withdrawn
from sixfold.model import Requirement

LONGEST_TEXT: Final = 2000
"""Characters of one requirement."""
LONGEST_FRONT: Final = 200
"""Characters behind an id that may separate it from what it says."""

Home: TypeAlias = Literal["home", "elsewhere", "anywhere"]

_KNOWN = {"FR", "NFR", "SC", "REQ", "US", "CE", "CN"}
"""Prefixes that make an id a requirement's, wherever it stands; C only where they are listed."""
_NO_HYPHEN = {"FR", "NFR", "SC", "REQ"}
_OUTCOMES = {"SC", "NFR", "C", "CE", "CN", "US"}
"""Prefixes of what is asked beside functions."""
_NEVER = {"T", "CHK", "Q", "P", "ADR", "UTF", "SHA", "ISO", "RFC", "AES", "HTTP", "MD"}

_ID = (
    r"(?P<prefix>[A-Z]{1,8}(?:[-\u2010-\u2013][A-Z][A-Z0-9]{0,15})*?)"
    r"(?P<hyphen>[-\u2010-\u2013_ ]?)"
    r"(?P<number>\d{1,5}(?:\.\d{1,4})*[a-z]?)"
)
_OPENS = re.compile(
    rf"(?:\[[^\]\w]?[xX]?\]\s+)?(?P<before>[*_`~\[(]*){_ID}(?![A-Za-z0-9])(?P<rest>.*)", re.DOTALL
)
_TAGS = r"(?:\s*(?:[*_]*\([^)]*\)[*_]*|\[[^\]]*\]|`[^`]*`))*"
_COLON = re.compile(rf"[*_`~\])]*{_TAGS}[^:：.\n]{{0,80}}?[*_`~]*\s*[:：]")
_SEPARATED = re.compile(rf"[*_`~\])]*{_TAGS}\s*[*_`~]*\s*(?:[:：.|]|[-–—]+\s|[*_]*\()")
_MENTIONS = re.compile(
    r"[*_`~\])]*\s*(?:[,/&+、→]|->|(?:and|or|to|through|et|y|и|und|und|bis)\b"
    r"|(?:\.\.+|…|[-–—~])\s*[*_`\[]*[A-Z]{1,8}-?\d)"
)
_STRUCK = re.compile(r"[*_`\[]*~~")
_OPEN = re.compile(r"\[\s*NEEDS?[\s_-]+CLARIFICATIONS?", re.IGNORECASE)
_SAMPLE = re.compile(r"[*_\s]*Example of marking unclear", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

_HOME = re.compile(
    r"requirement|success (?:criteria|metrics)|measurable outcomes?|constraints?\b|\bN?FRs?\b"
    r"|要件|要求|需求|成功(?:基準|标准|標準|指标)|요구 ?사항|성공 ?기준|requisito|requerimiento"
    r"|restric|criterios? de [ée]xito|crit[ée]rios? de sucesso|exigence|anforderung"
    r"|требовани|критери[ий] успеха|ограничени",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"traceab|coverage|mapping|matrix|cross[- ]?ref|change ?log|history|clarification|example"
    r"|追跡|追溯|変更履歴|修订|추적|трассир",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"entit|assumption|edge case|risk|question|glossary|dependenc|user stor|user scenario|notes?\b",
    re.IGNORECASE,
)


class SpecReading(Struct, frozen=True):
    """What a `spec.md` asks for."""

    requirements: tuple[Requirement, ...]
    """Those with an id, in the order of the file."""
    scenarios: tuple[Requirement, ...]
    """Acceptance scenarios, in the order of the file."""
    withdrawn: tuple[str, ...]
    """Ids that are struck through, or said to be removed: nobody asks for them."""
    notes: tuple[str, ...]
    """What a person should know of them, a line each."""

    @property
    def judged(self) -> tuple[Requirement, ...]:
        """What validation judges: where no function has an id, scenarios stand for them."""
        functional = any(_family(one.id) not in _OUTCOMES for one in self.requirements)
        return self.requirements if functional else (*self.scenarios, *self.requirements)


@dataclass(slots=True)
class _Definition:
    """A place where an id is defined, with all that is said there."""

    id: str
    line: int
    prefix: str
    home: Home
    kind: Literal["heading", "item", "paragraph", "row"]
    depth: int
    withdrawn: bool
    said: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All that is said, in one piece."""
        return "\n".join(filter(None, self.said))[:LONGEST_TEXT]


def read(text: str) -> SpecReading:
    """What the text of a `spec.md` asks for. Never raises; linear in its length."""
    parts = list(blocks(text))
    found = _chosen(_definitions(parts))
    gone = [one.id for one in found if one.withdrawn]
    asked, notes = _merged([one for one in found if not one.withdrawn])
    scenarios = tuple(scenarios_in(parts))
    for one in asked:
        if one.open:
            notes.append(f"line {one.line}: {one.id} needs clarification")
    return SpecReading(tuple(asked), scenarios, tuple(dict.fromkeys(gone)), tuple(notes))


def canonical(id: str) -> str:  # noqa: A002 - the word of the domain
    """An id as it is compared, whoever wrote it: plain hyphens, no decoration."""
    return re.sub(r"[\u2010-\u2013]", "-", id.strip().strip("*`_[]~: ").replace(" ", "-"))


def _definitions(parts: Sequence[Block]) -> list[_Definition]:
    """Every place that defines an id, with what belongs to it."""
    found: list[_Definition] = []
    current: _Definition | None = None
    sample = False
    """Below the template's own example of how to mark what is unclear."""
    for part in parts:
        sample = part.kind != "heading" and (sample or bool(_SAMPLE.match(part.text)))
        if current and _ends(current, part):
            current = None
        if part.kind == "row":
            if row := _row(part):
                found.append(row)
            elif current:
                current.said.append(" | ".join(filter(None, part.cells)))
            continue
        for number, line in enumerate(_lines(part)):
            opened = _opened(part, line, part.line + number, first=number == 0)
            if opened and (is_placeholder(line) or (sample and _OPEN.search(line))):
                current = None
            elif opened:
                found.append(opened)
                current = opened
            elif current:
                current.said.append(_plain(line))
    return found


def _lines(part: Block) -> list[str]:
    """The lines of a piece, comments left out and yet counted."""
    return _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), part.text).split("\n")


def _ends(current: _Definition, part: Block) -> bool:
    """Does what is said of a requirement end before this piece."""
    if current.kind == "heading":
        return part.kind == "heading" and part.depth <= current.depth
    if current.kind == "item":
        return part.kind == "heading" or part.depth < current.depth + (part.kind == "item")
    return True


def _opened(part: Block, line: str, number: int, *, first: bool) -> _Definition | None:
    """The definition that a line opens."""
    match = _OPENS.match(line.strip())
    if not match or _MENTIONS.match(match["rest"]):
        return None
    home, rest = _home(part.above), match["rest"]
    front = rest[:LONGEST_FRONT]
    if part.kind == "heading":
        if match["prefix"] == "US":
            return None
    elif not first or part.kind == "paragraph":
        if not _COLON.match(front):
            return None
    elif not _SEPARATED.match(front) and not _COLON.match(front) and home != "home":
        return None
    return _definition(match, part, number, home, [rest])


def _row(part: Block) -> _Definition | None:
    """The definition that a table's row is: an id alone in one of its first two cells."""
    for at, cell in enumerate(part.cells[:2]):
        match = _OPENS.match(cell)
        if match and not re.sub(r"[*_`~\])\s:]", "", match["rest"]):
            said = [cell for cell in part.cells[at + 1 :] if cell]
            return _definition(match, part, part.line, _home(part.above), ["; ".join(said)])
    return None


def _definition(
    match: re.Match[str], part: Block, line: int, home: Home, said: Sequence[str]
) -> _Definition | None:
    prefix = re.sub(r"[\u2010-\u2013]", "-", match["prefix"])
    family = prefix.partition("-")[0]
    if family in _NEVER or (not match["hyphen"] and family not in _NO_HYPHEN):
        return None
    name = f"{prefix}{'-' if match['hyphen'] else ''}{match['number']}"
    rest = "\n".join(said)
    struck = bool(_STRUCK.match(match["before"]))
    withdrawn = struck or _all_struck(rest) or says_withdrawn(rest)
    return _Definition(name, line, family, home, part.kind, part.depth, withdrawn, [_plain(rest)])


def _all_struck(rest: str) -> bool:
    bare = rest.strip(" *_`:：.-–—\n")
    return bare.startswith("~~") and bare.endswith("~~") and len(bare) > len("~~~~")


def _plain(text: str) -> str:
    """Text without emphasis, and without what separates it from its id."""
    bare = re.sub(r"\*\*|__|~~", "", text).strip()
    return re.sub(r"^[\s*_`~\])]*[:：.|]?\s*(?:[-–—]\s+)?[*_:：\s]*", "", bare, count=1).strip()


def _home(above: Sequence[str]) -> Home:
    """Is this where requirements are listed: the innermost heading that tells decides."""
    for title in reversed(above):
        if _ELSEWHERE.search(title) or is_later(title):
            return "elsewhere"
        if _HOME.search(title):
            return "home"
        if _OTHER.search(title):
            return "anywhere"
    return "anywhere"


def _chosen(found: Iterable[_Definition]) -> list[_Definition]:
    """Of the places that look like definitions, those that are."""
    places = list(found)
    counts = Counter(one.prefix for one in places if one.home == "home")

    def counts_as_one(one: _Definition) -> bool:
        if one.home == "elsewhere":
            return False
        listed = one.home == "home" and counts[one.prefix] > 1
        return one.prefix in _KNOWN or listed or (one.prefix == "C" and one.home == "home")

    kept = [one for one in places if counts_as_one(one)]
    at_home = {one.id for one in kept if one.home == "home"}
    kept = [one for one in kept if one.home == "home" or one.id not in at_home]
    written = {one.id for one in kept if one.kind != "row"}
    return [one for one in kept if one.kind != "row" or one.id not in written]


def _merged(found: Sequence[_Definition]) -> tuple[list[Requirement], list[str]]:
    """A requirement for each id; what is defined twice asks for both."""
    by_id: dict[str, list[_Definition]] = {}
    for one in found:
        by_id.setdefault(one.id, []).append(one)
    notes = []
    merged = []
    for name, places in by_id.items():
        texts = list(dict.fromkeys(one.text for one in places))
        if len(places) > 1:
            lines = ", ".join(str(one.line) for one in places)
            notes.append(f"lines {lines}: {name} is defined more than once; all of it is asked for")
        text = "\n".join(texts)[:LONGEST_TEXT]
        merged.append(Requirement(name, places[0].line, text, open=bool(_OPEN.search(text))))
    return merged, notes


def _family(id: str) -> str:  # noqa: A002 - the same
    return re.split(r"[-\d.]", id, maxsplit=1)[0]
