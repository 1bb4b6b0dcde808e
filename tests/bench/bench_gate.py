"""How fast the gate reads: decoding and folding a large `go test -json` stream, against json.loads.

Run it: `python tests/bench/bench_gate.py [EVENTS]`. Ratios mean something; seconds
are of processor time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial

from sixfold.gate.decode import Decoder
from sixfold.gate.report import Report

CHUNK = 1 << 16
STAMP = '{"Time":"2026-11-22T12:00:00.123456789Z","Action":'


def stream(events: int, *, frames: bool) -> bytes:
    """About `events` records: packages of 1000 tests, each with a line of its own; few fail."""
    kind = ',"OutputType":"frame"' if frames else ""
    lines: list[str] = []
    number = 0
    while len(lines) < events:
        package = f"example.com/bench/internal/package{number // 1000}"
        name = f"TestNumber{number}" + "/a_case_with_a_name" * (number % 2)
        tail = f'"Package":"{package}","Test":"{name}"'
        end = "fail" if number % 1000 == 7 else "pass"
        lines += [
            f'{STAMP}"run",{tail}}}',
            f'{STAMP}"output",{tail},"Output":"=== RUN   {name}\\n"{kind}}}',
            f'{STAMP}"output",{tail},"Output":"    some_test.go:{number}: a line of a log\\n"}}',
            f'{STAMP}"output",{tail},"Output":"--- {end.upper()}: {name} (0.00s)\\n"{kind}}}',
            f'{STAMP}"{end}",{tail},"Elapsed":0}}',
        ]
        number += 1
        if number % 1000 == 0:
            lines.append(f'{STAMP}"pass","Package":"{package}","Elapsed":1.2}}')
    return ("\n".join(lines) + "\n").encode()


def timed(name: str, count: int, work: Callable[[], object], unit: float | None = None) -> float:
    """Run `work` once; print events a second, and how many times slower than `unit` it was."""
    start = time.process_time()
    work()
    took = time.process_time() - start
    ratio = f"  {took / unit:5.2f} x json.loads" if unit else ""
    print(f"{name:34} {took:7.2f} s  {count / took:12,.0f} events/s{ratio}")
    return took


def loads(data: bytes) -> None:
    """What the standard library would take."""
    for line in data.splitlines():
        json.loads(line)


def decode(data: bytes) -> None:
    """Bytes to records, in chunks."""
    decoder = Decoder()
    for at in range(0, len(data), CHUNK):
        decoder.feed(data[at : at + CHUNK])


def fold(data: bytes) -> None:
    """Bytes to a report, its lines taken as the gate takes them."""
    decoder, report = Decoder(), Report()
    for at in range(0, len(data), CHUNK):
        report.feed(decoder.feed(data[at : at + CHUNK]), 0.0)
        report.lines.clear()
    report.close()


def main() -> None:
    """All of it, for Go since 1.27 and for those before."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    for frames in (True, False):
        data = stream(events, frames=frames)
        count = data.count(b"\n")
        print(
            f"{count:,} events, {len(data) / 1e6:.0f} MB, {'with' if frames else 'no'} OutputType"
        )
        unit = timed("json.loads", count, partial(loads, data))
        timed("decode", count, partial(decode, data), unit)
        timed("decode and fold", count, partial(fold, data), unit)


if __name__ == "__main__":
    main()
