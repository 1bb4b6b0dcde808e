"""Secrets are masked wherever they stand, and nothing else is."""

import base64
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixfold import events as ev
from sixfold.masking import LONGEST_HELD, MASK, Masks, Veil
from sixfold.model import Checklist

PEM = """\
-----BEGIN RSA PRIVATE KEY-----
MIIEowIBAAKCAQEA0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKL
c2VjcmV0
-----END RSA PRIVATE KEY-----
"""
SHAPES = [
    "sk-proj-Ab3dEf6hIj9lMn2pQr5tUv8x",
    "sk-ant-api03-Ab3dEf6hIj9lMn2p-Qr5tUv8x",
    "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
    "ghp_0123456789abcdefABCDEF0123456789abcd",
    "ghs_0123456789abcdefABCDEF0123456789abcd",
    "github_pat_11ABCDEFG0123456789_abcdefghijklmnop",
    "glpat-Ab3dEf6hIj9lMn2pQr5t",
    "AKIAIOSFODNN7EXAMPLE",
    "ASIAIOSFODNN7EXAMPLE",
    "AIzaSyA-1234567890abcdefghijklmnopqrstu",
    "xoxb-123456789012-abcdefABCDEF",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P",
]
PLACES = ["{}", "key: {}", '"{}"', "a={};", "\x1b[31m{}\x1b[0m", "\\n{}\\n", "({})", "ü {} ü"]
HARMLESS = [
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "ba10051 07de6d0d5aa1d1f1e1b4e6f3b2a190817263544f",
    "550e8400-e29b-41d4-a716-446655440000",
    "github.com/a/b v1.2.3 h1:abcdEFGHijklMNOPqrstUVWXyz0123456789abcdEFGH=",
    "github.com/a/b v1.2.3/go.mod h1:u3j0ItE3nCvyrT3tUWNWmZ0oWLXTJ7F0OgtmjOFZn8k=",
    base64.b64encode(bytes(range(40))).decode(),
    "task-runner-implementation-2-things",
    "disk-usage-of-1234567890-things",
    "https://example.com:8080/a?page=2&sort=name#key",
    "git@github.com:someone/something.git",
    "ssh://git@github.com/someone/something.git",
    "http://localhost:8080/@user",
    "the bearer of bad news, and basic authentication",
    "func Key(token string) (secret []byte)",
    "monkey=banana keyboard=us key=value",
    "-----BEGIN CERTIFICATE-----",
    "pkg/tokens/secret_test.go:12: want 3, got 4",
    "eyJhbGciOiJIUzI1NiJ9",
]
ENVIRONMENT = {
    "SOME_API_KEY": "q7-Zp0_value",
    "DB_PASSWORD": "hunter2hunter2",
    "githubToken": "opaque 9 with spaces",
    "QUOTED_SECRET": 'a"b\\c12345678',
    "MY_CREDENTIALS": PEM,
    "UMLAUT_TOKEN": "geheimnüss-99",
    "DATABASE_URL": "postgres://me:pa55word@db/x",
}


@pytest.mark.parametrize("secret", SHAPES)
@pytest.mark.parametrize("place", PLACES)
def test_a_key_of_a_known_shape_is_masked_wherever_it_stands(secret: str, place: str) -> None:
    assert Masks().text(place.format(secret)) == place.format(MASK)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Masks.of(ENVIRONMENT).text(text) == text


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("https://me:pa55@host/x", "https://me:***@host/x"),
        ("redis://:pa55@host:6379", "redis://:***@host:6379"),
        ("https://0123456789abcdef01234@host/x.git", "https://***@host/x.git"),
        ("https://h/?token=abc&page=2", "https://h/?token=***&page=2"),
        ("https://h/?a=1&access_token=abc#top", "https://h/?a=1&access_token=***#top"),
        ("https://h/?X-Amz-Signature=abc", "https://h/?X-Amz-Signature=***"),
        ("https://h/?apikey=abc", "https://h/?apikey=***"),
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer ***"),
        ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic ***"),
        ('{"Authorization":"Bearer abc.def-123"}', '{"Authorization":"Bearer ***"}'),
        ("export FOO_API_KEY=abcd1234efgh", "export FOO_API_KEY=***"),
    ],
)
def test_of_urls_headers_and_settings_only_the_secret_is_masked(text: str, masked: str) -> None:
    assert Masks().text(text) == masked
    assert Masks().text(masked) == masked


