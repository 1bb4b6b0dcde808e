"""What waits for a person's leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from sixfold import events as ev
from sixfold.agents.permissions import Request, Rule, decide
from sixfold.state import RunState

YES, NO = "yes", "no"
ALLOW, ALWAYS, REJECT, NEVER = "allow", "always", "reject", "never"
WITHDRAWN = "withdrawn"
LONGEST_DIFF = 20_000
"""Characters of a change that are shown with a question."""


class Questions:
    """Asks, and waits for the answer; where nobody is there to answer, it is no.

    With `consent`, a person said beforehand that it is always yes.

    What agents ask is answered by `rules` first. That something is always or never allowed holds
    for the same wish of any agent, to the end of the run.
    """

    def __init__(
        self,
        state: RunState,
        emit: Callable[[ev.AnyEvent], None],
        rules: Sequence[Rule],
        *,
        attended: bool,
        consent: bool = False,
    ) -> None:
        self._state, self._emit, self._rules = state, emit, rules
        self._attended, self._consent = attended, consent
        self._count = 0
        self._waiting: dict[str, asyncio.Future[str]] = {}

    async def ask(self, slot: int, label: str, text: str) -> bool:
        """Does a person agree."""
        asked = ev.PermissionAsked(
            slot=slot, task=label, request=self._name(), text=text, options=[YES, NO]
        )
        return await self._put(asked, yes=YES, no=NO) == YES

    async def permit(self, slot: int, request: Request) -> str | None:
        """The answer to an agent, by the id of an option that it offers."""
        verdict = decide(request.wish, request.root, self._rules)
        granted = verdict == "allow" or (verdict == "ask" and await self._permitted(slot, request))
        if granted:
            return request.option("allow_once", "allow_always")
        return request.option("reject_once", "reject_always")

    async def _permitted(self, slot: int, request: Request) -> bool:
        work = self._state.work.get(slot)
        asked = ev.PermissionAsked(
            slot=slot,
            task=work.label if work else "",
            request=self._name(),
            text=request.line,
            options=[ALLOW, ALWAYS, REJECT, NEVER],
            kind=request.wish.kind,
            command=request.wish.command,
            diff=request.diff[:LONGEST_DIFF],
            wish=request.same,
        )
        option = self._state.settled.get(asked.wish) or await self._put(asked, yes=ALLOW, no=REJECT)
        return option in {ALLOW, ALWAYS}

    def answer(self, request: str, option: str) -> str:
        """A person's answer; why it comes to nothing, where it does."""
        waiting = self._waiting.get(request)
        if waiting is None or waiting.done():
            return f"nothing called {request} is asked"
        waiting.set_result(option)
        if option in {ALWAYS, NEVER}:
            self._answer_alike(self._state.asked[request].wish, option)
        return ""

    def _answer_alike(self, wish: str, option: str) -> None:
        """Others may wait for leave to do the same."""
        for name, asked in self._state.asked.items():
            waiting = self._waiting.get(name)
            if asked.wish == wish and waiting and not waiting.done():
                waiting.set_result(ALLOW if option == ALWAYS else REJECT)

    def _name(self) -> str:
        self._count += 1
        return f"q{self._count}"

    async def _put(self, asked: ev.PermissionAsked, *, yes: str, no: str) -> str:
        """Put a question to people; what is answered for those who are not there is said here."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting[asked.request] = answer
        self._emit(asked)
        if self._consent or not self._attended:
            answer.set_result(yes if self._consent else no)
        option = WITHDRAWN
        try:
            option = await answer
        finally:
            del self._waiting[asked.request]
            self._emit(
                ev.PermissionAnswered(
                    slot=asked.slot,
                    task=asked.task,
                    request=asked.request,
                    option=option,
                    wish=asked.wish,
                )
            )
        return option
