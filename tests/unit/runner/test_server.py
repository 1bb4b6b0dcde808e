"""Viewers watch and ask over the run's socket; a slow one misses bulk and never an event."""

import asyncio
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from host import PAUSED, Host
from sixfold import events as ev
from sixfold.link import Link, LinkError
from sixfold.masking import Masks
from sixfold.runner import server as server_module
from sixfold.runner.bulk import Bulk
from sixfold.runner.server import Server


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Host, Server, Path]]:
    host, socket = Host(), tmp_path / "run.sock"
    await host.server.listen(socket)
    yield host, host.server, socket
    await host.server.close(socket)


async def test_a_viewer_gets_the_journal_first_and_then_what_comes(
    served: tuple[Host, Server, Path],
) -> None:
    host, _, socket = served
    link = await Link.connect(socket)
    heard: list[ev.Message] = []
    async for batch in link.messages():
        heard += batch
        if len(heard) == 1:
            host.tell(ev.RunResumed(seq=2))
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
    server = Host().server
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


async def test_what_is_kept_is_looked_up_once_the_runner_is_gone(
    served: tuple[Host, Server, Path],
) -> None:
    _, server, socket = served

    async def look(command: ev.AnyCommand) -> ev.Answer | None:
        kept = isinstance(command, ev.Diff)
        return ev.Answer(id=command.id, accepted=True, text="kept") if kept else None

    link = await Link.connect(socket, look)
    assert (await link.ask(ev.Diff(task="T1"))).text != "kept"
    async for _ in link.messages():
        await server.close(socket)
    assert (await link.ask(ev.Diff(task="T1"))).text == "kept"
    with pytest.raises(LinkError):
        await link.ask(ev.Pause())
    await link.close()


async def test_nobody_behind_the_socket_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="No such file"):
        await Link.connect(tmp_path / "run.sock")


async def test_a_viewer_that_reads_nothing_reads_up_on_all_events_later(
    served: tuple[Host, Server, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_BUFFERED", 10_000)
    host, _, socket = served
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(ev.encode(ev.Watch()))
    assert await reader.readline() == PAUSED
    host.bulk.begin(1, "T1", 1)
    for number in range(2, 302):
        host.say(f"{number} ".ljust(5_000, "x"))
        host.tell(ev.Notice(seq=number, text="fact"))
        await asyncio.sleep(0)
    last = ev.RunEnded(seq=302, outcome="finished")
    host.tell(last)
    assert _waiting(host) < 100_000, "what waits for it is bounded"
    rest, said = b"", list[str]()
    heard: list[ev.Message] = []
    while not said or not said[-1].startswith("301 "):  # the tail comes, too
        *lines, rest = (rest + await reader.read(1 << 16)).split(b"\n")
        heard += map(ev.decode_message, lines)
        said = [line.text for m in heard if isinstance(m, ev.AgentOutput) for line in m.lines]
    facts = [message.seq for message in heard if isinstance(message, ev.Event)]
    assert facts == list(range(2, 303))
    numbers = [int(text.split()[0]) for text in said]
    assert numbers == sorted(set(numbers)), "nothing is said twice"
    assert len(numbers) < 300, "and the middle is skipped"
    writer.close()


def _waiting(host: Host) -> int:
    (writer,) = host.server._viewers
    return writer.transport.get_write_buffer_size()


async def test_a_viewer_gets_the_last_words_before_it_is_hung_up_on(
    served: tuple[Host, Server, Path],
) -> None:
    host, server, socket = served
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(ev.encode(ev.Watch()))
    await reader.readline()
    for number in range(2, 30_000):
        host.tell(ev.Notice(seq=number, text="x" * 100))
    last = ev.RunEnded(seq=30_000, outcome="finished")
    host.tell(last)
    heard, _ = await asyncio.gather(reader.read(), server.close(socket))
    assert heard.endswith(ev.encode(last))
    writer.close()


async def test_viewers_that_take_nothing_do_not_hold_up_the_end(
    served: tuple[Host, Server, Path],
) -> None:
    host, server, socket = served
    host.lines += [ev.encode(ev.Notice(seq=2, text="x" * 2_000_000))]
    frozen = [await asyncio.open_unix_connection(socket) for _ in range(20)]
    for _, writer in frozen:
        writer.write(ev.encode(ev.Watch()))
    async with asyncio.timeout(60):
        for reader, _ in frozen:
            await reader.read(1)
    started = asyncio.get_running_loop().time()
    await server.close(socket)
    assert asyncio.get_running_loop().time() - started < 2 * server_module.PATIENCE
    for _, writer in frozen:
        writer.close()


async def test_a_link_that_breaks_is_made_again_and_misses_no_event(
    served: tuple[Host, Server, Path],
) -> None:
    host, server, socket = served
    link = await Link.connect(socket)
    heard: list[ev.Message] = []
    async for batch in link.messages():
        heard += batch
        if len(heard) == 1:
            (viewer,) = server._viewers
            viewer.transport.abort()
            host.lines.append(ev.encode(ev.RunResumed(seq=2)))
        elif len(heard) == 2:
            assert (await link.ask(ev.Pause())).accepted
            host.tell(ev.RunEnded(seq=3, outcome="finished"))
        else:
            break
    assert [message.seq for message in heard if isinstance(message, ev.Event)] == [1, 2, 3]
    await link.close()


def test_bulk_goes_out_in_batches_and_its_tail_is_kept_for_newcomers(tmp_path: Path) -> None:
    sent: list[bytes] = []
    bulk = Bulk(sent.append, lambda: 7, Masks(), lambda *_: tmp_path / "said")
    bulk.begin(2, "T1", 1)
    for number in range(5):
        bulk.say(2, [ev.Utterance("say", str(number))])
    assert sent == []
    bulk.flush()
    bulk.flush()
    assert len(sent) == 1
    ((place, line),) = bulk.since({})
    tail = ev.decode_message(line)
    assert isinstance(tail, ev.AgentOutput)
    assert place == 8, "behind the event that began the attempt"
    assert [line.text for line in tail.lines] == ["0", "1", "2", "3", "4"]
    bulk.begin(2, "T2", 1)
    assert bulk.since({}) == []
