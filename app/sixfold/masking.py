"""Secrets in what is stored and shown, masked: values of the environment, and known shapes. Pure.

What agents and tests are given, and what they answer, stays as it is; only records and screens are
masked. A hash, a UUID, a checksum of a module or encoded test data is no secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

T = TypeVar("T")

MASK: Final = "***"
SHORTEST = 8
"""Characters of a value that is worth a mask; shorter ones stand in any text by chance."""
SURE = 16
"""Characters from which a value is masked in the middle of a word, too."""
LONGEST_HELD = 64 << 10
"""Bytes of a line that are held until its end comes."""
OVERLAP = 8 << 10
"""Bytes at the end of a longer line that are held on, since a secret may stand across."""
KEY_LINES = 200
"""Lines of a private key that lacks its end."""
NAMES: Final = frozenset(
    {
        *("agent", "base", "branch", "commit", "feature_dir", "id", "provider", "repository"),
        *("request", "run", "task", "tasks_file", "work_branch", "because", "critical_path"),
        *("added", "removed", "edited", "ticked", "renamed"),
    }
)
"""Fields of events that name a thing: a run that goes on finds it by them."""

_NAME = re.compile(
    r"(?<![A-Z])KEYS?(?![A-Z])|APIKEY|TOKEN|SECRET|PASSW|PASSPHRASE|_PWD$|_PASS$|_PAT$"
    r"|CREDENTIAL|(?<![A-Z])AUTH(?!OR)|DATABASE_URL|DSN$"
)
_SETTING = re.compile(r"GIT_CONFIG_KEY_\d+|.*(_FILE|_PATH|_DIR|_SOCK|_SOCKET|_HOST|_NAME)$")
_EDGE = r"(?:(?<![A-Za-z0-9_])|(?<=\\[nrtbf])|(?<=[0-9\[;]m))"
"""Where a word begins: also behind an escaped line end, and behind a colour."""
_WORD = r"[A-Za-z0-9_-]"
_UNQUOTED = r"[^\s\"'`\\<>{}|^]"
_CODE = r"[A-Za-z0-9._~+/=-]"
_VALUE = r"[^\s\"'\\;,()$]"
_NAMED = r"(?:API)?KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS"
_QUERY = (
    r"[a-z0-9_.-]*?(?:token|secret|passw(?:or)?d|api[_-]?key|access[_-]?key|signature|credential)"
    r"|key|sig|auth|pwd"
)
_SHAPES: Final[tuple[tuple[str, str], ...]] = (
    ("sk-", _EDGE + rf"()sk-(?={_WORD}{{0,200}}[0-9A-Z]){_WORD}{{16,}}"),
    ("k_live_ k_test_", r"()[sr]k_(?:live|test)_[A-Za-z0-9]{10,}"),
    ("ghp_ gho_ ghu_ ghs_ ghr_", r"()gh[pousr]_[A-Za-z0-9]{16,}"),
    ("github_pat_", r"()github_pat_[A-Za-z0-9_]{16,}"),
    ("glpat-", rf"()glpat-{_WORD}{{16,}}"),
    ("npm_", _EDGE + r"()npm_[A-Za-z0-9]{30,}"),
    ("hf_", _EDGE + r"()hf_[A-Za-z0-9]{24,}"),
    ("pypi-", rf"()pypi-{_WORD}{{50,}}"),
    ("AKIA ASIA", _EDGE + r"()A[KS]IA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("AIza", _EDGE + rf"()AIza{_WORD}{{30,}}"),
    ("ya29.", r"()ya29\.[A-Za-z0-9._-]{20,}"),
    ("xox xapp-", rf"()(?:xox[a-z]|xapp)-{_WORD}{{10,}}"),
    ("eyJ", _EDGE + rf"()eyJ{_WORD}{{8,}}\.{_WORD}{{8,}}(?:\.{_WORD}+)*"),
    (
        "earer EARER",
        rf"((?i:bearer)(?:\s|%20|\\t)+)(?={_CODE}{{0,200}}[0-9]|{_CODE}{{24}}){_CODE}{{8,}}",
    ),
    (
        "uthorization UTHORIZATION",
        rf"((?i:authorization\W{{1,8}}(?:basic|token|digest))\s+){_CODE}{{6,}}",
    ),
    (
        "://",
        rf"(://[^\s/?#\"'`\\<>@:]*:)(?=[^\s/?#\"'`\\<>@])[^\s/\"'`\\<>@]+(?=@{_UNQUOTED})",
    ),
    ("://", r"(://)[^\s/?#\"'`\\<>@:]{16,}(?=(?::x-oauth-basic|:)?@)"),
    ("? & \\u0026", rf"((?:[?&]|\\u0026|&amp;)(?i:{_QUERY})=)(?!\*)[^\s&\"'`\\<>#;]+"),
    (
        "KEY= TOKEN= SECRET= PASSWORD= PASSWD= CREDENTIALS=",
        rf"((?<![A-Za-z0-9_])(?:[A-Z0-9]+_)*(?:{_NAMED})=\\?[\"']?)(?={_VALUE}{{0,200}}[0-9]){_VALUE}{{8,}}",
    ),
)
"""Which of these must stand in a text for a pattern to be tried; its group 1 is no secret."""
_RARE = "\\JzKxvyWCIHEkgpf"
"""Characters of signs that tests print few of, the rarest first."""


def _screen(signs: Iterable[str]) -> re.Pattern[str]:
    """Is one of many signs in a text: a single pass that stops at rare characters alone."""
    around: dict[str, list[tuple[str, str]]] = {}
    for sign in signs:
        rare = next(char for char in _RARE if char in sign)
        before, _, after = sign.partition(rare)
        around.setdefault(rare, []).append((before, after))
    return re.compile("|".join(_found(rare, there) for rare, there in around.items()))


def _found(rare: str, around: list[tuple[str, str]]) -> str:
    """A pattern for `rare` where one of these pairs stands around it."""
    rare = re.escape(rare)
    last = {before[-1:] for before, _ in around}
    at_once = "" if "" in last else f"(?<=[{''.join(sorted(last))}]{rare})"
    pairs = [
        (f"(?<={re.escape(before)}{rare})" if before else "") + re.escape(after)
        for before, after in around
    ]
    return f"{rare}{at_once}(?:{'|'.join(pairs)})"


_SIGNS: dict[str, list[re.Pattern[str]]] = {}
for _signs, _pattern in _SHAPES:
    for _sign in _signs.split():
        _SIGNS.setdefault(_sign, []).append(re.compile(_pattern))
_PLAIN = {sign: patterns for sign, patterns in _SIGNS.items() if not set(sign) & set(_RARE)}
"""Those to look for one by one; the others only where `_SCREEN` finds one of them."""
_SCREEN = _screen(sign for sign in _SIGNS if sign not in _PLAIN)
_EDGES = (b" ", b"\t", b'"', b"'", b",")
"""Bytes that stand in no secret."""
_KEY_EDGE = re.compile(r"(-----(?:BEGIN|END) [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)")
_KEY_BODY = re.compile(r"[A-Za-z0-9+/=]{16,}|^[ \t]*[A-Za-z0-9+/=]+\r?$", re.MULTILINE)


class Masks:
    """What is a secret here: `values`, and whatever has the shape of one."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        forms = {form for value in values for form in _forms(value)}
        self._values = tuple(sorted(forms, key=len, reverse=True))
        self._patterns = {form: re.compile(_bounded(form)) for form in forms}

    @classmethod
    def of(cls, *environments: Mapping[str, str]) -> Masks:
        """The masks for values of variables that are named like keys."""
        return cls(
            value
            for environment in environments
            for name, value in environment.items()
            if _secret(name, value)
        )

    def text(self, text: str) -> str:
        """`text` without its secrets."""
        return Veil(self).line(text)

    def clear(self, texts: Iterable[str]) -> bool:
        """Whether there is no secret in any of these texts."""
        text = "\n".join(texts)
        return "PRIVATE KEY" not in text and self.plain(text) == text

    def struct(self, item: T) -> T:
        """A struct, list or mapping with all texts in it masked, but for those that name things."""
        masked: Any = item
        match item:
            case str():
                masked = self.text(item)
            case list() | tuple():
                parts = [self.struct(part) for part in item]
                changed = any(new is not old for new, old in zip(parts, item, strict=True))
                masked = type(item)(parts) if changed else item
            case dict():
                pairs = {key: self.struct(value) for key, value in item.items()}
                masked = pairs if any(pairs[key] is not item[key] for key in pairs) else item
            case msgspec.Struct():
                masked = self._fields(item)
        return masked  # type: ignore[no-any-return]

    def _fields(self, item: msgspec.Struct) -> msgspec.Struct:
        changed = {}
        for name in item.__struct_fields__:
            value = getattr(item, name)
            if name not in NAMES and (masked := self.struct(value)) is not value:
                changed[name] = masked
        return msgspec.structs.replace(item, **changed) if changed else item

    def plain(self, text: str) -> str:
        """`text` without its secrets, private keys of many lines apart."""
        for value in self._values:
            if value in text:
                text = self._patterns[value].sub(MASK, text)
        for sign, patterns in (_SIGNS if _SCREEN.search(text) else _PLAIN).items():
            if sign in text:
                for pattern in patterns:
                    text = pattern.sub(rf"\g<1>{MASK}", text)
        return text


