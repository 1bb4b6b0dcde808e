"""Recognising the ids of one file in running text, and what a range of them covers."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[.-][A-Za-z0-9]+)*")
_NUMBERED: Final = re.compile(
    r"(?P<prefix>[A-Za-z-]*?)(?P<digits>\d{1,18})(?P<rest>[.\d]{0,18})(?P<tail>[A-Za-z]?)"
)

Key = tuple[tuple[int, ...], str]
"""What a numbered id counts as: its numbers, then its letter. `T012a` is ((12,), "a")."""


class Ids:
    """The ids of a file, in file order."""

    def __init__(self, known: Iterable[str]) -> None:
        self.place = {name: place for place, name in enumerate(dict.fromkeys(known))}
        self._names = list(self.place)
        self._numbered: dict[str, list[tuple[Key, str]]] = defaultdict(list)
        self._digits: dict[str, int] = {}
        for name in self._names:
            prefix, key, digits = _numbers(name)
            if key is not None:
                self._numbered[prefix].append((key, name))
                self._digits[prefix] = min(self._digits.get(prefix, 9), digits)
        for entries in self._numbered.values():
            entries.sort()

    def __contains__(self, name: str) -> bool:
        return name in self.place

    def is_id(self, word: str) -> bool:
        """Whether a word is an id of this file, or looks just like one that it lacks.

        Bare numbers are ids only where the file has them; the caller minds the context.
        """
        if word in self.place:
            return True
        prefix, key, digits = _numbers(word)
        return bool(prefix) and key is not None and digits >= self._digits.get(prefix, 99)

    def split(self, word: str) -> list[str] | None:
        """The ids in a word: itself, or both ends of `T012-T015` or `T012-15`; None for no id."""
        if self.is_id(word):
            return [word]
        head, _, tail = word.partition("-")
        while tail:
            if self.is_id(head):
                ends = self._ends(head, tail)
                if ends:
                    return ends
            more, _, tail = tail.partition("-")
            head = f"{head}-{more}"
        return None

    def _ends(self, first: str, last: str) -> list[str] | None:
        if self.is_id(last):
            return [first, last]
        prefix, _, digits = _numbers(first)
        whole = prefix + last.zfill(digits)
        return [first, whole] if last.isdigit() and whole in self.place else None

    def between(self, first: str, last: str) -> list[str]:
        """What a range covers: ids that exist, by their numbers, in file order.

        Both ends alone where the range makes no sense in this file; whoever reads the claim
        then finds the unknown one.
        """
        prefix, low, _ = _numbers(first)
        other, high, _ = _numbers(last)
        if low is None or high is None or prefix != other:
            return self._slice(first, last)
        entries = self._numbered.get(prefix, [])
        start = bisect_left(entries, (low, ""))
        end = bisect_right(entries, (high, "\uffff"))
        found = [name for _, name in entries[start:end]]
        return sorted(found, key=self.place.__getitem__) or [first, last]

    def _slice(self, first: str, last: str) -> list[str]:
        if first in self.place and last in self.place:
            covered = self._names[self.place[first] : self.place[last] + 1]
            return covered or [first, last]
        return [first, last]


def _numbers(name: str) -> tuple[str, Key | None, int]:
    """Prefix, key and number of digits of an id; no key for one that is not numbered."""
    found = _NUMBERED.fullmatch(name)
    if found is None:
        return name, None, 0
    numbers = tuple(int(part) for part in (found["digits"] + found["rest"]).split(".") if part)
    return found["prefix"], (numbers, found["tail"]), len(found["digits"])


def words(text: str) -> Iterable[re.Match[str]]:
    """The words that may be ids, longest match."""
    return _WORD.finditer(text)