@pytest.mark.parametrize("name", [n for n in ENVIRONMENT if n != "MY_CREDENTIALS"])
def test_the_value_of_a_variable_that_is_named_like_a_key_is_masked(name: str) -> None:
    value, masks = ENVIRONMENT[name], Masks.of(ENVIRONMENT)
    assert masks.text(f"it is {value} here") == "it is *** here"
    assert Veil(masks).feed(f"it is {value}\n".encode()) == b"it is ***\n"
    line = ev.encode(ev.Notice(text=f"it is {value}"))
    assert value.encode() not in Veil(masks).feed(line)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PATH", "/usr/local/bin"),
        ("PWD", "/home/me/somewhere"),
        ("MONKEY", "bananas-and-1"),
        ("AUTHOR", "Somebody Else"),
        ("KEY", "short"),
        ("DEBUG_TOKENS", "disabled"),
        ("SSH_AUTH_SOCK", "/tmp/ssh-1/agent.1"),
        ("GOOGLE_APPLICATION_CREDENTIALS", "/home/me/key.json"),
        ("GIT_CONFIG_KEY_0", "maintenance.auto"),
        ("TOKEN_URL", "https://example.com/token"),
    ],
)
def test_values_that_are_no_secrets_stay(name: str, value: str) -> None:
    assert Masks.of({name: value}).text(value) == value


def test_a_short_value_is_not_masked_inside_of_a_word() -> None:
    masks = Masks.of({"PASSWORD": "database1"})
    assert masks.text("database1 database12 mydatabase1") == "*** database12 mydatabase1"


def test_a_private_key_is_masked_line_by_line_and_what_follows_is_not() -> None:
    veil = Veil(Masks())
    lines = [veil.line(line) for line in [*PEM.splitlines(), "c2VjcmV0c2VjcmV0c2VjcmV0"]]
    assert lines == [*PEM.splitlines()[:1], MASK, MASK, *PEM.splitlines()[3:], lines[-1]]
    assert lines[-1] == "c2VjcmV0c2VjcmV0c2VjcmV0"
    assert "MIIE" not in Masks().text(PEM.replace("\n", "\\n"))
    assert "MIIE" not in Masks.of(ENVIRONMENT).text(PEM.splitlines()[1])


@given(st.lists(st.integers(1, 40), min_size=1), st.sampled_from(SHAPES))
def test_a_secret_across_chunks_is_masked(sizes: list[int], secret: str) -> None:
    data = f"first line\nit is {secret} and on\nlast \xfc".encode("latin-1")
    veil, out, at = Veil(Masks()), b"", 0
    for size in [*sizes, len(data)]:
        out += veil.feed(data[at : at + size])
        at += size
    assert out + veil.close() == b"first line\nit is *** and on\nlast \xfc"


@pytest.mark.parametrize("filler", [b"x", b"x "])
def test_a_line_without_end_is_passed_on_in_pieces_and_its_secrets_are_not(filler: bytes) -> None:
    secret = SHAPES[3].encode()
    data = (filler * 50_000 + b" " + secret + b" ") * 20
    veil, out, most = Veil(Masks()), b"", 0
    for at in range(0, len(data), 5_000):
        out += veil.feed(data[at : at + 5_000])
        most = max(most, veil._size)
    out += veil.close()
    assert out == data.replace(secret, MASK.encode())
    assert most < 2 * LONGEST_HELD


def test_events_are_masked_but_for_the_names_in_them() -> None:
    masks = Masks.of({"API_KEY": "001-feature-x"})
    list_ = Checklist(name="use 001-feature-x", done=1, open=0, status="complete")
    read = masks.struct(ev.ChecklistsRead(checklists=[list_]))
    assert read.checklists[0].name == "use ***"
    ended = ev.TaskEnded(
        task="001-feature-x", slot=1, attempt=1, outcome="failed", reason="use 001-feature-x"
    )
    masked = masks.struct(ended)
    assert (masked.task, masked.reason, masked.outcome) == ("001-feature-x", "use ***", "failed")
    same = ev.Notice(text="nothing")
    assert masks.struct(same) is same


def test_masking_keeps_up_with_a_hundred_thousand_lines_a_second() -> None:
    masks = Masks.of(ENVIRONMENT)
    line = "    store_test.go:17: got map[a:1 b:2], want 3 for 0123456789abcdef="
    chunk = (f"{line}\n" * 900).encode()
    spent = time.process_time()
    veil = Veil(masks)
    for _ in range(100):
        veil.feed(chunk)
    assert 90_000 / (time.process_time() - spent) > 50_000
