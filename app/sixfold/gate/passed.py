"""Which tests passed in a gate, told from its transcript."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from sixfold.gate.decode import TEXT, Decoder, Record

CHUNK = 1 << 20
_RESULT = re.compile(r"\s*--- (PASS|FAIL): (\S+) \(")
_PACKAGE = re.compile(r"(?:ok|FAIL)\s+(\S+)\s")


def passed(record: Path, wanted: Collection[str]) -> set[str]:
    """Of the tests `wanted`, called `package.TestName`, those that ran and passed.

    `record` is what the test command printed: `go test -json`, or plain lines with `-v`. Empty
    where it is not there, or names no test.
    """
    try:
        with record.open("rb") as file:
            return _passed(_records(iter(lambda: file.read(CHUNK), b"")), frozenset(wanted))
    except OSError:
        return set()


def _records(chunks: Iterable[bytes]) -> Iterator[Record]:
    decoder = Decoder()
    for chunk in chunks:
        yield from decoder.feed(chunk)
    yield from decoder.close()


def _passed(records: Iterable[Record], wanted: frozenset[str]) -> set[str]:
    found: set[str] = set()
    failed: set[str] = set()
    plain: list[tuple[str, str]] = []
    """Results of a package that is not named yet."""
    for record in records:
        if record.action == TEXT:
            if result := _RESULT.match(record.output):
                plain.append((result[1], result[2]))
            elif package := _PACKAGE.match(record.output):
                for verdict, test in plain:
                    (found if verdict == "PASS" else failed).add(f"{package[1]}.{test}")
                plain.clear()
        elif record.test and record.action in {"pass", "fail"}:
            name = f"{record.package}.{record.test}"
            if name in wanted:
                (found if record.action == "pass" else failed).add(name)
    return (found & wanted) - failed