class Veil:
    """Masks one stream, line by line or in chunks that end anywhere."""

    def __init__(self, masks: Masks) -> None:
        self._masks = masks
        self._held: list[bytes] = []
        self._size = 0
        self._key_lines = 0
        """Lines that may still belong to a private key that has begun."""

    def line(self, text: str) -> str:
        """One or more whole lines, masked."""
        if self._key_lines or "PRIVATE KEY" in text:
            text = self._keyless(text)
        return self._masks.plain(text)

    def feed(self, chunk: bytes, said: Iterable[str] | None = None) -> bytes:
        """What may be stored by now.

        `said` are all texts in the lines that `chunk` ends, where somebody has read them: it costs
        less to look for secrets there than among all that surrounds them.
        """
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._hold(chunk)
            return self._overlong() if self._size > LONGEST_HELD else b""
        whole = b"".join((*self._held, chunk[:end]))
        self._held, self._size = [], 0
        self._hold(chunk[end:])
        clear = said is not None and not self._key_lines and self._masks.clear(said)
        return whole if clear else self._masked(whole)

    def whole(self, data: bytes) -> bytes:
        """A stream from its beginning to its end."""
        return self.feed(data) + self.close()

    def close(self) -> bytes:
        """What lacked its end."""
        rest = b"".join(self._held)
        self._held, self._size = [], 0
        return self._masked(rest)

    def _masked(self, data: bytes) -> bytes:
        # Byte by byte: streams hold what is no UTF-8.
        return self.line(data.decode("latin-1")).encode("latin-1")

    def _hold(self, data: bytes) -> None:
        if data:
            self._held.append(data)
            self._size += len(data)

    def _overlong(self) -> bytes:
        """The beginning of a line without an end, cut where no secret stands across."""
        data = b"".join(self._held)
        cut = len(data) - OVERLAP
        cut = max(data.rfind(edge, cut - OVERLAP, cut) + 1 for edge in _EDGES) or cut
        self._held, self._size = [data[cut:]], len(data) - cut
        return self._masked(data[:cut])

    def _keyless(self, text: str) -> str:
        """Private keys masked but for their first and last lines."""
        parts = _KEY_EDGE.split(text)
        for at, part in enumerate(parts):
            if at % 2:
                self._key_lines = KEY_LINES if "BEGIN" in part else 0
            elif self._key_lines:
                parts[at] = _KEY_BODY.sub(MASK, part)
                self._key_lines = max(0, self._key_lines - part.count("\n") - 1)
        return "".join(parts)


def _secret(name: str, value: str) -> bool:
    """Is a variable named like a key, and its value one: no path, word or number."""
    upper = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
    if len(value) < SHORTEST or _SETTING.fullmatch(upper) or not _NAME.search(upper):
        return False
    if re.match(r"[~.]?/[\w.-]+/", value) or ("URL" in upper and "@" not in value):
        return False
    return not re.fullmatch(r"[a-z]{1,11}|[0-9]{1,9}|\$\{\w+\}", value)


def _forms(value: str) -> set[str]:
    """How a value may stand in a text: as it is, escaped, by line, and byte by byte."""
    lines = [line.strip() for line in value.splitlines()]
    forms = {value, *(line for line in lines if len(line) >= SURE)}
    forms |= {json.dumps(form)[1:-1] for form in forms} | {quote(form, safe="") for form in forms}
    return forms | {form.encode(errors="surrogateescape").decode("latin-1") for form in forms}


def _bounded(value: str) -> str:
    found = re.escape(value)
    if len(value) >= SURE:
        return found
    before = _EDGE if value[0].isalnum() else ""
    return before + found + (r"(?![A-Za-z0-9_])" if value[-1].isalnum() else "")
