"""An agent at an attempt, from its first turn to its last, whatever comes between.

A turn may be cut short by a pause or by its provider's rate limit; then it is taken up again,
in the same session where the agent can. What a person has to say is said at the end of a turn.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from msgspec import structs

from sixfold import events as ev
from sixfold.agents.agent import Agent, Turn, TurnEnd
from sixfold.agents.permissions import Request
from sixfold.agents.roster import Kind
from sixfold.model import Usage
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Attempt
from sixfold.runner.limits import Limits
from sixfold.uncut import to_the_end

Before: TypeAlias = Callable[[str], Sequence[str]]
"""Gives the words of a sandbox for the agent of a name."""
Permit: TypeAlias = Callable[[int, Request], Awaitable[str | None]]
"""Answers what the agent in a slot asks to be allowed, by the id of an option."""
REPORT_SECONDS = 5.0
"""How often what an agent spends is put on record."""
GO_ON = "You were interrupted. Go on with your task from where you stopped, to its end."
TAKE_OVER = (
    "Somebody began this before you and was interrupted. What they left is in the "
    "directory: look at it first, and go on from there."
)
PAUSED = "paused"


class Sittings:
    """Takes turns of the crew. `permit` answers what agents ask to be allowed."""

    def __init__(self, desk: Desk, permit: Permit) -> None:
        self._desk, self._crew, self._state = desk, desk.job.crew, desk.state
        self._permit = permit
        self._limits = Limits(desk)
        self._awake = asyncio.Event()
        self._awake.set()
        self._turns: set[asyncio.Task[TurnEnd]] = set()
        """Turns that are being taken."""
        self._sessions: defaultdict[str, dict[str, str]] = defaultdict(dict)
        """What is worked at (a fix through all its attempts) -> agent -> its session."""
        self._words: defaultdict[int, deque[str]] = defaultdict(deque)
        """Slot -> what a person has to say to the agent in it."""

    def rest(self) -> None:
        """Cut every turn short, until `wake`."""
        self._awake.clear()
        for turn in self._turns:
            turn.cancel()

    def wake(self) -> None:
        """Take the turns up again."""
        self._awake.set()

    def tell(self, slot: int, text: str) -> None:
        """Have something said to the agent in a slot at the end of its turn."""
        self._words[slot].append(text)

    def startable(self, kind: Kind, slot: int) -> bool:
        """Would whoever's turn it is in the slot be taken by its provider now."""
        return bool(self._ready(self._crew.whose(kind, slot)))

    def close(self) -> None:
        """Wait for no provider any more."""
        self._limits.close()

    async def take(self, kind: Kind, attempt: Attempt, turn: Turn, before: Before) -> TurnEnd:
        """Take a turn to its end; one that was cut short is taken up again."""
        sitting = _Sitting(self._desk, attempt, self._permit, self._words[attempt.slot])
        sessions = self._sessions[_thread(attempt)]
        taken = turn
        try:
            while True:
                name = await self._next(sitting, self._wanted(kind, attempt))
                begun = "" if sitting.turns == 0 or name in sessions else f"{TAKE_OVER}\n\n"
                taken = structs.replace(
                    taken,
                    session=sessions.get(name, ""),
                    prompt=begun + taken.prompt,
                    before=before(name),
                )
                sitting.start(name)
                end = await self._turn(self._crew.agent(name), taken, sitting)
                if sitting.session:
                    sessions[name] = sitting.session
                if end is None:
                    sitting.hold(PAUSED)
                elif end.limit:
                    self._limits.hit(self._crew.provider(name), end.limit)
                elif end.ok and (text := sitting.word()):
                    lines = f"a person adds: {text}".splitlines()
                    sitting.hear([ev.Utterance("note", line) for line in lines])
                    added = f"{turn.prompt}\n## A person adds\n\n{text}\n"
                    taken = structs.replace(turn, prompt=added, again=text)
                    continue
                else:
                    self._limits.fine(self._crew.provider(name))
                    return end
                taken = structs.replace(turn, again=GO_ON)
        finally:
            sitting.end()

    def _wanted(self, kind: Kind, attempt: Attempt) -> str:
        """Who should take the turn: whoever began the attempt, or whom a person wants for it."""
        work = self._state.work.get(attempt.slot)
        if kind in {"conflict", "validate"} and work:
            return work.agent
        progress = self._state.tasks.get(work.task) if work else None
        return (progress.wanted if progress else "") or self._crew.whose(kind, attempt.slot)

    def _ready(self, name: str) -> str:
        """The agent, or its fallback, if one of them may start; else nothing."""
        for one in (name, self._crew.fallback):
            if one and not self._limits.limited(self._crew.provider(one)):
                return one
        return ""

    async def _next(self, sitting: _Sitting, name: str) -> str:
        """Who may take the turn, once somebody may."""
        while True:
            if not self._awake.is_set():
                sitting.hold(PAUSED)
                await self._awake.wait()
            elif found := self._ready(name):
                return found
            else:
                provider = self._crew.provider(name)
                sitting.hold(f"rate limit of {provider}")
                await self._limits.wait(provider)

    async def _turn(self, agent: Agent, turn: Turn, sitting: _Sitting) -> TurnEnd | None:
        """One turn; None where it was cut short by a pause."""
        taking = asyncio.create_task(agent.take(turn, sitting))
        self._turns.add(taking)
        try:
            await asyncio.wait({taking})
        except asyncio.CancelledError:
            taking.cancel()
            await to_the_end(asyncio.wait({taking}))
            raise
        finally:
            self._turns.discard(taking)
        return None if taking.cancelled() else taking.result()


