"""A runner for the socket alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sixfold import events as ev
from sixfold.masking import Masks
from sixfold.runner.bulk import Bulk, Mark
from sixfold.runner.server import Server

PAUSED = ev.encode(ev.RunPaused(seq=1))


class Host:
    """Remembers what it was asked, and accepts all but `stop`; its journal is `lines`."""

    def __init__(self) -> None:
        self.asked: list[ev.AnyCommand] = []
        self.lines = [PAUSED]
        self.server = Server(self)
        self.bulk = Bulk(
            lambda line: self.server.send(line, bulk=True),
            lambda: len(self.lines),
            Masks(),
            lambda *_: Path("nowhere/at/all"),
        )

    def tell(self, event: ev.AnyEvent) -> None:
        """An event."""
        self.lines.append(ev.encode(event))
        self.server.send(self.lines[-1])

    def say(self, text: str) -> None:
        """Chatter in slot 1, at once; `bulk.begin` comes before."""
        self.bulk.say(1, [ev.Utterance("say", text)])
        self.bulk.flush()

    def history(self, after: int, mark: Mark) -> Sequence[bytes]:
        chatter = [line for _, line in self.bulk.since(mark)]
        return [*self.lines[after:], *chatter]

    def told(self) -> tuple[int, Mark]:
        return len(self.lines), self.bulk.mark()

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        self.asked.append(command)
        refused = isinstance(command, ev.Stop)
        return ev.Answer(id=command.id, accepted=not refused, reason="no" if refused else "")
