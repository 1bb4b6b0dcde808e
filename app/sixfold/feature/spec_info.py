"""`spec_info`: the status report of the step that wrote the spec. JSON, YAML or prose.

Pure: text comes in, a `SpecInfo` comes out. The paths in it are as written; whether they stay
inside the repository is for `load` to see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

import yaml
from markdown_it import MarkdownIt
from msgspec import Struct

from sixfold.feature.error import FeatureError

PLACES = tuple(
    f"{folder}/spec_info{suffix}"
    for folder in ("artifacts", ".wave/artifacts", ".agents/artifacts")
    for suffix in ("", ".json", ".yaml")
)
"""Where it is looked for, relative to the repository's root; the first that exists counts."""

SPELLINGS = {
    "branch_name": "branchname branch featurebranch gitbranch currentbranch",
    "spec_file": "specfile spec specpath specfilepath specification specificationfile featurespec",
    "feature_dir": "featuredir featuredirectory featurepath featurefolder specdir specsdir"
    " specdirectory specsdirectory",
    "checklist_status": "checkliststatus checklist checklists checklistsstatus",
    "summary": "summary specsummary featuresummary description overview",
}
_FIELDS = {key: field for field, keys in SPELLINGS.items() for key in keys.split()}
_NOTHING = {"", "-", "~", "null", "none", "n/a"}
_LINE = re.compile(r"\s*(?:[-*+>]\s+|#+\s+|\d+[.)]\s+)?(?P<key>[*_`\w][^:=|]{0,40}?)\s*[:=]\s*(.+)")
_ROW = re.compile(r"\s*\|(?P<key>[^|]{1,40})\|([^|]+)\|?\s*$")
_FRONT = re.compile(r"\A---\s*\n(.*?)^---\s*$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)>]*)>?\)$")


class SpecInfo(Struct, frozen=True, kw_only=True):
    """What `spec_info` says; a field it does not name is empty."""

    branch_name: str = ""
    spec_file: str = ""
    feature_dir: str = ""
    checklist_status: str = ""
    summary: str = ""
    path: str
    """The file it was read from, as an error should name it."""


def parse(text: str, path: str) -> SpecInfo:
    """Read a report; `path` names it. Raises `FeatureError` where it has none of the fields."""
    found: dict[str, str] = {}
    for mapping in _mappings(text.removeprefix("\ufeff")):
        for field, value in _known(mapping).items():
            found.setdefault(field, value)
    if not found:
        raise FeatureError(
            path,
            "none of " + ", ".join(SPELLINGS) + " is in it",
            "write them as JSON, YAML or `Key: value` lines",
        )
    return SpecInfo(**found, path=path)


def _mappings(text: str) -> Iterator[Mapping[object, object]]:
    """All readings of the text, the strictest first."""
    for part in [text, *_FRONT.findall(text), *_fenced(text)]:
        yield from _json(part)
        yield from _yaml(part)
    yield _prose(text)


def _fenced(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(text)
    return [token.content for token in tokens if token.type == "fence"]


def _json(text: str) -> Iterator[Mapping[object, object]]:
    """The objects in the text that begin a line or the text, whatever stands around them."""
    decoder = json.JSONDecoder(strict=False)
    for brace in re.finditer(r"^\s*(?=\{)", text, re.MULTILINE):
        try:
            value, _ = decoder.raw_decode(text, brace.end())
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value
            return


def _yaml(text: str) -> Iterator[Mapping[object, object]]:
    try:
        # The base loader leaves every value a string (001 stays 001) and builds no objects.
        value = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return
    if isinstance(value, dict):
        yield value


def _prose(text: str) -> dict[object, object]:
    found: dict[object, object] = {}
    for line in text.splitlines():
        match = _ROW.match(line) or _LINE.match(line)
        if match:
            found.setdefault(match["key"], match[2])
    return found


def _known(mapping: Mapping[object, object]) -> dict[str, str]:
    """The fields a mapping names, at its top or one level below."""
    inner = [value for value in mapping.values() if isinstance(value, dict)]
    found: dict[str, str] = {}
    for level in [mapping, *inner]:
        for key, value in level.items():
            field = _FIELDS.get(re.sub(r"[\W_]", "", str(key)).lower())
            plain = _plain(value)
            if field and plain.lower() not in _NOTHING and _fits(field, plain):
                found.setdefault(field, plain)
    return found


def _fits(field: str, value: str) -> bool:
    """A word such as `done` after `Specification:` is no file."""
    return field != "spec_file" or "/" in value or value.endswith(".md")


def _plain(value: object) -> str:
    """A value as one line of text, without the marks of Markdown around it."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_plain(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    text = " ".join(str(value).split()).strip("*").strip()
    if link := _LINK.match(text):
        text = link[1]
    quoted = re.fullmatch(r"""([`"'<])(.*)[`"'>]""", text)
    return quoted[2].strip() if quoted else text
