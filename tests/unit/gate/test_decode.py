from __future__ import annotations

from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from sixfold.gate.decode import LINE_LIMIT, TEXT, Decoder, Record
from streams import OWN

STREAM = b"".join(
    (
        b'{"Action":"start","Package":"m/p"}\n',
        b"FAIL\tm/q [build failed]\n",
        '{"Action":"output","Package":"m/p","Test":"Té","Output":"\\u0000 \\u001b[31m"}\n'.encode(),
        b"\n",
        b'{"Action":"output","Package":"m/p","Output":"\xff\xfe raw"}\r\n',
        b'{"Action":7}\n[1]\n"x"\nnull\n{"no":"action"}\n',
        b'{"Action":"fail","Package":"m/p","Elapsed":0.5,"FailedBuild":"m/p [m/p.test]"}',
    )
)


def decode(*chunks: bytes) -> list[Record]:
    decoder = Decoder()
    records = [*(r for chunk in chunks for r in decoder.feed(chunk)), *decoder.close()]
    return [msgspec.convert(r, Record, from_attributes=True) for r in records]


def test_records_and_plain_lines_come_in_the_order_of_the_stream() -> None:
    actions = [record.action for record in decode(STREAM)]
    assert actions == ["start", TEXT, "output", "output", *[TEXT] * 5, "fail"]


def test_fields_of_a_record_are_read() -> None:
    last = decode(STREAM)[-1]
    assert last == Record("fail", "m/p", elapsed=0.5, failed_build="m/p [m/p.test]")


def test_bytes_that_are_no_utf8_lose_nothing_but_themselves() -> None:
    assert decode(STREAM)[3] == Record("output", "m/p", output="�� raw")


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_chunks_may_end_anywhere(cuts: list[int]) -> None:
    places = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in pairwise(places)]
    assert decode(*chunks) == decode(STREAM)


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_decode_to_something(chunks: list[bytes]) -> None:
    records = decode(*chunks)
    assert len(records) <= b"".join(chunks).count(b"\n") + 1


def test_a_line_without_end_is_held_only_so_far() -> None:
    decoder = Decoder()
    for _ in range(6):
        decoder.feed(b"x" * (1 << 20))
    (record,) = decoder.feed(b"\n")
    assert record.action == TEXT
    assert len(record.output) == LINE_LIMIT


def test_a_bad_line_costs_its_neighbours_nothing() -> None:
    good = (OWN / "json_fail.jsonl").read_bytes()
    lines = good.splitlines(keepends=True)
    mixed = b"".join((*lines[:5], b"go: some tool speaks\n", *lines[5:]))
    assert [r for r in decode(mixed) if r.action != TEXT] == decode(good)
