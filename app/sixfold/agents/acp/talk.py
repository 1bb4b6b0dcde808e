"""One session with an agent, over the protocol's library. Import it only to take a turn."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from acp.connection import Connection
from acp.exceptions import RequestError
from acp.meta import PROTOCOL_VERSION

import sixfold
from sixfold.agents.acp import judging
from sixfold.agents.acp.hearing import ASKING, Hearing
from sixfold.agents.acp.spending import Spending
from sixfold.agents.acp.wire import Wire
from sixfold.agents.agent import Client, Turn, TurnEnd
from sixfold.agents.endings import failed
from sixfold.agents.permissions import Request
from sixfold.agents.speech import utterance

PATIENCE, PATIENCE_AT_WORK = 1.5, 3.0
"""How many times its stall timeout an agent may be silent before it is given up; while a tool of
its is at work, which tests may be for minutes without a word."""
LOOK_SECONDS = 0.5
"""How soon it is noticed that a stalled agent speaks again."""


class Refused(Exception):  # noqa: N818 - it is no error of ours
    """The agent cannot be worked with, and why."""


class Talk:
    """A conversation over `wire` for `client`."""

    def __init__(self, wire: Wire, hearing: Hearing, client: Client, spending: Spending) -> None:
        self._wire, self._hearing, self._client = wire, hearing, client
        self._spending = spending
        self._session = ""
        self.open = asyncio.Event()
        """Set when there is a session."""
        self._asked: set[asyncio.Future[str | None]] = set()
        self._cancelled = False
        self.greeting: Mapping[str, Any] = {}
        """What the agent said of itself."""
        self.session: Mapping[str, Any] = {}
        """What it said of the session."""
        self._connection = Connection(self._answer, wire)

    async def hold(self, turn: Turn, mode: str) -> TurnEnd:
        """Have the turn's prompt answered, and whatever a person says after that: how it ended.

        Raises `ConnectionError` where the agent is gone.
        """
        try:
            goes_on = await self.begin(turn.cwd, mode, turn.session)
            text = turn.again if goes_on else turn.prompt
            end = await self._prompt(text)
            while end.ok and (text := self._client.word()):
                self._client.hear([*self._hearing.end(), utterance("note", f"you: {text}")])
                end = await self._prompt(text)
        except RequestError as error:
            return judging.refused(error.code, str(error), error.data)
        except Refused as error:
            return failed(str(error))
        return end

    async def _prompt(self, text: str) -> TurnEnd:
        blocks = [{"type": "text", "text": text}]
        try:
            response = await self._ask("session/prompt", prompt=blocks, **self._of_session)
        finally:
            self._hearing.rest()
            self.count()
        self._client.spend(self._spending.tokens(response))
        return judging.ended(response, self._hearing.trouble, self._hearing.last_piece)

    def count(self) -> None:
        """Tell what the session cost since this was told last."""
        if self._session:
            self._client.spend(self._spending.cost(self._session, self._hearing.cost))

    async def cancel(self) -> None:
        """Ask the agent to end its turn; what it asks to be allowed is answered, now and later."""
        self._cancelled = True
        for asked in self._asked:
            asked.cancel()
        if self._session:
            await self._connection.send_notification("session/cancel", self._of_session)

    async def part(self) -> bool:
        """Close the session, where the agent can: then it has nothing more to write down."""
        if not self._session or not isinstance(_of_sessions(self.greeting).get("close"), Mapping):
            return False
        try:
            await self._ask("session/close", **self._of_session)
        except RequestError:
            return False
        return True

    async def silence(self, most: float) -> float:
        """Wait until nothing was heard for `most` seconds, warn, and wait some more: how long.

        While the agent asks for leave it is not its turn to speak.
        """
        stalled = False
        while (quiet := time.monotonic() - self._wire.heard) < (end := self._patience(most)):
            if quiet < most and stalled:
                stalled = False
                self._client.stall(0)
            elif quiet >= most and not stalled:
                stalled = True
                self._client.hear([utterance("note", f"no sign of life for {quiet:.0f} s")])
                self._client.stall(quiet)
            left = end - quiet if stalled else most - quiet
            await asyncio.sleep(min(left, LOOK_SECONDS) if stalled else left)
            if self._asked:
                self._wire.heard = time.monotonic()
        return end

    def _patience(self, most: float) -> float:
        return most * (PATIENCE_AT_WORK if self._hearing.at_work else PATIENCE)

    async def close(self) -> None:
        """End all that is at work for this conversation."""
        await self._connection.close()

    @property
    def _of_session(self) -> dict[str, Any]:
        return {"sessionId": self._session}

    async def _ask(self, method: str, **params: Any) -> Mapping[str, Any]:
        answer = await self._connection.send_request(method, params)
        return answer if isinstance(answer, Mapping) else {}

    async def begin(self, cwd: Path, mode: str = "", session: str = "") -> bool:
        """Come to a session in the mode; whether it is the one that was asked for.

        Raises `Refused` where there is none, and the library's `RequestError`.
        """
        self.greeting = await self._greet()
        offered = _way_back(self.greeting)
        place = {"cwd": str(cwd), "mcpServers": []}
        if session and offered and await self._return(offered, session, place):
            if mode:
                await self._set(mode)
        else:
            self.session = await self._ask("session/new", **place)
            name = self.session.get("sessionId")
            if not isinstance(name, str):
                raise Refused("it opened no session")
            self._session = name
            if mode:
                await self._set(mode)
        self.open.set()
        if offered:
            self._client.begin(self._session)
        return self._session == session

    async def _return(self, method: str, session: str, place: Mapping[str, Any]) -> bool:
        """Go on in a session of before; its past, which some agents tell again, is not heard."""
        self._hearing.replaying = True
        try:
            self.session = await self._ask(method, sessionId=session, **place)
        except RequestError:
            return False
        finally:
            self._hearing.replaying = False
        self._session = session
        return True

    async def _greet(self) -> Mapping[str, Any]:
        greeting = await self._ask(
            "initialize",
            protocolVersion=PROTOCOL_VERSION,
            clientCapabilities={
                "fs": {"readTextFile": False, "writeTextFile": False},
                "terminal": False,
            },
            clientInfo={"name": "sixfold", "title": "Sixfold", "version": sixfold.__version__},
        )
        version = greeting.get("protocolVersion")
        if version != PROTOCOL_VERSION:
            raise Refused(f"it speaks version {version} of the protocol, not {PROTOCOL_VERSION}")
        return greeting

    @property
    def resumes(self) -> bool:
        """Can the agent go on with a session of before."""
        return bool(_way_back(self.greeting))

    @property
    def modes(self) -> list[str]:
        """The modes that the session offers."""
        modes = [str(one.get("id")) for one in _listed(self.session.get("modes"), "availableModes")]
        return modes or [str(one.get("value")) for one in _listed(self._mode_option, "options")]

    @property
    def _mode_option(self) -> Mapping[str, Any]:
        options = _listed(self.session, "configOptions")
        return next((one for one in options if one.get("category") == "mode"), {})

    async def _set(self, mode: str) -> None:
        """Set the mode by whichever way the agent offers it."""
        if mode not in self.modes:
            names = ", ".join(self.modes) or "none"
            raise Refused(f"it has no mode {mode}; it offers: {names}")
        if _listed(self.session.get("modes"), "availableModes"):
            await self._ask("session/set_mode", modeId=mode, **self._of_session)
        else:
            place = {"configId": self._mode_option.get("id"), "value": mode}
            await self._ask("session/set_config_option", **place, **self._of_session)

    async def _answer(self, method: str, params: object, is_notification: bool) -> Any:
        if is_notification:
            return None
        if method != ASKING:
            raise RequestError.method_not_found(method)
        request = self._hearing.request(params)
        if request is None:
            raise RequestError.invalid_params()
        chosen = await self._decide(request)
        option = next((one for one in request.options if one.option_id == chosen), None)
        name = (option.name or option.kind) if option else "cancelled"
        self._client.hear([utterance("note", f"answered: {name}")])
        if option is None:
            return {"outcome": {"outcome": "cancelled"}}
        return {"outcome": {"outcome": "selected", "optionId": option.option_id}}

    async def _decide(self, request: Request) -> str | None:
        """The option chosen; None where the turn is cancelled, before or meanwhile."""
        if self._cancelled:
            return None
        deciding = asyncio.ensure_future(self._client.permit(request))
        self._asked.add(deciding)
        try:
            await asyncio.wait({deciding})
        finally:
            self._asked.discard(deciding)
            self._wire.heard = time.monotonic()
            deciding.cancel()
        return None if deciding.cancelled() else deciding.result()


def _way_back(greeting: Mapping[str, Any]) -> str:
    """The method that goes on with a session of before; empty where the agent has none."""
    if isinstance(_of_sessions(greeting).get("resume"), Mapping):
        return "session/resume"
    able = greeting.get("agentCapabilities")
    loads = isinstance(able, Mapping) and able.get("loadSession") is True
    return "session/load" if loads else ""


def _of_sessions(greeting: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an agent is able to do with sessions, by what it said of itself."""
    able = greeting.get("agentCapabilities")
    sessions = able.get("sessionCapabilities") if isinstance(able, Mapping) else None
    return sessions if isinstance(sessions, Mapping) else {}


def _listed(owner: object, key: str) -> list[Mapping[str, Any]]:
    """The objects in a list that may not be there, or be something else."""
    found = owner.get(key) if isinstance(owner, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
