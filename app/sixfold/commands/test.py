"""`sixfold test`: the gate alone."""

from __future__ import annotations

import argparse
import asyncio
import sys

from sixfold import events as ev
from sixfold import lines
from sixfold.commands import asked as ask
from sixfold.runner.alone import GateAlone, Wanted


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

        screen.show(gate, gate_only=True)
    else:
        asyncio.run(_print(gate))
    return 0 if gate.verdict == "green" else 1


async def _print(gate: GateAlone) -> None:
    async for batch in gate.messages():
        for message in batch:
            match message:
                case ev.GateOutput():
                    shown = [lines.harmless(line.text) for line in message.lines]
                case ev.GateEnded():
                    shown = [lines.harmless(lines.gate_lines(message))]
                case ev.RerunStarted() | ev.RerunEnded():
                    shown = [lines.harmless(lines.rerun_lines(message))]
                case _:
                    shown = []
            for text in shown:
                print(text, flush=True)
