"""Counting the boxes of checklists."""

from __future__ import annotations

import pytest

from sixfold.feature.checklists import count, has_box

MIXED = """\
# Checklist

- [x] CHK001 done
- [X] CHK002 done
  * [ ] nested and open
1. [ ] numbered
> - [x] quoted
- [~] neither
- [link](target.md)

```
- [ ] in a fence
```

<!-- - [ ] in a comment -->
<!--
- [ ] in a longer comment
-->
"""


def test_open_and_done_boxes_are_counted_outside_of_fences_and_comments() -> None:
    found = count("ux.md", MIXED)
    assert (found.name, found.open, found.done, found.status) == ("ux.md", 2, 3, "incomplete")


def test_a_checklist_without_an_open_box_is_complete() -> None:
    assert count("a.md", "- [x] a\r\n- [X] b\r\n").status == "complete"


@pytest.mark.parametrize("text", ["", "# Only a heading", "```\n- [x] a\n```"])
def test_a_checklist_without_a_box_is_unknown(text: str) -> None:
    assert count("a.md", text).status == "unknown"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("- [ ] T001 do", True),
        ("```\n- [x] T001 in a lost fence", True),
        ("### [ ] T001 as a heading", True),
        ("| T001 | do | [ ] |", False),
        ("- [-] T001 parked", True),
        ("- [P] = parallel", False),
        ("[link](target)", False),
        ("", False),
    ],
)
def test_a_file_has_a_box_or_has_none(line: str, found: bool) -> None:
    assert has_box(f"# Tasks\n\n{line}\n") is found
