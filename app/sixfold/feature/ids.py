"""Ids of tasks: which words at the start of a line are one, and which only look like one.

An id is an opaque string; the longest match is taken, so `T001`, `T001a` and `T001.1` differ.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from msgspec import Struct

Kind = Literal["sure", "likely", "range", "placeholder", "criterion"]
"""`sure` is an id wherever it stands; `likely` is one where others in the file have its shape."""

_END = r"(?![A-Za-z0-9_])"
_NATIVE_TASK = (
    "Task|TASK|task|Tarea|Tarefa|Tâche|Aufgabe|Compito|Taak|Zadanie|Задача|タスク|任务|任務|작업"
    "|태스크"
)
_SUFFIX = r"(?:[.-]\d+)*[A-Za-z]?(?:\.\d+)*(?:-[A-Z]{2,})?"
_SURE: Final = (
    rf"T-?\d{{1,5}}{_SUFFIX}",
    rf"t\d{{3}}{_SUFFIX}",
    r"T(?:-[A-Z][A-Z0-9]*)+-\d+(?:\.\d+)*[a-z]?",
    r"T-[A-Z]+\d+[a-z]?",
    r"TASK-?\d+(?:[.-]\d+)*[a-z]?",
    r"TASK(?:-[A-Z][A-Z0-9]*)+-\d+[a-z]?",
    r"WP-?\d{1,3}(?:[.-]T?\d+)*[a-z]?",
    r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+){0,2}[-_.]T\d{1,4}(?:\.\d+)*[a-z]?",
    rf"(?:{_NATIVE_TASK})[ ]?#?\d+(?:[.-]\d+)*[a-z]?",
)
_LIKELY: Final = (
    r"[A-Z]{1,8}(?:-[A-Z][A-Z0-9]*)*-?\d{1,5}(?:[.-]\d+)*[a-z]?",
    r"[A-Z][A-Z0-9]*(?:\.\d+)+",
    r"\d+(?:\.\d+)+[a-z]?(?=[.:)]?(?:[\s*_~`\]]|$))",
    r"\d+[a-z]?(?=[.:)](?:[\s*_~`\]]|$))",
    r"#\d+",
    r"(?:Item|Step|Subtask|Action|Todo|TODO|Paso|Schritt|步骤)[ -]?#?\d+(?:[.-]\d+)*[a-z]?",
)
_PLACEHOLDER: Final = (
    r"T-?(?:X{1,4}|x{2,4}|N{2,4}|n{2,4})",
    r"T-?\d{1,2}X",
    r"T-?\d{1,3}(?:X{2,3}|x{2,3}|N{2,3})",
    r"T-?\d{0,3}[#?]{1,4}",
)
_CRITERION: Final = re.compile(
    r"(?:N?FR|NFRS|SC|C(?=-)|CHK|CE|CN|QR|REQ|AC|EC|US|UC|RQ|TR|BR|SR|ADR|RFC|CVE|ISO|GAP|RISK|BUG)"
    r"(?:-[A-Z][A-Z0-9]*)*[- ]?\d+(?:[.-]\d+)*[a-z]?" + _END
)
_NO_ID: Final = re.compile(
    r"(?:AES|SHA|MD|UTF|HTTP|TLS|SSL|IPV|IP|OAUTH|EC|ES|CSS|HTML|WCAG|PEP|ARM|RSA|BASE|INT"
    r"|UINT|BIT"
    r"|ISO|RFC|CVE|ADR|FIPS|PKCS|ECMA|NODE|GO|PHASE|WEEK|DAY|PR)-?\d"
    r"|[SPVQEKXHDL]\d{1,2}(?!\d)|H26\d",
    re.IGNORECASE,
)

_sure = re.compile("(?:" + "|".join(f"(?:{form})" for form in _SURE) + ")" + _END, re.ASCII)
_likely = re.compile("(?:" + "|".join(f"(?:{form})" for form in _LIKELY) + ")" + _END, re.ASCII)
_placeholder = re.compile("(?:" + "|".join(_PLACEHOLDER) + r")(?![A-Za-z0-9_#?])", re.ASCII)

_CLOSED = r"[*_~`\]]{0,4}"
_OPENED = r"[*_~`\[]{0,4}"
_FOREWORD = re.compile(rf"(?:{_NATIVE_TASK})[ ]+(?=T-?\d)")
_RANGE = re.compile(
    rf"{_CLOSED}(?:[-‑–—~〜]|\.{{2,3}}|…){_OPENED}(?P<bare>T?-?\d{{1,5}}[a-z]?){_END}"
    rf"|{_CLOSED}\s*(?:[-‑–—~〜→/&+,、]|\.{{2,3}}|…|to|and|through|至|到|から|和|と)\s*{_OPENED}"
    rf"(?P<full>T-?\d{{1,5}}(?:\.\d+)*[a-z]?){_END}",
    re.ASCII,
)

_WHOLE_RANGE = re.compile(r"(T\d{2,5})-(\d{2,5})", re.ASCII)
_TO = re.compile(r"(?:to|through|至|到|から)")
_AND = re.compile(r"(?:and|和|と)")


class Id(Struct, frozen=True):
    """An id found at the start of a text, and where it ends there."""

    kind: Kind
    id: str
    end: int


def id_at(text: str, start: int = 0) -> Id | None:
    """The id that begins at `text[start]`, decoration already passed; None for plain words."""
    if foreword := _FOREWORD.match(text, start):
        start = foreword.end()
    if found := _placeholder.match(text, start):
        return Id("placeholder", found[0], found.end())
    if found := _sure.match(text, start):
        several = _several(text, start, found.end())
        whole = _WHOLE_RANGE.fullmatch(found[0])
        if several is None and whole and _ascends(whole[1], whole[2]):
            return Id("range", found[0], found.end())
        return several or Id("sure", found[0], found.end())
    if found := _CRITERION.match(text, start):
        return Id("criterion", found[0], found.end())
    if found := _likely.match(text, start):
        return Id("likely", found[0], found.end())
    return None


def shape(id: str) -> str:  # noqa: A002 - it is the word of the domain
    """What ids of one family share: `A-0007` and `AUTH-0012` are `A-9`, `1.10` is `9.9`."""
    return re.sub(r"[A-Za-z]+", "A", re.sub(r"\d+", "9", id))


def is_unlikely(id: str) -> bool:  # noqa: A002 - the same
    """Whether a `likely` id is the name of something well known: AES-128, HTTP2, S3."""
    return bool(_NO_ID.match(id))


def _several(text: str, start: int, end: int) -> Id | None:
    """`T005-T010`, `T001, T002`: one box for several tasks."""
    first = last = end
    while found := _RANGE.match(text, last):
        if found["bare"] and not _ascends(text[start:first], found["bare"]):
            break
        last = found.end()
    if last == end:
        return None
    plain = re.sub(r"[*_~`\[\]\s]", "", text[start:last])
    return Id("range", _AND.sub(",", _TO.sub("-", plain)), last)


def _ascends(first: str, second: str) -> bool:
    """Whether `second` ends a range that `first` begins: as many digits, and a higher number."""
    low, high = re.search(r"\d+", first), re.search(r"\d+", second)
    if low is None or high is None or first.count(".") or "-" in first:
        return False
    same_width = len(low[0]) == len(high[0]) or second.startswith("T")
    return same_width and len(high[0]) > 1 and int(high[0]) > int(low[0])
