"""An agent's pipes: one JSON-RPC message a line, whatever else it prints there."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, TypeAlias

from sixfold import process
from sixfold.agents.acp.hearing import ASKING, Hearing, is_aside, piece
from sixfold.agents.command import Hear
from sixfold.agents.keeping import Keeping
from sixfold.agents.pipes import Lines, from_json
from sixfold.agents.speech import utterance
from sixfold.events import Utterance
from sixfold.private import Transcript

Message: TypeAlias = dict[str, Any]
_KINDS = (("id", (int, str, type(None))), ("method", str), ("error", (dict, type(None))))
"""What the library takes for granted."""


class Wire:
    """The library's transport to `child`.

    Updates are heard here, at once and in order; only what wants an answer or is one goes on to
    the library. All that comes is in the transcript, pieces of a message joined to its lines.
    """

    def __init__(
        self, child: process.Child, transcript: Transcript, hearing: Hearing, hear: Hear
    ) -> None:
        self._child, self._keeping = child, Keeping(transcript.write)
        self._lines = Lines()
        self._hearing, self._hear = hearing, hear
        self._messages = self._read()
        self.heard = time.monotonic()
        """When the agent last gave a sign of life."""

    async def send(self, message: Message) -> None:
        """Send a message. An agent that is gone is found out by reading, not here."""
        stdin = self._child.stdin
        if stdin is None or stdin.is_closing():
            return
        with suppress(ConnectionError):
            stdin.write(json.dumps(message).encode() + b"\n")
            await stdin.drain()

    async def receive(self) -> Message | None:
        """The next message that concerns the library; None at the end."""
        return await anext(self._messages, None)

    async def close(self) -> None:
        """Nothing to do: whoever started the agent ends it."""

    async def _read(self) -> AsyncIterator[Message]:
        if self._child.out is None:
            return
        async for chunk in process.chunks(self._child, self._child.out):
            self.heard = time.monotonic()
            for message in self._sort(self._lines.feed(chunk)):
                yield message
        for message in self._sort(self._rest()):
            yield message

    def end(self) -> None:
        """Nothing more is read: what is held of it goes to the transcript."""
        for line in self._rest():
            self._keep(line, read(line))
        self._keeping.end()

    def _rest(self) -> list[bytes]:
        """The line that was never ended."""
        rest = self._lines.rest()
        return [rest] if rest else []

    def _sort(self, lines: list[bytes]) -> list[Message]:
        """The messages among lines that go on; all before each is heard by then."""
        heard: list[Utterance] = []
        passed: list[Message] = []
        for line in lines:
            message = read(line)
            if message is None:
                text = line.decode(errors="replace").strip()
                heard += [utterance("note", text)] if text else []
            elif "id" in message and message.get("method") != ASKING:
                passed.append(message)
            else:
                heard += self._hearing.message(message)
                passed += [message] if "id" in message else []
            self._keep(line, message)
        if heard:
            self._hear(heard)
        return passed

    def _keep(self, line: bytes, message: Message | None) -> None:
        found = piece(message) if message and "id" not in message else None
        if found:
            self._keeping.piece(message, found)
        elif message and is_aside(message):
            self._keeping.aside(line)
        else:
            self._keeping.line(line)


def read(line: bytes) -> Message | None:
    """The message in a line; None where there is none that the library could stand."""
    try:
        message = from_json(line)
    except ValueError:
        return None
    if not isinstance(message, dict) or not ("id" in message or "method" in message):
        return None
    sound = all(isinstance(message[key], kinds) for key, kinds in _KINDS if key in message)
    return message if sound else None
