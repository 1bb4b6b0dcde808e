"""What a person can answer to a question."""

from __future__ import annotations

from msgspec import Struct


class Choice(Struct, frozen=True):
    """One answer: its key, its words, and what it stands for."""

    key: str
    words: str
    answer: str
