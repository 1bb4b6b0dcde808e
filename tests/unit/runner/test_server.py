"""Viewers watch and ask over the run's socket; a slow one misses bulk and never an event."""

import asyncio
import stat
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from sixfold import events as ev
from sixfold.link import Link, LinkError
from sixfold.runner import server as server_module
from sixfold.runner.bulk import Bulk
from sixfold.runner.server import Server

PAUSED = ev.encode(ev.RunPaused(seq=1))
RESUMED = ev.encode(ev.RunResumed(seq=2))


class Host:
    """A runner that remembers what it was asked and accepts all but `stop`."""

    def __init__(self) -> None:
        self.asked: list[ev.AnyCommand] = []

    def history(self) -> Sequence[bytes]:
        return [PAUSED]

    def tallies(self) -> Sequence[bytes]:
        return [RESUMED]

    async def obey(self, command: ev.AnyCommand) -> ev.Answer:
        self.asked.append(command)
        refused = isinstance(command, ev.Stop)
        return ev.Answer(id=command.id, accepted=not refused, reason="no" if refused else "")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Host, Server, Path]]:
    host, socket = Host(), tmp_path / "run.sock"
    server = Server(host)
    await server.listen(socket)
    yield host, server, socket
    await server.close(socket)


async def test_a_viewer_gets_the_journal_first_and_then_what_comes(
    served: tuple[Host, Server, Path],
) -> None:
    _, server, socket = served
    link = await Link.connect(socket)
    heard: list[ev.Message] = []
    async for batch in link.messages():
        heard += batch
        if len(heard) == 1:
            server.send(RESUMED)
        if len(heard) == 2:
            break
    assert [type(message) for message in heard] == [ev.RunPaused, ev.RunResumed]
    await link.close()


async def test_a_command_is_answered_to_the_one_who_asked(
    served: tuple[Host, Server, Path],
) -> None:
    host, _, socket = served
    link = await Link.connect(socket)
    first, second = await asyncio.gather(link.ask(ev.Retry(task="T1")), link.ask(ev.Stop()))
    assert (first.accepted, second.accepted, second.reason) == (True, False, "no")
    assert [type(command) for command in host.asked] == [ev.Retry, ev.Stop]
    await link.close()


async def test_what_is_no_command_is_refused_and_the_talk_goes_on(
    served: tuple[Host, Server, Path],
) -> None:
    _, _, socket = served
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(b'{"type":"explode"}\nnonsense\n{"type":"pause","id":7}\n')
    answers = [ev.decode_message(await reader.readline()) for _ in range(3)]
    assert [getattr(answer, "accepted", None) for answer in answers] == [False, False, True]
    writer.close()


async def test_the_socket_is_its_owners_alone(served: tuple[Host, Server, Path]) -> None:
    assert stat.S_IMODE(served[2].stat().st_mode) == 0o600


async def test_a_path_too_long_for_the_kernel_works_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["a-rather-long-name-of-a-folder"] * 6)
    deep.mkdir(parents=True)
    server = Server(Host())
    await server.listen(deep / "run.sock")
    link = await Link.connect(deep / "run.sock")
    assert (await link.ask(ev.Pause())).accepted
    await link.close()
    await server.close(deep / "run.sock")


async def test_messages_end_when_the_runner_hangs_up(served: tuple[Host, Server, Path]) -> None:
    _, server, socket = served
    link = await Link.connect(socket)
    async for _ in link.messages():
        await server.close(socket)
    with pytest.raises(LinkError):
        await link.ask(ev.Pause())
    await link.close()


async def test_nobody_behind_the_socket_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="No such file"):
        await Link.connect(tmp_path / "run.sock")


async def test_a_slow_viewer_misses_bulk_and_gets_every_event(
    served: tuple[Host, Server, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_BUFFERED", 10_000)
    _, server, socket = served
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(ev.encode(ev.Watch()))
    await reader.readline()
    chatter = ev.encode(
        ev.AgentOutput(slot=1, task="T1", attempt=1, lines=[ev.Utterance("say", "x" * 50_000)])
    )
    for number in range(100):
        server.send(chatter, bulk=True)
        server.send(ev.encode(ev.Notice(seq=number, text="fact")))
    last = ev.encode(ev.RunEnded(seq=1000, outcome="finished"))
    server.send(last)
    rest = b""
    while not rest.endswith(last):
        rest += await reader.read(1 << 20)
    kinds = [type(ev.decode_message(line)) for line in rest.splitlines()]
    assert kinds.count(ev.Notice) == 100
    assert 0 < kinds.count(ev.AgentOutput) < 100
    writer.close()


async def test_a_viewer_gets_the_last_words_before_it_is_hung_up_on(
    served: tuple[Host, Server, Path],
) -> None:
    _, server, socket = served
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(ev.encode(ev.Watch()))
    await reader.readline()
    for number in range(3000):
        server.send(ev.encode(ev.Notice(seq=number, text="x" * 100)))
    last = ev.encode(ev.RunEnded(seq=3000, outcome="finished"))
    server.send(last)
    heard, _ = await asyncio.gather(reader.read(), server.close(socket))
    assert heard.endswith(last)
    writer.close()


def test_bulk_goes_out_in_batches_and_its_tail_is_kept_for_newcomers() -> None:
    sent: list[bytes] = []
    bulk = Bulk(sent.append, lambda: 7)
    bulk.begin(2, "T1", 1)
    for number in range(5):
        bulk.say(2, [ev.Utterance("say", str(number))])
    assert sent == []
    bulk.flush()
    bulk.flush()
    assert len(sent) == 1
    ((place, line),) = bulk.tail()
    tail = ev.decode_message(line)
    assert isinstance(tail, ev.AgentOutput)
    assert place == 8, "behind the event that began the attempt"
    assert [line.text for line in tail.lines] == ["0", "1", "2", "3", "4"]
    bulk.begin(2, "T2", 1)
    assert bulk.tail() == []
