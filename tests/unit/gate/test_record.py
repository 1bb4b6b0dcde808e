"""The record of a gate: whatever way its lines are read, no secret of theirs is in it."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sixfold.gate.listen import GoListener
from sixfold.gate.places import Sources, Tree
from sixfold.masking import MASK, Masks, Veil
from sixfold.private import Transcript
from streams import OWN

MASKS = Masks.of(
    {"SOME_TOKEN": 'a"b\\c12345678', "UMLAUT_SECRET": "geheimnüss-99", "KEY": "q7zp9-abc"}
)
SAID = (
    "=== RUN   TestOne",
    "--- PASS: TestOne (0.00s)",
    "    one_test.go:3: why? & how",
    "\x1b[31mq7zp9-abc\x1b[0m",
    'it is a"b\\c12345678!',
    "über geheimnüss-99",
    "<ghp_0123456789abcdefABCDEF0123456789abcd>",
    "https://me:pa55word@db/x?token=abc",
    'API_KEY="abcd1234efgh"',
    "Bearer Ab3dEf6hIj9lMn2pQr5t",
    "http://example.com/?a=b",
    "-----BEGIN RSA PRIVATE KEY-----",
    "MIIEowIBAAKCAQEA0123456789abc",
    "-----END RSA PRIVATE KEY-----",
)
LINES = st.one_of(
    st.builds(
        lambda said, test: json.dumps(
            {"Time": "2026-11-22T12:00:00.1Z", "Action": "output", "Package": "m/p"}
            | ({"Test": test} if test else {})
            | {"Output": f"{said}\n"},
            ensure_ascii=False,
        ),
        st.sampled_from(SAID),
        st.sampled_from(["", "TestOne", "TestOne/q7zp9-abc"]),
    ),
    st.sampled_from(
        [
            '{"Action":"run","Package":"m/p","Test":"TestOne"}',
            '{"Action":"attr","Package":"m/p","Test":"TestOne","Key":"with","Value":"q7zp9-abc"}',
            '{"Action":"q7zp9-abc","Package":"m/p"}',
            '{"Time":"q7zp9-abc","Action":"start","Package":"m/p"}',
            '{"ImportPath":"m/q7zp9-abc","Action":"build-fail"}',
            '{"Action":"fail","Package":"m/p","FailedBuild":"q7zp9-abc"}',
            "some tool says q7zp9-abc",
            "q7zp9-abc",
        ]
    ),
)


def recorded(data: bytes, sizes: list[int], file: Path) -> bytes:
    """What is kept of a stream that comes in chunks of such sizes."""
    listener, at = GoListener(Tree(Sources(), has_go=True)), 0
    with Transcript(file, MASKS, "wb") as transcript:
        for size in [*sizes, len(data)]:
            chunk = data[at : at + size]
            at += size
            transcript.write(chunk, said=listener.out(chunk, 0.0))
    return file.read_bytes()


@settings(deadline=None)
@given(st.lists(LINES, max_size=12), st.lists(st.integers(1, 400), max_size=8))
def test_it_is_masked_as_if_nobody_had_read_the_lines(lines: list[str], sizes: list[int]) -> None:
    data = "".join(f"{line}\n" for line in lines).encode()
    with TemporaryDirectory() as folder:
        found = recorded(data, sizes, Path(folder) / "gate")
    assert found == Veil(MASKS).whole(data)
    assert b"q7zp9-abc" not in found


@pytest.mark.parametrize("stream", sorted(OWN.glob("*.json*")), ids=lambda path: path.name)
def test_without_secrets_every_byte_is_kept(stream: Path, tmp_path: Path) -> None:
    data = stream.read_bytes()
    assert recorded(data, [1000] * 5, tmp_path / "gate") == data


def test_what_is_read_of_a_usual_line_is_all_that_it_says() -> None:
    listener = GoListener(Tree(Sources(), has_go=True))
    line = '{"Action":"output","Package":"m/p","Test":"TestOne","Output":"a word\\n"}\n'
    assert set(listener.out(line.encode(), 0.0) or ()) == {"m/p", "TestOne", "a word\n"}
    assert MASK not in line
    assert listener.out(line.replace("output", "attr").encode(), 0.0) is None
    assert listener.out(line.replace('"Test"', '"Else"').encode(), 0.0) is None
