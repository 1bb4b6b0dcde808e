"""Counting the boxes of a feature's checklists. Pure: text in, counts out."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt

from sixfold.model import Checklist

_BOX = re.compile(r"[\s>]*(?:[-*+]|\d+[.)])\s+\[\s?([ xX]?)\s?\](?![(\[])")

_ANY_BOX = re.compile(r"^[\s>#*_\d.)+|-]*\[[^\]\w]{0,3}[xX]?[^\]\w]{0,3}\]", re.MULTILINE)


def count(name: str, text: str) -> Checklist:
    """The boxes of one file, those in code fences and comments left out.

    A file without a box is `unknown`, not passed.
    """
    hidden = _hidden(text)
    lines = enumerate(text.splitlines())
    boxes = [box[1] for number, line in lines if number not in hidden and (box := _BOX.match(line))]
    done = sum(box in "xX" and box != "" for box in boxes)
    left = len(boxes) - done
    if not boxes:
        return Checklist(name=name, open=0, done=0, status="unknown")
    return Checklist(name=name, open=left, done=done, status="incomplete" if left else "complete")


def has_box(text: str) -> bool:
    """Whether any line holds a box, open, ticked or parked, fenced or not."""
    return _ANY_BOX.search(text) is not None


def _hidden(text: str) -> set[int]:
    tokens = MarkdownIt("commonmark").parse(text)
    shut = [token.map for token in tokens if token.type in {"fence", "html_block"} and token.map]
    return {line for first, end in shut for line in range(first, end)}
