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
from sixfold.agents.acp.hearing import ASKING, Hearing, utterance
from sixfold.agents.acp.wire import Wire
from sixfold.agents.command import Hear
from sixfold.agents.permissions import Permit, Request


class Talk:
    """A conversation over `wire`; the agent works in `cwd`."""

    def __init__(self, wire: Wire, hearing: Hearing, hear: Hear, permit: Permit, cwd: Path) -> None:
        self._wire, self._hearing, self._hear = wire, hearing, hear
        self._permit, self._cwd = permit, cwd
        self._session = ""
        self._asked: set[asyncio.Future[str | None]] = set()
        self._connection = Connection(self._answer, wire)

    async def hold(self, prompt: str, mode: str) -> str:
        """Have a prompt answered in a new session: why that failed, or nothing.

        Raises `ConnectionError` where the agent is gone.
        """
        try:
            if refusal := await self._begin(mode):
                return refusal
            response = await self._ask(
                "session/prompt", prompt=[{"type": "text", "text": prompt}], **self._of_session
            )
        except RequestError as error:
            return judging.refused(error.code, str(error), error.data)
        return judging.ended(response, self._hearing.trouble, self._hearing.last_piece)

    async def cancel(self) -> None:
        """Ask the agent to end its turn; what it asked to be allowed is answered first."""
        for asked in self._asked:
            asked.cancel()
        if self._session:
            await self._connection.send_notification("session/cancel", self._of_session)

    async def silence(self, most: float) -> None:
        """Wait until nothing was heard for `most` seconds; while it asks, it is not its turn."""
        while (quiet := time.monotonic() - self._wire.heard) < most:
            await asyncio.sleep(most - quiet)
            if self._asked:
                self._wire.heard = time.monotonic()

    async def close(self) -> None:
        """End all that is at work for this conversation."""
        await self._connection.close()

    @property
    def _of_session(self) -> dict[str, Any]:
        return {"sessionId": self._session}

    async def _ask(self, method: str, **params: Any) -> Mapping[str, Any]:
        answer = await self._connection.send_request(method, params)
        return answer if isinstance(answer, Mapping) else {}

    async def _begin(self, mode: str) -> str:
        """Come to a session in the mode: why there is none, or nothing."""
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
            return f"it speaks version {version} of the protocol, not {PROTOCOL_VERSION}"
        session = await self._ask("session/new", cwd=str(self._cwd), mcpServers=[])
        name = session.get("sessionId")
        if not isinstance(name, str):
            return "it opened no session"
        self._session = name
        return await self._set(mode, session) if mode else ""

    async def _set(self, mode: str, session: Mapping[str, Any]) -> str:
        """Set the mode by whichever way the agent offers it."""
        modes = _listed(session.get("modes"), "availableModes")
        if mode in [one.get("id") for one in modes]:
            await self._ask("session/set_mode", modeId=mode, **self._of_session)
            return ""
        options = _listed(session, "configOptions")
        option = next((one for one in options if one.get("category") == "mode"), {})
        offered = [str(one.get("value")) for one in _listed(option, "options")]
        if mode in offered:
            place = {"configId": option.get("id"), "value": mode}
            await self._ask("session/set_config_option", **place, **self._of_session)
            return ""
        names = ", ".join([str(one.get("id")) for one in modes] or offered)
        return f"it has no mode {mode}; it offers: {names or 'none'}"

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
        self._hear([utterance("note", f"answered: {name}")])
        if option is None:
            return {"outcome": {"outcome": "cancelled"}}
        return {"outcome": {"outcome": "selected", "optionId": option.option_id}}

    async def _decide(self, request: Request) -> str | None:
        """The option chosen; None where the turn is cancelled meanwhile."""
        deciding = asyncio.ensure_future(self._permit(request))
        self._asked.add(deciding)
        try:
            await asyncio.wait({deciding})
        finally:
            self._asked.discard(deciding)
            self._wire.heard = time.monotonic()
            deciding.cancel()
        return None if deciding.cancelled() else deciding.result()


def _listed(owner: object, key: str) -> list[Mapping[str, Any]]:
    """The objects in a list that may not be there, or be something else."""
    found = owner.get(key) if isinstance(owner, Mapping) else None
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
