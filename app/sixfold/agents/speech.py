"""What agents say, as lines for people: whole texts, or pieces put together."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sixfold.events import Utterance

LONGEST_LINE = 4000
"""Characters of a line that viewers get; the transcript has it whole."""
LONGEST_TEXT = 100_000
"""Characters of a text that comes at once, of which viewers get the lines."""
Kind: TypeAlias = Literal["say", "do", "ask", "error", "note"]


class Speech:
    """Messages and thoughts, put together from their pieces to lines."""

    def __init__(self) -> None:
        self.last = ""
        """The last piece of a message."""
        self._from: tuple[str, str | None] = ("", None)
        self._begun = ""

    def add(
        self, kind: Literal["say", "note"], text: str, message: str | None = None
    ) -> list[Utterance]:
        """The lines that a piece of `message` completes, its own and those of another before it."""
        lines = [] if self._from == (kind, message) else self.end()
        if not self._from[0]:
            self._from = (kind, message)
        if kind == "say":
            self.last = text[:LONGEST_LINE]
        *whole, rest = (self._begun + text).split("\n")
        self._begun = rest[:LONGEST_LINE]
        return [*lines, *(utterance(kind, line) for line in whole if line.strip())]

    def end(self) -> list[Utterance]:
        """What is left of a line: something else follows, or nothing."""
        kind, begun = self._from[0], self._begun
        self._from, self._begun = ("", None), ""
        return [utterance("say" if kind == "say" else "note", begun)] if begun.strip() else []


def utterances(kind: Kind, text: str) -> list[Utterance]:
    """The lines of a text, as far as people want to read them."""
    lines = text[:LONGEST_TEXT].split("\n")
    return [utterance(kind, line) for line in lines if line.strip()]


def utterance(kind: Kind, text: str) -> Utterance:
    """A line for people. Halves of characters, as agents send them, are made whole or left out."""
    line = text.rstrip()[:LONGEST_LINE]
    if not line.isascii():
        line = line.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Utterance(kind, " ".join(line.splitlines()))
