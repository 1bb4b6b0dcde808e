"""How fast the gate hears a large `go test -json` stream, beside gotestsum and decoding alone.

Run it: `python tests/bench/bench_gate.py [EVENTS]`. All are processes that read the same file from
`cat`: the gate as the runner has it (decoder, fold, tally, masked transcript, lines and tallies
encoded for viewers), gotestsum with a JSON file of its own where it is installed, and the floor.
They take turns, and the least of a few runs counts, since others use the machine too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from msgspec import Struct

from sixfold.events import GateProgress, OutputLine
from sixfold.gate.decode import Decoder
from sixfold.gate.run import run_gate
from sixfold.masking import Masks
from sixfold.runner.bulk import Bulk

GOAL = 0.33
"""Of gotestsum's time."""
RUNS = 3
TESTS = 1000
"""Of a package."""
CHUNK = 1 << 16
STAMP = '{"Time":"2026-11-22T12:00:00.123456789Z","Action":'
SECRET = {"SERVICE_TOKEN": "q8Zr2Lm0Vt5Xw7Yb"}


def package(number: int, *, frames: bool) -> list[str]:
    """What go prints of a package of `TESTS` tests, half of them subtests, of which one fails."""
    kind = ',"OutputType":"frame"' if frames else ""
    path = f'"Package":"example.com/bench/internal/package{number}"'
    lines = [f'{STAMP}"start",{path}}}']
    for test in range(0, TESTS, 2):
        end = "fail" if test == 8 else "pass"
        name = f"TestNumber{test}"
        both = [f'{path},"Test":"{one}"' for one in (name, f"{name}/a_case_with_a_name")]
        for tail in both:
            said = tail.rpartition(":")[2][1:-1]
            lines += [
                f'{STAMP}"run",{tail}}}',
                f'{STAMP}"output",{tail},"Output":"=== RUN   {said}\\n"{kind}}}',
                f'{STAMP}"output",{tail},"Output":"    some_test.go:{test}: a line of a log\\n"}}',
            ]
        for tail in both:
            said = tail.rpartition(":")[2][1:-1]
            verdict = f"--- {end.upper()}: {said} (0.00s)"
            lines.append(f'{STAMP}"output",{tail},"Output":"{verdict}\\n"{kind}}}')
        lines += [f'{STAMP}"{end}",{tail},"Elapsed":0}}' for tail in reversed(both)]
    lines.append(f'{STAMP}"output",{path},"Output":"FAIL\\n"{kind}}}')
    return [*lines, f'{STAMP}"fail",{path},"Elapsed":1.2}}', ""]


def write_stream(path: Path, events: int, *, frames: bool) -> None:
    """About `events` records, in whole packages."""
    with path.open("w", encoding="utf-8") as file:
        for number in range(events // (5 * TESTS)):
            file.write("\n".join(package(number, frames=frames)))


async def listen(stream: Path, record: Path) -> None:
    """The gate, heard as the runner hears it."""
    sent = 0

    def send(line: bytes) -> None:
        nonlocal sent
        sent += len(line)

    masks = Masks.of(SECRET)
    bulk = Bulk(send, lambda: 0, masks, lambda *_: record)
    bulk.begin_gate(1)

    def hear(lines: list[OutputLine], progress: GateProgress) -> None:
        bulk.test(lines, progress)
        bulk.flush()

    result = await run_gate(
        ["cat", str(stream)],
        root=stream.parent,
        env=dict(os.environ),
        format="go-json",
        timeout=600,
        record=record,
        hear=hear,
        number=1,
        masks=masks,
    )
    print(f"{result.verdict}: {result.passed} passed, {result.failed} failed, {sent} bytes sent")


def decode(stream: Path) -> None:
    """Bytes to records, in chunks, and nothing else."""
    decoder = Decoder()
    with subprocess.Popen(["cat", stream], stdout=subprocess.PIPE) as cat:
        assert cat.stdout
        while chunk := os.read(cat.stdout.fileno(), CHUNK):
            decoder.feed(chunk)


class Cost(Struct, frozen=True, order=True):
    """What a process took, with those it waited for: seconds, and its own peak in MB."""

    wall: float
    busy: float
    peak: float


def measure(command: Sequence[str]) -> Cost:
    """Run a command to its end. Its peak does not count that of its children."""
    began = perf_counter()
    with Path(os.devnull).open("wb") as nothing:
        process = subprocess.Popen(command, stdout=nothing, stderr=nothing)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in {0, 1}, command  # tests fail in the stream
    return Cost(perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def commands(folder: Path, stream: Path) -> dict[str, list[str]]:
    """What is compared, the yardsticks first."""
    this = [sys.executable, __file__]
    found = {"decoding alone": [*this, "decode", str(stream)]}
    if gotestsum := shutil.which("gotestsum"):
        found["gotestsum"] = [
            *(gotestsum, "--format", "pkgname", "--jsonfile", str(folder / "theirs.json")),
            *("--raw-command", "--", "cat", str(stream)),
        ]
    return {**found, "gate": [*this, "listen", str(stream), str(folder / "ours.jsonl")]}


def compare(events: int, *, frames: bool) -> float:
    """Print the costs of all; the gate's time as a share of gotestsum's."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_stream(folder / "stream", events, frames=frames)
        size = (folder / "stream").stat().st_size
        kind = "with" if frames else "no"
        print(f"{events:,} events, {size / 1e6:.0f} MB, {kind} OutputType")
        all_ = commands(folder, folder / "stream")
        rounds = [{one: measure(words) for one, words in all_.items()} for _ in range(RUNS)]
    best = {one: min(round_[one] for round_ in rounds) for one in all_}
    for one, cost in best.items():
        ratio = f"{best['gate'].wall / cost.wall:6.2f} is the gate's share" if one != "gate" else ""
        took = f"{cost.wall:7.2f} s wall {cost.busy:7.2f} s busy {cost.peak:7.0f} MB"
        print(f"  {one:15}{took}  {ratio}")
    if "gotestsum" not in best:
        print("  gotestsum is not installed: nothing to compare with")
        return 0.0
    return best["gate"].wall / best["gotestsum"].wall


def main(events: int = 1_000_000) -> None:
    """For Go since 1.27 and for those before; and a quarter of it, to see how memory grows."""
    compare(events // 4, frames=False)
    worst = max(compare(events, frames=frames) for frames in (False, True))
    if worst > GOAL:
        sys.exit(f"the gate takes {worst:.2f} of gotestsum's time; goal: {GOAL}")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["listen", stream, record]:
            asyncio.run(listen(Path(stream), Path(record)))
        case ["decode", stream]:
            decode(Path(stream))
        case words:
            main(*map(int, words))
