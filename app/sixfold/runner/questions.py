"""What waits for a person's leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from sixfold import events as ev

YES, NO = "yes", "no"


class Questions:
    """Asks, and waits for the answer; where nobody is there to answer, it is no."""

    def __init__(self, emit: Callable[[ev.AnyEvent], None], *, attended: bool) -> None:
        self._emit, self._attended = emit, attended
        self._count = 0
        self._waiting: dict[str, asyncio.Future[str]] = {}

    async def ask(self, slot: int, label: str, text: str) -> bool:
        """Does a person agree."""
        self._count += 1
        request = f"q{self._count}"
        answer = self._waiting[request] = asyncio.get_running_loop().create_future()
        self._emit(
            ev.PermissionAsked(slot=slot, task=label, request=request, text=text, options=[YES, NO])
        )
        if not self._attended:
            answer.set_result(NO)
        option: str = NO
        try:
            option = await answer
        finally:
            del self._waiting[request]
            self._emit(ev.PermissionAnswered(slot=slot, task=label, request=request, option=option))
        return option == YES

    def answer(self, request: str, option: str) -> str:
        """A person's answer; why it comes to nothing, where it does."""
        waiting = self._waiting.get(request)
        if waiting is None or waiting.done():
            return f"nothing called {request} is asked"
        waiting.set_result(option)
        return ""
