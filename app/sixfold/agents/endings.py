"""How turns end that did not end well, and for how long a provider takes no more."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from sixfold.agents.agent import Limit, Turn, TurnEnd, read_result
from sixfold.agents.speech import LONGEST_LINE

RATE_LIMIT = "rate limit"
"""How the reason begins where the provider takes no more for now."""
FINE = TurnEnd(ok=True)
_LIMITED = re.compile(
    r"\b429\b|rate.?limit(?:ed|s)?\b|too many requests|usage limit|resource_exhausted|"
    r"exhausted your capacity",
    re.IGNORECASE,
)
_CODEX_LIMITS = ("usageLimitExceeded", "rateLimitExceeded", "serverOverloaded")
_STOPS = {
    "refusal": "it refused",
    "content-filter": "it refused",
    "max_tokens": "its answer ran into the token limit",
    "length": "its answer ran into the token limit",
    "model_context_window_exceeded": "its answer ran into the token limit",
    "max_turn_requests": "it ran into its limit of requests in a turn",
    "cancelled": "it was cancelled",
}


def failed(reason: str) -> TurnEnd:
    """A turn that failed, the reason in one line."""
    return TurnEnd(ok=False, reason=_line(reason))


def stopped(reason: object) -> TurnEnd:
    """A turn in which the model stopped for another reason than that it was done."""
    return failed(_STOPS.get(str(reason), f"it stopped for an unknown reason: {reason}"))


def limited(why: str, details: object = None) -> TurnEnd:
    """A turn that the provider's rate limit ended; `details` may say for how long it lasts."""
    reason, span = _line(f"{RATE_LIMIT}: {why}"), seconds(details)
    limit = Limit(reason, said(reason) if span is None else span)
    return TurnEnd(ok=False, reason=reason, limit=limit)


def ended_in(why: str, details: object = None) -> TurnEnd:
    """A turn that ended in an error of which there are only words."""
    return limited(why, details) if says_limit(why) else failed(why)


def says_limit(text: str) -> bool:
    """Whether an error is that the provider takes no more for now."""
    return bool(_LIMITED.search(text[:LONGEST_LINE]))


def says_429(info: object) -> bool:
    """Whether a report names the status of a provider that is asked too much."""
    if not isinstance(info, Mapping):
        return info in _CODEX_LIMITS
    return any(
        value == 429 if key in ("httpStatusCode", "status", "statusCode") else says_429(value)
        for key, value in info.items()
    )


def gone(code: int) -> str:
    """How a program went that ended before its turn did."""
    if code < 0:
        return f"killed by signal {-code} in mid-turn"
    return f"it ended in mid-turn with exit code {code}"


def judged(turn: Turn) -> TurnEnd:
    """How a turn ended that went well, by the result file that the agent left."""
    left = read_result(turn)
    if isinstance(left, str):
        return TurnEnd(ok=False, reason=left)
    return TurnEnd(ok=not left.failed, reason=left.failed, result=left)


def _line(text: str) -> str:
    return " ".join(text[:LONGEST_LINE].split())


_RESETS = {"resetsat", "resetat", "resetsattime"}
"""Names, without case and punctuation, of a moment: seconds since 1970."""
_DELAYS = {"retryafter", "retrydelay", "resetsinseconds", "resetsin"}
"""Names of a span: seconds, or a text such as 34s."""


def seconds(details: object) -> float | None:
    """How long a provider wants to be left alone, by the fields that say so; None: none does."""
    for name, value in _fields(details):
        span = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*s?\s*", str(value))
        if span and name in _DELAYS:
            return float(span[1])
        if span and name in _RESETS:
            return max(float(span[1]) - time.time(), 0.0)
    return None


def _fields(details: object) -> Iterator[tuple[str, object]]:
    if isinstance(details, Mapping):
        for name, value in details.items():
            yield re.sub(r"[^a-z]", "", str(name).lower()), value
            yield from _fields(value)
    elif isinstance(details, list):
        for value in details:
            yield from _fields(value)


_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_SPAN = re.compile(
    r"(?:try again|retry|resets?)\s+(?:in|after)\s+"
    r"((?:\d+(?:\.\d+)?\s*(?:ms|[dhms])[a-z]*[\s,]*)+)",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"try again at (?:(\w{3}) (\d{1,2})\w\w, (\d{4}) )?(\d{1,2}:\d\d [AP]M)", re.IGNORECASE
)


def said(text: str, now: datetime | None = None) -> float | None:
    """How long a provider wants to be left alone, by the words of its error; None: it says not.

    Codex names a moment in local time (`try again at 3:14 PM`) or a span (`try again in 1.9s`),
    gemini a span (`will reset after 1h49m8s`).
    """
    now = now or datetime.now().astimezone()
    if moment := _MOMENT.search(text):
        return _until(moment, now)
    if span := _SPAN.search(text):
        parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|[dhms])", span[1].lower())
        return sum(float(number) * _UNITS[unit] for number, unit in parts)
    return None


def _until(moment: re.Match[str], now: datetime) -> float | None:
    month, day, year, clock = moment.groups()
    date = f"{month} {day} {year}" if month else now.strftime("%b %d %Y")
    try:
        found = datetime.strptime(f"{date} {clock}", "%b %d %Y %I:%M %p")  # noqa: DTZ007 - next line
    except ValueError:
        return None
    then = found.replace(tzinfo=now.tzinfo)
    if not month and then < now - timedelta(minutes=1):
        then += timedelta(days=1)
    return max((then - now).total_seconds(), 0.0)
