"""Reading `spec_info` in whatever form the specify step left it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sixfold.feature.error import FeatureError
from sixfold.feature.spec_info import SpecInfo, parse

WHOLE = SpecInfo(
    branch_name="001-word-count",
    spec_file="specs/001-word-count/spec.md",
    feature_dir="specs/001-word-count",
    checklist_status="complete",
    summary="Count words: all of them",
    path="artifacts/spec_info",
)

JSON = """{"branch_name": "001-word-count", "spec_file": "specs/001-word-count/spec.md",
 "feature_dir": "specs/001-word-count", "checklist_status": "complete",
 "summary": "Count words: all of them"}"""

YAML = """\
branch_name: 001-word-count
spec_file: specs/001-word-count/spec.md
feature_dir: 'specs/001-word-count'
checklist_status: complete
summary: >
  Count words:
  all of them
"""

PROSE = """\
# Specification ready

The spec is written: see below.

- **Branch name**: `001-word-count`
- **Spec file:** [spec.md](specs/001-word-count/spec.md)
* Feature Directory: "specs/001-word-count"
Checklist status: complete
Summary: Count words: all of them
"""

TABLE = """\
| Key | Value |
|-----|-------|
| Branch | `001-word-count` |
| Spec File | specs/001-word-count/spec.md |
| Feature dir | specs/001-word-count |
| Checklist | complete |
| Summary | Count words: all of them |
"""

SHOUTED = """\
BRANCH_NAME=001-word-count
SPEC_FILE=specs/001-word-count/spec.md
FEATURE_DIR=specs/001-word-count
CHECKLIST_STATUS=complete
SUMMARY=Count words: all of them
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(JSON, id="json"),
        pytest.param(f"\ufeff{JSON}\r\n", id="json with a byte order mark"),
        pytest.param(JSON.replace("all of them", "all of them").replace("}", ",}"), id="comma"),
        pytest.param(f"Here is the report.\n\n```json\n{JSON}\n```\nDone: yes\n", id="fenced json"),
        pytest.param(f"Here is the report:\n{JSON}\nAnything else?", id="json in prose"),
        pytest.param(f'{{"status": "ok", "spec_info": {JSON}}}', id="one level down"),
        pytest.param(YAML, id="yaml"),
        pytest.param(f"---\n{YAML}---\n\nMore: words\n", id="front matter"),
        pytest.param(f"Report\n\n~~~yaml\n{YAML}~~~\n", id="fenced yaml"),
        pytest.param(PROSE, id="prose"),
        pytest.param(PROSE.replace("\n", "\r\n"), id="prose from Windows"),
        pytest.param(TABLE, id="table"),
        pytest.param(SHOUTED, id="shell variables"),
    ],
)
def test_every_form_says_the_same(text: str) -> None:
    assert parse(text, "artifacts/spec_info") == WHOLE


def test_what_it_does_not_name_is_empty() -> None:
    info = parse('{"branch_name": "x", "spec_file": null, "feature_dir": "N/A"}', "spec_info")
    assert (info.branch_name, info.spec_file, info.feature_dir) == ("x", "", "")


def test_values_that_look_like_numbers_stay_as_written() -> None:
    assert parse("branch_name: 001\nsummary: 1e3", "spec_info").branch_name == "001"


def test_a_checklist_status_with_parts_becomes_one_line() -> None:
    text = '{"branch_name": "x", "checklist_status": {"requirements": "pass", "open": 2}}'
    assert parse(text, "spec_info").checklist_status == "requirements: pass, open: 2"


def test_prose_after_a_key_for_a_file_is_no_file() -> None:
    assert parse("Branch: 001-x\nSpecification: done", "spec_info").spec_file == ""


@pytest.mark.parametrize(
    "text",
    ["", "   \n", "{}", "[1, 2]", "All is well.", "null", pytest.param("{" * 900, id="nested")],
)
def test_a_report_that_names_nothing_is_an_error(text: str) -> None:
    with pytest.raises(FeatureError) as caught:
        parse(text, "artifacts/spec_info")
    assert caught.value.where == "artifacts/spec_info"
    assert "branch_name" in caught.value.what


@given(st.text() | st.text(alphabet="ab:{}[]\"'`*-#|&~>, \n"))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(FeatureError):
        assert any(vars_of(parse(text, "spec_info")))


def vars_of(info: SpecInfo) -> tuple[str, ...]:
    return (
        info.branch_name,
        info.spec_file,
        info.feature_dir,
        info.checklist_status,
        info.summary,
    )
