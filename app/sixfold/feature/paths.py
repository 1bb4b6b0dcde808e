"""Files that a task names: paths relative to the repository's root.

A word is a path because of its shape (an extension, a known name, a directory's slash), or
because other paths of the same file show that such a directory exists. Commands, URLs, routes,
import paths and pairs of words joined by a slash are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from msgspec import Struct

from sixfold.feature.filenames import (
    ATTRIBUTES,
    NAMES,
    NO_ROOTS,
    OBJECTS,
    OTHER_EXTENSIONS,
    PRODUCTS,
    QUOTED_NAMES,
    ROOTS,
    SURE_EXTENSIONS,
    SYSTEM,
)

_MOST_BRACES: Final = 64
_LETTER_STEMS: Final = frozenset(("go", "py", "js", "ts", "txt", "md", "yaml", "yml", "sh"))
"""Extensions that make a file name of a single letter; `t.conf` is code."""
_LONGEST: Final = 250
"""No path is longer than that many characters."""
_BARE: Final = frozenset(("c", "h", "db", "env", "test"))
"""Other extensions that make a bare word in a code span a file name."""

_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)(.+?)(?<!`)\1(?!`)")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\(([^()\s]*)(?:\s[^()]*)?\)")
_SPACED_BRACES = re.compile(r"\{[^{}\s]+(?:,\s+[^{},\s]+)+\}")
_APART = re.compile(
    r"[\s\"'“”‘’«»<>"
    r"|;—–→←⇒…·•\u3000-\u30ff\u3400-\u9fff\uac00-\ud7af\uff00-\uffef\u2190-\u21ff\u2600-\U0001faff]+"
)
_CODE_APART = re.compile(r"[\s,;]+(?:(?:and|or|&|\+|→|->|=>)\s+)?")
_PROMISING = re.compile("[./]|" + "|".join(name for name in sorted(NAMES) if "." not in name))
_VERB = re.compile(
    r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS|ANY|WS)(?:/(?:GET|POST|PUT|PATCH|DELETE))*"
)
_TAIL = re.compile(r"(?:::?[^/]*|#[^/]*|\?[^/]*)$")
_PART = r"(?:[\w.@$+~%-]|\[[\w.-]+\]|\{[\w.-]+\}|\([\w.-]+\)|\*|\{\})+"
_LINES = re.compile(r":\d+(?:[-:,]\s?\d+)*$")
_SHAPE = re.compile(rf"{_PART}(?:/{_PART})*/?")
_LOWER = re.compile(r"[a-z0-9_.@*\[\]()/{}-]+")
_DOMAIN = re.compile(
    r"(?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|in|ai|co|me|edu|gov|xyz|cloud|land|tech|so"
    r"|us|uk|de|cn|jp|sh|local)"
)
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_SUFFIX = re.compile(
    r"_(?:test|spec)\.\w+|\.[a-z0-9]+|\.\w+\.(?!(?:ya?ml|json|toml|[cm]?js|ts)$)\w+|\.(?:test"
    r"|spec|d)\.\w+"
)
_CODE_ROOTS: Final = frozenset(("src", "internal", "cmd", "pkg"))
_VERSION = re.compile(r"v?\d+(?:\.\d+)*")


class Mention(Struct, frozen=True):
    """A word that may be a path."""

    path: str
    certain: bool
    """Its shape is enough; else a directory of that name must be known."""


def mentions(text: str) -> list[Mention]:
    """Every word of `text` that is or may be a path, in order."""
    return list(_mentions(text))


def directories(found: Iterable[Mention]) -> frozenset[str]:
    """Every directory that the certain paths among `found` lie in."""
    known: set[str] = set()
    for mention in found:
        parts = mention.path.split("/")
        if mention.certain and "*" not in parts[0]:
            known.update("/".join(parts[:size]) for size in range(1, len(parts)))
    return frozenset(known)


def files_in(found: Iterable[Mention], known: Collection[str] = ()) -> tuple[str, ...]:
    """The paths among `found`, without repeats; `known` are directories that exist."""
    paths: dict[str, None] = {}
    for mention in found:
        if mention.certain or _is_known(mention.path, known):
            paths.setdefault(mention.path)
    bare = {path.rstrip("/") for path in paths if not path.endswith("/")}
    return tuple(path for path in paths if not path.endswith("/") or path.rstrip("/") not in bare)


def _mentions(text: str) -> Iterator[Mention]:
    """Go through code spans and the plain words between them."""
    text = _LINK.sub(_link_text, _SPACED_BRACES.sub(lambda m: re.sub(r"\s", "", m[0]), text))
    end, verb = 0, False
    for span in (*_CODE.finditer(text), None):
        prose = text[end : span.start()] if span else text[end:]
        for word in _APART.split(prose):
            if word and not (verb and word.startswith("/")):
                glued = span is not None and word.endswith("/") and prose.endswith(word)
                yield from () if glued else _plain(word)
            verb = bool(_VERB.fullmatch(word)) or (verb and not word)
        if span:
            if not (verb and span[2].startswith("/")):
                yield from _code(span[2].strip())
            verb, end = False, span.end()


def _link_text(link: re.Match[str]) -> str:
    """What to read of a Markdown link: its text where that is a path, else a local target."""
    label, target = link[1], re.sub(r"^(?:[.]{1,2}/)+", "", link[2])
    if "://" in target:
        return label
    if target.endswith(label.strip("`")):
        return f" {target} "
    named = any(mention.certain for mention in _code(label.strip("`")))
    return label if named else f"{label} {target} "


def _code(span: str) -> Iterator[Mention]:
    """A code span: one path, or a list of nothing but paths."""
    span = _LINES.sub("", span)
    if not any(char.isspace() or char in ",;" for char in _BRACES.sub("", span)):
        yield from _word(span, quoted=True)
        return
    words = [word for word in _CODE_APART.split(_BRACES.sub(_tight, span)) if word]
    found = [list(_word(word, quoted=True)) for word in words]
    if all(any(mention.certain for mention in each) for each in found):
        for each in found:
            yield from each


def _tight(braces: re.Match[str]) -> str:
    return re.sub(r"\s", "", braces[0])


def _plain(word: str) -> Iterator[Mention]:
    """A word of prose, with the punctuation around it."""
    if len(word) > _LONGEST or not _PROMISING.search(word):
        return
    if "://" in word or word.startswith(("-", "@", "www.")):
        return
    for piece in re.split(r",(?![^{]*\})", word):
        bare = _trimmed(piece)
        if label := re.match(r"[A-Za-z]+:(?=[\w.]*[/.])", bare):
            bare = bare[label.end() :]
        yield from _word(bare, quoted=False)


def _trimmed(word: str) -> str:
    """`word` without emphasis, trailing punctuation, and brackets that are not its own."""
    before = ""
    while word != before:
        before = word
        word = word.strip("`!,:;?").rstrip(".")
        for mark in "*_":
            if word.startswith(mark) and word.endswith(mark) and not word.endswith("/*"):
                word = word.strip(mark)
        for opener, closer in ("()", "[]", "{}"):
            if word.startswith(opener) and word.find(closer) in (-1, len(word) - 1):
                word = word[1:]
            if word.endswith(closer) and word.count(closer) > word.count(opener):
                word = word[:-1]
            if word.endswith(opener):
                word = word[:-1]
    return word


def _word(word: str, *, quoted: bool) -> Iterator[Mention]:
    """The paths one word stands for."""
    if not 1 < len(word) <= _LONGEST or "://" in word or word.startswith(("-", "~", "//")):
        return
    if not _PROMISING.search(word) and word not in QUOTED_NAMES:
        return
    for expanded in _expanded(word):
        for path in _apart(_without_tail(expanded)):
            if found := _judged(path, quoted=quoted):
                yield found


def _without_tail(word: str) -> str:
    """`word` without line number, anchor, test name, and a leading `./`."""
    if "/..." in word:
        word = word[: word.index("/...")] + "/"
    cut = _TAIL.sub("", word)
    return cut.removeprefix("./")


def _expanded(word: str) -> list[str]:
    """`a/{b,c}.go` as `a/b.go` and `a/c.go`; as it is where that makes too many."""
    done: list[str] = []
    pending = [word]
    while pending and len(done) + len(pending) <= _MOST_BRACES:
        current = pending.pop(0)
        if braces := _BRACES.search(current):
            head, tail = current[: braces.start()], current[braces.end() :]
            pending += [head + choice.strip() + tail for choice in braces[1].split(",")]
        else:
            done.append(current)
    return done if not pending else [word]


def _apart(word: str) -> list[str]:
    """`a.md/b.md`, two files joined by a slash, as two."""
    parts = word.split("/")
    for index in range(1, len(parts)):
        left, right = parts[index - 1], parts[index]
        if {_extension(left), _extension(right)} <= SURE_EXTENSIONS and not left.endswith("proj"):
            return ["/".join(parts[:index]), *_apart("/".join(parts[index:]))]
    return [word]


def _extension(name: str) -> str:
    """The extension of a file's name in lower case, empty where it has none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem else ""


