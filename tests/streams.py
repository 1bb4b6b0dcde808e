"""Recorded streams of `go test -json`, and a report made of one."""

from __future__ import annotations

import json
from pathlib import Path

from sixfold.gate.decode import Decoder
from sixfold.gate.places import Sources
from sixfold.gate.report import Report

ROOT = Path(__file__).parents[1]
OWN = ROOT / "tests/data/gotest"
SHARED = ROOT / "../shared/gotest"
SOURCES = Sources(modules={"example.com/sample": "", "example.com/hard": ""})


def fold(data: bytes, errors: str = "", chunk: int = 1 << 16, sources: Sources = SOURCES) -> Report:
    """The report on `data`, fed in pieces of `chunk` bytes, and on the stderr beside it."""
    report, decoder = Report(sources), Decoder()
    for at in range(0, len(data), chunk):
        report.feed(decoder.feed(data[at : at + chunk]), 0.0)
    report.feed(decoder.close(), 0.0)
    for line in errors.splitlines():
        report.hear_error(line)
    report.close()
    return report


def own(name: str) -> Report:
    """The report on one of the streams kept in this repository."""
    return fold((OWN / f"{name}.jsonl").read_bytes())


def record(action: str, test: str = "", package: str = "m/p", **more: object) -> bytes:
    """One line of a stream; `Output` and the like in `more`."""
    fields = {"Action": action, "Package": package, "Test": test, **more}
    return json.dumps({key: value for key, value in fields.items() if value != ""}).encode() + b"\n"


def output(text: str, test: str = "", package: str = "m/p", kind: str = "") -> bytes:
    """One record of output."""
    return record("output", test, package, Output=text, OutputType=kind)


def shown(report: Report) -> list[str]:
    """The lines of the stream as a person reads them."""
    return [line.text for line in report.lines]
