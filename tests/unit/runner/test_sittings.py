"""Attempts that rest and go on: pauses, rate limits, fallbacks, and what a person has to say."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias, cast

import pytest
from msgspec import structs

from sixfold import events as ev
from sixfold.agents.agent import Client, Limit, Turn, TurnEnd
from sixfold.agents.permissions import Request
from sixfold.agents.roster import Kind
from sixfold.model import Usage
from sixfold.runner import limits, sittings
from sixfold.runner.desk import Desk
from sixfold.runner.ground import Attempt
from sixfold.runner.limits import Limits
from sixfold.runner.sittings import Sittings
from sixfold.state import RunState

Act: TypeAlias = Callable[[Turn, Client], Awaitable[TurnEnd]]
TURN = Turn(
    prompt="# Task T1\n", cwd=Path(), env={}, result=Path("result"), transcript=Path("T1.log")
)
DONE = TurnEnd(ok=True)


class Acting:
    """An agent that does one thing after another, and keeps what it was asked."""

    def __init__(self, name: str, *acts: Act) -> None:
        self.name, self._acts = name, list(acts)
        self.turns: list[Turn] = []
        self.begun = asyncio.Event()

    async def take(self, turn: Turn, client: Client) -> TurnEnd:
        self.turns.append(turn)
        self.begun.set()
        return await self._acts.pop(0)(turn, client)


class Crew:
    """Agents by name: the first is the default; `fallback` stands in for it."""

    def __init__(self, *agents: Acting, fallback: str = "") -> None:
        self._agents = {agent.name: agent for agent in agents}
        self._first, self.fallback = agents[0].name, fallback

    def agent(self, name: str) -> Acting:
        return self._agents[name]

    def whose(self, kind: Kind, slot: int) -> str:  # noqa: ARG002 - as agreed
        return self._first

    def provider(self, name: str) -> str:
        return f"{name} inc"


class Stage:
    """Sittings with a crew, slot 1 at work on T1, and the events that were told."""

    def __init__(self, *agents: Acting, fallback: str = "") -> None:
        self.events: list[ev.AnyEvent] = []
        self.told = asyncio.Event()
        self.state = RunState()
        bulk = SimpleNamespace(say=lambda *_: None)
        job = SimpleNamespace(crew=Crew(*agents, fallback=fallback))
        self.desk = Desk(
            cast("Any", job),
            cast("Any", None),
            self.state,
            self.tell,
            cast("Any", bulk),
            asyncio.Event(),
        )
        self.sittings = Sittings(self.desk, self._permit)
        self.tell(ev.TaskStarted(task="T1", slot=1, attempt=1, agent=agents[0].name))

    def tell(self, event: ev.AnyEvent) -> None:
        event = structs.replace(event, at=datetime.now(UTC))
        self.events.append(event)
        self.state.apply(event)
        self.told.set()

    async def _permit(self, slot: int, request: Request) -> str | None:  # noqa: ARG002
        return None

    def take(self) -> asyncio.Task[TurnEnd]:
        return asyncio.create_task(
            self.sittings.take("task", Attempt("T1", 1, 1), TURN, lambda _: ())
        )

    async def until(self, kind: type[ev.Event]) -> ev.Event:
        async with asyncio.timeout(60):
            while not (found := self.of(kind)):
                self.told.clear()
                await self.told.wait()
        event: ev.Event = found[0]
        return event

    def of(self, kind: type[ev.Event]) -> Sequence[Any]:
        return [event for event in self.events if isinstance(event, kind)]


async def done(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
    return DONE


async def forever(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
    client.begin("s1")
    await asyncio.sleep(60)
    return DONE


def limited(seconds: float | None) -> Act:
    async def act(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
        client.begin("s1")
        return TurnEnd(ok=False, reason="429", limit=Limit("429", seconds))

    return act


async def test_a_turn_that_a_pause_cut_short_goes_on_in_its_session() -> None:
    agent = Acting("a", forever, done)
    stage = Stage(agent)
    taking = stage.take()
    await agent.begun.wait()
    stage.sittings.rest()
    held = await stage.until(ev.TurnHeld)
    assert isinstance(held, ev.TurnHeld)
    assert held.reason == "paused"
    assert stage.state.work[1].held == "paused"
    await asyncio.sleep(0.05)
    assert len(agent.turns) == 1
    stage.sittings.wake()
    assert (await taking).ok
    assert [(turn.session, turn.again) for turn in agent.turns] == [
        ("", ""),
        ("s1", sittings.GO_ON),
    ]
    assert [event.agent for event in stage.of(ev.TurnBegan)] == ["a"]
    assert stage.state.work[1].held == ""


async def in_session(turn: Turn, client: Client) -> TurnEnd:
    client.begin(turn.session or "s1")
    return DONE


async def test_a_fix_goes_on_in_the_session_of_the_one_before_and_a_task_begins_afresh() -> None:
    agent = Acting("a", in_session, in_session, in_session, in_session, in_session)
    stage = Stage(agent)
    for kind, label, number in (
        ("task", "T1", 1),
        ("conflict", "T1", 1),
        ("task", "T1", 2),
        ("fix", "fix 1", 1),
        ("fix", "fix 1", 2),
    ):
        turn = structs.replace(TURN, again="again")
        await stage.sittings.take(cast("Kind", kind), Attempt(label, 1, number), turn, lambda _: ())
    assert [turn.session for turn in agent.turns] == ["", "s1", "", "", "s1"]
    assert {turn.again for turn in agent.turns} == {"again"}


async def test_an_attempt_that_is_cancelled_while_it_rests_ends() -> None:
    agent = Acting("a", forever)
    stage = Stage(agent)
    taking = stage.take()
    await agent.begun.wait()
    stage.sittings.rest()
    await stage.until(ev.TurnHeld)
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking


async def test_a_rate_limit_is_waited_for_and_no_failure() -> None:
    agent = Acting("a", limited(0.2), done)
    stage = Stage(agent)
    taking = stage.take()
    told = await stage.until(ev.ProviderLimited)
    assert isinstance(told, ev.ProviderLimited)
    assert (told.provider, told.reason) == ("a inc", "429")
    assert stage.state.limited
    assert not stage.sittings.startable("task", 2)
    assert (await taking).ok
    assert [event.reason for event in stage.of(ev.TurnHeld)] == ["rate limit of a inc"]
    assert [event.provider for event in stage.of(ev.ProviderBack)] == ["a inc"]
    assert stage.sittings.startable("task", 2)
    assert agent.turns[1].session == "s1"


async def test_the_fallback_goes_on_at_once_with_the_whole_prompt() -> None:
    first, second = Acting("a", limited(60)), Acting("b", done)
    stage = Stage(first, second, fallback="b")
    assert (await stage.take()).ok
    (turn,) = second.turns
    assert turn.session == ""
    assert turn.prompt == f"{sittings.TAKE_OVER}\n\n# Task T1\n"
    assert [event.agent for event in stage.of(ev.TurnBegan)] == ["b"]
    assert stage.state.work[1].agent == "b"
    assert stage.sittings.startable("task", 2)
    stage.sittings.close()


async def test_limits_in_a_row_last_longer_and_one_that_is_over_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "FIRST_SECONDS", 100.0)
    stage = Stage(Acting("a"))
    found = Limits(stage.desk)

    async def seconds() -> float:
        found.hit("p", Limit("again"))
        span = stage.state.limited["p"].until - datetime.now(UTC)
        found._let("p")
        return span.total_seconds()

    spans = [await seconds() for _ in range(3)]
    for span, least, most in zip(spans, (49, 99, 199), (110, 220, 440), strict=True):
        assert least < span <= most
    found.fine("p")
    assert await seconds() <= 110


async def test_what_a_person_says_is_said_when_the_turn_is_over() -> None:
    said = asyncio.Event()

    async def slow(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
        client.begin("s1")
        await said.wait()
        return DONE

    agent = Acting("a", slow, done)
    stage = Stage(agent)
    taking = stage.take()
    await agent.begun.wait()
    stage.sittings.tell(1, "use a map")
    stage.sittings.tell(1, "and a lock")
    said.set()
    assert (await taking).ok
    second = agent.turns[1]
    assert (second.session, second.again) == ("s1", "use a map\n\nand a lock")
    assert second.prompt == "# Task T1\n\n## A person adds\n\nuse a map\n\nand a lock\n"


async def test_what_could_not_be_said_any_more_is_told_to_people() -> None:
    said = asyncio.Event()

    async def fail(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
        await said.wait()
        return TurnEnd(ok=False, reason="no")

    agent = Acting("a", fail)
    stage = Stage(agent)
    taking = stage.take()
    await agent.begun.wait()
    stage.sittings.tell(1, "use a map")
    said.set()
    assert not (await taking).ok
    assert [event.text for event in stage.of(ev.Notice)] == [
        "not said to T1, whose turn was over: use a map"
    ]


async def test_what_is_spent_is_on_record_by_attempt_slot_and_run() -> None:
    async def spend(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
        client.spend(Usage(10, 2, 0.5))
        client.spend(Usage(1, 1, 0.25))
        return DONE

    stage = Stage(Acting("a", spend))
    await stage.take()
    assert stage.state.usage == Usage(11, 3, 0.75)
    assert stage.state.spent_by == {1: Usage(11, 3, 0.75)}
    assert stage.state.work[1].usage.tokens == 14
    assert sum(event.usage.cost for event in stage.of(ev.UsageReported)) == 0.75


async def test_a_stall_is_on_record_until_there_is_a_sign_of_life() -> None:
    async def stall(turn: Turn, client: Client) -> TurnEnd:  # noqa: ARG001 - as agreed
        client.stall(0)
        client.stall(300)
        assert stage.state.work[1].stalled == 300
        client.stall(0)
        assert stage.state.work[1].stalled == 0
        return DONE

    stage = Stage(Acting("a", stall))
    await stage.take()
    assert len(stage.of(ev.AgentRecovered)) == 1