def _judged(path: str, *, quoted: bool) -> Mention | None:
    """`path` as a mention; None where its shape says that it is no path."""
    rooted = path.startswith("/")
    path = path.lstrip("/")
    parts = path.rstrip("/").split("/")
    if not path or not _SHAPE.fullmatch(path) or parts[0] in ("..", ".", "*"):
        return None
    if rooted and parts[0].lower() in SYSTEM:
        return None
    if len(parts) > 1 and _DOMAIN.fullmatch(parts[0]):
        return None
    name = parts[-1]
    if _is_file(name, below=len(parts) > 1, quoted=quoted) and not path.endswith("/"):
        return Mention(path, certain=not parts[0].startswith("@"))
    if rooted or parts[0].lower() in NO_ROOTS or parts[0].startswith("@"):
        return None
    return _directory(path, parts, quoted=quoted)


def _is_file(name: str, *, below: bool, quoted: bool) -> bool:
    """Whether a path's last part is a file's name; `below` says that it has directories."""
    if name in NAMES or name.startswith((".env.", "Dockerfile.", "Makefile.")):
        return True
    if name in QUOTED_NAMES:
        return quoted or below
    if _SUFFIX.fullmatch(name) and not (below and not name.startswith(".")):
        return bool(re.fullmatch(r"\.\w+(?:rc|ignore)", name))
    extension = _extension(name)
    stem = name[: -len(extension) - 1]
    if extension in SURE_EXTENSIONS:
        return name.lower() not in PRODUCTS and (below or not _is_attribute(stem, extension))
    if extension in OTHER_EXTENSIONS:
        return below or (quoted and extension in _BARE and not _is_attribute(stem, extension))
    return False


