"""What agents say, as lines for people: whole texts, or pieces put together."""

from __future__ import annotations

from typing import Literal, TypeAlias

from sixfold.events import Utterance

LONGEST_LINE = 4000
"""Characters of a line that viewers get; the transcript has it whole."""
LONGEST_TEXT = 100_000
"""Characters of a text that comes at once, of which viewers get the lines."""
LONGEST_ID = 200
Kind: TypeAlias = Literal["say", "think", "plan", "do", "did", "ask", "error", "note"]
Speaks: TypeAlias = Literal["say", "think"]


class Speech:
    """Messages and thoughts, put together from their pieces to lines."""

    def __init__(self) -> None:
        self.last = ""
        """The last piece of a message."""
        self._from: tuple[Speaks, str | None] | None = None
        self._begun = ""

    def add(self, kind: Speaks, text: str, message: str | None = None) -> list[Utterance]:
        """The lines that a piece of `message` completes, its own and those of another before it."""
        lines = [] if self._from == (kind, message) else self.end()
        self._from = (kind, message)
        if kind == "say":
            self.last = text[:LONGEST_LINE]
        *whole, rest = (self._begun + text).split("\n")
        self._begun = rest[:LONGEST_LINE]
        return [*lines, *(utterance(kind, line) for line in whole if line.strip())]

    def end(self) -> list[Utterance]:
        """What is left of a line: something else follows, or nothing."""
        before, begun = self._from, self._begun
        self._from, self._begun = None, ""
        return [utterance(before[0], begun)] if before and begun.strip() else []


def utterances(kind: Kind, text: str) -> list[Utterance]:
    """The lines of a text, as far as people want to read them."""
    lines = text[:LONGEST_TEXT].split("\n")
    return [utterance(kind, line) for line in lines if line.strip()]


def utterance(kind: Kind, text: str, call: str = "", detail: str = "") -> Utterance:
    """A line for people; of a tool call, with what there is to unfold."""
    line = " ".join(_whole(text.rstrip()[:LONGEST_LINE]).splitlines())
    return Utterance(kind, line, _whole(call[:LONGEST_ID]), _whole(detail))


def _whole(text: str) -> str:
    """Halves of characters, as agents send them, are made whole or left out."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
