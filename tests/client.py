"""A client of an agent that keeps what it is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from sixfold.agents.permissions import Request, Rule, decide
from sixfold.events import Utterance
from sixfold.model import Usage

Permit: TypeAlias = Callable[[Request], Awaitable[str | None]]
"""Chooses one of the options, by its id; None leaves the tool call cancelled."""


def by_rules(rules: Sequence[Rule] = ()) -> Permit:
    """Answers by the rules alone: what they would ask, it rejects."""

    async def permit(request: Request) -> str | None:
        if decide(request.wish, request.root, rules) == "allow":
            return request.option("allow_once", "allow_always")
        return request.option("reject_once", "reject_always")

    return permit


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
