"""A headless agent's output as it comes: from lines to facts, and from facts to its client."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from sixfold.agents.agent import Client, TurnEnd
from sixfold.agents.endings import ended_in, failed, gone
from sixfold.agents.formats.format import Began, Fact, Format, Session, Total
from sixfold.agents.pipes import Lines, Pieces, from_json
from sixfold.agents.speech import LONGEST_LINE, utterance
from sixfold.agents.totals import Totals
from sixfold.events import Utterance
from sixfold.model import Usage

_SESSION = re.compile(r"\w[\w.-]{0,199}", re.ASCII)
"""A session's id, fit to stand in a command line."""
_TROUBLE = re.compile(r"error|fail|exhausted|denied", re.IGNORECASE)
_COLOUR = re.compile(r"\x1b\[[\d;:]*m")
_FRAME = re.compile(r"\s*at ")
"""A line of a stack."""


class Stream:
    """Hears one program of a known format for `client`; `totals` are its agent's.

    `resumes`: a later turn could go on with the session.
    """

    def __init__(self, form: Format, client: Client, totals: Totals, *, resumes: bool) -> None:
        self._form, self._client, self._totals, self._resumes = form, client, totals, resumes
        self._lines, self._errors = Lines(), Pieces()
        self._end: TurnEnd | None = None
        self._session = ""
        self._trouble = self._last = ""
        self._understood = self._worked = False
        self.refused = False
        """Did the program end before there was any work."""

    @property
    def ended(self) -> bool:
        """Has it told that its turn ended well: trouble may pass."""
        return self._end is not None and self._end.ok

    def out(self, chunk: bytes) -> None:
        """Hear what it prints."""
        self._take(fact for line in self._lines.feed(chunk) for fact in self._facts(line))

    def err(self, chunk: bytes) -> None:
        """Hear what it prints beside that."""
        self._note(self._errors.feed(chunk))

    def end(self, code: int) -> TurnEnd:
        """How the turn ended: as the stream says, for exit codes lie."""
        self._take(self._facts(self._lines.rest()))
        self._note([self._errors.rest()])
        self._take(self._form.end())
        end = self._end or self._unended(code)
        self.refused = not (end.ok or end.limit or self._worked)
        return end

    def _facts(self, line: bytes) -> Iterable[Fact]:
        """What a line means; one that is no event is shown as a note."""
        if not line.strip():
            return ()
        try:
            event = self._decode(line)
        except msgspec.ValidationError as error:
            return _odd(line, str(error))
        except ValueError:
            return [_as_note(line)]
        self._understood = True
        return self._form.understand(event)

    def _decode(self, line: bytes) -> object:
        decoder = self._form.events
        try:
            return decoder.decode(line)
        except msgspec.ValidationError:
            raise
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            return msgspec.convert(from_json(line), decoder.type)

    def _take(self, facts: Iterable[Fact]) -> None:
        heard: list[Utterance] = []
        for fact in facts:
            match fact:
                case Utterance():
                    heard.append(fact)
                    self._worked = self._worked or fact.kind in ("say", "do")
                case Usage():
                    self._spend(fact)
                case Total(usage=usage):
                    self._spend(self._totals.since(self._session, usage))
                case Session(id=name):
                    self._begin(name)
                case Began():
                    self._end = None
                case TurnEnd():
                    self._end = fact
        if heard:
            self._client.hear(heard)

    def _spend(self, usage: Usage) -> None:
        if usage != Usage():
            self._worked = True
            self._client.spend(usage)

    def _begin(self, name: str) -> None:
        if name == self._session or not _SESSION.fullmatch(name):
            return
        self._session = name
        if self._resumes:
            self._client.begin(name)

    def _note(self, lines: Iterable[bytes]) -> None:
        notes = [_as_note(line) for line in lines if line.strip()]
        for text in (_COLOUR.sub("", note.text) for note in notes):
            if not _FRAME.match(text):
                self._last = text
                self._trouble = text if _TROUBLE.search(text) else self._trouble
        if notes:
            self._client.hear(notes)

    def _unended(self, code: int) -> TurnEnd:
        """How a turn ended whose stream does not say."""
        how, why = gone(code), self._trouble or self._last
        if not self._understood and code == 0:
            return failed("it printed no event of its format; see Formats in docs/config.md")
        if code <= 0 or not why:
            return failed(how)
        end = ended_in(why)
        return end if end.limit else failed(f"{how}: {why}")


def _odd(line: bytes, error: str) -> list[Fact]:
    """What is told of JSON that is no event that we know."""
    if error.startswith("Invalid value") and error.endswith(".type`"):
        return []
    if " - at `$" not in error:
        return [_as_note(line)]
    return [utterance("note", f"an event that is not as agreed: {error}")]


def _as_note(line: bytes) -> Utterance:
    return utterance("note", line[:LONGEST_LINE].decode(errors="replace").strip())
