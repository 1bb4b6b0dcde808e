"""What is heard of a headless agent: its stream, put through its format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from client import Ear
from sixfold.agents.agent import TurnEnd
from sixfold.agents.formats.known import FORMATS
from sixfold.agents.formats.stream import Stream
from sixfold.agents.totals import Totals
from sixfold.model import Usage

RECORDINGS = Path(__file__).parents[1] / "../shared/acp/headless"
CWD = Path("/home/dev/wt/x")
Event = Mapping[str, Any]


class Heard:
    """One program, from its start to its end."""

    def __init__(
        self,
        name: str,
        out: bytes,
        *,
        err: bytes = b"",
        code: int = 0,
        totals: Totals | None = None,
    ) -> None:
        self.ear = Ear()
        form = FORMATS[name](CWD)
        self.stream = Stream(form, self.ear, totals or Totals(), resumes=True)
        for start in range(0, len(out), 700):
            self.stream.out(out[start : start + 700])
        self.stream.err(err)
        self.end: TurnEnd = self.stream.end(code)

    @property
    def usage(self) -> Usage:
        return self.ear.usage

    def said(self, *kinds: str) -> list[str]:
        """What was heard of these kinds."""
        return [line.text for line in self.ear.heard if line.kind in kinds]


def lines(events: Iterable[Event | str]) -> bytes:
    """Events, and lines that are none, as a program prints them."""
    texts = (one if isinstance(one, str) else json.dumps(one) for one in events)
    return "".join(f"{text}\n" for text in texts).encode()


def heard(name: str, *events: Event | str, err: str = "", code: int = 0) -> Heard:
    """What is heard of these events."""
    return Heard(name, lines(events), err=err.encode(), code=code)


def recorded(name: str, *, code: int = 0, totals: Totals | None = None) -> Heard:
    """What is heard of a recording; the test is skipped where there is none."""
    path = RECORDINGS / f"{name}.jsonl"
    if not path.exists():
        pytest.skip("no recordings here")
    agent = name.removeprefix("sig-").partition("-")[0]
    err = path.with_suffix(".stderr")
    told = err.read_bytes() if err.exists() else b""
    out = path.read_bytes().replace(f"/wt/hl-{name}/".encode(), b"/wt/x/")
    return Heard(agent, out, err=told, code=code, totals=totals)