def _thread(attempt: Attempt) -> str:
    """What a session is about: an attempt at a task, all attempts at a fix."""
    fix = attempt.label.startswith("fix ")
    return attempt.label if fix else f"{attempt.label} {attempt.number}"


class _Sitting:
    """The client of whichever agent is at an attempt."""

    def __init__(self, desk: Desk, attempt: Attempt, permit: Permit, words: deque[str]) -> None:
        self._state, self._emit, self._bulk = desk.state, desk.emit, desk.bulk
        self._attempt, self._permit, self._words = attempt, permit, words
        self._agent = ""
        self._spent = Usage()
        self._reported = 0.0
        self.session = ""
        self.turns = 0

    @property
    def _who(self) -> tuple[int, str, int]:
        """Slot, label as it is by now, and attempt."""
        work = self._state.work.get(self._attempt.slot)
        label = work.label if work else self._attempt.label
        return self._attempt.slot, label, self._attempt.number

    def start(self, agent: str) -> None:
        """An agent begins a turn."""
        slot, task, number = self._who
        work = self._state.work.get(slot)
        if work and (work.held or work.agent != agent):
            self._emit(ev.TurnBegan(slot=slot, task=task, attempt=number, agent=agent))
        self._agent, self.session = agent, ""
        self.turns += 1

    def hold(self, reason: str) -> None:
        """The attempt rests."""
        slot, task, number = self._who
        work = self._state.work.get(slot)
        if work and work.held != reason:
            self._emit(ev.TurnHeld(slot=slot, task=task, attempt=number, reason=reason))

    def end(self) -> None:
        """The attempt's agent is done; what it did not come to hear is told to people."""
        self._report()
        _, task, _ = self._who
        for text in self._words:
            self._emit(ev.Notice(text=f"not said to {task}, whose turn was over: {text}"))
        self._words.clear()

    # As the agent sees it.

    def hear(self, said: Sequence[ev.Utterance]) -> None:
        """To all viewers."""
        self._bulk.say(self._attempt.slot, said)

    def begin(self, session: str) -> None:
        """Remember the session."""
        self.session = session

    def spend(self, usage: Usage) -> None:
        """Add it up, and put it on record every few seconds."""
        self._spent += usage
        if time.monotonic() - self._reported > REPORT_SECONDS:
            self._report()

    def stall(self, seconds: float) -> None:
        """Put it on record."""
        slot, task, number = self._who
        if seconds:
            self._emit(ev.AgentStalled(slot=slot, task=task, attempt=number, seconds=seconds))
        elif self._state.work.get(slot) and self._state.work[slot].stalled:
            self._emit(ev.AgentRecovered(slot=slot, task=task, attempt=number))

    async def permit(self, request: Request) -> str | None:
        """Ask whoever may answer."""
        return await self._permit(self._attempt.slot, request)

    def word(self) -> str:
        """What a person has to say, all of it."""
        text = "\n\n".join(self._words)
        self._words.clear()
        return text

    def _report(self) -> None:
        if self._spent == Usage():
            return
        slot, task, number = self._who
        self._emit(
            ev.UsageReported(
                slot=slot, task=task, attempt=number, agent=self._agent, usage=self._spent
            )
        )
        self._spent, self._reported = Usage(), time.monotonic()
