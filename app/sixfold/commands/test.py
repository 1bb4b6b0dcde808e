"""`sixfold test`: the gate alone."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.runner.alone import GateAlone, Wanted

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SIGNALLED = 128
"""Exit codes above it tell of a signal."""


def main(asked: argparse.Namespace) -> int:
    """Run the test command once, or as often as something changes: in the pane, or as lines."""
    watched = sys.stdin.isatty() and sys.stdout.isatty()
    wanted = Wanted(
        stay=watched,
        watch=asked.watch,
        rerun_fails=asked.rerun_fails,
        jsonfile=asked.jsonfile,
        junitfile=asked.junitfile,
    )
    gate = GateAlone.prepare(ask.options(asked), asked.packages, wanted)
    if watched:
        from sixfold.commands import screen  # noqa: PLC0415 (plain lines need no Textual)

        code = screen.show(gate, gate_only=True)
    else:
        code = asyncio.run(_print(gate))
    if code > SIGNALLED:
        return code
    return 0 if gate.verdict == "green" else 1


async def _print(gate: GateAlone) -> int:
    """What is told, as lines; the exit code where a signal ended it, else 0."""
    with caught(gate.stop) as signals:
        async for batch in gate.messages():
            for line in (line for message in batch for line in _lines(message)):
                print(line, flush=True)
    return SIGNALLED + signals[0] if signals else 0


def _lines(message: ev.Message) -> list[str]:
    match message:
        case ev.GateOutput():
            return [lines.harmless(line.text) for line in message.lines]
        case ev.GateEnded():
            return [lines.harmless(lines.gate_lines(message))]
        case ev.RerunStarted() | ev.RerunEnded():
            return [lines.harmless(lines.rerun_lines(message))]
        case _:
            return []


@contextmanager
def caught(stop: Callable[[], None]) -> Iterator[list[int]]:
    """Let a signal `stop` what runs, a second one end it at once; those that came."""
    signals: list[int] = []
    loop, main = asyncio.get_running_loop(), asyncio.current_task()

    def hear(number: int) -> None:
        signals.append(number)
        if signals[1:] and main:
            main.cancel()
        stop()

    heard = [one for one in SIGNALS if signal.getsignal(one) is not signal.SIG_IGN]  # nohup
    for number in heard:
        loop.add_signal_handler(number, hear, number)
    try:
        yield signals
    except asyncio.CancelledError:
        if not signals:
            raise
    finally:
        for number in heard:
            loop.remove_signal_handler(number)
