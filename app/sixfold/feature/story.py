"""What an agent needs of `spec.md` and `plan.md`: a story's goal, the plan's relevant parts.

Pure, and bounded: a prompt has no room for a book.
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from msgspec import Struct

GOAL = 1500
"""Characters of a story's goal."""
SCENARIOS = 12
SCENARIO = 400
"""Characters of one scenario."""
SECTION = 3000
"""Characters of one section of the plan."""
RELEVANT = ("summary", "technical context", "project structure")

_LABEL = re.compile(r"(?:user\s+story|story|US)\s*[-#]?\s*0*(\d+)\b[\s:.)–—-]*(.*)", re.IGNORECASE)
_PRIORITY = re.compile(r"\s*\(?\bpriority\s*:.*$", re.IGNORECASE)
_SCENARIOS = re.compile(r"[#*_\s]*acceptance\s+(?:scenarios?|criteria)\b", re.IGNORECASE)
_FIELD = re.compile(r"\s{0,3}(?:\*\*|__)[^*_]{2,60}?:?(?:\*\*|__)\s*:?")
_ITEM = re.compile(r"\s{0,5}(?:[-*+]|\d+[.)])\s+(?:\[[ xX]\]\s+)?(.*)")


class Section(Struct, frozen=True):
    """A heading and what stands below it, deeper headings and all."""

    title: str
    body: str


class Story(Struct, frozen=True):
    """A user story of the spec, for an agent to work towards."""

    label: str
    """`US1`."""
    title: str
    goal: str
    """The prose of the story, its scenarios left out; bounded."""
    scenarios: tuple[str, ...]
    """Acceptance scenarios, a line each; bounded."""


def sections(text: str) -> list[Section]:
    """All sections of a Markdown text in order; a deeper one also stands in its parent's body."""
    lines = text.splitlines()
    tokens = MarkdownIt("commonmark").parse(text)
    heads = [
        (int(token.tag[1]), token.map[0], token.map[1], tokens[index + 1].content)
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]
    found = []
    for index, (level, _, first, title) in enumerate(heads):
        ends = (start for depth, start, _, _ in heads[index + 1 :] if depth <= level)
        body = "\n".join(lines[first : next(ends, len(lines))]).strip()
        found.append(Section(title.strip(), body))
    return found


def story(spec: str, label: str) -> Story | None:
    """The story `label` (`US1`) of a `spec.md`, or None where the spec has none of that name."""
    number = re.sub(r"\D", "", label)
    for section in sections(_without_comments(spec)):
        match = _LABEL.search(section.title)
        if match and number and int(match[1]) == int(number):
            title = _PRIORITY.sub("", match[2]).strip(" *`")
            goal, scenarios = _split(section.body)
            return Story(label, title, _cut(goal, GOAL), tuple(scenarios[:SCENARIOS]))
    return None


def plan_parts(plan: str) -> str:
    """Summary, technical context and project structure of a `plan.md`, as Markdown; bounded."""
    parts = []
    for section in sections(_without_comments(plan)):
        name = section.title.lower()
        if any(name.startswith(wanted) for wanted in RELEVANT) and section.body:
            parts.append(f"## {section.title}\n\n{_cut(section.body, SECTION)}")
    return "\n\n".join(parts)


def _split(body: str) -> tuple[str, list[str]]:
    """A story's prose, and its acceptance scenarios."""
    goal: list[str] = []
    scenarios: list[str] = []
    within = False
    for line in body.splitlines():
        item = _ITEM.match(line)
        if _SCENARIOS.match(line):
            within = True
        elif within and item:
            scenarios.append(item[1].strip())
        elif within and scenarios and line.startswith(" ") and line.strip():
            scenarios[-1] += " " + line.strip()
        elif line.startswith("#") or _FIELD.match(line):
            within = False
            goal.append(line)
        elif not within:
            goal.append(line)
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(goal)).strip().removesuffix("---").strip()
    return text, [_cut(scenario.replace("**", ""), SCENARIO) for scenario in scenarios]


def _without_comments(text: str) -> str:
    return re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)


def _cut(text: str, limit: int) -> str:
    """The text, or as many whole words of it as fit, and a mark that there is more."""
    if len(text) <= limit:
        return text
    return re.sub(r"\s+\S*$", "", text[:limit]) + " [...]"
