"""Whatever comes over the socket is refused in words; nothing of it stays, and the run goes on."""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from host import PAUSED, Host
from sixfold import events as ev
from sixfold.link import Link, LinkError
from sixfold.runner import server as server_module

FRAMES = 10_000
COMMANDS = [
    ev.encode(command)
    for command in (
        ev.Pause(id=1, now=True),
        ev.Retry(id=2, task="T001", agent="canned"),
        ev.Tell(id=3, task="T002", text='say "hello" \\ café'),
        ev.Decide(id=4, request="q1", option="yes"),
        ev.Diff(id=5),
        ev.Undo(id=6, task="T003", dependents=True),
        ev.Watch(id=7, after=3),
    )
]
CRUEL = [
    b'{"type":"pause","x":' + b"[" * 20_000 + b"]" * 20_000 + b"}\n",
    b"[" * 60_000 + b"\n",
    b'{"type":"\xff"}\n',
    b'{"type":"pause","id":' + b"9" * 400 + b"}\n",
    b'{"type":"tell","task":"\\ud800","text":"x"}\n',
    b'{"type":"tell","task":"T1","text":"\\u0000\\u001b[2J\\u202e"}\n',
    b'{"type":"pause","id":-1}\n',
    b'{"type":"watch","after":-1}\n',
    b'{"type":"run_ended","outcome":"finished"}\n',
    b"\0" * 1000 + b"\n",
    b"\n",
    b"null\n",
]
SEEDED = random.Random(20)  # noqa: S311 - the same frames every time


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[tuple[Host, Path]]:
    host, socket = Host(), tmp_path / "run.sock"
    crashes: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: crashes.append(context))
    await host.server.listen(socket)
    yield host, socket
    await host.server.close(socket)
    assert crashes == []


def mutated(frame: bytes) -> bytes:
    """A frame with some of its bytes changed, lost, doubled or torn, and one newline at its end."""
    data = bytearray(frame.rstrip(b"\n"))
    for _ in range(SEEDED.randint(1, 4)):
        place = SEEDED.randrange(len(data) + 1)
        match SEEDED.randrange(5):
            case 0:
                data[place:place] = SEEDED.randbytes(SEEDED.randint(1, 8))
            case 1:
                del data[place : place + SEEDED.randint(1, 8)]
            case 2:
                data[place : place + 1] = bytes([SEEDED.randrange(256)])
            case 3:
                data[place:place] = data[: SEEDED.randrange(len(data) + 1)]
            case 4:
                data[place:place] = SEEDED.choice([b"{", b"[", b'"', b"\\u", b"1e999", b"null"])
    return bytes(data).replace(b"\n", b" ") + b"\n"


async def talk(socket: Path, frames: bytes) -> list[ev.Answer]:
    """The answers to frames, to the last."""
    reader, writer = await asyncio.open_unix_connection(socket)
    writer.write(frames + ev.encode(ev.Resume(id=99)))
    answers: list[ev.Answer] = []
    async with asyncio.timeout(30):
        while not answers or answers[-1].id != 99:
            message = ev.decode_message(await reader.readline())
            if isinstance(message, ev.Answer):
                answers.append(message)
    writer.close()
    return answers


async def pour(writer: asyncio.StreamWriter, data: bytes) -> None:
    """The same again and again, as long as somebody takes it."""
    while True:
        writer.write(data)
        await writer.drain()


async def test_ten_thousand_mutated_frames_are_answered_and_cost_no_memory(
    served: tuple[Host, Path],
) -> None:
    _, socket = served
    frames = [mutated(SEEDED.choice(COMMANDS)) for _ in range(FRAMES)]
    await talk(socket, b"".join(frames[:1000]))
    before = psutil.Process().memory_info().rss
    refused = 0
    for at in range(0, FRAMES, 500):
        answers = await talk(socket, b"".join(frames[at : at + 500]))
        refused += sum(not answer.accepted for answer in answers)
        assert all(answer.reason for answer in answers if not answer.accepted)
    assert refused > FRAMES / 2
    assert psutil.Process().memory_info().rss - before < 20 << 20


@pytest.mark.parametrize("frame", CRUEL, ids=lambda frame: repr(frame[:20]))
async def test_a_cruel_frame_is_refused_and_the_next_is_heard(
    frame: bytes, served: tuple[Host, Path]
) -> None:
    *answers, last = await talk(served[1], frame)
    assert last.accepted
    assert len(answers) == 1
    assert answers[0].accepted == (b"tell" in frame and b"ud800" not in frame)