def _is_attribute(stem: str, extension: str) -> bool:
    """Whether `req.json` or `this.db` is code that reads an attribute."""
    if extension in ATTRIBUTES:
        return stem in OBJECTS
    return len(stem) < 2 and extension not in _LETTER_STEMS


def _directory(path: str, parts: list[str], *, quoted: bool) -> Mention | None:
    """A path whose last part has no file's name: a directory, or two words and a slash."""
    if _VERSION.fullmatch(parts[0]) or any(not part for part in parts):
        return None
    if path.endswith("/"):
        long_enough = len(parts) > 1 or len(parts[0]) > 2
        return Mention(path, certain=quoted or bool(long_enough and _LOWER.fullmatch(path)))
    if len(parts) < 2 or not (quoted or _LOWER.fullmatch(path)):
        return None
    if quoted and "*" in path:
        return Mention(path, certain=True)
    if len(parts) == 2 and (parts[1] in ROOTS or not (quoted or parts[0] in _CODE_ROOTS)):
        return Mention(path, certain=False)
    return Mention(path, certain=parts[0] in ROOTS)


def _is_known(path: str, known: Collection[str]) -> bool:
    """Whether a doubtful path lies in a directory that certain paths lie in."""
    if path in known:
        return True
    first, *rest = path.split("/")
    return first in known and not any(part in known or part in ROOTS for part in rest)
