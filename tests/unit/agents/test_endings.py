"""For how long a provider takes no more, by the words of its error."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from sixfold.agents.endings import ended_in, said

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("try again at 12:30 PM.", 1800),
        ("or try again at 11:00 AM.", 23 * 3600),
        ("Try again at Nov 24th, 2026 12:00 PM.", 2 * 86400),
        ("try again at Nov 1st, 2026 12:00 PM.", 0),
        ("try again at Feb 31st, 2026 12:00 PM.", None),
        ("Please try again in 1.5s", 1.5),
        ("Please retry in 500ms", 0.5),
        ("try again in 1 day 2 hours 3 minutes 4 seconds", 93784),
        ("Your quota will reset after 21h53m56s.", 78836),
        ("try again later", None),
        ("", None),
    ],
)
def test_a_moment_or_a_span_is_read(text: str, seconds: float | None) -> None:
    assert said(text, NOON) == seconds


@pytest.mark.parametrize(
    "text", ["status: 429 Too Many", "Rate limit reached", "hit your usage limit", "rate_limit"]
)
def test_words_of_a_rate_limit_are_known(text: str) -> None:
    assert ended_in(text).limit


@pytest.mark.parametrize(
    "text", ["exceeded your current quota, check billing", "port 4290", "no key"]
)
def test_other_words_are_a_failure(text: str) -> None:
    end = ended_in(f"{text}\n  twice")
    assert (end.ok, end.limit, end.reason) == (False, None, f"{text} twice")


def test_an_error_of_megabytes_is_a_line() -> None:
    assert len(ended_in("x " * 1_000_000).reason) < 4000