async def test_an_unknown_command_is_refused_under_its_own_number(
    served: tuple[Host, Path],
) -> None:
    first, _ = await talk(served[1], b'{"type":"explode","id":7}\n')
    assert (first.id, first.accepted) == (7, False)


async def test_a_frame_without_end_is_refused_and_hung_up_on(served: tuple[Host, Path]) -> None:
    reader, writer = await asyncio.open_unix_connection(served[1])
    before = psutil.Process().memory_info().rss
    with pytest.raises(ConnectionError):
        await pour(writer, b"x" * (1 << 20))
    assert psutil.Process().memory_info().rss - before < 20 << 20
    assert b"a command has at most 65536 bytes" in reader._buffer  # type: ignore[attr-defined]
    writer.close()
    assert (await talk(served[1], b""))[-1].accepted


async def test_a_command_that_is_too_long_is_refused_to_who_asked(
    served: tuple[Host, Path],
) -> None:
    link = await Link.connect(served[1])
    answer = await link.ask(ev.Tell(task="T1", text="x" * 100_000))
    assert answer.reason == "a command has at most 65536 bytes"
    await link.close()


@pytest.mark.parametrize("said", [b"", b'{"type":"pau'])
async def test_who_says_nothing_or_half_a_line_is_hung_up_on(
    said: bytes, served: tuple[Host, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SILENCE", 0.05)
    reader, writer = await asyncio.open_unix_connection(served[1])
    writer.write(said)
    async with asyncio.timeout(60):
        assert await reader.read() == b""
    writer.close()


async def test_who_watches_may_be_silent(
    served: tuple[Host, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "SILENCE", 0.05)
    reader, writer = await asyncio.open_unix_connection(served[1])
    writer.write(ev.encode(ev.Watch()))
    assert await reader.readline() == PAUSED
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.3)
    writer.close()


async def test_who_asks_and_never_listens_is_not_heard_on(served: tuple[Host, Path]) -> None:
    host, socket = served
    before = psutil.Process().memory_info().rss
    _, writer = await asyncio.open_unix_connection(socket)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(pour(writer, b"nonsense\n" * 1000 + b'{"type":"watch"}\n'), 2)
    assert psutil.Process().memory_info().rss - before < 20 << 20
    writer.transport.abort()
    assert (await talk(socket, b""))[-1].accepted
    assert len(host.server._viewers) <= 1


async def test_watching_twice_is_refused(served: tuple[Host, Path]) -> None:
    answers = await talk(served[1], b'{"type":"watch","id":1}\n{"type":"watch","id":2}\n')
    assert [(answer.id, answer.reason) for answer in answers[:-1]] == [
        (2, "you are watching already")
    ]


async def heard(socket: Path) -> bool:
    """Is there room for one more."""
    link = await Link.connect(socket)
    try:
        return (await link.ask(ev.Pause())).accepted
    except LinkError:
        return False
    finally:
        await link.close()


async def test_thousands_who_call_at_once_leave_room_for_who_comes_later(
    served: tuple[Host, Path],
) -> None:
    _, socket = served
    callers = [Link.connect(socket) for _ in range(300)]
    links = await asyncio.gather(*callers)
    for link in links:
        await link.close()
    for _ in range(3000):
        _, writer = await asyncio.open_unix_connection(socket)
        writer.transport.abort()
    async with asyncio.timeout(60):
        while not await heard(socket):
            pass


async def test_one_viewer_too_many_is_told_so(
    served: tuple[Host, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "MOST_TALKS", 2)
    _, socket = served
    links = [await Link.connect(socket) for _ in range(2)]
    for link in links:
        assert (await link.ask(ev.Pause())).accepted
    late = await Link.connect(socket)
    with pytest.raises(LinkError, match="2 viewers are here already"):
        await anext(late.messages())
    for link in [*links, late]:
        await link.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed: run as root")
async def test_another_user_is_refused_even_where_the_socket_lets_them_in(
    served: tuple[Host, Path],
) -> None:
    _, socket = served
    script = (
        "import os,socket,sys; s=socket.socket(socket.AF_UNIX); os.chdir(sys.argv[1]);"
        "os.setgid(65534); os.setuid(65534); s.connect('run.sock');"
        "print(s.makefile().read())"
    )
    socket.chmod(0o666)
    socket.parent.chmod(0o755)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, str(socket.parent), stdout=subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert json.loads(said)["reason"] == "this run belongs to another user"
    assert served[0].asked == []
