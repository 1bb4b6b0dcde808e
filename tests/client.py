"""A client of an agent that keeps what it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sixfold.agents.permissions import Permit, Request, by_rules
from sixfold.events import Utterance
from sixfold.model import Usage


class Ear:
    """Remembers everything; answers by `permit`, and has `words` for the agent, in order."""

    def __init__(
        self,
        permit: Permit | None = None,
        words: Sequence[str] = (),
        hear: Callable[[Sequence[Utterance]], object] | None = None,
    ) -> None:
        self.heard: list[Utterance] = []
        self.sessions: list[str] = []
        self.usage = Usage()
        self.stalls: list[float] = []
        self.words = list(words)
        self._permit = permit or by_rules()
        self._hear = hear

    def hear(self, said: Sequence[Utterance]) -> None:
        self.heard.extend(said)
        if self._hear:
            self._hear(said)

    def begin(self, session: str) -> None:
        self.sessions.append(session)

    def spend(self, usage: Usage) -> None:
        self.usage += usage

    def stall(self, seconds: float) -> None:
        self.stalls.append(seconds)

    async def permit(self, request: Request) -> str | None:
        return await self._permit(request)

    def word(self) -> str:
        return self.words.pop(0) if self.words else ""
